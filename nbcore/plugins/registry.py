"""All the plugins of one Api."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from dataclasses import replace

from ..options import Options
from .app_plugins import AppPlugins
from .hook_plugins import add_hook_plugins
from .manager import make_manager
from .report import PluginInfo, Report
from .spec import AppSpec


class Plugins:
    """The plugins of one Api: its apps by name, the manager of its hooks, and the report of what was found.

    Args:
        options: the Api's settings.
        core: the object with the core's own hooks.
        reserved: names that an app cannot have.

    Attributes:
        options: the settings as plugins see them, without the token.
        manager: the pluggy manager, through which hooks are called.

    Raises:
        PluginError: a plugin that was given or configured failed.
    """

    def __init__(self, options: Options, core: object, reserved: Container[str] = ()) -> None:
        self.options = replace(options, token="")
        self.manager = make_manager(core)
        self._report = Report(self.options)
        self._apps = AppPlugins(self.options, self._report, [item for item in options.plugins if isinstance(item, AppSpec)], reserved)
        add_hook_plugins(self.manager, self.options, self._report, [item for item in options.plugins if not isinstance(item, AppSpec)])
        if os.environ.get("NBCORE_TRACE_HOOKS", "") not in ("", "0"):
            from .tracing import trace

            trace(self.manager)

    def app_names(self) -> list[str]:
        """The names of the apps that can be used, sorted. Imports nothing."""
        return self._apps.names()

    def app(self, name: str) -> AppSpec | None:
        """The declaration of an app, imported at its first use; None for one that is not there or failed."""
        return self._apps.spec(name)

    def app_at(self, path: str) -> AppSpec | None:
        """The declaration of the app at a route, such as "dcim" or "plugins/bgp"; None where there is none."""
        return self._apps.spec_at(path)

    def failures(self) -> Iterator[PluginInfo]:
        """The rows of the plugins that failed."""
        return self._report.failures()

    def report(self) -> list[PluginInfo]:
        """What was found, from which distribution, in which order it was registered, and what failed."""
        return self._report.rows()
