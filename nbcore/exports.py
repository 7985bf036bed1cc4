"""Record sets as tables of other libraries, by packages found through the entry-point group `nbcore.exports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stevedore.named import NamedExtensionManager

from .errors import InputError, PluginError

if TYPE_CHECKING:
    from .recordset import RecordSet

GROUP = "nbcore.exports"


def export(form: str, records: RecordSet, fields: tuple[str, ...], **options: Any) -> Any:
    """Give records to the package that makes a table of the form wanted.

    Args:
        form: the entry point's name, such as "pandas".
        records: what to export.
        fields: the fields, as in values().
        **options: what that package takes.

    Raises:
        InputError: no installed package makes this form, or no field is named.
        PluginError: the package failed to load.
    """
    if not fields:
        raise InputError(f'name the columns, such as to_{form}("name", "location__name")')
    failures: list[BaseException] = []
    manager: NamedExtensionManager[Any] = NamedExtensionManager(
        GROUP,
        [form],
        on_load_failure_callback=lambda _manager, _entry, exc: failures.append(exc),
        on_missing_entrypoints_callback=lambda _names: None,
    )
    if failures:
        raise PluginError(f"the package that makes {form} tables failed to load: {failures[0]}") from failures[0]
    if form not in manager:
        raise InputError(f'no installed package makes {form} tables; pip install "nbcore-frames[{form}]"')
    return manager[form].plugin(records, fields, **options)
