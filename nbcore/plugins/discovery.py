"""Discovery: stevedore finds what is installed; one pluggy manager and the app names of one Api come of it, and a report."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import time
import warnings
from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Any

import pluggy
from stevedore.named import NamedExtensionManager

from ..errors import PluginError
from ..options import Options
from .manager import at_least, make_manager
from .report import PluginInfo, PluginWarning
from .spec import AppSpec

APPS = "nbcore.apps"
HOOKS = "nbcore.hooks"
_OWN = frozenset({"NBCORE_CACHE_DIR", "NBCORE_TRACE_HOOKS"})  # the core's own, and no plugin's of the name "cache" or "trace"
_RESERVED = "an Api has an attribute of this name already; name the app otherwise"


class Plugins:
    """The plugins of one Api: its hook manager, its app specs by name, and what was found.

    Raises:
        PluginError: two distributions claim one name, or a plugin that was given or configured failed.
    """

    def __init__(self, options: Options, core: object, reserved: Container[str] = ()) -> None:
        self.options = replace(options, token="")  # what plugins see
        self.manager = make_manager(core)
        self._infos: dict[tuple[str, str], PluginInfo] = {}
        self._specs: dict[str, AppSpec] = {}
        self._reserved = reserved
        given = [item for item in options.plugins if not isinstance(item, AppSpec)]
        self._find(APPS, skip={item.name for item in options.plugins if isinstance(item, AppSpec)})
        self._find(HOOKS, skip=set())
        for item in options.plugins:
            if isinstance(item, AppSpec):
                info = self._infos[APPS, item.name] = PluginInfo(item.name, APPS, "active", "given")
                if item.name in reserved:
                    self._fail(info, PluginError(_RESERVED))
                self._specs[item.name] = item
        self._load_hooks()
        for item in given:
            info = PluginInfo(type(item).__name__, HOOKS, "active", "given")
            self._infos[HOOKS, f"{info.name}@{id(item):x}"] = info
            self._register(item, info)
        if os.environ.get("NBCORE_TRACE_HOOKS", "") not in ("", "0"):
            from .tracing import trace

            trace(self.manager)

    # --- finding -----------------------------------------------------------------------------------------------------

    def _find(self, group: str, skip: set[str]) -> None:
        found: dict[str, set[str]] = {}
        for entry in _entries(group):
            found.setdefault(entry.name, set()).add(entry.value)
        for name, targets in found.items():
            info = self._infos[group, name] = PluginInfo(name, group, "disabled" if self._off(name) else "found", min(targets))
            if name in skip or self._off(name):
                continue
            if len(targets) > 1:
                owners = " and ".join(f"{dist.name} {dist.version} ({point.value})" for dist, point in _owners(group, name))
                advice = "uninstall one, or pass the spec in plugins=[...]" if group == APPS else "uninstall one"
                self._fail(info, PluginError(f"two packages claim its name: {owners}; {advice}"))
            elif group == APPS and name in self._reserved:
                self._fail(info, PluginError(_RESERVED))

    def _off(self, name: str) -> bool:
        return name in self.options.disable or (self.options.allow is not None and name not in self.options.allow)

    def _load_hooks(self) -> None:
        names = [name for (group, name), info in self._infos.items() if group == HOOKS and info.state == "found"]
        if missing := [name for name in self.options.settings if name not in names]:
            raise PluginError(
                f"settings name {', '.join(map(repr, missing))}, but installed and allowed hook plugins are: {', '.join(names) or 'none'}"
            )
        for name in names:
            info = self._infos[HOOKS, name]
            factory = self._import(info)
            if factory is None:
                continue
            try:
                plugin = factory(self.options)
            except Exception as exc:
                self._fail(info, exc)
                continue
            if plugin is None:
                info.state = "inert"
            else:
                info.state = "active"
                self._register(plugin, info)

    def _import(self, info: PluginInfo) -> Any:
        """What an entry point names; None when it failed and that is no error."""
        failures: list[BaseException] = []

        def failed(_manager: Any, _entry: Any, exc: BaseException) -> None:
            failures.append(exc)

        started = time.perf_counter()
        # stevedore logs a failed import as an error of its own; ours says who ships the plugin.
        quiet = logging.getLogger("stevedore")
        level, quiet.level = quiet.level, logging.CRITICAL
        try:
            manager: NamedExtensionManager[Any] = NamedExtensionManager(
                info.group, [info.name], on_load_failure_callback=failed, on_missing_entrypoints_callback=lambda _names: None
            )
        except Exception as exc:  # stevedore lets some through
            failures.append(exc)
        finally:
            quiet.level = level
        info.load_time = time.perf_counter() - started
        if failures:
            self._fail(info, failures[0])
            return None
        return manager[info.name].plugin

    def _fail(self, info: PluginInfo, exc: BaseException) -> None:
        """Name the plugin and who ships it: an error where it was asked for, else a warning and a row of the report."""
        self._describe(info)
        info.state = "failed"
        info.error = f"{type(exc).__name__}: {exc}"
        text = (
            f"plugin {info.name!r} of {info.distribution or 'an unknown distribution'} {info.version} ({info.target}) failed: {info.error}"
        )
        prefix = f"NBCORE_{info.name.upper().replace('-', '_')}"
        asked = (key for key in os.environ if key not in _OWN and (key == prefix or key.startswith(f"{prefix}_")))
        configured = info.name in self.options.settings or any(asked)
        if info.target == "given" or self.options.strict_plugins or (info.group == HOOKS and configured):
            raise PluginError(text) from exc
        warnings.warn(text, PluginWarning, stacklevel=2)

    def _register(self, plugin: Any, info: PluginInfo) -> None:
        needs = getattr(plugin, "nbcore_requires", "")
        try:
            if needs and not at_least(needs):
                raise PluginError(f"it needs nbcore {needs} or newer")
            self.manager.register(plugin, name=f"{info.name}@{id(plugin):x}")
            if not self.manager.get_hookcallers(plugin):
                raise PluginError(f"{plugin!r} has no hook of nbcore; give an object with methods marked @hookimpl")
            self.manager.check_pending()
        except (PluginError, pluggy.PluginValidationError, ValueError) as exc:
            if self.manager.is_registered(plugin):
                self.manager.unregister(plugin)
            self._fail(info, exc)
            return
        info.order = sum(1 for row in self._infos.values() if row.order is not None) + 1

    # --- apps --------------------------------------------------------------------------------------------------------

    def app_names(self) -> list[str]:
        """The names of the apps that can be used, sorted; imports nothing."""
        return sorted({name for (group, name), info in self._infos.items() if group == APPS and info.state in ("found", "active")})

    def app(self, name: str) -> AppSpec | None:
        """The spec of an app, its module imported at the first use; None for one that is not there or failed."""
        if (spec := self._specs.get(name)) is not None:
            return spec
        info = self._infos.get((APPS, name))
        if info is None or info.state != "found":
            return None
        loaded = self._import(info)
        if loaded is None:
            return None
        problem = ""
        if not isinstance(loaded, AppSpec):
            problem = f"{info.target} is {type(loaded).__name__}, not an AppSpec"
        elif loaded.name != name:
            problem = f"its AppSpec is named {loaded.name!r}, its entry point {name!r}"
        elif loaded.requires and not at_least(loaded.requires):
            problem = f"it needs nbcore {loaded.requires} or newer"
        if problem:
            self._fail(info, PluginError(problem))
            return None
        info.state = "active"
        self._specs[name] = loaded
        return self._specs[name]

    def app_at(self, path: str) -> AppSpec | None:
        """The spec of the app at a route ("dcim", "plugins/bgp"): an app's name is its route's last part."""
        name = path.rpartition("/")[2].replace("-", "_")
        spec = next((spec for spec in self._specs.values() if spec.path == path), None) or self.app(name)
        return spec if spec is not None and spec.path == path else None

    # --- the report --------------------------------------------------------------------------------------------------

    def failures(self) -> Iterator[PluginInfo]:
        """The plugins that failed."""
        yield from (info for info in self._infos.values() if info.state == "failed")

    def report(self) -> list[PluginInfo]:
        """What was found, from where, in which order it was registered, and what failed."""
        for info in self._infos.values():
            self._describe(info)
        return sorted(self._infos.values(), key=lambda info: (info.group, info.order or 0, info.name))

    def _describe(self, info: PluginInfo) -> None:
        if not info.distribution and info.target != "given":
            for dist, point in _owners(info.group, info.name):
                if point.value == info.target:
                    info.distribution, info.version = dist.name, dist.version


def _entries(group: str) -> list[importlib.metadata.EntryPoint]:
    """The entry points of a group, nothing imported."""
    manager: NamedExtensionManager[Any] = NamedExtensionManager(group, [])
    return list(manager.list_entry_points())


def _owners(group: str, name: str) -> Iterator[tuple[importlib.metadata.Distribution, importlib.metadata.EntryPoint]]:
    """Who ships an entry point (stevedore's cache forgets it)."""
    for dist in importlib.metadata.distributions():
        for point in dist.entry_points:
            if point.group == group and point.name == name:
                yield dist, point
