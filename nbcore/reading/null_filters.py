"""How a server is asked for objects without a value: it differs by the kind of filter."""

from __future__ import annotations

from typing import Any

from ..errors import InputError, RequestError, ServerError, UnknownFilterError, ValidationError
from .route import Route

_LOOKUPS = frozenset(
    {"n", "ic", "nic", "iew", "niew", "isw", "nisw", "ie", "nie", "re", "nre", "ire", "nire", "gt", "gte", "lt", "lte", "isnull"}
)
_NOBODY = "00000000-0000-4000-8000-000000000000"  # a value that no filter of another kind than text takes, and that nothing has
_OPPOSITE = {"true": "false", "false": "true"}


def pair(route: Route, name: str) -> tuple[str, str]:
    """The parameter that asks for objects without a value in `name`; found out once a route and filter, by a few small requests.

    Nautobot 2 and 3: nullable fields have `name__isnull`; references take `name=null`; text and choices, which are stored as "", match
    the regular expression `^$`; a boolean filter of a field that is not boolean takes `false`; relations with none of these may have
    `has_name`. `name__n=None` asks for the opposite.

    Raises:
        InputError: the server cannot be asked that. It would answer with everything, or refuse.
        UnknownFilterError: the server has no such filter.
    """
    field, _, lookup = name.rpartition("__")
    if field and lookup == "n":
        return _opposite(*pair(route, field))
    if field and lookup in _LOOKUPS:
        wanted = "True or False" if lookup == "isnull" else f"a value; {field}=None asks for objects without one"
        raise InputError(f"filter {name}=None of {route.path}: it takes {wanted}")
    forms = route.learned.null_forms
    if name not in forms:
        form, sure = _find(route, name)
        if not sure:
            return form
        forms[name] = form
    return forms[name]


def _opposite(name: str, value: str) -> tuple[str, str]:
    """The parameter that asks for the objects that have a value."""
    if value in _OPPOSITE:
        return name, _OPPOSITE[value]
    return (f"{name.removesuffix('__re')}__nre", value) if name.endswith("__re") else (f"{name}__n", value)


def _find(route: Route, name: str) -> tuple[tuple[str, str], bool]:
    """The form, and whether that is sure: without a row that shows it, another time may tell more."""
    if _knows(route, f"{name}__isnull", "true"):
        return (f"{name}__isnull", "true"), True
    if _knows(route, f"{name}__ic", "a"):  # text or a choice
        if not _knows(route, f"{name}__re", "^$"):
            raise _refused(route, name, "it is text or a choice")
        return (f"{name}__re", "^$"), True
    try:
        found = _rows(route, {name: "null"})
    except UnknownFilterError:
        raise
    except (ValidationError, ServerError):  # a number, a date, or an address, of which Nautobot tries to make sense
        return _by_has(route, name), True
    if not found["count"]:
        return _by_nothing(route, name)
    row = found["results"][0]
    if name in row:
        if row[name] in (None, "", []):
            return (name, "null"), True
        return _by_boolean(route, name, row[name]), True
    try:
        ignored = _rows(route, {name: _NOBODY})["count"] == found["count"]
    except RequestError:  # it refuses what it does not know, so it took `null`
        ignored = False
    return ((name, "null") if not ignored else _by_boolean(route, name, None)), True


def _by_nothing(route: Route, name: str) -> tuple[tuple[str, str], bool]:
    """The form where `null` matches no object: none is without a value, or the filter does not know `null`."""
    if name in route.learned.seen:
        return (name, "null"), True
    rows = _rows(route, {})["results"]
    if not rows:
        return (name, "null"), False
    # The server gives every filter of a relation its opposite, but those that it computes in a way of their own.
    if name in rows[0] or _knows(route, f"{name}__n", "null"):
        return (name, "null"), True
    return _by_has(route, name), True


def _by_has(route: Route, name: str) -> tuple[str, str]:
    """The boolean filter beside one that does not take `null`, such as has_ip_addresses beside ip_addresses."""
    if _knows(route, f"has_{name}", "false"):
        return f"has_{name}", "false"
    raise _refused(route, name, f"its filter does not take `null`, and there is no has_{name}")


def _refused(route: Route, name: str, why: str) -> InputError:
    return InputError(
        f"filter {name}=None of {route.path}: the server cannot be asked for objects without {name} ({why}, and there is no "
        f"{name}__isnull). If they can be without it, choose among the rows you read: [r for r in ... if not r.{name}]"
    )


def _by_boolean(route: Route, name: str, value: Any) -> tuple[str, str]:
    """A filter that takes true or false and ignores anything else."""
    if value is not None and not isinstance(value, bool):
        return name, "false"  # it asks whether the field has a value: local_config_context_data of a device
    raise InputError(
        f"filter {name}=None of {route.path}: {name} is true or false, and never without a value; the server would ignore the filter and "
        f"answer with everything. Ask {name}=False, or leave it out"
    )


def _rows(route: Route, params: dict[str, str]) -> Any:
    """The first page, of one row with all of its fields."""
    asked = {**params, "limit": 1, "exclude_m2m": "false"}
    return route.connection.request("GET", route.list_path, params=asked, endpoint=route.path, operation="list")


def _knows(route: Route, name: str, value: str) -> bool:
    try:
        route.connection.request("GET", route.list_path, params={name: value, "limit": 1}, endpoint=route.path, operation="list")
    except UnknownFilterError:
        return False
    return True
