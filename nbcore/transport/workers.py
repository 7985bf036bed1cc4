"""The threads of one Api: work on several items at once, with the results in order.

They are daemons: a thread that waits for a silent server does not keep a process alive that has ended, as those of the standard library's
pool do. (Whoever waits for a result waits for it here, so nothing that a program still needs is lost.)
"""

from __future__ import annotations

import contextvars
import os
import queue
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .in_flight import Scope, ended_with, within

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ..contracts import In, Out

_Work = tuple["Future[Any]", Callable[[], Any]]


class Workers:
    """Threads that are made when they are first needed, and end when they are not needed any more.

    Args:
        size: how many items are worked on at once.
        name: what the threads' names begin with.
    """

    def __init__(self, size: int, name: str = "nbcore") -> None:
        self._size = size
        self._name = name
        self._begin()
        _alive.add(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)  # threads that wait for work
        self._threads = 0
        self._ending: weakref.finalize[Any, Workers] | None = None

    def map(self, work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """`work(item)` of each item in the order given, several at once; stopping early cancels what has not begun.

        Where waiting for a result is interrupted (Ctrl-C) or ended, what is in flight is ended too.
        """
        waiting: deque[Future[Out]] = deque()
        scope = Scope()
        try:
            for item in items:
                with within(scope):
                    waiting.append(self.submit(work, item))
                if len(waiting) >= 2 * self._size:
                    with ended_with(scope, scope.end):
                        result = waiting.popleft().result()
                    yield result
            while waiting:
                with ended_with(scope, scope.end):
                    result = waiting.popleft().result()
                yield result
        except (KeyboardInterrupt, SystemExit):
            scope.end()
            raise
        finally:
            for future in waiting:
                future.cancel()

    def submit(self, work: Callable[..., Out], *args: Any, **named: Any) -> Future[Out]:
        """Have a thread do some work, with the caller's context variables.

        Returns:
            The future of its result.
        """
        from concurrent.futures import Future  # a program that asks one thing at a time does without

        future: Future[Out] = Future()
        context = contextvars.copy_context()
        with self._lock:
            self._queue.put((future, lambda: context.run(work, *args, **named)))
            if not self._idle.acquire(blocking=False) and self._threads < self._size:
                self._add_thread()
        return future

    def _add_thread(self) -> None:
        # Threads import nothing of this: a process that is forked in the middle of an import could never import the module again.
        from . import attempt, identity, session  # noqa: F401

        if self._ending is None:
            self._ending = weakref.finalize(self, _end, self._queue, self._size)
            self._ending.atexit = False
        self._threads += 1
        name = f"{self._name}_{self._threads - 1}"
        threading.Thread(target=_work, args=(self._queue, self._idle), name=name, daemon=True).start()

    def close(self) -> None:
        """End the threads once they have nothing to do, and cancel what has not begun; the next use makes new ones."""
        with self._lock:
            waiting, threads = self._queue, self._threads
            self._queue, self._idle, self._threads = queue.SimpleQueue(), threading.Semaphore(0), 0
            if self._ending is not None:
                self._ending.detach()
                self._ending = None
        while not waiting.empty():
            try:
                work = waiting.get_nowait()
            except queue.Empty:  # a thread was quicker
                break
            if work is not None:
                work[0].cancel()
        _end(waiting, threads)

    def after_fork(self) -> None:
        """In a forked child: the parent's threads are not here, and one of them may have held the lock."""
        if self._ending is not None:
            self._ending.detach()
        self._begin()


def _end(waiting: queue.SimpleQueue[_Work | None], threads: int) -> None:
    for _ in range(threads):
        waiting.put(None)


def _work(waiting: queue.SimpleQueue[_Work | None], idle: threading.Semaphore) -> None:
    """What a thread does. It does not know the Workers, so that these can be forgotten while it waits."""
    while (item := waiting.get()) is not None:
        future, call = item
        if future.set_running_or_notify_cancel():
            try:
                result = call()
            except BaseException as exc:
                future.set_exception(exc)
            else:
                future.set_result(result)
        del item, future, call  # not kept while the next one is waited for
        result = None
        idle.release()


_alive: weakref.WeakSet[Workers] = weakref.WeakSet()


def _reset_all() -> None:
    for workers in list(_alive):
        workers.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
