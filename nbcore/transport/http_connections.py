"""Connections that know the attempt they serve: reading ends at its deadline, headers or body, and the token is added here, on the wire.

Any urllib3 connection becomes one of these, straight or through a proxy, by `adopt`.
"""

from __future__ import annotations

import functools
import io
import socket
import threading
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection

from . import in_flight
from .token import host, origin

if TYPE_CHECKING:
    import requests

    from .token import TokenAuth


class _Attempt(threading.local):
    """What this thread's attempt knows of its connection.

    Attributes:
        deadline: the moment (time.monotonic) at which reading ends; None for never.
        auth: adds the token to what is sent; None where it is a header already, and outside of an attempt.
        sent: whether it went out on one of these connections.
        opened: whether the connection was opened for it.
        received: bytes of the answer so far.
    """

    deadline: float | None = None
    auth: TokenAuth | None = None
    sent: bool = False
    opened: bool = False
    received: int = 0

    def begin(self, deadline: float | None, auth: TokenAuth | None) -> None:
        """A new attempt."""
        self.deadline, self.auth, self.sent, self.opened, self.received = deadline, auth, False, False, 0

    def end(self) -> None:
        """It is over: what else this thread sends on these connections gets neither a deadline nor a token."""
        self.deadline = self.auth = None

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
    """A connection whose answers are read by the clock, that adds the token, and tells whether it was opened for this attempt."""

    response_class: Any = _Response

    def connect(self) -> None:
        attempt.opened = True
        super().connect()  # type: ignore[misc]
        in_flight.waits_on(self.sock)  # type: ignore[attr-defined]

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **named: Any) -> None:
        attempt.sent = True
        in_flight.waits_on(self.sock)  # type: ignore[attr-defined]
        if attempt.auth is not None:
            headers = dict(headers or {})
            attempt.auth.add(headers, _leads_to(self, url), _passed_on_by(self, url))
        super().request(method, url, body, headers, **named)  # type: ignore[misc]


def _leads_to(connection: Any, url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port that a request on a connection reaches: a proxy gets the whole address, or a tunnel to it."""
    if "://" in url:
        return origin(url)
    if connection._tunnel_host:
        return "https", host(connection._tunnel_host), connection._tunnel_port
    return "https" if isinstance(connection, HTTPSConnection) else "http", host(connection.host), connection.port


def _passed_on_by(connection: Any, url: str) -> str:
    """The proxy that can read a request, "" for none."""
    if "://" in url and connection.proxy is not None:
        return str(connection.proxy)
    socks = getattr(connection, "_socks_options", None)
    return f"socks5://{socks['proxy_host']}:{socks['proxy_port']}" if socks and not isinstance(connection, HTTPSConnection) else ""


@functools.cache
def _clocked_pool(pool: Any) -> Any:
    """A pool class with these connections."""
    connection = type(pool.ConnectionCls.__name__, (_Clocked, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _clock(manager: Any) -> None:
    """Give urllib3's own pools these connections; pools of another make stay as they are."""
    pools = getattr(manager, "pool_classes_by_scheme", {})
    manager.pool_classes_by_scheme = {
        scheme: _clocked_pool(pool) if pool.__module__.startswith("urllib3.") else pool for scheme, pool in pools.items()
    }


def adopt(session: requests.Session) -> None:
    """Give the adapters of a session these connections; those that are not requests' own, or not on urllib3, stay as they are."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter) and "proxy_manager_for" not in vars(adapter):
            _clock(adapter.poolmanager)
            setattr(adapter, "proxy_manager_for", functools.partial(_proxy_manager, adapter.proxy_manager_for))  # noqa: B010  a method


def _proxy_manager(made: Any, *args: Any, **named: Any) -> Any:
    """The pools of a proxy, with these connections."""
    manager = made(*args, **named)
    _clock(manager)
    return manager


def renew(session: requests.Session) -> None:
    """Drop a session's pools untouched: after a fork they are the parent's, and a thread that is not here may hold their locks."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            known: Any = adapter
            known.proxy_manager = {}
            known.init_poolmanager(known._pool_connections, known._pool_maxsize, block=known._pool_block)
            _clock(known.poolmanager)
