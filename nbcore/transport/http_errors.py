"""What an error status means: the class of its error, and a text that says what happened and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RequestError,
    RouteNotFoundError,
    ServerError,
    StatusConflictError,
    UnknownFilterError,
    ValidationError,
    VersionError,
    describe,
    server_text,
    snippet,
)
from ..messages import Call, Reply

BY_STATUS: Mapping[int, type[RequestError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    406: VersionError,
    409: StatusConflictError,
    429: RateLimitError,
}

_ADVICE: Mapping[int, str] = {
    401: "Check the token.",
    403: "Nautobot answers 403 both to a bad or missing token and to a token without the permission: check NAUTOBOT_TOKEN first.",
    404: "Check the id and the route.",
    409: "Resolve what the server names, then try again.",
    429: "Ask less often, or set retries.",
    500: "The server's log has the cause.",
    502: "A proxy could not reach Nautobot; try again later, or set retries.",
    503: "Nautobot is not ready; try again later, or set retries.",
    504: "Nautobot took too long for its proxy; ask for less at once.",
}


def from_status(call: Call, reply: Reply, advice: str = "") -> RequestError:
    """The error of an answer with an error status: its class by status, its text from the server's JSON.

    Args:
        call: what was sent.
        reply: its answer.
        advice: what to do, where more is known of it than the status tells.
    """
    cls = BY_STATUS.get(reply.status) or (ServerError if reply.status >= 500 else RequestError)
    extra: dict[str, Any] = {}
    said = snippet(server_text(reply)).rstrip(".")
    advice = advice or _ADVICE.get(reply.status, "")
    if reply.status == 404 and reply.header("API-Version") is None:
        cls = RouteNotFoundError
        said = "the server has no such route"
        advice = "Check the names of the app and the endpoint, and that the url is Nautobot's."
    elif reply.status == 400 and (unknown := unknown_filters(reply)):
        cls, extra = UnknownFilterError, {"filters": unknown}
        said = f"the server does not know the filter {', '.join(map(repr, unknown))}"
        advice = "See the endpoint's filters in the server's /api/docs/."
    elif reply.status == 406:
        extra = {"supported": supported_versions(said)}
        advice = f"Versions this server speaks: {', '.join(extra['supported']) or 'see its text'}."
    if reply.retry_after is not None and reply.status in (429, 503):
        extra = {"retry_after": reply.retry_after}
        advice = f"The server asks to wait {reply.retry_after:g} s."
    return cls(f"{describe(call)} was answered {reply.status} {reply.reason}: {said}. {advice}".rstrip(), call, reply, **extra)


def unknown_filters(reply: Reply) -> list[str]:
    """The names that a strict FilterSet refused: `{"typo": ["Unknown filter field"]}`."""
    data = reply.json_or_none()
    if not isinstance(data, dict):
        return []
    return [name for name, texts in data.items() if isinstance(texts, list) and "Unknown filter field" in texts]


def supported_versions(text: str) -> list[str]:
    """The versions in the text of a 406."""
    _, _, listed = text.partition("upported versions")
    return re.findall(r"\d+\.\d+", listed or text)
