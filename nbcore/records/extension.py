"""What packages add to the records of other apps: classes by object type, from the hook nbcore_extend_records."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pluggy

from ..plugins import PluginWarning, each
from .record import Record


class Extensions:
    """The record classes that the plugins of one Api add. The plugins are asked when a record is first made, and not again.

    Args:
        hooks: the hook relay of the Api's plugin manager, through which its plugins are called.
    """

    def __init__(self, hooks: pluggy.HookRelay) -> None:
        self._hooks = hooks
        self._classes: dict[str, list[type[Record]]] | None = None

    def extended(self, base: type[Any], object_type: str) -> type[Any]:
        """A record class with what packages add to its object type: a new class that derives from theirs and from the given one.

        Args:
            base: the class that the endpoint's declaration names.
            object_type: such as "dcim.device".

        Returns:
            The new class; `base` itself where no package adds anything that it does not have already.
        """
        if self._classes is None:
            self._classes = self._asked()
        extra = [cls for cls in self._classes.get(object_type, []) if not issubclass(base, cls)]
        if not extra:
            return base
        return type(base.__name__, (*extra, base), {"__slots__": (), "__module__": base.__module__, "__doc__": base.__doc__})

    def _asked(self) -> dict[str, list[type[Record]]]:
        """What every plugin adds, by object type. A plugin that fails is named in a PluginWarning, and left out."""
        found: dict[str, list[type[Record]]] = {}
        for plugin, added, failure in each(self._hooks.nbcore_extend_records):
            if problem := repr(failure) if failure is not None else _problem(added):
                warnings.warn(f"the plugin {plugin} failed in nbcore_extend_records: {problem}", PluginWarning, stacklevel=2)
                continue
            for name, cls in (added or {}).items():
                found.setdefault(name, []).append(cls)
        return found


def _problem(added: Any) -> str:
    """What is wrong with an answer of nbcore_extend_records, or ""."""
    if added is not None and not isinstance(added, Mapping):
        return f"it returned {type(added).__name__}, not a dict of object types and classes"
    wrong = [name for name, cls in (added or {}).items() if not (isinstance(cls, type) and issubclass(cls, Record))]
    return f"its class for {wrong[0]!r} is no Record class" if wrong else ""
