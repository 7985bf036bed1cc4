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
    """A manager that knows the hooks of nbcore, with the core's own implementations registered first.

    Args:
        core: the object with the core's own implementations.
    """
    manager = Manager("nbcore")
    manager.add_hookspecs(hookspecs.Hooks)
    manager.register(core, name=CORE)
    return manager


class Manager(pluggy.PluginManager):
    """Pluggy's manager, which refuses a plugin whose hooks would never be called, or would see what they must not."""

    def add(self, plugin: Any, name: str) -> None:
        """Register a plugin of an Api, after all checks. One that is refused is not registered.

        Args:
            plugin: the object with the hooks.
            name: its name for errors and the report; it need not be unique.

        Raises:
            PluginError: it has no hook, one that would never be called, or needs a newer nbcore.
            PluginValidationError: a hook takes an argument that does not exist.
            ValueError: it is registered already.
        """
        needs = getattr(plugin, "nbcore_requires", "")
        if needs and not at_least(needs):
            raise PluginError(f"it needs nbcore {needs} or newer")
        if self.is_registered(plugin):
            raise ValueError(f"this {name} is registered already")
        registered = f"{name}@{id(plugin):x}"
        try:
            self.register(plugin, name=registered)
            if not self.get_hookcallers(plugin):
                raise PluginError(f"{_shown(plugin)} has no hook of nbcore; give an object with methods marked @hookimpl")
            self.check_pending()
        except pluggy.PluginValidationError as exc:
            self._remove(plugin)
            raise pluggy.PluginValidationError(plugin, str(exc).replace(registered, name)) from None  # without the number of ours
        except BaseException:
            self._remove(plugin)
            raise

    def _remove(self, plugin: Any) -> None:
        if self.is_registered(plugin):
            self.unregister(plugin)

    def register(self, plugin: Any, name: str | None = None) -> str | None:
        """Register a plugin.

        Args:
            plugin: the object with the hooks.
            name: a name that no registered plugin has; None for one made of its id.

        Raises:
            PluginError: a hook of it would never be called, or would see what it must not.
        """
        if name == CORE:
            return super().register(plugin, name)
        _check_hooks(plugin)
        registered = super().register(plugin, name)
        for caller in self.get_hookcallers(plugin) or ():
            for hook in (hook for hook in caller.get_hookimpls() if hook.plugin is plugin):
                if problem := _refusal(caller, hook):
                    self.unregister(plugin)
                    raise PluginError(problem)
        return registered

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        """How a method of a plugin is marked; None for one that is no hook."""
        # Every object has about thirty names like __init__. None is a hook, and looking at each took most of the time of registering.
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)


def _check_hooks(plugin: Any) -> None:
    """Refuse a misspelt hook, one without its mark, and a class in place of an object.

    Raises:
        PluginError: the plugin has one of these.
    """
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


def _refusal(caller: pluggy.HookCaller, hook: pluggy.HookImpl) -> str:
    """Why an implementation cannot be taken; "" where it can."""
    wraps = hook.wrapper or hook.hookwrapper
    if wraps and caller.name == "nbcore_auth":
        return "nbcore_auth cannot be wrapped: a wrapper would see the token of others"
    if wraps and caller.name in hookspecs.ONE_BY_ONE:
        return f"{caller.name} cannot be wrapped: its implementations are called one by one; leave wrapper=True out"
    first = caller.spec is not None and caller.spec.opts.get("firstresult")
    if hook.trylast and not wraps and first and any(other.plugin_name == CORE for other in caller.get_hookimpls()):
        return f"{caller.name} marked trylast comes after the core's own and would never be called; leave the mark out"
    return ""


def at_least(version: str) -> bool:
    """Whether this nbcore is of a version, such as "0.2", or newer."""

    def parts(text: str) -> list[int]:
        return [int("".join(filter(str.isdigit, part)) or 0) for part in text.split(".")]

    try:
        own = importlib.metadata.version("nbcore")
    except importlib.metadata.PackageNotFoundError:  # a frozen application without metadata: who froze it chose the versions
        return True
    return parts(own) >= parts(version)


def _shown(plugin: Any) -> str:
    """A plugin for an error's text: as it shows itself, and without an address in memory."""
    shown = repr(plugin)
    return f"{type(plugin).__qualname__} (an object without a repr)" if " at 0x" in shown else shown
