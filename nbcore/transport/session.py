"""One attempt of a call on the wire, through requests: the only place that sends, and the only one that sees requests' errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from ..errors import (
    CertificateError,
    ConnectError,
    ContentError,
    DeadlineError,
    InputError,
    ProtocolError,
    RedirectError,
    TimeoutError,
    TooLargeError,
    TransportError,
    describe,
)
from ..messages import Call, Reply
from ..options import Options
from ..values import encode
from . import urllib3_connections, versions
from .token import TokenAuth, no_netrc, origin

_log = logging.getLogger("nbcore.transport")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_CHUNK = 1 << 18
_LOOPBACK = ("localhost", "127.", "::1")


def new_session(options: Options) -> requests.Session:
    """A session with a pool for `max_workers` connections, no retries of its own, and no cookies."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=max(options.max_workers, 4), max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = f"nbcore {requests.utils.default_user_agent()}"
    session.verify = options.verify
    adopt(session)
    if options.proxies:
        session.proxies.update(options.proxies)
    host = urlsplit(options.url).hostname or ""
    if options.url.startswith("http://") and not host.startswith(_LOOPBACK):
        _log.warning("%s is plain http: the token can be read on the way; use https", options.url)
    return session


class _NoCookies(DefaultCookiePolicy):
    """Stores no cookie of an answer; those that the session's owner put in are sent."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


def adopt(session: requests.Session) -> None:
    """Make a session keep nbcore's promises: no cookie is stored, deadlines hold, the token is added on the wire."""
    session.cookies.set_policy(_NoCookies())
    urllib3_connections.adopt(session)


def identifies(session: requests.Session) -> tuple[str, ...]:
    """What a session itself tells a server of who asks: its parameters, headers, cookies, certificate and auth, as texts."""
    cookies = sorted((cookie.domain, cookie.path, cookie.name, cookie.value or "") for cookie in session.cookies)
    headers = sorted((name, str(value)) for name, value in session.headers.items())
    return repr(session.params), repr(headers), repr(cookies), repr(session.cert), repr(session.auth)


def send(call: Call, session: requests.Session, auth: TokenAuth, options: Options, *, assigned: bool) -> Reply:
    """Send one attempt; any status is a Reply, following redirects of reads within the origin.

    Args:
        call: what to send.
        session: what to send it with.
        auth: the token.
        options: the Api's settings.
        assigned: whether the session is the user's, which gets the token as a header.

    Raises:
        TransportError: no complete answer. RedirectError, TooLargeError, ContentError: an answer that cannot be used.
    """
    url = f"{options.base_url}/{call.path}"
    for _ in range(_MAX_REDIRECTS):
        reply = _attempt(call, url, session, auth, options, assigned)
        if reply.status not in _REDIRECTS:
            return reply
        url = _redirected(call, url, reply)
    raise RedirectError(f"{describe(call)} was redirected {_MAX_REDIRECTS} times, last to {url}: a redirect loop on the server.", call)


def _redirected(call: Call, url: str, reply: Reply) -> str:
    """Where a redirect leads; only reads follow it, and only within the origin."""
    target = urljoin(url, reply.header("location") or "")
    asked, leads = urlsplit(url), urlsplit(target)
    where = f"{leads.scheme}://{leads.netloc}"
    if call.method not in ("GET", "HEAD", "OPTIONS"):
        slash = target == f"{url}/"
        advice = f"write its path with a slash at the end ({call.path}/)" if slash else f"set url to where the server redirects ({where})"
        raise RedirectError(
            f"{describe(call)} to {url} was redirected ({reply.status}) to {target}: nothing was written. "
            f"A redirected write would lose its body; {advice}.",
            call,
            reply,
        )
    if origin(target) != origin(url):
        raise RedirectError(
            f"{describe(call)} to {url} was redirected ({reply.status}) to another origin, {target}; the token does not go there. "
            f"If that is your Nautobot, set url={where!r}.",
            call,
            reply,
        )
    return target if leads.query or not asked.query else f"{target}?{asked.query}"


