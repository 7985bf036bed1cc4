"""Whose token a call sends: asked of the server once for each connection."""

from __future__ import annotations

import logging
import re
import threading
import time
import weakref
from dataclasses import replace

from nbcore import Call, TransportError
from nbcore.contracts import Connection

_log = logging.getLogger("nbcore.audit")
_PATIENCE = 10.0
_ATTEMPTS = 3
# A token is displayed as its last six characters and its user's name.
_DISPLAY = re.compile(r"\S* ?\((?P<user>.+)\)$", re.DOTALL)


class Users:
    """The user of each connection's token.

    Args:
        user: True to ask the server, False for no user, or the name to give for all.
    """

    def __init__(self, user: bool | str) -> None:
        self._given = user if isinstance(user, str) else None
        self._asks = user is True
        self._asked: weakref.WeakKeyDictionary[Connection, _User] = weakref.WeakKeyDictionary()

    def of(self, call: Call, connection: Connection | None) -> str | None:
        """The name of the user whose token a call sends; None where the server does not tell.

        The server is asked once for each connection, before its first write (one GET).

        Args:
            call: the write that is about to be sent.
            connection: what it goes over; None when that is not known.
        """
        if not self._asks or connection is None:
            return self._given
        return self._asked.setdefault(connection, _User()).name(call, connection)


class _User:
    """What is known of the user of one connection's token."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._tries = _ATTEMPTS
        self._lock = threading.Lock()

    def name(self, call: Call, connection: Connection) -> str | None:
        # Not for ever: in a child that was forked during the question, nobody frees the lock.
        if self._tries and self._lock.acquire(timeout=2 * _PATIENCE):
            try:
                if self._tries:
                    self._tries -= 1
                    self._name = self._ask(call, connection)
            finally:
                self._lock.release()
        return self._name

    def _ask(self, call: Call, connection: Connection) -> str | None:
        """The user that the list of tokens names: it holds those of the asking user alone, each displayed with the user's name."""
        until = time.monotonic() + _PATIENCE
        asking = connection.call("GET", "users/tokens/", params={"limit": 1}, endpoint="users/tokens", operation="list")
        asking = replace(asking, deadline=until if call.deadline is None else min(until, call.deadline))
        try:
            data = connection.exchange(asking)[1]
            found = _DISPLAY.match(data["results"][0]["display"])
            name = found["user"] if found else None
        except TransportError as exc:
            _log.debug("the token's user could not be asked: %s", exc)
            return None
        except Exception as exc:
            _log.debug("the server does not tell the token's user: %s", exc)
            name = None
        self._tries = 0
        return name
