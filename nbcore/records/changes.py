"""What is dirty: the fields of a record that mean something else than the server's data, as they are to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import values
from ..values import MERGED, alike, normal, plain_json

if TYPE_CHECKING:
    from .editing import Editable


def updates(record: Editable, ask: bool = False) -> dict[str, Any]:
    """The fields that differ in meaning from the server's data, in the form in which they are written; {} where none does.

    Args:
        record: the record.
        ask: whether to load what is needed to tell, such as the name of the related object that is set, for a field that was given by
            name. Without it nothing is sent, and a field that cannot be compared counts as changed.
    """
    return {name: to_write(record, name, value) for name, value in record._edits().items() if not is_unchanged(record, name, value, ask)}


def is_unchanged(record: Editable, name: str, value: Any, ask: bool = False) -> bool:
    """Whether a field's value still means what the server's data says; `ask` is as in updates()."""
    if name in MERGED and name not in record._set:
        # A key that was removed in place is a change, while one that an assigned dict leaves out stays as it is.
        return alike(plain_json(value), record.raw.get(name))
    # The data of a related object that was never loaded is not loaded either to compare a field that is assigned to it.
    return values.same(record, name, value, ask and (name in record.raw or record.has_details))


def to_write(record: Editable, name: str, value: Any) -> Any:
    """A field's value as JSON. Of custom fields only the changed keys are written, since the server keeps the others."""
    if not record.is_json_field(name):
        return normal(value)
    new, old = plain_json(value), record.raw.get(name)
    if name not in MERGED or not isinstance(new, dict) or not isinstance(old, dict):
        return new
    keys = new if name in record._set else {**old, **new}
    return {key: new.get(key) for key in keys if key not in old or not alike(new.get(key), old[key])}
