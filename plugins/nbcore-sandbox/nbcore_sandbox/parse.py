"""One value as it is written into one field: brought to the form it is held in, or refused in the server's words."""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

from .index import Field

NULL = "This field may not be null."
BLANK = "This field may not be blank."
_EMAIL = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?")
_TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
_FALSE = frozenset({"f", "n", "no", "false", "off", "0"})
_DATES = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"
_PATTERN_TEXTS = {
    "^[0-9a-f]{6}$": "Enter a valid hexadecimal RGB color code.",
    "^[0-9A-Za-z._-]+$": "Only alphanumeric characters, hyphens, periods, and underscores are allowed in DNS names",
}


class BadValue(ValueError):
    """The value is refused; the text is the server's."""


def parse(field: Field, value: Any) -> Any:
    """The value as it is held.

    Args:
        field: the field it is written into; not a reference.
        value: what was written.

    Returns:
        The value to hold.

    Raises:
        BadValue: it is refused.
    """
    if value is None and field.kind != "labelled":
        if field.null:
            return None
        raise BadValue(NULL)
    return _PARSERS.get(field.kind, _json)(field, value)


def _string(field: Field, value: Any) -> str:
    if isinstance(value, (bool, dict, list)):
        raise BadValue("Not a valid string.")
    text = str(value).strip()
    if field.name.endswith("object_id") or field.name == "id":
        return _uuid(text)
    if not text:
        if field.blank:
            return text
        raise BadValue(BLANK)
    if (longest := field.options.get("max_length")) and len(text) > longest:
        raise BadValue(f"Ensure this field has no more than {longest} characters.")
    if field.pattern and not re.search(field.pattern, text):
        raise BadValue(_PATTERN_TEXTS.get(field.pattern, "Enter a valid value."))
    if field.name == "time_zone" and text not in zoneinfo.available_timezones():
        raise BadValue("A valid timezone is required.")
    return text


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise BadValue("Must be a valid UUID.") from None


def _email(field: Field, value: Any) -> str:
    text = _string(field, value)
    if text and not _EMAIL.fullmatch(text):
        raise BadValue("Enter a valid email address.")
    return text


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value).strip()):
        raise BadValue("A valid integer is required.")
    number = int(float(value)) if isinstance(value, float) else int(str(value).strip().partition(".")[0])
    _limits(field, number)
    return number


def _limits(field: Field, number: float) -> None:
    least, most = field.options.get("min_value"), field.options.get("max_value")
    if least is not None and number < least:
        raise BadValue(f"Ensure this value is greater than or equal to {least}.")
    if most is not None and number > most:
        raise BadValue(f"Ensure this value is less than or equal to {most}.")


def _decimal(field: Field, value: Any) -> str:
    try:
        number = decimal.Decimal(str(value).strip())
        if isinstance(value, bool) or not number.is_finite():
            raise BadValue("A valid number is required.")
    except decimal.InvalidOperation:
        raise BadValue("A valid number is required.") from None
    places, digits = int(field.options["decimal_places"]), int(field.options["max_digits"])
    _, figures, exponent = number.as_tuple()
    after = max(-int(exponent), 0)
    before = max(len(figures) + int(exponent), 0)
    if max(before + after, after) > digits:
        raise BadValue(f"Ensure that there are no more than {digits} digits in total.")
    if after > places:
        raise BadValue(f"Ensure that there are no more than {places} decimal places.")
    if before > digits - places:
        raise BadValue(f"Ensure that there are no more than {digits - places} digits before the decimal point.")
    return f"{number:.{places}f}"


def _boolean(_field: Field, value: Any) -> bool:
    word = str(value).lower() if isinstance(value, (bool, int, str)) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadValue("Must be a valid boolean.")


def _datetime(_field: Field, value: Any) -> str:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise BadValue(f"Datetime has wrong format. Use one of these formats instead: {_DATES}.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _choice(field: Field, value: Any) -> Any:
    if isinstance(value, (str, int)) and value in field.choices:
        return value
    raise BadValue(f'"{value}" is not a valid choice.')


def _labelled(field: Field, value: Any) -> Any:
    if value is None or value == "":
        if field.null or field.blank:
            return None
        raise BadValue(BLANK)
    if isinstance(value, dict):
        if "value" not in value:
            raise BadValue('Value must be passed directly (e.g. "foo": 123) or as a dict with key "value" (e.g. "foo": {"value": 123}).')
        value = value["value"]
    if isinstance(value, list):
        raise BadValue('Value must be passed directly (e.g. "foo": 123); do not use a list.')
    if isinstance(value, (str, int)) and value in field.choices:
        return value
    raise BadValue(f"{value} is not a valid choice.")


def _json(_field: Field, value: Any) -> Any:
    return value


_PARSERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "string": _string,
    "email": _email,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "datetime": _datetime,
    "choice": _choice,
    "labelled": _labelled,
}
