"""How a server is asked for objects without a value: it differs by the kind of filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import InputError, UnknownFilterError

if TYPE_CHECKING:
    from .endpoint import Endpoint


def pair(endpoint: Endpoint, name: str) -> tuple[str, str]:
    """The parameter that asks for objects without a value in `name`; found out once an endpoint and filter, by one or two small requests.

    Nautobot 3.2: nullable fields have `name__isnull`; required and many-to-many references take `name=null`; text and choices
    that are stored as "" have neither.

    Raises:
        InputError: the server cannot be asked that.
    """
    if name not in endpoint.null_forms:
        endpoint.null_forms[name] = _find(endpoint, name)
    return endpoint.null_forms[name]


def _find(endpoint: Endpoint, name: str) -> tuple[str, str]:
    if _knows(endpoint, f"{name}__isnull", "true"):
        return f"{name}__isnull", "true"
    if _knows(endpoint, f"{name}__ic", "a"):
        raise InputError(
            f"filter {name}=None of {endpoint.path}: the server cannot be asked for objects without a {name} "
            f"(it is text or a choice, and has no {name}__isnull). Filter the rows you read instead: [r for r in ... if not r.{name}]"
        )
    return name, "null"


def _knows(endpoint: Endpoint, name: str, value: str) -> bool:
    try:
        endpoint.api.request("GET", f"{endpoint.path}/", params={name: value, "limit": 1}, endpoint=endpoint.path, operation="list")
    except UnknownFilterError:
        return False
    return True
