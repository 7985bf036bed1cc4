"""Single writes that land once: what is sent, and how it is found out whether a write happened whose answer did not come.

A create carries an id chosen here, so that it can be looked for and sent again without making a second object. A PATCH is compared with
what the object holds. A DELETE is sent again. `Transport.exchange` asks these functions (`settle`) after a failure that leaves the outcome
open.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..contracts import Row
from ..errors import (
    CallError,
    ConflictError,
    InputError,
    NotFoundError,
    PartialResult,
    ServerError,
    ShapeError,
    ValidationError,
    describe,
)
from ..messages import Call, Reply
from ..reading import Route, detail, fields_of, one_row, rows_of
from ..transport import ambiguous, decode
from ..values import agrees, depth_to_compare, holds, identity, settled, untouched
from .unknown_fields import must_be_known, tell_ignored

FOUND = "found again"
_RACES = 6
_UNSENT = "nothing was sent: "
_TAKEN = ("already exists", "IntegrityError")


def named(route: Route, items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The items of a create as JSON, with an id each, where the route takes ids that the client chose; an id that is given stays.

    Raises:
        InputError: a value has no JSON form; the text names the item and the field.
    """
    listed = list(items)
    rows = [settled(item, f"nothing was sent: item {index}, " if len(listed) > 1 else _UNSENT) for index, item in enumerate(listed)]
    if route.spec.key != "uuid" or route.learned.takes_ids is False:
        return rows
    return [{**row, "id": identity(row["id"]) if row.get("id") else str(uuid.uuid4())} for row in rows]


def create(
    route: Route,
    items: Sequence[Row],
    /,
    *,
    one: bool,
    api_version: str | None = None,
    path: str = "",
    given: frozenset[str] = frozenset(),
    doubt: bool = False,
    **about: Any,
) -> tuple[Call, list[Row]]:
    """Create objects with one POST: all of them or none, each once.

    Args:
        route: the list route of what is created.
        items: the objects, with their ids (see `named`).
        one: send the only item as an object, not as a list.
        api_version: the version to ask for.
        path: where to send it; the list route's own when empty.
        given: ids that the caller chose: an object found under one of them is compared with what was sent.
        doubt: whether they were sent before, with an outcome that is not known: that request may still be at work on the server.
        **about: what hooks are told, as in Call.

    Returns:
        The call, and the server's objects in the order given.

    Raises:
        AmbiguousWriteError: it may or may not have happened.
    """
    ids = [item["id"] for item in items if item.get("id")]
    params = _params(route, items)
    call = route.connection.call(
        "POST", path or route.list_path, params=params, body=items[0] if one else list(items), api_version=api_version,
        **{"endpoint": route.path, "operation": "create", **about},
    )  # fmt: skip

    def read(sent: Call, reply: Reply) -> list[Row]:
        rows = _created(sent, reply, one, len(items))
        if ids and route.learned.takes_ids is None:
            route.learned.takes_ids = [str(row["id"]) for row in rows] == ids
        return rows

    def settle(sent: Call, failure: CallError) -> tuple[Reply, list[Row]] | None:
        try:
            first = one_row(route, ids[0], params, sent.deadline)
            if first is None:
                if not _takes_ids(route, sent.deadline):
                    raise ambiguous(sent, failure)
                return None
            found = {ids[0]: first, **rows_of(route, ids[1:], params, sent.deadline)}
        except CallError as exc:
            raise exc if exc.call is sent else ambiguous(sent, failure) from exc
        for item in items:
            if item["id"] in given and item["id"] in found and not agrees(item, found[item["id"]]):
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

    rows = route.connection.exchange(call, read, settle if ids and len(ids) == len(items) else None, doubt)[1]
    if not path:
        tell_ignored(route, items, rows)
    return call, rows


def allocate(route: Route, items: Sequence[Row], /, **named: Any) -> tuple[Call, list[Row]]:
    """Create what the server chooses a place for: create(), and again when another request was given the same place at the same moment.

    Nautobot then refuses ("... already exists", or an IntegrityError) what it chose itself, and nothing was made.
    """
    for turn in range(_RACES):
        try:
            return create(route, items, **named)
        except (ValidationError, ServerError) as exc:
            said = exc.reply.text if exc.reply is not None else ""
            if turn == _RACES - 1 or not any(word in said for word in _TAKEN) or '"id"' in said:
                raise
        time.sleep(random.uniform(0, 0.05 * 2**turn))  # noqa: S311  jitter, not a secret
    raise AssertionError("unreachable")


