"""The threads of one Api: work on several items at once, with the results in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..contracts import In, Out

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor


class Workers:
    """A pool of threads that is made when it is first needed.

    Args:
        size: how many items are worked on at once.
        name: what the threads' names begin with.
    """

    def __init__(self, size: int, name: str = "nbcore") -> None:
        self._size = size
        self._name = name
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def map(self, work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """`work(item)` of each item in the order given, several at once; stopping early cancels what has not begun."""
        pool = self.pool()
        waiting: deque[Future[Out]] = deque()
        source = iter(items)
        try:
            for item in source:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= 2 * self._size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def pool(self) -> ThreadPoolExecutor:
        """The pool of threads."""
        with self._lock:
            if self._pool is None:
                from concurrent.futures import ThreadPoolExecutor  # a program that asks one thing at a time does without

                self._pool = ThreadPoolExecutor(self._size, thread_name_prefix=self._name)
            return self._pool

    def close(self) -> None:
        """End the threads, and cancel what has not begun; the next use makes new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def after_fork(self) -> None:
        """In a forked child: the parent's threads are not here."""
        self._lock = threading.Lock()
        self._pool = None
