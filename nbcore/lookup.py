"""Objects looked for by their ids, within the time of the call that needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .errors import NotFoundError, RouteNotFoundError, ShapeError, UnknownFilterError, describe
from .query import chunked
from .transport import Call, Reply
from .transport.body import decode

if TYPE_CHECKING:
    from .endpoint import Endpoint

Row = dict[str, Any]


def one_row(endpoint: Endpoint, key: str, params: Mapping[str, str], deadline: float | None) -> Row | None:
    """An object by its id; None when Nautobot itself says that it is not there."""
    try:
        return detail(endpoint, key, params, deadline)
    except RouteNotFoundError:
        raise
    except NotFoundError:
        return None


def rows_of(
    endpoint: Endpoint, ids: Sequence[str], params: Mapping[str, str] | None = None, deadline: float | None = None
) -> dict[str, Row]:
    """Those of some objects that are there, by id: one GET a request line of ids; one by one where the route has no id filter."""
    found: dict[str, Row] = {}
    for asked in chunked(ids):
        query = {**(params or {}), "id": asked, "limit": len(asked)}
        try:
            rows = _get(endpoint, f"{endpoint.path}/", query, deadline, "list", _rows)
        except UnknownFilterError:
            rows = [row for key in asked if (row := one_row(endpoint, key, params or {}, deadline)) is not None]
        found.update((str(row["id"]), row) for row in rows)
    return found


def _rows(call: Call, reply: Reply) -> list[Row]:
    data = decode(call, reply)
    rows = data.get("results") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} should answer a list (count, next, results); check the url", call, reply)
    return rows


def detail(endpoint: Endpoint, key: str, params: Mapping[str, str], deadline: float | None) -> Row:
    """An object by its id, checked to be that object."""

    def read(call: Call, reply: Reply) -> Row:
        data = decode(call, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(call)} was not answered with the object {key}; check what stands before Nautobot", call, reply)
        return data

    row: Row = _get(endpoint, endpoint.detail_path(key), params, deadline, "get", read)
    return row


def _get(endpoint: Endpoint, path: str, params: Mapping[str, Any], deadline: float | None, operation: str, read: Callable[..., Any]) -> Any:
    call = endpoint.api.call("GET", path, params=params, endpoint=endpoint.path, operation=operation)
    return endpoint.api.transport.exchange(replace(call, deadline=deadline), read)[1]