def _attempt(call: Call, url: str, session: requests.Session, auth: TokenAuth, options: Options, assigned: bool) -> Reply:
    remaining = None if call.deadline is None else call.deadline - time.monotonic()
    if remaining is not None and remaining <= 0:
        raise DeadlineError(
            f"{describe(call)} was not sent: its deadline ({options.deadline} s) has passed. Raise deadline.", call, sent=False
        )
    connect, read = (part if remaining is None else remaining if part is None else min(part, remaining) for part in options.timeout)
    arguments: dict[str, Any] = {"params": _params(call, session)} if call.params and "?" not in url else {}
    headers = {"Accept": versions.accept(call)}
    if call.files is not None:
        arguments["files"] = dict(call.files)
        arguments["data"] = call.body
    elif call.body is not None:
        arguments["data"] = encode(call.body)
        headers["Content-Type"] = "application/json"
    started = time.monotonic()
    urllib3_connections.attempt.begin(call.deadline, None if assigned else auth)
    failure: Exception
    try:
        with session.request(
            call.method, url, headers=headers, auth=auth if assigned else no_netrc, timeout=(connect, read),
            allow_redirects=False, stream=True, verify=session.verify, **arguments,
        ) as response:  # fmt: skip
            content = _read(call, response, options)
            if not urllib3_connections.attempt.sent and not assigned and auth.token and url.startswith("http"):
                _log.warning(
                    "%s went out through %s, which is not on urllib3's connections, so without the token; assign the session to send it",
                    describe(call), type(session.get_adapter(url)).__name__,
                )  # fmt: skip
            return Reply(
                response.status_code, response.reason or "", {key.lower(): value for key, value in response.headers.items()},
                content, response.url, time.monotonic() - started,
            )  # fmt: skip
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, AssertionError) as exc:
        if isinstance(exc, (ContentError, InputError, TransportError)):
            raise
        failure = _ours(call, exc, started, auth, options)
    finally:
        urllib3_connections.attempt.end()
    # Raised outside the handler: requests' own errors carry the prepared request, and with it the token.
    raise failure


def _params(call: Call, session: requests.Session) -> list[tuple[str, Any]]:
    """The query of a call, with the session's own parameters under it; requests joins the two only where both are dicts."""
    named = {name for name, _ in call.params}
    own: Any = session.params.items() if isinstance(session.params, Mapping) else session.params or ()
    return [*((name, value) for name, value in own if name not in named), *call.params]


def _read(call: Call, response: requests.Response, options: Options) -> bytes:
    """The decoded body, at most `max_body` bytes and not past the deadline, however slowly it drips."""
    raw = response.raw
    if not isinstance(raw, urllib3.BaseHTTPResponse):
        return response.content
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > options.max_body:
            raise TooLargeError(
                f"the answer to {describe(call)} is larger than {options.max_body} bytes; ask for less, or raise max_body.", call
            )
        if call.deadline is not None and time.monotonic() > call.deadline:
            raise DeadlineError(
                f"{describe(call)}: the answer was still arriving at the deadline ({options.deadline} s). Raise deadline.", call
            )
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _ours(call: Call, exc: BaseException, started: float, auth: TokenAuth, options: Options) -> Exception:
    """The error of nbcore for one of requests, urllib3 or the system."""
    causes = _causes(exc)
    why = auth.redact(" / ".join(dict.fromkeys(f"{type(item).__name__}: {str(item)[:200]}" for item in causes[-2:])))
    what = f"{describe(call)} to {options.url}"
    if call.deadline is not None and time.monotonic() >= call.deadline - 0.01:
        return DeadlineError(f"{what} did not end within its deadline ({options.deadline} s). Raise deadline.", call)
    if any(isinstance(item, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for item in causes):
        return CertificateError(f"{what}: the server's certificate was not accepted ({why}). Set verify to your CA bundle.", call)
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError, urllib3.exceptions.ConnectTimeoutError)
    if any(isinstance(item, (*unsent, requests.exceptions.ProxyError)) for item in causes):
        return ConnectError(f"{what}: no connection ({why}). Check url, DNS and proxies.", call)
    if any(isinstance(item, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for item in causes):
        return TimeoutError(f"{what}: no answer within {options.timeout[1]} s. Ask for less at once, or raise timeout.", call)
    if any(isinstance(item, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)) for item in causes):
        return ContentError(f"the answer to {what} cannot be decompressed ({why}).", call)
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)):
        return InputError(f"{what}: the address cannot be used ({why}).")
    if isinstance(exc, requests.exceptions.InvalidHeader):
        return InputError(f"{what}: a header of the session cannot be sent.")
    return ProtocolError(
        f"{what}: the connection broke after {time.monotonic() - started:.1f} s ({why}). Try again, or set retries.",
        call,
        stale=urllib3_connections.attempt.stale,
    )


def _causes(exc: BaseException) -> list[BaseException]:
    """An error and what it wraps: causes, contexts, arguments and `reason`."""
    found: list[BaseException] = []
    queue: list[Any] = [exc]
    while queue:
        item = queue.pop(0)
        if isinstance(item, BaseException) and all(item is not other for other in found):
            found.append(item)
            queue += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found
