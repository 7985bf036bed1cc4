"""Bodies: what Python values become JSON, what query text they become, and strict reading of JSON."""

from __future__ import annotations

import datetime
import decimal
import enum
import gc
import ipaddress
import json
import math
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..errors import ContentError, InputError, describe, snippet
from .call import Call, Reply

_fast: Callable[[bytes], Any] | None
try:
    from orjson import loads as _fast
except ImportError:
    _fast = None
_DIGITS = bytes(48 if 48 <= code <= 57 else 32 for code in range(256))
_LONG = b"0" * 19


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
    """The data of a write, to be read more than once: generators are lists, and what has no JSON form is refused.

    Args:
        data: the fields.
        where: what an error's text begins with.

    Raises:
        InputError: a value has no JSON form; the text names its field.
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
    return [_whole(item) for item in value] if isinstance(value, (Iterator, list, tuple)) else value


def plain(value: Any) -> Any:
    """The JSON form of a value that json does not know."""
    if (form := getattr(value, "__json__", None)) is not None:
        return form()
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
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


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


def decode(call: Call, reply: Reply) -> Any:
    """The JSON of an answer, read strictly.

    Raises:
        ContentError: not JSON, not UTF-8, NaN, nested or a number too large to read, or empty; with the beginning of the body.
    """
    try:
        return loads(reply.content)
    except (ValueError, RecursionError) as exc:
        problem = "is empty" if not reply.content.strip() else f"is not JSON ({_short(exc)}): {snippet(reply.text[:2000])!r}"
    raise ContentError(
        f"the {reply.status} answer to {describe(call)} {problem}. Is the url Nautobot's own, with no proxy page before it?", call, reply
    )


def loads(content: bytes) -> Any:
    """JSON text as Python values; ValueError or RecursionError where it is none. The same with orjson (nbcore[fast]), only sooner.

    The cyclic garbage collector rests meanwhile: JSON holds no cycle, and its passes over what is made take a quarter of a large read.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _loads(content)
    finally:
        if collecting:
            gc.enable()


def _loads(content: bytes) -> Any:
    if _fast is not None and _LONG not in content.translate(_DIGITS):
        # orjson makes floats of long integers and refuses what json reads (lone surrogates): those go the standard way.
        try:
            return _fast(content)
        except ValueError:
            pass
    return json.loads(content, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _short(exc: BaseException) -> str:
    return "nested too deeply" if isinstance(exc, RecursionError) else str(exc).split(";")[0][:120]
