"""Objects looked for by their ids, within the time of the call that needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import NotFoundError, RouteNotFoundError, ShapeError, UnknownFilterError, describe
from ..messages import Call, Operation, Reply
from ..transport import decode
from .request_line import chunked
from .route import Route

if TYPE_CHECKING:
    from ..contracts import Row


def one_row(route: Route, key: str, params: Mapping[str, str], deadline: float | None) -> Row | None:
    """An object by its id; None when Nautobot itself says that it is not there."""
    try:
        return detail(route, key, params, deadline)
    except RouteNotFoundError:
        raise
    except NotFoundError:
        return None


def rows_of(route: Route, ids: Sequence[str], params: Mapping[str, str] | None = None, deadline: float | None = None) -> dict[str, Row]:
    """Those of some objects that are there, by id: one GET a request line of ids; one by one where the route has no id filter."""
    found: dict[str, Row] = {}
    for asked in chunked(ids):
        query = {**(params or {}), "id": asked, "limit": len(asked)}
        try:
            rows = _get(route, route.list_path, query, deadline, "list", _rows)
        except UnknownFilterError:
            rows = [row for key in asked if (row := one_row(route, key, params or {}, deadline)) is not None]
        found.update((str(row["id"]), row) for row in rows)
    return found


def _rows(call: Call, reply: Reply) -> list[Row]:
    data = decode(call, reply)
    rows = data.get("results") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} should answer a list (count, next, results); check the url", call, reply)
    return rows


def detail(route: Route, key: str, params: Mapping[str, str], deadline: float | None) -> Row:
    """An object by its id, checked to be that object."""

    def read(call: Call, reply: Reply) -> Row:
        data = decode(call, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(call)} was not answered with the object {key}; check what stands before Nautobot", call, reply)
        return data

    row: Row = _get(route, route.detail_path(key), params, deadline, "get", read)
    return row


def _get(route: Route, path: str, params: Mapping[str, Any], deadline: float | None, operation: Operation, read: Callable[..., Any]) -> Any:
    # Whoever asks decides about a write by the answer, so no cache may give it.
    call = route.connection.call("GET", path, params=params, endpoint=route.path, operation=operation, deadline=deadline, fresh=True)
    return route.connection.exchange(call, read)[1]
