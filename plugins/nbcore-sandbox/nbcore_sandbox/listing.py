"""Lists: their order and their pages."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from . import rules
from .filters import select
from .index import Route
from .names import countable
from .store import Row, Store

PAGE = 50
MAX_PAGE = 1000
_UNSORTABLE = frozenset({
    "object_type", "display", "url", "natural_slug", "notes_url", "tags", "custom_fields", "computed_fields", "relationships", "tree_depth",
})  # fmt: skip


def ordered(store: Store, route: Route, rows: list[Row], sort: str) -> list[Row]:
    """Rows in the order that was asked for, or in the order of their type; unknown names are ignored, as the server does.

    Args:
        store: where they lie.
        route: their list route.
        rows: the rows.
        sort: field names separated by commas, "-" before those that go down.

    Returns:
        The rows in order.
    """
    asked = [name.strip() for name in sort.split(",") if name.strip()]
    names = [name for name in asked if (bare := name.lstrip("-")) in route.fields and bare not in _UNSORTABLE]
    order = names or rules.ORDERING.get(route.object_type, ())
    found = sorted(rows, key=lambda row: (row.get("created") or "", row["id"]))
    for name in reversed(order):
        path, down = name.lstrip("-"), name.startswith("-")
        found.sort(key=lambda row, path=path: _key(store, route.object_type, row, path), reverse=down)  # type: ignore[misc]
    return found


def _key(store: Store, object_type: str, row: Row, path: str) -> tuple[Any, ...]:
    """What a row is sorted by: empty values last, and first when it goes down."""
    if path == "_name":
        return (row["name"] is None, countable(row["name"]))
    kind, target = store.target(object_type, path)
    value = store.value(object_type, row, path)
    if value is None or value == []:
        return (True,)
    if kind == "ref":
        other = store.get(target, value)
        below = rules.ORDERING.get(target, ("id",))
        return (False, *(_key(store, target, other, name) for name in below)) if other else (True,)
    if path in ("host", "network", "broadcast", "address", "prefix"):
        return (False, _address(str(value)))
    if kind == "decimal":
        return (False, float(value))
    return (False, value if isinstance(value, (int, float)) else str(value))


def _address(text: str) -> tuple[int, bytes]:
    found = ipaddress.ip_interface(text)
    return found.version, found.ip.packed + bytes([found.network.prefixlen])


def page(store: Store, route: Route, query: Mapping[str, list[str]], url: str) -> tuple[list[Row], dict[str, Any]]:
    """One page of a list, and the envelope around it.

    Args:
        store: where rows lie.
        route: the list route.
        query: the parameters.
        url: the list's address, for `next` and `previous`.

    Returns:
        The page's rows, and `count`, `next` and `previous`.
    """
    rows = select(store, route, query)
    return cut(ordered(store, route, rows, query.get("sort", [""])[-1]), query, url)


def cut(rows: list[Row], query: Mapping[str, list[str]], url: str) -> tuple[list[Row], dict[str, Any]]:
    """The rows of one page, and `count`, `next` and `previous`."""
    count = len(rows)
    limit = min(_number(query, "limit", PAGE) or MAX_PAGE, MAX_PAGE)
    offset = _number(query, "offset", 0)
    following = None if offset + limit >= count else _link(url, query, limit, offset + limit)
    before = None if offset <= 0 else _link(url, query, limit, max(offset - limit, 0))
    return rows[offset : offset + limit], {"count": count, "next": following, "previous": before}


def _number(query: Mapping[str, list[str]], name: str, default: int) -> int:
    try:
        number = int(query[name][-1])
    except (KeyError, ValueError):
        return default
    return number if number >= 0 else default


def _link(url: str, query: Mapping[str, list[str]], limit: int, offset: int) -> str:
    changed = {**query, "limit": [str(limit)], "offset": [str(offset)]}
    if offset == 0:
        del changed["offset"]
    pairs = [(name, value) for name in sorted(changed) for value in changed[name]]
    return f"{url}?{urlencode(pairs, quote_via=quote)}"
