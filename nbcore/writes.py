"""Single writes that land once: what is sent, and how it is found out whether a write happened whose answer did not come.

A create carries an id chosen here, so that it can be looked for and sent again without making a second object. A PATCH is compared with
what the object holds. A DELETE is sent again. `Transport.exchange` asks these functions (`settle`) after a failure that leaves the outcome open.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import (
    CallError,
    ConflictError,
    NotFoundError,
    PartialResult,
    RouteNotFoundError,
    ShapeError,
    UnknownFilterError,
    describe,
)
from .record import changes
from .record.values import is_reference, is_uuid, wire
from .transport import Call, Reply
from .transport.body import decode
from .transport.retry import ambiguous

if TYPE_CHECKING:
    from .endpoint import Endpoint

Row = dict[str, Any]
FOUND = "found again"
_ASKED_AT_ONCE = 50


def named(endpoint: Endpoint, items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The items of a create with an id each, where the route takes ids that the client chose; an id that is given stays."""
    if endpoint.spec.key != "uuid" or endpoint.takes_ids is False:
        return [dict(item) for item in items]
    return [{**item, "id": str(wire(item["id"])) if item.get("id") else str(uuid.uuid4())} for item in items]


def create(
    endpoint: Endpoint,
    items: Sequence[Row],
    *,
    one: bool,
    api_version: str | None = None,
    path: str = "",
    given: frozenset[str] = frozenset(),
    **about: Any,
) -> tuple[Call, list[Row]]:
    """Create objects with one POST: all of them or none, each once.

    Args:
        endpoint: the list route of what is created.
        items: the objects, with their ids (see `named`).
        one: send the only item as an object, not as a list.
        api_version: the version to ask for.
        path: the route to send it to; the endpoint's own when empty.
        given: ids that the caller chose: an object found under one of them is compared with what was sent.
        **about: what hooks are told, as in Call.

    Returns:
        The call, and the server's objects in the order given.

    Raises:
        AmbiguousWriteError: it may or may not have happened.
    """
    ids = [item["id"] for item in items if item.get("id")]
    params = _params(endpoint, items)
    call = endpoint.api.call(
        "POST", path or f"{endpoint.path}/", params=params, body=items[0] if one else list(items), api_version=api_version,
        **{"endpoint": endpoint.path, "operation": "create", **about},
    )  # fmt: skip

    def read(sent: Call, reply: Reply) -> list[Row]:
        rows = _created(sent, reply, one, len(items))
        if ids and endpoint.takes_ids is None:
            endpoint.takes_ids = [str(row["id"]) for row in rows] == ids
        return rows

    def settle(sent: Call, failure: CallError) -> tuple[Reply, list[Row]] | None:
        try:
            first = one_row(endpoint, ids[0], params, sent.deadline)
            if first is None:
                if not _takes_ids(endpoint, sent.deadline):
                    raise ambiguous(sent, failure)
                return None
            found = {ids[0]: first, **rows_of(endpoint, ids[1:], params, sent.deadline)}
        except CallError as exc:
            raise exc if exc.call is sent else ambiguous(sent, failure) from exc
        for item in items:
            if item["id"] in given and item["id"] in found and not _agrees(item, found[item["id"]]):
                raise ConflictError(
                    f"{describe(sent)}: the id {item['id']} that was given belongs to another object; choose another id.",
                    sent, failure.reply, theirs=found[item["id"]],
                )  # fmt: skip
        if missing := [one for one in ids if one not in found]:
            raise PartialResult(
                f"{describe(sent)}: {len(found)} of {len(ids)} objects are there after the connection failed ({failure}); "
                f"somebody deleted the others since, or they were never made: {', '.join(missing[:20])}. Look before creating them again.",
                sent, failure.reply, missing=missing,
            )  # fmt: skip
        return Reply(200, FOUND, source=FOUND), [found[one] for one in ids]

    return call, endpoint.api.transport.exchange(call, read, settle if ids and len(ids) == len(items) else None)[1]


def patch(endpoint: Endpoint, key: str, body: Mapping[str, Any], before: Mapping[str, Any] | None) -> tuple[Call, Row]:
    """Change one object.

    Args:
        endpoint: the list route.
        key: the object's id.
        body: the changed fields.
        before: the object as the caller knows it; when None, and another attempt is allowed, it is read first.

    Returns:
        The call, and the object as it is now.

    Raises:
        ConflictError: the outcome was open, and now the object holds neither the new values nor the old ones: somebody else changed it.
    """
    params = _params(endpoint, [body])
    path = endpoint.detail_path(key)
    if before is None and endpoint.api.options.retries:
        before = _detail(endpoint, key, params, None)
    call = endpoint.api.call("PATCH", path, params=params, body=dict(body), endpoint=endpoint.path, operation="update")

    def read(sent: Call, reply: Reply) -> Row:
        data = decode(sent, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(sent)} was not answered with the object it changed; read it to see what it holds", sent, reply)
        return data

    def settle(sent: Call, failure: CallError) -> tuple[Reply, Row] | None:
        try:
            row = _detail(endpoint, key, params, sent.deadline)
            if _holds(endpoint, row, body, sent.deadline):
                return Reply(200, FOUND, source=FOUND), row
        except NotFoundError:
            raise
        except CallError as exc:
            raise ambiguous(sent, failure) from exc
        if before is None:
            raise ambiguous(sent, failure)
        if not _untouched(row, body, before):
            raise ConflictError(
                f"{describe(sent)}: the connection failed ({failure}), and since then somebody else changed {', '.join(body)}. "
                "Nothing was overwritten; read the object (.theirs is what it holds now) and decide again.",
                sent, failure.reply, theirs=row,
            )  # fmt: skip
        return None

    return call, endpoint.api.transport.exchange(call, read, settle)[1]


