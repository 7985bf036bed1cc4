"""The app plugins of one Api: which apps there are, and their declarations, imported at their first use."""

from __future__ import annotations

from collections.abc import Container, Iterable

from ..errors import PluginError
from ..options import Options
from .discovery import discover
from .entry_points import APPS
from .manager import at_least
from .report import GIVEN, PluginInfo, Report
from .spec import AppSpec

_RESERVED = "an Api has an attribute of this name already; name the app otherwise"


class AppPlugins:
    """The apps of one Api by name: those that are installed, and those that the user gave.

    Args:
        options: the Api's settings.
        report: the Api's plugin report.
        given: the AppSpecs of `plugins`; one replaces an installed app of its name.
        reserved: the names that an app cannot have, since an Api has attributes of these names.

    Raises:
        PluginError: an app that the user gave has a reserved name; with `strict_plugins`, also an installed one.
    """

    def __init__(self, options: Options, report: Report, given: Iterable[AppSpec], reserved: Container[str]) -> None:
        self._report = report
        self._specs = {spec.name: spec for spec in given}
        self._installed = discover(APPS, options, report, skip=self._specs)
        for name, candidate in self._installed.items():
            if name in reserved and candidate.usable:
                report.fail(candidate.info, PluginError(_RESERVED))
        for name in self._specs:
            info = report.add(PluginInfo(name, APPS, "active", GIVEN))
            if name in reserved:
                report.fail(info, PluginError(_RESERVED))

    def names(self) -> list[str]:
        """The names of the apps that can be used, sorted. Imports nothing."""
        return sorted({*self._specs, *(name for name, candidate in self._installed.items() if candidate.usable)})

    def spec(self, name: str) -> AppSpec | None:
        """The declaration of an app. Imports its module at the first use.

        Returns:
            The AppSpec; None for an app that is not there or failed.

        Raises:
            PluginError: it failed, with `strict_plugins`.
        """
        if (known := self._specs.get(name)) is not None:
            return known
        candidate = self._installed.get(name)
        if candidate is None or not candidate.usable or (loaded := candidate.load(self._report)) is None:
            return None
        if problem := _problem(name, candidate.info, loaded):
            self._report.fail(candidate.info, PluginError(problem))
            return None
        candidate.info.state = "active"
        return self._specs.setdefault(name, loaded)

    def spec_at(self, path: str) -> AppSpec | None:
        """The declaration of the app at a route, such as "dcim" or "plugins/bgp"; None where there is none.

        An installed app's name is the last part of its route, so only that one is imported.
        """
        name = path.rpartition("/")[2].replace("-", "_")
        spec = next((spec for spec in self._specs.values() if spec.path == path), None) or self.spec(name)
        return spec if spec is not None and spec.path == path else None


def _problem(name: str, info: PluginInfo, loaded: object) -> str:
    """Why what an entry point names cannot be used as an app; "" where it can."""
    if not isinstance(loaded, AppSpec):
        return f"{info.target} is {type(loaded).__name__}, not an AppSpec"
    if loaded.name != name:
        return f"its AppSpec is named {loaded.name!r}, its entry point {name!r}"
    if loaded.requires and not at_least(loaded.requires):
        return f"it needs nbcore {loaded.requires} or newer"
    return ""
