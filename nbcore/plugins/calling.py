"""Calling hooks so that a plugin that fails is named and the others are called all the same."""

from __future__ import annotations

import contextlib
import inspect
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import NbcoreError, PluginError

if TYPE_CHECKING:
    import pluggy


def each(hook: pluggy.HookCaller, **arguments: Any) -> Iterator[tuple[str, Any, BaseException | None]]:
    """Call the implementations of a hook one by one: the plugin's name, what it returned, and what it raised.

    The last registered is called first, as pluggy does. None of them is a wrapper: those are refused when they are registered.
    """
    for found in reversed(hook.get_hookimpls()):
        try:
            yield plain(found.plugin_name), found.function(*(arguments[name] for name in found.argnames)), None
        except (Exception, SystemExit) as exc:  # a plugin that only watches does not end the user's program
            yield plain(found.plugin_name), None, exc


@contextlib.contextmanager
def named(*hooks: pluggy.HookCaller) -> Iterator[None]:
    """Say of an exception that a plugin raises in one of these hooks which plugin it was; nbcore's own errors speak for themselves.

    Raises:
        PluginError: a wrapper did not yield once. What it returned without that is in no traceback: it may be the body of an answer.
    """
    try:
        yield
    except NbcoreError:
        raise
    except Exception as exc:
        if (problem := _no_wrapper(exc, hooks)) is not None:
            exc.__cause__ = exc.__context__ = None  # it holds what the wrapper returned
            raise problem from None
        ours = {getattr(one.function, "__code__", None): (one.plugin_name, hook.name) for hook in hooks for one in hook.get_hookimpls()}
        # An exception passes back through the wrappers: the last of them in its traceback raised it.
        raised = [ours[frame.f_code] for frame, _ in traceback.walk_tb(exc.__traceback__) if frame.f_code in ours]
        if raised and plain(raised[-1][0]) != "nbcore":
            exc.add_note(f"Raised by the plugin {plain(raised[-1][0])} in {raised[-1][1]}.")
        raise


def _no_wrapper(exc: Exception, hooks: tuple[pluggy.HookCaller, ...]) -> PluginError | None:
    """The error of a wrapper that did not yield, or did so twice, which pluggy tells by its file and line; None for any other exception."""
    told = str(exc)
    twice = told.endswith(" has second yield")
    if not isinstance(exc, RuntimeError) or not (twice or told.endswith(" did not yield")):
        return None
    for hook in hooks:
        for one in hook.get_hookimpls():
            code = getattr(inspect.unwrap(one.function), "__code__", None)
            if code is not None and f"{code.co_filename}:{code.co_firstlineno} " in told:
                return PluginError(
                    f"the plugin {plain(one.plugin_name)}: its wrapper of {hook.name} {'yields twice' if twice else 'did not yield'}. "
                    "A wrapper yields once, to let the others answer, and returns a Reply afterwards. To answer in their place, "
                    "implement it without wrapper=True, with tryfirst=True, and return None for what is to be sent."
                )
    return None


def who(hook: pluggy.HookCaller) -> str:
    """The names of the plugins that implement a hook, the core's own aside."""
    return ", ".join(sorted({plain(found.plugin_name) for found in hook.get_hookimpls()} - {"nbcore"}))


def plain(registered: str) -> str:
    """A plugin's name without the number that makes it unique."""
    return registered.partition("@")[0]
