"""The filters of a list as arguments of its GraphQL list."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint
from nbcore.reading import Query, asked

from .facts import NotExact
from .types import Shape

_READING = frozenset({"depth", "include", "exclude_m2m", "format"})


def arguments_of(endpoint: Endpoint, query: Query, args: dict[str, Shape]) -> dict[str, Any]:
    """The filters as arguments of the GraphQL list.

    Args:
        endpoint: the list route.
        query: what is asked of it.
        args: the arguments that the GraphQL list takes, with their types.

    Raises:
        NotExact: the list takes no such argument, or not this value.
    """
    found: dict[str, Any] = {}
    for name, value in asked(endpoint.route, query).params:
        if name in _READING:
            continue
        shape = args.get(name)
        if shape is None or name in ("limit", "offset"):
            raise NotExact(f"GraphQL has no filter {name!r}")
        item = _argument(shape, name, value)
        if shape.many:
            found.setdefault(name, []).append(item)
        elif name in found:
            raise NotExact(f"GraphQL takes one value for the filter {name!r}")
        else:
            found[name] = item
    return found


def _argument(shape: Shape, name: str, value: str) -> Any:
    """One value of a filter, in the type of its GraphQL argument."""
    if shape.name == "Boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if shape.name in ("Int", "BigInt") and value.lstrip("-").isdigit():
        return int(value)
    if shape.name in ("String", "ID", "UUID"):
        return value
    raise NotExact(f"the value of the filter {name!r} cannot be written for GraphQL ({shape.name})")
