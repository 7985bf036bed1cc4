"""The hook plugins of one Api: made by what their entry points name, or given by the user, and registered with the manager."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..collector import resting
from ..errors import PluginError
from ..options import Options
from .discovery import Candidate, discover
from .entry_points import HOOKS
from .manager import Manager
from .report import GIVEN, PluginInfo, Report


def add_hook_plugins(manager: Manager, options: Options, report: Report, given: Iterable[Any]) -> None:
    """Register the installed hook plugins that take part, then those that the user gave, in their order.

    Args:
        manager: the Api's plugin manager.
        options: the Api's settings without the token, which the plugins' factories are called with.
        report: the Api's plugin report.
        given: the plugin objects of `plugins`.

    Raises:
        PluginError: a plugin that was given or configured failed, or `settings` name one that is not installed or not allowed.
    """
    installed = discover(HOOKS, options, report)
    if missing := [name for name in options.settings if name not in installed]:
        raise PluginError(
            f"settings name {', '.join(map(repr, missing))}, but installed and allowed hook plugins are: {', '.join(installed) or 'none'}"
        )
    with resting():
        for candidate in installed.values():
            _add_installed(candidate, manager, options, report)
    for plugin in given:
        _register(plugin, manager, report.add(PluginInfo(type(plugin).__name__, HOOKS, "active", GIVEN)), report)


def _add_installed(candidate: Candidate, manager: Manager, options: Options, report: Report) -> None:
    """Ask an installed package for its plugin, and register it; one that nothing configured has none, and is inert."""
    factory = candidate.load(report)
    if factory is None:
        return
    try:
        plugin = factory(options)
    except KeyboardInterrupt:  # the user's
        raise
    except BaseException as exc:  # sys.exit() too: a plugin does not end the user's program
        report.fail(candidate.info, exc)
        return
    if plugin is None:
        candidate.info.state = "inert"
        return
    candidate.info.state = "active"
    _register(plugin, manager, candidate.info, report)


def _register(plugin: Any, manager: Manager, info: PluginInfo, report: Report) -> None:
    try:
        manager.add(plugin, info.name)
    except KeyboardInterrupt:  # the user's
        raise
    except BaseException as exc:  # whatever its attributes raise when they are looked at
        report.fail(info, exc)
    else:
        report.registered(info)
