"""When two single values are the same to the server: numbers, texts, truth values, dates, MAC and IP addresses in their several forms."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .known_fields import ADDRESSES, is_id, is_mac
from .references import is_uuid, same_id
from .written import normal, wire

_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*", re.ASCII)
_WRITTEN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)  # a held "010" is a text, and not ten
_WRITTEN_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
# The words that the server takes for a truth value, in either case.
_TRUTH = {
    **dict.fromkeys(("t", "y", "yes", "true", "on", "1"), True),
    **dict.fromkeys(("f", "n", "no", "false", "off", "0"), False),
}


def same_scalar(name: str, held: Any, value: Any, is_number_field: Callable[[], bool] = lambda: False) -> bool:
    """Whether a value means the text, number, truth value or None that a field holds.

    What is held decides what is compared: the server makes a number of "3990" in a field that holds numbers, and keeps "010" in a field
    that holds texts.

    Args:
        name: the field's name, which tells fields that have forms of their own, such as MAC addresses.
        held: what the server holds.
        value: what a program gives: any Python value that can be written.
        is_number_field: tells whether the field holds numbers that the server writes as texts, such as "12.500000". It is called only
            for two different texts that are the same number. "12.5" is the same in such a field, while "1.1" is not "1.10" in a text.
    """
    value = wire(value)
    if isinstance(value, enum.Enum):
        value = value.value
    if held is None or value is None:
        return held is value
    if isinstance(held, bool):
        return truth_of(value) is held
    if isinstance(value, bool):
        return False
    if isinstance(held, (int, float)):
        return (number := number_of(value)) is not None and number == number_of(held)
    if not isinstance(held, str):
        return False
    if isinstance(value, (int, float, Decimal)):
        number = number_of(value)
        return number is not None and number == written_number(held)
    if isinstance(value, datetime.date):
        return held == value.isoformat() or _same_moment(held, value)
    text = normal(value)
    return isinstance(text, str) and _same_text(name, held, text, is_number_field)


def _same_text(name: str, held: str, text: str, is_number_field: Callable[[], bool]) -> bool:
    if held in (text, text.strip()):  # the server removes blanks at both ends
        return True
    if is_mac(name):
        digits = _mac(held)
        return digits != "" and digits == _mac(text)
    if is_id(name) and is_uuid(held):
        return same_id(text) == same_id(held)
    if name in ADDRESSES:
        return _same_address(held, text)
    if (number := number_of(text)) is not None:
        return number == number_of(held) and is_number_field()
    return _same_moment(held, text)


def truth_of(value: Any) -> bool | None:
    """The truth value that the server makes of a value; None where it refuses it."""
    if isinstance(value, (bool, int, float)):
        return bool(value) if value in (0, 1) else None
    return _TRUTH.get(value.lower()) if isinstance(value, str) else None


def number_of(value: Any) -> Decimal | None:
    """The number that a value is, or that it means as a text; None for any other value, and for infinity and NaN."""
    if isinstance(value, bool) or not (isinstance(value, (int, float, Decimal)) or (isinstance(value, str) and _NUMBER.fullmatch(value))):
        return None
    number = Decimal(value if isinstance(value, int) else str(value).strip())  # a float as it is written, not as it is in binary
    return number if number.is_finite() else None


def written_number(held: str) -> Decimal | None:
    """The number that a text of the server is in the form in which the server writes numbers, such as "12.500000"; None for any other."""
    return Decimal(held) if _WRITTEN_NUMBER.fullmatch(held) else None


def _mac(text: str) -> str:
    """The twelve digits of a MAC address in any of its forms; "" for any other text."""
    text = text.strip().lower()
    groups = re.split("[:-]", text)
    digits = "".join(group.zfill(2) for group in groups) if len(groups) == 6 else text.replace(".", "")
    return digits if re.fullmatch("[0-9a-f]{12}", digits) else ""


def _same_address(held: str, text: str) -> bool:
    if ("/" in held) != ("/" in text):
        return False
    try:
        return ipaddress.ip_interface(held) == ipaddress.ip_interface(text.strip())
    except ValueError:
        return False


def _same_moment(held: str, value: datetime.date | str) -> bool:
    """Whether a date, a time or its ISO text is the moment that a text of the server says; one without a zone is in the server's zone."""
    if not _WRITTEN_TIME.fullmatch(held):
        return False
    try:
        moment = datetime.datetime.fromisoformat(held)
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value.strip())
    except ValueError:
        return False
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    return (value if value.tzinfo else value.replace(tzinfo=moment.tzinfo)) == moment


def about(held: Any, value: Any) -> bool:
    """Whether the server may have made what it holds of a value: the same but for a number's form, blanks at the ends, and the case."""
    if held == value:
        return True
    if isinstance(held, (dict, list)) or isinstance(value, (dict, list, bool)) or held is None or value is None:
        return not held and not value and not isinstance(value, bool)
    left, right = str(held).strip().casefold(), str(value).strip().casefold()
    return left == right or ((number := number_of(left)) is not None and number == number_of(right))
