"""How a server is asked for objects without a value: it differs by the kind of filter."""

from __future__ import annotations

from ..errors import InputError, UnknownFilterError
from .route import Route


def pair(route: Route, name: str) -> tuple[str, str]:
    """The parameter that asks for objects without a value in `name`; found out once a route and filter, by one or two small requests.

    Nautobot 3.2: nullable fields have `name__isnull`; required and many-to-many references take `name=null`; text and choices
    that are stored as "" have neither.

    Raises:
        InputError: the server cannot be asked that.
    """
    forms = route.learned.null_forms
    if name not in forms:
        forms[name] = _find(route, name)
    return forms[name]


def _find(route: Route, name: str) -> tuple[str, str]:
    if _knows(route, f"{name}__isnull", "true"):
        return f"{name}__isnull", "true"
    if _knows(route, f"{name}__ic", "a"):
        raise InputError(
            f"filter {name}=None of {route.path}: the server cannot be asked for objects without a {name} "
            f"(it is text or a choice, and has no {name}__isnull). Filter the rows you read instead: [r for r in ... if not r.{name}]"
        )
    return name, "null"


def _knows(route: Route, name: str, value: str) -> bool:
    try:
        route.connection.request("GET", route.list_path, params={name: value, "limit": 1}, endpoint=route.path, operation="list")
    except UnknownFilterError:
        return False
    return True
