"""What Python values become when they are written: the JSON of a body, or the text of a filter."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import InputError
from .choices import is_choice
from .json_text import SCALARS
from .references import is_reference, same_id

_FILES = (
    "a file is taken by upload(), of an endpoint that has it, or by the multipart way: "
    'nb.request("POST", path, body={...}, files={"field": (name, bytes, content_type)})'
)


def encode(value: Any) -> bytes:
    """The JSON of a body: Records become their ids, choices their values, dates and UUIDs text, sets lists.

    Raises:
        InputError: a value that JSON has no form for (also NaN), named by its type.
    """
    try:
        return json.dumps(value, default=plain, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as exc:
        raise InputError(f"the data cannot be written as JSON: {exc}") from None


def settled(data: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The data of a write in a form that can be read more than once: lists in the place of generators.

    Args:
        data: the fields.
        where: what an error's text begins with.

    Raises:
        InputError: a value cannot be written as JSON; the text names its field.
    """
    found = {name: _whole(value) for name, value in data.items()}
    try:
        encode(found)
    except InputError as exc:
        for name, value in found.items():
            try:
                encode(value)
            except InputError as failure:
                raise InputError(f"{where}{name}: {failure}") from None
        raise InputError(f"{where}{exc}") from None
    return found


def _whole(value: Any) -> Any:
    """A value with lists in the place of generators."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, (Iterator, list, tuple)) and not is_file(value) else value


def plain(value: Any) -> Any:
    """The JSON form of a value that json does not know."""
    if (form := getattr(value, "__json__", None)) is not None:
        return form()
    import decimal  # both imported here: few programs have such values, and each takes milliseconds to import
    import uuid

    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if is_address(value):
        return str(value)
    if is_file(value):
        raise TypeError(f"{type(value).__name__} has no JSON form; {_FILES}")
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def is_file(value: Any) -> bool:
    """Whether a value is a file, its path or its bytes: none of them has a JSON form, though a file and bytes can be iterated."""
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or callable(getattr(value, "read", None))


def is_address(value: Any) -> bool:
    """Whether a value is an IP address or network, of ipaddress or netaddr; a network is also an iterable of its addresses."""
    return isinstance(value, ipaddress._IPAddressBase) or type(value).__module__.startswith("netaddr")


def text(name: str, value: Any) -> str:
    """A filter's value as query text.

    Raises:
        InputError: a value that is no text, number, truth value, date or object with an id.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and math.isfinite(value):
        return str(value)
    try:
        form = plain(value)
    except TypeError:
        form = None
    if isinstance(form, (str, int)):
        return str(form)
    raise InputError(f"filter {name}={value!r}: {type(value).__name__} cannot be a filter's value")


def is_many(value: Any) -> bool:
    """Whether a filter's value is several values."""
    return (
        isinstance(value, Iterable)
        and not isinstance(value, (str, bytes, Mapping))
        and not hasattr(value, "__json__")
        and not is_address(value)
    )


def wire(value: Any) -> Any:
    """A value as it is written: the id of a related object, the value of a choice, in lists too; any other value as it is."""
    if value.__class__ in SCALARS:
        return value
    if isinstance(value, list):
        return [wire(item) for item in value]
    if isinstance(value, dict):
        if is_reference(value):
            return value["id"]
        return value["value"] if is_choice(value) else value
    return value.__json__() if hasattr(value, "__json__") else value


def identity(value: Any) -> str:
    """The id of an object, or an id, as the server writes it: UUIDs in lower case, with hyphens."""
    return same_id(wire(value))


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
    """The JSON of a value for a field that is declared as JSON: what looks like a related object or a choice in it stays as it is."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    return value if value.__class__ in SCALARS else normal(value)
