"""What is dirty: the semantic difference between a record and the server's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..values import alike, is_reference, is_uuid, normal, plain_json, same, same_field

if TYPE_CHECKING:
    from .record import Record

_MERGED = frozenset({"custom_fields"})


def updates(record: Record) -> dict[str, Any]:
    """The fields whose meaning differs from the server's data, as they would be written; {} when nothing does.

    The order of related objects does not count, nor whether one is given as a Record, an id or its name. Of custom_fields only the
    changed keys are sent, and those that an assigned dict leaves out stay: the server merges them.
    """
    found: dict[str, Any] = {}
    for name, value in (record._read or {}).items():
        if name not in record._set and not isinstance(value, (list, dict)):
            continue
        original = record._data.get(name)
        if name not in record._data or not unchanged(record, name, value):
            changed = plain_json(value) if record._is_json(name) else normal(value)
            if name in _MERGED and isinstance(changed, dict) and isinstance(original, dict):
                # A dict that was assigned is merged by the server, which leaves the others; what was removed in place is cleared.
                keys = changed if name in record._set else {**original, **changed}
                changed = {key: changed.get(key) for key in keys if key not in original or not alike(changed.get(key), original[key])}
                if not changed:
                    continue
            found[name] = changed
    return found


def unchanged(record: Record, name: str, value: Any) -> bool:
    """Whether a field's value means what the server's data says; in a JSON field, whether it is the same JSON."""
    original = record._data.get(name)
    if record._is_json(name):
        return alike(plain_json(value), original)
    return same_field(name, original, value)


def to_send(record: Record) -> dict[str, Any]:
    """The updates less those that only name, by text or dict, the related object that is there already; it is loaded, once, to compare."""
    changed = updates(record)
    for name, value in list(changed.items()):
        original = record._data.get(name)
        by_name = isinstance(value, dict) or (isinstance(value, str) and not is_uuid(value))
        if by_name and not record._is_json(name) and isinstance(original, dict) and is_reference(original):
            related = record._related(name, original)
            if not related.has_details:
                related._load_with_siblings("name")
            if same(related._data, value):
                del changed[name]
    return changed
