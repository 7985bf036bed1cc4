"""Whether an object of the server is what was written: values compared by what they mean to the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import changes
from .values import alike, is_reference, is_uuid, wire

Row = dict[str, Any]
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def agrees(item: Row, row: Row) -> bool:
    """Whether an object may be the one that was sent: no plain value of it differs."""
    shared = {name: value for name, value in item.items() if isinstance(value, (str, int)) and name in row}
    return all(isinstance(row[name], (dict, list)) or _about(row[name], value) for name, value in shared.items())


def holds(row: Row, body: Mapping[str, Any], loosely: bool = False) -> bool:
    """Whether an object holds the fields that were sent; loosely, whether it holds what the server may have made of them."""
    return all(
        name in row and (changes.same_field(name, row[name], value) or _means(row[name], value, loosely)) for name, value in body.items()
    )


def names_related(row: Row, body: Mapping[str, Any]) -> bool:
    """Whether a field that was sent names a related object by something else than its id."""
    return any(_by_name(row.get(name), changes.normal(value)) for name, value in body.items())


def _by_name(held: Any, value: Any) -> bool:
    if isinstance(held, list):
        return isinstance(value, list) and any(_by_name(held[0] if held else None, item) for item in value)
    return is_reference(held) and (isinstance(value, dict) or (isinstance(value, str) and not is_uuid(value)))


def _means(held: Any, value: Any, loosely: bool) -> bool:
    value = changes.normal(value)
    if isinstance(held, dict) and isinstance(value, dict) and not is_reference(held):
        return all(key in held and alike(held[key], item) for key, item in value.items())
    return changes.same(held, value) or (loosely and _about(wire(held), value))


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
    return all(name in before and name in row and changes.same(row[name], wire(before[name])) for name in body)
