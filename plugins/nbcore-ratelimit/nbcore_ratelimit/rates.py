"""Rates as text: `10/s`, `600/5m`, `10/s,5000/h`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from nbcore import InputError

_RATE = re.compile(r"\s*(\d+)\s*/\s*(\d+)?\s*([a-z]+)\s*", re.IGNORECASE)
_UNITS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400,
}  # fmt: skip


def parse(rates: str | Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Rates as (requests, seconds), by period.

    Raises:
        InputError: not a rate, or rates of which one says nothing beside the others.
    """
    texts = rates.split(",") if isinstance(rates, str) else list(rates)
    found = sorted((_parse(text) for text in texts), key=lambda rate: rate[1])
    if not found:
        raise InputError('no rate is given; a rate is such as "10/s"')
    for (few, short), (many, long) in itertools.pairwise(found):
        if short == long or many <= few or many * short >= few * long:
            raise InputError(
                f"{shown([(few, short), (many, long)])}: one of these rates says nothing; "
                "a longer period needs a larger number and a lower pace"
            )
    return tuple(found)


def _parse(text: str) -> tuple[int, int]:
    match = _RATE.fullmatch(str(text))
    unit = _UNITS.get(match[3].lower().removesuffix("s") or "s") if match else None
    if not match or unit is None or not int(match[1]) or match[2] == "0":
        raise InputError(f'{text!r} is not a rate; give requests and a period, such as "10/s", "600/5m" or "5000/h"')
    return int(match[1]), int(match[2] or 1) * unit


def shown(rates: Iterable[tuple[int, int]]) -> str:
    """Rates as text."""
    return ",".join(f"{many}/{_period(seconds)}" for many, seconds in rates)


def _period(seconds: int) -> str:
    for name, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return name if seconds == size else f"{seconds // size}{name}"
    return "s" if seconds == 1 else f"{seconds}s"
