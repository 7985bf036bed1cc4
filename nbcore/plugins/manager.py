"""The pluggy manager of one Api, which refuses what pluggy would take without a word."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import pluggy

from ..errors import PluginError, did_you_mean
from . import hookspecs

CORE = "nbcore"  # the name under which the core's own hooks are registered
_SPEC_NAMES = frozenset(hookspecs.names())


def make_manager(core: object) -> Manager:
    """A manager that knows the hooks of nbcore, with the core's own implementations registered first."""
    manager = Manager("nbcore")
    manager.add_hookspecs(hookspecs.Hooks)
    manager.register(core, name=CORE)
    return manager


class Manager(pluggy.PluginManager):
    """Pluggy's manager, which refuses what pluggy would take without a word."""

    def register(self, plugin: Any, name: str | None = None) -> str | None:
        """Register a plugin.

        Raises:
            PluginError: a hook of it would never be called, or would see what it must not.
        """
        if name == CORE:
            return super().register(plugin, name)
        _check_hooks(plugin)
        registered = super().register(plugin, name)
        for caller in self.get_hookcallers(plugin) or ():
            for hook in (hook for hook in caller.get_hookimpls() if hook.plugin is plugin):
                problem = ""
                wraps = hook.wrapper or hook.hookwrapper
                if wraps and caller.name == "nbcore_auth":
                    problem = "nbcore_auth cannot be wrapped: a wrapper would see the token of others"
                elif wraps and caller.name in hookspecs.ONE_BY_ONE:
                    problem = f"{caller.name} cannot be wrapped: its implementations are called one by one; leave wrapper=True out"
                elif hook.trylast and not wraps and caller.spec is not None and caller.spec.opts.get("firstresult"):
                    problem = f"{caller.name} marked trylast comes after the core's own and would never be called; leave the mark out"
                if problem:
                    self.unregister(plugin)
                    raise PluginError(problem)
        return registered


def _check_hooks(plugin: Any) -> None:
    """Refuse what pluggy would take without a word: a misspelt hook, one without its mark, a class in place of an object."""
    if isinstance(plugin, type):
        raise PluginError(f"{plugin.__name__} is a class; give an object of it")
    for name in dir(plugin):
        if not name.startswith("nbcore_") or name == "nbcore_requires" or not callable(method := getattr(plugin, name)):
            continue
        mark = getattr(method, "nbcore_impl", None)
        if name not in _SPEC_NAMES and not (mark and (mark["specname"] or mark["optionalhook"])):
            raise PluginError(f"there is no hook {name!r}{did_you_mean(name, _SPEC_NAMES)}")
        if mark is None:
            raise PluginError(f"{name} is not marked @hookimpl")


def at_least(version: str) -> bool:
    """Whether this nbcore is of a version, or newer."""

    def parts(text: str) -> list[int]:
        return [int("".join(filter(str.isdigit, part)) or 0) for part in text.split(".")]

    return parts(importlib.metadata.version("nbcore")) >= parts(version)
