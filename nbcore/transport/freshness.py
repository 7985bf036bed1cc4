"""Which reads must reach the server, past every cache: those that decide about a write, and the first of each kind after a write."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from ..messages import Call

_KNOWN = 10_000  # reads of which it is remembered that they were sent since the last write
_deciding: ContextVar[bool] = ContextVar("nbcore_deciding", default=False)


@contextlib.contextmanager
def deciding() -> Iterator[None]:
    """What is read within decides about a write, so every read within reaches the server."""
    before = _deciding.set(True)
    try:
        yield
    finally:
        _deciding.reset(before)


def decides() -> bool:
    """Whether what is read now decides about a write."""
    return _deciding.get()


class Freshness:
    """Knows of each read of a Connection whether it was sent since the last write.

    A session may answer from a cache of its own, which knows nothing of our writes. So the first time that something is read after a
    write, its answer must be the server's; whatever the session keeps of that answer is then good until the next write.
    """

    def __init__(self) -> None:
        self._writes = 0
        self._sent: OrderedDict[Any, int] = OrderedDict()  # reads, with the number of writes before them
        self._lock = threading.Lock()

    def wrote(self) -> None:
        """Note a write: before it is sent and after, since a read may be answered in between."""
        with self._lock:
            self._writes += 1
            self._sent.clear()

    def needed(self, call: Call) -> bool:
        """Whether a read must reach the server; note that it is sent.

        Args:
            call: the read.
        """
        if call.fresh or call.attempt > 1:
            return True
        if not self._writes:
            return False
        read = (call.method, call.path, call.params, call.api_version, call.accept, repr(call.body))
        with self._lock:
            known = self._sent.get(read) == self._writes
            self._sent[read] = self._writes
            if len(self._sent) > _KNOWN:
                self._sent.popitem(last=False)
        return not known

    def after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = threading.Lock()
