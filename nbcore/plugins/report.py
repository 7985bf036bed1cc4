"""The plugin report: what was found, from which distribution, in what order, and what failed."""

from __future__ import annotations

from dataclasses import dataclass


class PluginWarning(UserWarning):
    """An installed plugin failed to load and is left out."""


@dataclass(slots=True)
class PluginInfo:
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
