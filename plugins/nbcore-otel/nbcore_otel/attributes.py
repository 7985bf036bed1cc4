"""What is told of a request: the names of OpenTelemetry's HTTP conventions, and nbcore's own. Nothing secret is among the values."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from nbcore import Call, Reply

# Parameters whose values are no business of whoever reads traces.
_SECRET = re.compile(r"(?i)token|secret|passw|key$|^sig|signature|credential")
_PORTS = {"http": 80, "https": 443}
Attributes = dict[str, str | int]


def app_of(call: Call) -> str:
    """The app that a call goes to, such as "dcim" or "bgp"; "" for the server's own routes."""
    parts = (call.endpoint or call.path).strip("/").split("/")
    if parts[0] == "plugins":
        return parts[1].replace("-", "_") if len(parts) > 2 else ""
    return parts[0].replace("-", "_") if len(parts) > 1 else ""


def span_name(call: Call) -> str:
    """The method, and the route without ids where it is known."""
    route = "graphql" if call.path == "graphql/" else "/".join(filter(None, (call.endpoint, call.action)))
    return f"{call.method} {route}".strip()


def of_server(url: str) -> Attributes:
    """The address and port in a URL."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    return {"server.address": parts.hostname or "", **({"server.port": port} if port else {})}


def of_call(call: Call) -> Attributes:
    """What describes a call in few different values, for spans and metrics."""
    found = {
        "http.request.method": call.method,
        "nbcore.app": app_of(call),
        "nbcore.endpoint": call.endpoint,
        "nbcore.operation": call.operation,
        "nbcore.action": call.action,
    }
    return {name: value for name, value in found.items() if value}


def of_span(call: Call) -> Attributes:
    """What else a span tells of a call."""
    found: Attributes = {"nbcore.call_id": call.id, "url.full": full_url(f"{call.server}/{call.path}", call.params)}
    if call.attempt > 1:
        found["http.request.resend_count"] = call.attempt - 1
    return found


def of_reply(reply: Reply) -> Attributes:
    """The status, and the error that it means."""
    found: Attributes = {"http.response.status_code": reply.status}
    if reply.status >= 400:
        found["error.type"] = str(reply.status)
    return found


def of_failure(exc: BaseException) -> Attributes:
    """The error instead of a status."""
    kind = type(exc)
    return {"error.type": kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"}


def full_url(url: str, params: tuple[tuple[str, str], ...] = ()) -> str:
    """The address with its query, the values of secret parameters replaced, and without user information."""
    parts = urlsplit(url)
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *params]
    safe = [(name, "REDACTED" if _SECRET.search(name) else value) for name, value in pairs]
    query = urlencode(safe, quote_via=quote)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()
