"""NBCORE_TRACE_HOOKS=1: logs each hook call with its plugin and duration."""

from __future__ import annotations

import functools
import inspect
import logging
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from .calling import plain

if TYPE_CHECKING:
    import pluggy

_log = logging.getLogger("nbcore.hooks")


def trace(manager: pluggy.PluginManager) -> None:
    """Log every call of every implementation that is registered, at INFO on the logger `nbcore.hooks`."""
    if not _log.isEnabledFor(logging.INFO):
        _log.setLevel(logging.INFO)
        if not _log.hasHandlers():
            _log.addHandler(logging.StreamHandler())
    for name, plugin in manager.list_name_plugin():
        for caller in (manager.get_hookcallers(plugin) or []) if plugin is not None else []:
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin:
                    wrapped: Any = _wrapper if inspect.isgeneratorfunction(implementation.function) else _plain
                    timed = wrapped(implementation.function, f"{caller.name} by {plain(name)}")
                    setattr(implementation, "function", timed)  # noqa: B010  declared final


def _plain(function: Callable[..., Any], what: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*args: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args)
        finally:
            _log.info("%s took %.3f ms", what, 1000 * (time.perf_counter() - started))

    return timed


def _wrapper(function: Callable[..., Generator[None, Any, Any]], what: str) -> Callable[..., Generator[None, Any, Any]]:
    @functools.wraps(function)
    def timed(*args: Any) -> Generator[None, Any, Any]:
        started = time.perf_counter()
        try:
            return (yield from function(*args))
        finally:
            _log.info("%s took %.3f ms, with what it wraps", what, 1000 * (time.perf_counter() - started))

    return timed
