"""Connections that know the clock: every read from the socket, of headers as of bodies, ends at the call's deadline."""

from __future__ import annotations

import io
import socket
import threading
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import requests
    from urllib3 import ProxyManager


class _Attempt(threading.local):
    """What this thread's attempt knows of its connection.

    Attributes:
        deadline: the moment (time.monotonic) at which reading ends; None for never.
        sent: whether it went out on one of these connections.
        opened: whether the connection was opened for it.
        received: bytes of the answer so far.
    """

    deadline: float | None = None
    sent: bool = False
    opened: bool = False
    received: int = 0

    def begin(self, deadline: float | None) -> None:
        """A new attempt."""
        self.deadline, self.sent, self.opened, self.received = deadline, False, False, 0

    @property
    def stale(self) -> bool:
        """Whether the server had closed a kept connection: it was not opened for this attempt, and no byte of an answer came."""
        return self.sent and not self.opened and not self.received


attempt = _Attempt()


class _Reader(io.RawIOBase):
    """A socket's reading end that waits no longer than until the deadline, whatever drips in."""

    def __init__(self, raw: Any, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if attempt.deadline is not None:
            left = attempt.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the deadline passed while the answer was arriving")
            waits = self._sock.gettimeout()
            self._sock.settimeout(left if waits is None else min(waits, left))
        count: int | None = self._raw.readinto(buffer)
        attempt.received += count or 0
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(sock, *args, **named)
        self.fp = io.BufferedReader(_Reader(self.fp.detach(), sock))


class _Clocked:
    """A connection whose answers are read by the clock, and that tells whether it was opened for this attempt."""

    response_class: Any = _Response

    def connect(self) -> None:
        attempt.opened = True
        super().connect()  # type: ignore[misc]

    def request(self, *args: Any, **named: Any) -> None:
        attempt.sent = True
        super().request(*args, **named)  # type: ignore[misc]


class _Connection(_Clocked, HTTPConnection):
    pass


class _SecureConnection(_Clocked, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _clocked(manager: Any) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class Adapter(HTTPAdapter):
    """Requests' adapter with these connections, straight or through a proxy."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **named: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(connections, maxsize, block, **named)
        _clocked(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **named: Any) -> ProxyManager:
        """Make the pools of a proxy."""
        made: ProxyManager = super().proxy_manager_for(*args, **named)
        if made.pool_classes_by_scheme.get("http") is HTTPConnectionPool:
            _clocked(made)
        return made


def adopt(session: requests.Session) -> None:
    """Give the stock adapters of a session that the user made these connections; adapters of another make stay as they are."""
    for adapter in session.adapters.values():
        manager = getattr(adapter, "poolmanager", None)
        if getattr(manager, "pool_classes_by_scheme", {}).get("http") is HTTPConnectionPool:
            _clocked(manager)


def renew(session: requests.Session) -> None:
    """Drop a session's pools untouched: after a fork they are the parent's, and a thread that is not here may hold their locks."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            known: Any = adapter
            known.proxy_manager = {}
            known.init_poolmanager(known._pool_connections, known._pool_maxsize, block=known._pool_block)
