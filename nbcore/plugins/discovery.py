"""Which of the installed plugins an Api may use, and the import of one."""

from __future__ import annotations

import time
from collections.abc import Container
from importlib.metadata import EntryPoint
from typing import Any

from ..errors import PluginError
from ..options import Options
from .entry_points import APPS, entry_points
from .report import PluginInfo, Report


class Candidate:
    """An installed plugin that an Api may use; nothing of it is imported yet.

    Attributes:
        info: its row in the report.
    """

    __slots__ = ("_entry", "info")

    def __init__(self, info: PluginInfo, entry: EntryPoint) -> None:
        self.info = info
        self._entry = entry

    @property
    def usable(self) -> bool:
        """Whether it has not failed."""
        return self.info.state != "failed"

    def load(self, report: Report) -> Any:
        """Import what its entry point names.

        Args:
            report: is told of a failure.

        Returns:
            The object; None where the import failed and that is no error.

        Raises:
            PluginError: the import failed, and the plugin was asked for.
        """
        started = time.perf_counter()
        failure: BaseException | None = None
        loaded = None
        try:
            loaded = self._entry.load()
        except KeyboardInterrupt:  # the user's
            raise
        except BaseException as exc:  # sys.exit() too: a plugin does not end the user's program
            failure = exc
        report.imported(self.info, time.perf_counter() - started)
        if failure is not None:
            report.fail(self.info, failure)
        return loaded


def discover(group: str, options: Options, report: Report, skip: Container[str] = ()) -> dict[str, Candidate]:
    """The installed plugins of a group that an Api may use, by name. Nothing is imported.

    Args:
        group: the entry-point group.
        options: the Api's settings; `allow` and `disable` leave plugins out.
        report: gets a row for each plugin that is installed, whether it may be used or not.
        skip: names that the user gives a plugin of, which then replaces the installed one.

    Raises:
        PluginError: two packages claim one name, and the plugin was asked for.
    """
    found: dict[str, Candidate] = {}
    for name, entries in entry_points(group).items():
        if name in skip:
            continue
        off = name in options.disable or (options.allow is not None and name not in options.allow)
        entry = min(entries, key=lambda one: one.value)
        info = report.add(PluginInfo(name, group, "disabled" if off else "found", entry.value))
        if off:
            continue
        if len(entries) > 1:
            advice = "uninstall one, or pass the spec in plugins=[...]" if group == APPS else "uninstall one"
            report.fail(info, PluginError(f"two packages claim its name: {' and '.join(report.shippers(group, name))}; {advice}"))
            continue
        found[name] = Candidate(info, entry)
    return found
