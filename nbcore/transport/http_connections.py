"""Connections that know the attempt they serve: reading ends at its deadline, headers or body, and the token is added here, on the wire.

Any urllib3 connection becomes one of these, straight or through a proxy, from whatever adapter it comes, at the moment it is used. So it
does not matter when an adapter was mounted. Whoever replaces a class of urllib3 or http.client in the meantime, as vcrpy does, is found
in its place: nothing here keeps a class of theirs.
"""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager

from . import in_flight, second_retries
from .answers import Clock, reading
from .token import host, origin

if TYPE_CHECKING:
    from .token import TokenAuth

_GIVE_POOLS = ("get_connection", "get_connection_with_tls_context")
_WRAPPED = 20  # adapters in a list or dict of another; what is longer holds something else
_ASKS_FOR_LOGIN = (401, 407)  # after these a write may be sent again: it was not done


class RepeatedWriteError(HTTPError):
    """Something below nbcore was about to send a write again."""


class _Attempt(threading.local, Clock):
    """What this thread's attempt knows of its connection.

    Attributes:
        active: whether there is an attempt; what else this thread sends on these connections gets neither a deadline nor a token.
        auth: adds the token to what is sent; None where it is a header already.
        writes: whether the call may change something on the server.
        signing: whether the session's own auth is at work.
        pooled: whether a pool of connections was asked for one, so that what is sent is known from `sent`.
        sent: whether it went out on one of these connections.
        opened: whether the connection was opened for it.
    """

    active: bool = False
    auth: TokenAuth | None = None
    writes: bool = False
    signing: bool = False
    pooled: bool = False
    sent: bool = False
    opened: bool = False

    def begin(self, deadline: float | None, auth: TokenAuth | None, writes: bool) -> None:
        """A new attempt."""
        self.active, self.deadline, self.auth, self.writes = True, deadline, auth, writes
        self.signing = self.pooled = self.sent = self.opened = False
        self.received = self.status = 0

    def end(self) -> None:
        """It is over."""
        self.active, self.deadline, self.auth, self.writes = False, None, None, False

    def leaves(self) -> None:
        """Note that the request goes out now.

        Raises:
            RepeatedWriteError: it is a write that went out before, and no answer said that it was not done.
            TimeoutError: the deadline has passed.
        """
        if self.active and self.writes and self.sent and self.status not in _ASKS_FOR_LOGIN:
            raise RepeatedWriteError("what stands between nbcore and the server was about to send a write a second time")
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise TimeoutError("the deadline passed before the request was sent")
        self.sent, self.received, self.status = True, 0, 0

    @property
    def unsent(self) -> bool:
        """Whether it is certain that nothing went out."""
        return not self.sent and (self.pooled or self.signing)

    @property
    def stale(self) -> bool:
        """Whether the server had closed a kept connection: it was not opened for this attempt, and no byte of an answer came."""
        return self.sent and not self.opened and not self.received


attempt = _Attempt()


def _put_before(found: Any, added: type) -> bool:
    """Put a class before an object's own, so that its methods come first; False where the object cannot be of another class."""
    own = type(found)
    if added not in own.__mro__:
        # Python itself knows the subclasses of a class, weakly: a table of them would keep classes of others alive.
        known = (sub for sub in own.__subclasses__() if sub.__bases__ == (added, own))
        both = next(known, None) or type(own.__name__, (added, own), {"__module__": own.__module__})
        try:
            object.__setattr__(found, "__class__", both)
        except TypeError:
            return False
    return True


class _Clocked:
    """Put before a connection: its answers are read by the clock, it adds the token, and tells whether it was opened for this attempt."""

    timeout: Any
    made_as: Any = None  # the class that its pool made connections of at that time

    @property
    def response_class(self) -> Any:
        """What makes the responses of http.client."""
        return reading(super().response_class, attempt, _put_before)  # type: ignore[misc]

    def connect(self) -> None:
        attempt.opened = True
        self._in_time()
        going, attempt.sent = attempt.sent, False  # plain http connects when the request is on its way already
        super().connect()  # type: ignore[misc]
        attempt.sent = going
        in_flight.waits_on(self.sock)  # type: ignore[attr-defined]

    def _in_time(self) -> None:
        """Connecting, too, ends at the deadline."""
        if attempt.deadline is not None:
            left = max(attempt.deadline - time.monotonic(), 0.001)
            waits = getattr(self, "timeout", None)
            self.timeout = min(waits, left) if isinstance(waits, (int, float)) else left

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **named: Any) -> None:
        attempt.leaves()
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


