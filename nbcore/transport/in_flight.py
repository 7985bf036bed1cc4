"""What is in flight, so that it can be ended from another thread: by Ctrl-C, by closing the Api, by a cancelled await.

A thread that waits for a server cannot be told to stop; the connection that it waits on can be shut down, and then the thread goes on at
once, with an error. So each attempt names its connection here, and each pause before another attempt can be cut short.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any


class Scope:
    """Calls that are ended together: those of one Api, of one awaited call, or of one parallel run."""

    def __init__(self) -> None:
        # Each step on these two is a single one of Python's, so no lock is needed, which a forked process could inherit held.
        self.ended = False
        self._endings: dict[object, Callable[[], None]] = {}

    def add(self, key: object, ending: Callable[[], None]) -> None:
        """Have something ended with the others: at once, where they have been.

        Args:
            key: what it is known by.
            ending: ends it; may be called on any thread, and twice.
        """
        self._endings[key] = ending
        if self.ended:
            ending()

    def drop(self, key: object) -> None:
        """It is over by itself."""
        self._endings.pop(key, None)

    def end(self) -> None:
        """End all that is in flight, and whatever begins in this scope from now on."""
        self.ended = True
        for ending in list(self._endings.values()):
            ending()
        self._endings.clear()


_scopes: ContextVar[tuple[Scope, ...]] = ContextVar("nbcore_scopes", default=())


@contextlib.contextmanager
def within(scope: Scope) -> Iterator[None]:
    """What this thread, or task, sends is in a scope, beside those that it is in already."""
    before = _scopes.set((*_scopes.get(), scope))
    try:
        yield
    finally:
        _scopes.reset(before)


def ended() -> bool:
    """Whether what is sent now was ended."""
    return any(scope.ended for scope in _scopes.get())


@contextlib.contextmanager
def ended_with(key: object, ending: Callable[[], None]) -> Iterator[None]:
    """Meanwhile something is ended with the scopes that this thread, or task, is in."""
    scopes = _scopes.get()
    for scope in scopes:
        scope.add(key, ending)
    try:
        yield
    finally:
        for scope in scopes:
            scope.drop(key)


def pause(seconds: float) -> None:
    """Wait, unless that is ended."""
    if not _scopes.get():
        time.sleep(seconds)
        return
    over = threading.Event()
    with ended_with(over, over.set):
        over.wait(seconds)


class _Flight:
    """One attempt, and the socket that it waits on."""

    def __init__(self) -> None:
        self._socket: Any = None
        self._over = False

    def waits_on(self, sock: Any) -> None:
        self._socket = sock
        if self._over:
            self.end()

    def end(self) -> None:
        self._over = True
        plain = getattr(self._socket, "socket", self._socket)  # urllib3 wraps the socket of TLS within TLS
        if isinstance(plain, socket.socket):
            with contextlib.suppress(OSError):
                # Not the TLS socket's own shutdown, which forgets its state while another thread reads.
                socket.socket.shutdown(plain, socket.SHUT_RDWR)


class _OfThread(threading.local):
    flight: _Flight | None = None


_of_thread = _OfThread()


@contextlib.contextmanager
def flight() -> Iterator[None]:
    """One attempt of this thread. It is ended with the scopes that it is in."""
    made = _Flight()
    before, _of_thread.flight = _of_thread.flight, made
    try:
        with ended_with(made, made.end):
            yield
    finally:
        _of_thread.flight = before


def waits_on(sock: Any) -> None:
    """Name the socket that this thread's attempt is about to wait on."""
    if _of_thread.flight is not None:
        _of_thread.flight.waits_on(sock)
