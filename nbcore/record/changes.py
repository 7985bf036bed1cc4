"""What is dirty: the semantic difference between a record and the server's data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..transport.body import plain
from .related import PLAIN
from .values import SCALARS, alike, is_choice, is_reference, is_uuid, wire

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


def same_field(name: str, original: Any, value: Any) -> bool:
    """Whether a field's value means what the server's data says; content types are a set."""
    if name in PLAIN and isinstance(original, list) and isinstance(current := normal(value), list):
        return sorted(map(str, current)) == sorted(map(str, original))
    return same(original, value)


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


def normal(value: Any) -> Any:
    """A Python value in the form JSON would bring it back, Records as ids and choices as values."""
    value = wire(value)
    if value.__class__ in SCALARS:
        return value
    if isinstance(value, Mapping):
        return plain_json(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [normal(item) for item in value]
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return str.__str__(value)
    try:
        return plain(value)
    except TypeError as exc:
        raise InputError(f"{value!r:.80} cannot be written: {exc}") from None


def plain_json(value: Any) -> Any:
    """The value of a field that is JSON whatever its shape: what looks like a reference or a choice in it stays."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    return value if value.__class__ in SCALARS else normal(value)


def same(original: Any, value: Any) -> bool:
    """Whether a value means what the server's data says."""
    if is_reference(original) or is_choice(original):
        current = normal(value)
        if current == wire(original):
            return True
        return _names(original, current)
    if isinstance(original, list) and original and all(map(is_reference, original)):
        current = normal(value)
        if not isinstance(current, list) or len(current) != len(original):
            return False
        left = list(original)
        for item in current:
            hit = next((index for index, one in enumerate(left) if same(one, item)), None)
            if hit is None:
                return False
            del left[hit]
        return True
    return alike(normal(value), normal(original))


def _names(original: dict[str, Any], current: Any) -> bool:
    """Whether text or a dict names the object that the (loaded) reference is."""
    if isinstance(current, str) and not is_uuid(current):
        return current in (original.get("name"), original.get("display"))
    if isinstance(current, dict) and current:
        return all(key in original and wire(original[key]) == wire(item) for key, item in current.items())
    return False
