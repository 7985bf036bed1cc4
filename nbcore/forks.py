"""A lock that a forked process does not inherit held."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Any

_generation = 0  # how many forks lie between the first process and this one


class ForkLock:
    """A lock for one thread at a time, which may take it again while it has it.

    In a forked child it is free, whichever thread of the parent held it: that thread is not in the child, and would never give it back.
    A pickled copy is free too.
    """

    __slots__ = ("_born", "_lock")

    def __init__(self) -> None:
        self._born = _generation
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        if self._born != _generation:
            self._born, self._lock = _generation, threading.RLock()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError):  # it was taken before a fork, and is another lock now
            self._lock.release()

    def __reduce__(self) -> tuple[Any, ...]:
        return ForkLock, ()


def _forked() -> None:
    global _generation
    _generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
