"""Record sets as tables of other libraries, by the packages that implement nbcore_exporters."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pluggy

from ..errors import InputError
from ..plugins import PluginWarning, each

if TYPE_CHECKING:
    from ..contracts import Exporter


class Exporters:
    """The exporters of one Api by name, asked for once.

    Args:
        hooks: the hook relay of the Api's plugin manager.
    """

    def __init__(self, hooks: pluggy.HookRelay) -> None:
        self._hooks = hooks
        self._found: dict[str, Exporter] | None = None

    def names(self) -> list[str]:
        """The names of the forms that can be made, sorted."""
        return sorted(self._all())

    def export(self, form: str, records: Any, fields: tuple[str, ...], **options: Any) -> Any:
        """Give records to the package that makes a table of the form wanted.

        Args:
            form: the form's name, such as "pandas".
            records: what to export.
            fields: the fields, as in values().
            **options: what that package takes.

        Raises:
            InputError: no installed package makes this form, or no field is named.
        """
        if not fields:
            raise InputError(f'name the columns, such as to_{form}("name", "location__name")')
        exporter = self._all().get(form)
        if exporter is None:
            raise InputError(f'no installed package makes {form} tables; pip install "nbcore-frames[{form}]"')
        return exporter(records, fields, **options)

    def _all(self) -> Mapping[str, Exporter]:
        """The exporters of every plugin by their form; one that fails is named and left out."""
        if self._found is None:
            self._found = {}
            makers: dict[str, str] = {}
            for plugin, added, failure in each(self._hooks.nbcore_exporters):
                if problem := repr(failure) if failure is not None else _problem(added):
                    warnings.warn(f"the plugin {plugin} failed in nbcore_exporters: {problem}", PluginWarning, stacklevel=3)
                    continue
                for form, exporter in (added or {}).items():
                    if form in self._found:
                        text = f"the plugins {makers[form]} and {plugin} both make {form} tables; those of {makers[form]} are used"
                        warnings.warn(text, PluginWarning, stacklevel=3)
                        continue
                    self._found[form], makers[form] = exporter, plugin
        return self._found


def _problem(added: object) -> str:
    """What is wrong with an answer of nbcore_exporters, or ""."""
    if added is not None and not isinstance(added, Mapping):
        return f"it returned {type(added).__name__}, not a dict of exporters by name"
    wrong = [form for form, exporter in (added or {}).items() if not callable(exporter)]
    return f"its exporter for {wrong[0]!r} cannot be called" if wrong else ""
