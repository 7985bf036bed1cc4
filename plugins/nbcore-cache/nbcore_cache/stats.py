"""What a cache counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace


@dataclass(slots=True)
class Stats:
    """Counts since a Cache was made, or since `reset()`.

    Attributes:
        hits: reads that were answered from the cache.
        misses: reads that could have been, and were sent.
        stored: answers that were kept.
        drops: how often a write or a change of others dropped answers.
        polls: how often the server's change log was asked.
        failures: times when the storage could not be used; the read was then sent.
    """

    hits: int = 0
    misses: int = 0
    stored: int = 0
    drops: int = 0
    polls: int = 0
    failures: int = 0

    @property
    def ratio(self) -> float:
        """The part of the reads that were hits; 0.0 before the first."""
        reads = self.hits + self.misses
        return self.hits / reads if reads else 0.0


class Counter:
    """Stats that several threads add to."""

    def __init__(self) -> None:
        self._stats = Stats()
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """Count one."""
        with self._lock:
            setattr(self._stats, name, getattr(self._stats, name) + 1)

    def now(self) -> Stats:
        """A copy of the counts."""
        with self._lock:
            return replace(self._stats)

    def reset(self) -> None:
        """Begin at zero."""
        with self._lock:
            for item in fields(Stats):
                setattr(self._stats, item.name, 0)

    def after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = threading.Lock()
