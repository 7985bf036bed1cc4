"""The core's own behaviour, as implementations of its hooks that come last."""

from __future__ import annotations

from ..errors import AllocationError, ContentError, describe, snippet
from ..messages import Call, Reply
from ..options import Options
from ..plugins import hookimpl
from .connection import Connection


class CoreHooks:
    """Sends on the Api's connection, answers with the token that was given, and turns answers into errors.

    Args:
        token: the token that was given, "" for none.
        why: why there is none, where somebody may expect one; the error of a request that is refused says it.

    Attributes:
        connection: what it sends with; set once the Api has made it.
    """

    def __init__(self, token: str, why: str = "") -> None:
        self._token = token
        self._why = why
        self.connection: Connection | None = None

    @hookimpl(trylast=True)
    def nbcore_auth(self, options: Options) -> str:
        """The token that was given, "" for none."""
        return self._token

    @hookimpl(trylast=True)
    def nbcore_send(self, call: Call) -> Reply:
        """Send on the wire."""
        assert self.connection is not None  # noqa: S101  an Api sets it before its first call
        return self.connection.send(call)

    @hookimpl(trylast=True)
    def nbcore_error(self, call: Call, reply: Reply) -> Exception | None:
        """The error of an answer, by its status; None for a success that has no body by right."""
        if reply.status == 404 and not _said_by_nautobot(call, reply):
            return ContentError(
                f"{describe(call)} was answered 404 by something that is not Nautobot ({snippet(reply.text)!r}); "
                "check the url and the proxies before it.",
                call,
                reply,
            )
        if reply.status >= 400:
            from .http_errors import from_status

            return from_status(call, reply, self._why_without_token() if reply.status in (401, 403) else "")
        if reply.status == 204 and call.method == "POST" and call.operation in ("create", "allocate"):
            return AllocationError(
                f"{describe(call)} was answered 204: less is left than was asked to allocate. Use another parent, or free something.",
                call,
                reply,
            )
        if call.operation == "action" and reply.status < 300 and (call.method != "GET" or reply.header("API-Version") is not None):
            return None  # an action may have nothing to say
        if (
            reply.status >= 300
            or (call.method == "GET" and call.operation in ("list", "get"))
            or (reply.status not in (202, 204, 205) and call.method != "HEAD")
        ):
            return ContentError(
                f"{describe(call)} was answered {reply.status} with an empty body; check what stands between here and Nautobot.",
                call,
                reply,
            )
        return None

    def _why_without_token(self) -> str:
        """Why no token was sent; "" where one was, or nothing is known of it."""
        assert self.connection is not None  # noqa: S101  an Api sets it before its first call
        return self._why if not self.connection.has_token else ""

    def __repr__(self) -> str:
        return "<nbcore's own hooks>"


def _said_by_nautobot(call: Call, reply: Reply) -> bool:
    """Whether a 404 is Nautobot's own: JSON with a "detail". A proxy's page is not, even where it passed an API-Version header on."""
    said = reply.json_or_none()
    return call.method == "HEAD" or (isinstance(said, dict) and "detail" in said)
