"""A rich progress bar, moved by nbcore_page."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from nbcore import Call, hookimpl
from nbcore.plugins import ForkLock


class Progress:
    """Shows how far lists that take more than one page are read; nothing where the output is no terminal and no notebook.

    Args:
        console: where to draw; standard error by default.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console if console is not None else Console(stderr=True)
        self._bar: Bar | None = None
        self._tasks: dict[tuple[Any, ...], TaskID] = {}
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

    @hookimpl
    def nbcore_close(self) -> None:
        """Take the bar away, also where a read was left half-way."""
        with self._lock:
            self._tasks.clear()
            self._stop()

    def _started(self) -> Bar:
        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, console=self.console, transient=True)
            self._bar.start()
        return self._bar

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
