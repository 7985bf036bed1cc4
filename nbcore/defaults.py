"""The core's own behaviour, as implementations of its hooks that come last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .errors import AllocationError, ContentError, describe, snippet
from .hookspecs import hookimpl
from .statuses import from_status

if TYPE_CHECKING:
    from .options import Options
from .transport import Call, Reply, Transport


class Defaults:
    """Sends by the transport, answers with the token that was given, and turns answers into errors."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.transport: Transport | None = None

    @hookimpl(trylast=True)
    def nbcore_auth(self, options: Options) -> str:
        """The token that was given, "" for none."""
        return self._token

    @hookimpl(trylast=True)
    def nbcore_send(self, call: Call) -> Reply:
        """Send on the wire."""
        assert self.transport is not None  # noqa: S101  an Api sets it before its first call
        return self.transport.send(call)

    @hookimpl(trylast=True)
    def nbcore_error(self, call: Call, reply: Reply) -> Exception | None:
        """The error of an answer, by its status; None for a success that has no body by right."""
        if reply.status == 404 and reply.header("API-Version") is None and not _is_json(reply):
            return ContentError(
                f"{describe(call)} was answered 404 by something that is not Nautobot ({snippet(reply.text)!r}); "
                "check the url and the proxies before it.",
                call,
                reply,
            )
        if reply.status >= 400:
            return from_status(call, reply)
        if reply.status == 204 and call.operation in ("create", "allocate"):
            return AllocationError(
                f"{describe(call)} was answered 204: less is left than was asked to allocate. Use another parent, or free something.",
                call,
                reply,
            )
        if reply.status >= 300 or call.operation in ("list", "get") or (reply.status not in (202, 204, 205) and call.method != "HEAD"):
            return ContentError(
                f"{describe(call)} was answered {reply.status} with an empty body; check what stands between here and Nautobot.",
                call,
                reply,
            )
        return None

    def __repr__(self) -> str:
        return "<nbcore's own hooks>"


def _is_json(reply: Reply) -> bool:
    try:
        json.loads(reply.content)
    except (ValueError, RecursionError):
        return False
    return True
