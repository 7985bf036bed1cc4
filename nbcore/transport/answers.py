"""How the answer to one request is read off its connection: by the clock, past interim answers, and to its end but no further."""

from __future__ import annotations

import contextlib
import io
import socket
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

_INTERIM = 100  # answers such as "102 Processing" that may come before the one that counts


class Clock:
    """What reading an answer needs to know, and tells of it.

    Attributes:
        deadline: the moment (time.monotonic) at which reading ends; None for never.
        received: bytes of the answer so far.
        status: the status of the answer; 0 before it came.
    """

    deadline: float | None = None
    received: int = 0
    status: int = 0


class _Reader(io.RawIOBase):
    """A socket's reading end that waits no longer than until the deadline, whatever drips in."""

    def __init__(self, raw: Any, sock: socket.socket, clock: Clock) -> None:
        self._raw = raw
        self._sock = sock
        self._clock = clock
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._ended:
            return 0
        if self._clock.deadline is not None:
            left = self._clock.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the deadline passed while the answer was arriving")
            waits = self._sock.gettimeout()
            self._sock.settimeout(left if waits is None else min(waits, left))
        count: int | None = self._raw.readinto(buffer)
        self._clock.received += count or 0
        return count

    def end(self) -> None:
        """Read no more from the socket."""
        self._ended = True

    def shut(self) -> None:
        """End the connection, so that no other request is sent on it."""
        with contextlib.suppress(OSError, ValueError):
            self._sock.shutdown(socket.SHUT_RDWR)

    @property
    def pending(self) -> bool:
        """Whether TLS holds bytes that nobody read yet. A poll of the socket does not see them."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return bool(self._sock.pending())  # type: ignore[attr-defined]
        return False

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Buffer(io.BufferedReader):
    """The bytes of one answer. More than that were not asked for, and would be taken for the next answer: they end the connection."""

    raw: _Reader

    def close(self) -> None:
        if not self.closed:
            self.raw.end()
            if self.peek(1) or self.raw.pending:
                self.raw.shut()
        super().close()


class Answer:
    """Put before a response class of http.client: reads over interim answers (102, 103), which http.client takes for final ones."""

    clock: Clock
    headers: Any
    status: int

    def begin(self, **named: Any) -> None:
        """Read up to the headers of the answer that counts.

        Raises:
            HTTPException: the server answers something else than HTTP from now on (101), or interim answers without an end.
        """
        for _ in range(_INTERIM):
            super().begin(**named)  # type: ignore[misc]
            if not 100 <= self.status < 200:
                self.clock.status = self.status
                return
            if self.status == 101:
                raise HTTPException("101: the server changed to another protocol, which was not asked for")
            self.headers = None  # what makes begin() read again
        raise HTTPException(f"{_INTERIM} interim answers, and none that counts")


def reading(made: Callable[..., Any], clock: Clock, become: Callable[[Any, type], bool]) -> Callable[..., Any]:
    """What makes a response, with its answer read so.

    Args:
        made: the response class of a connection.
        clock: the attempt that the answer belongs to.
        become: puts a class before an object's own.
    """

    def make(sock: socket.socket, *args: Any, **named: Any) -> Any:
        response = made(sock, *args, **named)
        if isinstance(getattr(response, "fp", None), io.BufferedReader):
            response.fp = _Buffer(_Reader(response.fp.detach(), sock, clock))
        if become(response, Answer):
            response.clock = clock
        return response

    return make