def delete(endpoint: Endpoint, key: str) -> Call:
    """Delete one object; after an open outcome it is sent again, and its absence is success."""
    call = endpoint.api.call("DELETE", endpoint.detail_path(key), endpoint=endpoint.path, operation="delete")
    endpoint.api.transport.exchange(call)
    return call


def one_row(endpoint: Endpoint, key: str, params: Mapping[str, str], deadline: float | None) -> Row | None:
    """An object by its id; None when Nautobot itself says that it is not there."""
    try:
        return _detail(endpoint, key, params, deadline)
    except RouteNotFoundError:
        raise
    except NotFoundError:
        return None


def rows_of(
    endpoint: Endpoint, ids: Sequence[str], params: Mapping[str, str] | None = None, deadline: float | None = None
) -> dict[str, Row]:
    """Those of some objects that are there, by id: one GET for fifty; one by one where the route has no id filter."""
    found: dict[str, Row] = {}
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        asked = ids[start : start + _ASKED_AT_ONCE]
        query = {**(params or {}), "id": list(asked), "limit": len(asked)}
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


def _detail(endpoint: Endpoint, key: str, params: Mapping[str, str], deadline: float | None) -> Row:
    def read(call: Call, reply: Reply) -> Row:
        data = decode(call, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(call)} was not answered with the object {key}; check what stands before Nautobot", call, reply)
        return data

    row: Row = _get(endpoint, endpoint.detail_path(key), params, deadline, "get", read)
    return row


def _get(endpoint: Endpoint, path: str, params: Mapping[str, Any], deadline: float | None, operation: str, read: Callable[..., Any]) -> Any:
    from dataclasses import replace

    call = endpoint.api.call("GET", path, params=params, endpoint=endpoint.path, operation=operation)
    return endpoint.api.transport.exchange(replace(call, deadline=deadline), read)[1]


def _created(call: Call, reply: Reply, one: bool, number: int) -> list[Row]:
    data = decode(call, reply)
    if one and isinstance(data, dict) and "count" in data and isinstance(data.get("results"), dict):
        data = data["results"]  # available-vlans answers so
    rows = [data] if one and isinstance(data, dict) else data
    if not isinstance(rows, list) or len(rows) != number or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} was not answered with the objects it created; look whether they are there", call, reply)
    return rows


def _takes_ids(endpoint: Endpoint, deadline: float | None) -> bool:
    """Whether the route takes ids that the client chose: known from an earlier create, else the server is asked (OPTIONS)."""
    if endpoint.takes_ids is None:
        from dataclasses import replace

        call = endpoint.api.call("OPTIONS", f"{endpoint.path}/", endpoint=endpoint.path, operation="options")
        data = endpoint.api.transport.exchange(replace(call, deadline=deadline))[1]
        fields = data.get("actions", {}).get("POST") if isinstance(data, dict) else None
        field = fields.get("id") if isinstance(fields, dict) else None
        endpoint.takes_ids = isinstance(field, dict) and field.get("read_only") is False
    return endpoint.takes_ids


def _params(endpoint: Endpoint, items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Many-to-many fields that are written are to come back in the answer."""
    return {"exclude_m2m": "false"} if any(name in endpoint.m2m_fields for item in items for name in item) else {}


def _agrees(item: Row, row: Row) -> bool:
    """Whether an object may be the one that was sent: no plain value of it differs."""
    return all(_loosely(row[name], value) for name, value in item.items() if name in row and isinstance(value, (str, int)) and not isinstance(row[name], (dict, list)))  # fmt: skip  # noqa: E501


def _holds(endpoint: Endpoint, row: Row, body: Mapping[str, Any], deadline: float | None) -> bool:
    """Whether the object holds what was sent; related objects that were named by other things than ids are read with depth=1 to compare."""
    by_name = any(_by_name(row.get(name), changes.normal(value)) for name, value in body.items())
    if by_name:
        row = _detail(endpoint, str(row["id"]), {"depth": "1", "exclude_m2m": "false"}, deadline)
    return all(name in row and _means(row[name], value) for name, value in body.items())


def _by_name(held: Any, value: Any) -> bool:
    if isinstance(held, list):
        return isinstance(value, list) and any(_by_name(held[0] if held else None, item) for item in value)
    return is_reference(held) and (isinstance(value, dict) or (isinstance(value, str) and not is_uuid(value)))


def _means(held: Any, value: Any) -> bool:
    value = changes.normal(value)
    if isinstance(held, dict) and isinstance(value, dict) and not is_reference(held):
        return all(key in held and held[key] == item for key, item in value.items())
    return changes.same(held, value) or _loosely(wire(held), value)


def _loosely(held: Any, value: Any) -> bool:
    """Equal but for what the server makes of a text: blanks at its ends, the case of an address, a number's form."""
    if held == value:
        return True
    if isinstance(held, (dict, list)) or isinstance(value, (dict, list, bool)) or held is None or value is None:
        return not held and not value and not isinstance(value, bool)
    try:
        return float(held) == float(value)
    except ValueError:
        return str(held).strip().casefold() == str(value).strip().casefold()


def _untouched(row: Row, body: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether nobody wrote the object since the caller read it, as far as the changed fields go."""
    if before.get("last_updated") is not None and before.get("last_updated") == row.get("last_updated"):
        return True
    return all(name in before and name in row and _means(row[name], wire(before[name])) for name in body)
