"""The plugin report: what was found, from which distribution, in what order, and what failed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from ..by_fields import ByFields
from ..errors import PluginError
from ..options import Options
from .entry_points import APPS, HOOKS, Installed, installed

_SLOW = 3.0  # seconds
GIVEN = "given"  # the target of a plugin that the user passed in plugins=[...]
_OWN = frozenset({"NBCORE_CACHE_DIR", "NBCORE_TRACE_HOOKS"})  # the core's own, and no plugin's of the name "cache" or "trace"


class PluginWarning(UserWarning):
    """An installed plugin failed to load and is left out."""


@dataclass(slots=True, eq=False, repr=False)
class PluginInfo(ByFields):
    """One row of the plugin report.

    Attributes:
        name: the entry point's name, or the object's class for a plugin given by hand.
        group: "nbcore.apps" or "nbcore.hooks".
        state: "found" (an app not used yet), "active", "inert" (a hook package that nothing configured), "disabled" or "failed".
        target: the entry point's value, or "given".
        distribution: who ships it, with `version`.
        order: the place in which hooks were registered; the last registered is called first.
        load_time: seconds it took to import, once it was.
        error: why it failed, else "".
    """

    name: str
    group: str
    state: str
    target: str = ""
    distribution: str = ""
    version: str = ""
    order: int | None = None
    load_time: float | None = None
    error: str = ""


class Report:
    """The rows of one Api's report, and what becomes of a plugin that fails.

    Args:
        options: the Api's settings.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._rows: list[PluginInfo] = []
        self._registered = 0
        self._owners: dict[tuple[str, str, str], Installed] | None = None

    def add(self, info: PluginInfo) -> PluginInfo:
        """Add a row, and give it back."""
        self._rows.append(info)
        return info

    def registered(self, info: PluginInfo) -> None:
        """Note that a plugin's hooks were registered after those that have an order already."""
        self._registered += 1
        info.order = self._registered

    def imported(self, info: PluginInfo, seconds: float) -> None:
        """Note how long a plugin took to import; a slow one holds up every program, so it is named in a PluginWarning."""
        info.load_time = seconds
        if seconds >= _SLOW:
            self._name_owner(info)
            text = f"plugin {info.name!r} of {info.distribution} {info.version} ({info.target}) took {seconds:.1f} s to import"
            warnings.warn(text, PluginWarning, stacklevel=2)

    def fail(self, info: PluginInfo, cause: BaseException) -> None:
        """Note that a plugin failed, naming it and who ships it.

        Args:
            info: its row.
            cause: what it failed with.

        Raises:
            PluginError: it was asked for: given in `plugins`, configured by `settings` or by a variable of the environment, or all
                plugins are wanted (`strict_plugins`). Any other plugin is left out with a PluginWarning.
        """
        self._name_owner(info)
        info.state = "failed"
        info.error = f"{type(cause).__name__}: {cause}"
        if info.target == GIVEN:
            text = f"the plugin {info.name!r} that was given failed: {info.error}"
        else:
            shipped = f"{info.distribution} {info.version}" if info.distribution else "a distribution that cannot be told"
            text = f"plugin {info.name!r} of {shipped} ({info.target}) failed: {info.error}"
        if info.target == GIVEN or self._options.strict_plugins or (info.group == HOOKS and self._configured(info.name)):
            raise PluginError(text) from cause
        warnings.warn(text, PluginWarning, stacklevel=2)

    def shippers(self, group: str, name: str) -> list[str]:
        """Who ships an entry point of this name, as texts such as "nbcore-bgp 0.1.0 (nbcore_bgp.app:app)"."""
        return [one.named_by() for one in installed(group) if one.entry.name == name]

    def failures(self) -> Iterator[PluginInfo]:
        """The rows of the plugins that failed."""
        yield from (info for info in self._rows if info.state == "failed")

    def rows(self) -> list[PluginInfo]:
        """All rows: by group, then in the order in which hooks were registered, then by name."""
        for info in self._rows:
            self._name_owner(info)
        return sorted(self._rows, key=lambda info: (info.group, info.order or 0, info.name))

    def _configured(self, name: str) -> bool:
        """Whether `settings` or the environment ask for a hook plugin."""
        prefix = f"NBCORE_{name.upper().replace('-', '_')}"
        asked = (key for key in os.environ if key not in _OWN and (key == prefix or key.startswith(f"{prefix}_")))
        return name in self._options.settings or any(asked)

    def _name_owner(self, info: PluginInfo) -> None:
        if not info.distribution and info.target != GIVEN:
            if self._owners is None:
                self._owners = {(group, one.entry.name, one.entry.value): one for group in (APPS, HOOKS) for one in installed(group)}
            if (owner := self._owners.get((info.group, info.name, info.target))) is not None:
                info.distribution, info.version = owner.shipped_by()