def patch(route: Route, key: str, body: Mapping[str, Any], before: Mapping[str, Any] | None) -> tuple[Call, Row]:
    """Change one object.

    Args:
        route: the list route.
        key: the object's id.
        body: the changed fields.
        before: the object as the caller knows it; when None, and another attempt is allowed, it is read first.

    Returns:
        The call, and the object as it is now.

    Raises:
        UnknownFieldError: a field that `before` does not have, and the route does not know.
        ConflictError: the outcome was open, and now the object holds neither the new values nor the old ones: somebody else changed it.
    """
    body = settled(body, _UNSENT)
    params = _params(route, [body])
    path = route.detail_path(key)
    if before is not None:
        must_be_known(route, [name for name in body if name not in before])
    if before is None and route.connection.options.retries:
        before = detail(route, key, params, None)
    call = route.connection.call("PATCH", path, params=params, body=body, endpoint=route.path, operation="update")

    def read(sent: Call, reply: Reply) -> Row:
        data = decode(sent, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(sent)} was not answered with the object it changed; read it to see what it holds", sent, reply)
        return data

    def settle(sent: Call, failure: CallError) -> tuple[Reply, Row] | None:
        try:
            row = detail(route, key, params, sent.deadline)
            # Related objects that were named by other things than ids are read in full to compare.
            depth = depth_to_compare(row, body)
            full = detail(route, key, {"depth": str(depth), "exclude_m2m": "false"}, sent.deadline) if depth else row
        except NotFoundError:
            raise
        except CallError as exc:
            raise ambiguous(sent, failure) from exc
        known = before is not None and untouched(row, body, before)
        if holds(full, body) or (not known and holds(full, body, loosely=True)):
            return Reply(200, FOUND, source=FOUND), row
        if before is None:
            raise ambiguous(sent, failure)
        if not known:
            raise ConflictError(
                f"{describe(sent)}: the connection failed ({failure}), and since then somebody else changed {', '.join(body)}. "
                "Nothing was overwritten; read the object (.theirs is what it holds now) and decide again.",
                sent, failure.reply, theirs=row,
            )  # fmt: skip
        return None

    row = route.connection.exchange(call, read, settle)[1]
    tell_ignored(route, [body], [row])
    return call, row


def delete(route: Route, key: str) -> Call:
    """Delete one object; after an open outcome it is sent again, and its absence is success."""
    call = route.connection.call("DELETE", route.detail_path(key), endpoint=route.path, operation="delete")
    route.connection.exchange(call)
    return call


def must_be_unmodified(route: Route, key: str, known: Mapping[str, Any]) -> None:
    """Check that nobody changed an object since it was read (one GET).

    Raises:
        ConflictError: somebody did.
        InputError: the object has no last_updated to go by.
    """
    row = detail(route, key, {}, None)
    if not known.get("last_updated") or not row.get("last_updated"):
        raise InputError(f"{route.path} objects have no last_updated to compare, or it was not read: save without if_unmodified")
    if row["last_updated"] != known["last_updated"]:
        raise ConflictError(
            f"{route.path}/{key}/ was changed by somebody else at {row['last_updated']}, after it was read; nothing was written. "
            "Read it again (.theirs is what it holds now) and decide again.",
            theirs=row,
        )


def patch_many(route: Route, items: Sequence[Row], api_version: str | None = None) -> tuple[Call, list[Row]]:
    """Change objects with one PATCH: all of them or none; sent again after an open outcome, since it gives the same values.

    Returns:
        The call, and the objects that are there: Nautobot skips unknown ids without a word.
    """
    call = route.connection.call(
        "PATCH", route.list_path, params=_params(route, items), body=list(items), api_version=api_version,
        endpoint=route.path, operation="update", resend=True,
    )  # fmt: skip

    def read(sent: Call, reply: Reply) -> list[Row]:
        rows = decode(sent, reply)
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
            raise ShapeError(f"{describe(sent)} was not answered with the objects it changed; read them to see what they hold", sent, reply)
        return rows

    rows = route.connection.exchange(call, read)[1]
    sent_by_id = {str(item["id"]): item for item in items}
    tell_ignored(route, [sent_by_id.get(str(row["id"]), {}) for row in rows], rows)
    return call, rows


def delete_many(route: Route, items: Sequence[Row], api_version: str | None = None) -> tuple[Call, list[Row]]:
    """Delete objects that were found to be there with one DELETE: all of them or none; sent again after an open outcome."""
    body = [{"id": item["id"]} for item in items]
    call = route.connection.call("DELETE", route.list_path, body=body, api_version=api_version, endpoint=route.path, operation="delete")

    def settle(sent: Call, failure: CallError) -> tuple[Reply, list[Row]] | None:
        try:
            left = rows_of(route, [item["id"] for item in body], None, sent.deadline)
        except CallError as exc:
            raise ambiguous(sent, failure) from exc
        return None if left else (Reply(204, FOUND, source=FOUND), [])

    if body:
        route.connection.exchange(call, settle=settle)
    return call, []


def _created(call: Call, reply: Reply, one: bool, number: int) -> list[Row]:
    data = decode(call, reply)
    if one and isinstance(data, dict) and "count" in data and isinstance(data.get("results"), dict):
        data = data["results"]  # available-vlans answers so
    rows = [data] if one and isinstance(data, dict) else data
    if not isinstance(rows, list) or len(rows) != number or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} was not answered with the objects it created; look whether they are there", call, reply)
    return rows


def _takes_ids(route: Route, deadline: float | None) -> bool:
    """Whether the route takes ids that the client chose: known from an earlier create, else the server is asked (OPTIONS)."""
    if route.learned.takes_ids is None:
        route.learned.takes_ids = fields_of(route, deadline=deadline).get("id", {}).get("read_only") is False
    return route.learned.takes_ids


def _params(route: Route, items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Many-to-many fields that are written are to come back in the answer."""
    return {"exclude_m2m": "false"} if any(name in route.m2m_fields for item in items for name in item) else {}
