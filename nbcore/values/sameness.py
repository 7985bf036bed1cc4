"""Whether an object of the server is what was written: values compared by what they mean to the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .choices import is_choice
from .json_text import alike
from .references import is_reference, is_uuid
from .written import normal, wire

Row = dict[str, Any]
PLAIN_LISTS = frozenset({"content_types", "object_types"})  # their items are text, such as "dcim.device"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def agrees(item: Row, row: Row) -> bool:
    """Whether an object may be the one that was sent: no plain value of it differs."""
    shared = {name: value for name, value in item.items() if isinstance(value, (str, int)) and name in row}
    return all(isinstance(row[name], (dict, list)) or _about(row[name], value) for name, value in shared.items())


def holds(row: Row, body: Mapping[str, Any], loosely: bool = False) -> bool:
    """Whether an object holds the fields that were sent; loosely, whether it holds what the server may have made of them."""
    return all(name in row and (same_field(name, row[name], value) or _means(row[name], value, loosely)) for name, value in body.items())


def names_related(row: Row, body: Mapping[str, Any]) -> bool:
    """Whether a field that was sent names a related object by something else than its id."""
    return any(_by_name(row.get(name), normal(value)) for name, value in body.items())


def _by_name(held: Any, value: Any) -> bool:
    if isinstance(held, list):
        return isinstance(value, list) and any(_by_name(held[0] if held else None, item) for item in value)
    return is_reference(held) and (isinstance(value, dict) or (isinstance(value, str) and not is_uuid(value)))


def _means(held: Any, value: Any, loosely: bool) -> bool:
    value = normal(value)
    if isinstance(held, dict) and isinstance(value, dict) and not is_reference(held):
        return all(key in held and alike(held[key], item) for key, item in value.items())
    return same(held, value) or (loosely and _about(wire(held), value))


def _about(held: Any, value: Any) -> bool:
    """Equal but for what the server makes of a text: blanks at its ends, the case of an address, a number's form."""
    if held == value:
        return True
    if isinstance(held, (dict, list)) or isinstance(value, (dict, list, bool)) or held is None or value is None:
        return not held and not value and not isinstance(value, bool)
    left, right = str(held).strip().casefold(), str(value).strip().casefold()
    return left == right or bool(_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right) and float(left) == float(right))


def untouched(row: Row, body: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether nobody wrote the object since the caller read it, as far as the changed fields go."""
    if before.get("last_updated") is not None and before.get("last_updated") == row.get("last_updated"):
        return True
    return all(name in before and name in row and same(row[name], wire(before[name])) for name in body)


def same_field(name: str, original: Any, value: Any) -> bool:
    """Whether a field's value means what the server's data says; content types are a set."""
    if name in PLAIN_LISTS and isinstance(original, list) and isinstance(current := normal(value), list):
        return sorted(map(str, current)) == sorted(map(str, original))
    return same(original, value)


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
