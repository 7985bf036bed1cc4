"""Connection: which Api a call belongs to, and whose token it sends."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from nbcore import Call, Reply, TransportError, hookimpl

from .masking import Mask

if TYPE_CHECKING:
    from nbcore import Api

_log = logging.getLogger("nbcore.audit")
_PATIENCE = 10.0
_ATTEMPTS = 3
# A token is displayed as its last six characters and its user's name.
_DISPLAY = re.compile(r"\S* ?\((?P<user>.+)\)$", re.DOTALL)


class Connection:
    """The part of an Audit that belongs to one Api. A call does not name its Api, and one Audit may serve several.

    Args:
        api: the Api.
        here: where the Audit looks for the connection of the call that its thread sends.
        user: True to ask for the token's user, False for none, or a name.
        names: the field names to leave out of the log.
    """

    def __init__(self, api: Api, here: threading.local, user: bool | str, names: tuple[str, ...]) -> None:
        self.api = api
        self.mask = Mask(names, api.connection.redact)
        self._here = here
        self._user = user if isinstance(user, str) else None
        self._tries = _ATTEMPTS if user is True else 0
        self._lock = threading.Lock()

    @hookimpl(wrapper=True, tryfirst=True)
    def nbcore_send(self, call: Call) -> Generator[None, Reply, Reply]:
        """Say for the time of a call that it is this Api's."""
        before = getattr(self._here, "connection", None)
        self._here.connection = self
        try:
            return (yield)
        finally:
            self._here.connection = before

    def user(self, call: Call) -> str | None:
        """The name of the token's user, asked once, before the first write; None where the server does not tell.

        The list of tokens holds those of the asking user alone, each displayed with the user's name.
        """
        # Not for ever: in a child that was forked during the question, nobody frees the lock.
        if self._tries and self._lock.acquire(timeout=2 * _PATIENCE):
            try:
                if self._tries:
                    self._tries -= 1
                    self._user = self._ask(call)
            finally:
                self._lock.release()
        return self._user

    def _ask(self, call: Call) -> str | None:
        until = time.monotonic() + _PATIENCE
        asking = self.api.call("GET", "users/tokens/", params={"limit": 1}, endpoint="users/tokens", operation="list")
        asking = replace(asking, deadline=until if call.deadline is None else min(until, call.deadline))
        try:
            data = self.api.connection.exchange(asking)[1]
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
