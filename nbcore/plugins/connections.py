"""Which connection a call goes over, for a hook plugin that several Apis share."""

from __future__ import annotations

import contextlib
import weakref
from typing import TYPE_CHECKING, Any

from ..messages import Call

if TYPE_CHECKING:
    from ..contracts import Connection


class Connections:
    """The connections that a hook plugin serves, and which of them a call goes over.

    One plugin object may be given to several Apis, and a Call does not hold its Api. A plugin that needs to send requests of its own, or
    to keep something for each connection, adds `api.connection` in nbcore_ready and asks `of(call)` in nbcore_send.

    Nothing here keeps a connection alive. It may be used on several threads, and in a forked process; a pickled copy is empty.
    """

    def __init__(self) -> None:
        # Each step on these two is a single one of Python's, so no lock is needed, which a forked process could inherit held.
        self._served: weakref.WeakValueDictionary[int, Connection] = weakref.WeakValueDictionary()
        self._by_identity: weakref.WeakValueDictionary[str, Connection] = weakref.WeakValueDictionary()

    def add(self, connection: Connection) -> None:
        """Serve a connection. It is not asked for its identity here, since that may ask for the token."""
        self._served[id(connection)] = connection

    def of(self, call: Call) -> Connection | None:
        """The connection that a call goes over.

        Args:
            call: a call that a hook was given, with its `server` and `identity`.

        Returns:
            The connection with the call's identity. Where none has it any more, since an answer set a cookie meanwhile: the one that had
            it, or the only one to that server. None for a call that is of no connection served here, or when several could be meant.
        """
        known = self._by_identity.get(call.identity)
        if known is not None and _is(known, call):
            return known
        here = [connection for connection in self._all() if connection.options.base_url == call.server]
        for connection in here:
            if _is(connection, call):
                self._by_identity[call.identity] = connection
                return connection
        return known or (here[0] if len(here) == 1 else None)

    def redact(self, text: str) -> str:
        """A text without the token of any of the connections."""
        for connection in self._all():
            text = connection.redact(text)
        return text

    def _all(self) -> list[Connection]:
        return [connection for reference in self._served.valuerefs() if (connection := reference()) is not None]

    def __contains__(self, connection: Connection) -> bool:
        return self._served.get(id(connection)) is connection

    def __reduce__(self) -> tuple[Any, ...]:
        return Connections, ()

    def __repr__(self) -> str:
        return f"<Connections: {len(self._all())}>"


def _is(connection: Connection, call: Call) -> bool:
    """Whether a connection has a call's identity; one that cannot get its token has none."""
    with contextlib.suppress(Exception):
        return bool(call.identity) and connection.identity == call.identity
    return False