class _Pool:
    """Put before a pool of urllib3: it gives such connections, and its retries keep the deadline and repeat no write."""

    ConnectionCls: Any

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc]
        if isinstance(connection, _Clocked) and connection.made_as is not self.ConnectionCls:
            # Kept from before somebody put another class in its place, or took it away again.
            connection.close()  # type: ignore[attr-defined]
            connection = self._new_conn()  # type: ignore[attr-defined]
        if isinstance(connection, HTTPConnection) or hasattr(connection, "getresponse"):
            _put_before(connection, _Clocked)
            object.__setattr__(connection, "made_as", self.ConnectionCls)
        return connection

    def urlopen(self, method: str, url: str, body: Any = None, headers: Any = None, retries: Any = None, *args: Any, **named: Any) -> Any:
        if attempt.active and second_retries.retries_of_its_own(retries) and not isinstance(retries, second_retries.Bounded):
            retries = second_retries.bounded(retries, attempt.deadline, attempt.writes, _put_before)
        return super().urlopen(method, url, body, headers, retries, *args, **named)  # type: ignore[misc]


class _Manager:
    """Put before a manager of pools, for adapters that ask it by themselves: its pools give such connections."""

    def connection_from_pool_key(self, *args: Any, **named: Any) -> Any:
        attempt.pooled = True
        pool = super().connection_from_pool_key(*args, **named)  # type: ignore[misc]
        if isinstance(pool, HTTPConnectionPool):
            _put_before(pool, _Pool)
        return pool


class _GivesPools:
    """In place of a method of an adapter that gives a pool: the pool gives such connections.

    Args:
        adapter: the adapter.
        name: the method.
    """

    def __init__(self, adapter: HTTPAdapter, name: str) -> None:
        self._adapter = weakref.ref(adapter)  # it holds this, and is not kept alive by it
        self._name = name
        self._given = vars(adapter).get(name)

    def __call__(self, *args: Any, **named: Any) -> Any:
        adapter = self._adapter()
        attempt.pooled = True
        pool = self._given(*args, **named) if self._given else getattr(type(adapter), self._name)(adapter, *args, **named)
        if isinstance(pool, HTTPConnectionPool):
            _put_before(pool, _Pool)
        return pool


def adopt(session: requests.Session, url: str) -> None:
    """Give the adapters of a session these connections; those that are not on urllib3 stay as they are. It is quick when done before.

    Args:
        session: whose adapters.
        url: the address that is sent to next: a session may choose an adapter for it that is not mounted.
    """
    chosen = []
    with contextlib.suppress(requests.RequestException):
        chosen.append(session.get_adapter(url))
    for adapter in adapters(session, *chosen):
        own = vars(adapter)
        for name in _GIVE_POOLS:
            if not isinstance(own.get(name), _GivesPools) and hasattr(adapter, name):
                setattr(adapter, name, _GivesPools(adapter, name))
        for manager in (own.get("poolmanager"), *own.get("proxy_manager", {}).values()):
            if isinstance(manager, PoolManager):
                _put_before(manager, _Manager)
        second_retries.say(adapter)


def adapters(session: requests.Session, *more: BaseAdapter) -> Iterator[HTTPAdapter]:
    """The adapters of a session that are on urllib3, those that are wrapped by another with them."""
    seen: set[int] = set()
    queue: list[Any] = [*session.adapters.values(), *more]
    while queue:
        found = queue.pop()
        if not isinstance(found, BaseAdapter) or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, HTTPAdapter):
            yield found
        for value in list(vars(found).values()):
            if isinstance(value, (dict, list, tuple)) and len(value) <= _WRAPPED:
                queue += value.values() if isinstance(value, dict) else value
            elif isinstance(value, BaseAdapter):
                queue.append(value)


def renew(session: requests.Session) -> None:
    """Drop a session's pools untouched: after a fork they are the parent's, and a thread that is not here may hold their locks."""
    for adapter in adapters(session):
        known: Any = adapter
        known.proxy_manager = {}
        known.init_poolmanager(known._pool_connections, known._pool_maxsize, block=known._pool_block)
