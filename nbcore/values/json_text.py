"""JSON text as Python values, read strictly and fast; and what holds for any JSON value: copying it, comparing it."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

from ..collector import resting

# Importing orjson takes ten milliseconds, which it gives back over about so many bytes: a script that reads less is better without it.
_PAYS_FROM = 1 << 20
_fast: Callable[[bytes], Any] | None = None
_slowly: int | None = 0  # bytes that were read without orjson; None once it was looked for
_DIGITS = bytes(48 if 48 <= code <= 57 else 32 for code in range(256))
_LONG = b"0" * 19
SCALARS = frozenset({str, int, float, bool, type(None)})


def loads(content: bytes) -> Any:
    """JSON text as Python values; ValueError or RecursionError where it is none. The same with orjson (nbcore[fast]), only sooner."""
    with resting():
        return _loads(content)


def _loads(content: bytes) -> Any:
    fast = _fast if _slowly is None else _after(len(content))
    if fast is not None and _LONG not in content.translate(_DIGITS):
        # orjson makes floats of long integers and refuses what json reads (lone surrogates): those go the standard way.
        try:
            return fast(content)
        except ValueError:
            pass
    return json.loads(content, parse_constant=_refuse)


def _after(size: int) -> Callable[[bytes], Any] | None:
    """The loads of orjson once enough is read for it to pay, these bytes included; None before, and where it is not installed."""
    global _fast, _slowly
    _slowly = (_slowly or 0) + size
    if _slowly < _PAYS_FROM:
        return None
    with contextlib.suppress(ImportError):
        from orjson import loads as _fast
    _slowly = None
    return _fast


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def copied(value: Any) -> Any:
    """A copy of JSON data, several times faster than copy.deepcopy."""
    if value.__class__ is dict:
        return {key: item if item.__class__ in SCALARS else copied(item) for key, item in value.items()}
    if value.__class__ is list:
        return [item if item.__class__ in SCALARS else copied(item) for item in value]
    return value if value.__class__ in SCALARS else copy.deepcopy(value)


def alike(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same JSON; True is not 1 there."""
    if left != right:
        return False
    if isinstance(left, dict):
        return all(alike(item, right[key]) for key, item in left.items())
    if isinstance(left, list):
        return all(map(alike, left, right))
    return isinstance(left, bool) == isinstance(right, bool)
