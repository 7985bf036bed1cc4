"""A rich progress bar, moved by nbcore_page."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from nbcore import Call, Reply, hookimpl
from nbcore.plugins import ForkLock


class Progress:
    """Shows how far lists that take more than one page are read; nothing where the output is no terminal and no notebook.

    Args:
        console: where to draw; standard error by default.
        patience: seconds without a page after which the bar goes away; the next page brings it back.
    """

    def __init__(self, console: Console | None = None, patience: float = 10.0) -> None:
        self.patience = patience
        self.console = console if console is not None else Console(stderr=True)
        self._bar: Bar | None = None
        self._tasks: dict[tuple[Any, ...], TaskID] = {}
        self._idle: threading.Timer | None = None
        self._hook: Callable[[type[BaseException], BaseException, TracebackType | None], object] = sys.__excepthook__
        self._lock = ForkLock()

    @hookimpl
    def nbcore_page(self, call: Call, fetched: int, total: int | None) -> None:
        """Move the bar of the list that this page belongs to; it goes away when the list is read."""
        if not (self.console.is_terminal or self.console.is_jupyter):
            return
        key = (call.path, *(pair for pair in call.params if pair[0] not in ("limit", "offset")))
        with self._lock:
            if key not in self._tasks:
                if total is None or fetched >= total:
                    return  # one page: there is nothing to wait for
                self._tasks[key] = self._started().add_task(call.endpoint or call.path, total=total)
            bar, task = self._started(), self._tasks[key]
            # Pages that are read in parallel come in any order: the bar never goes back.
            bar.update(task, completed=max(fetched, int(bar.tasks[bar.task_ids.index(task)].completed)), total=total)
            if total is not None and fetched >= total:
                bar.remove_task(self._tasks.pop(key))
                if not self._tasks:
                    self._stop()
            if self._bar is not None:
                self._wait()

    @hookimpl(wrapper=True)
    def nbcore_send(self, call: Call) -> Generator[None, Reply, Reply]:
        """Take the bar away where a request fails, so that what is printed of it has a line of its own. The next page brings it back."""
        try:
            return (yield)
        except BaseException:
            self.clear()
            raise

    def clear(self) -> None:
        """Take the bar away, whatever is left to read; the next page brings it back."""
        with self._lock:
            self._tasks.clear()
            self._stop()

    @hookimpl
    def nbcore_close(self) -> None:
        """Take the bar away, also where a read was left half-way."""
        self.clear()

    def _started(self) -> Bar:
        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, console=self.console, transient=True)
            self._bar.start()
            self._hook, sys.excepthook = sys.excepthook, self._failed
        return self._bar

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            if self._idle is not None:
                self._idle.cancel()
            if sys.excepthook == self._failed:
                sys.excepthook = self._hook

    def _failed(self, kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        """An error that nobody caught ends what was being read: the bar goes, and the error is shown as it would have been."""
        shown = self._hook
        self.clear()
        shown(kind, error, where)

    def _wait(self) -> None:
        """Have the bar go by itself when no page comes any more: a read that was left half-way tells nobody that it was."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(self.patience, self.clear)
        self._idle.daemon = True
        self._idle.start()
