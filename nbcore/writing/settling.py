"""Settling: how it is found out whether a write happened whose answer did not come.

After a failure that leaves the outcome of a write open (a broken connection, a 502, an answer that cannot be read), the transport asks
the function that is made here. The function looks at the server and says one of three things:

- It happened: the function gives the objects as they are now, and the write is a success.
- It did not happen: the function gives None, and the write may be sent again.
- It cannot be known, or somebody else wrote meanwhile: the function raises the error that says so.

A create is looked for by the ids that were chosen for its objects. A PATCH is compared with what the object holds now and with what it
held before. A DELETE of many is done when none of its objects is left. A DELETE of one needs nothing of this: it is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..contracts import Row, Settle
from ..errors import CallError, ConflictError, NotFoundError, PartialResult, describe
from ..messages import Call, Reply
from ..reading import Route, detail, fields_of, one_row, rows_of
from ..transport import ambiguous
from ..values import agrees, depth_to_compare, holds, untouched
from .unknown_fields import written_of

_FOUND = "found again"


def of_create(route: Route, items: Sequence[Row], params: Mapping[str, Any], given: frozenset[str]) -> Settle:
    """How a create is settled: its objects are looked for by their ids.

    Args:
        route: the list route of what is created.
        items: what was sent, each item with its id.
        params: the query that the objects are read with.
        given: the ids that the caller chose: an object under one of them may be another's, and is compared with what was sent.
    """
    ids = [str(item["id"]) for item in items]

    def settle(sent: Call, failure: CallError) -> tuple[Reply, list[Row]] | None:
        try:
            first = one_row(route, ids[0], params, sent.deadline)
            if first is None:
                if not _takes_ids(route, sent.deadline):
                    raise ambiguous(sent, failure)
                return None  # a POST makes all of its objects or none
            found = {ids[0]: first, **rows_of(route, ids[1:], params, sent.deadline)}
        except CallError as exc:
            raise exc if exc.call is sent else ambiguous(sent, failure) from exc
        for item in items:
            row = found.get(str(item["id"]))
            if row is not None and item["id"] in given and not agrees(item, row):
                raise ConflictError(
                    f"{describe(sent)}: the id {item['id']} that was given belongs to another object; choose another id.",
                    sent, failure.reply, theirs=row,
                )  # fmt: skip
        if missing := [key for key in ids if key not in found]:
            raise PartialResult(
                f"{describe(sent)}: {len(found)} of {len(ids)} objects are there after the connection failed ({failure}); "
                f"somebody deleted the others since, or they were never made: {', '.join(missing[:20])}. Look before creating them again.",
                sent, failure.reply, missing=missing,
            )  # fmt: skip
        return _found(), [found[key] for key in ids]

    return settle


def of_patch(route: Route, key: str, body: Mapping[str, Any], before: Mapping[str, Any] | None, params: Mapping[str, Any]) -> Settle:
    """How a PATCH of one object is settled: what the object holds now is compared with what was sent, and with what it held before.

    Args:
        route: the list route.
        key: the object's id.
        body: the fields that were sent.
        before: the object as it was before; None where nobody read it.
        params: the query that the object is read with.
    """

    def settle(sent: Call, failure: CallError) -> tuple[Reply, Row] | None:
        try:
            row = detail(route, key, params, sent.deadline)
            # A related object that was named by something else than its id is compared by its fields, which a greater depth brings.
            depth = depth_to_compare(row, body)
            full = detail(route, key, {"depth": str(depth), "exclude_m2m": "false"}, sent.deadline) if depth else row
        except NotFoundError:
            raise
        except CallError as exc:
            raise ambiguous(sent, failure) from exc
        as_before = before is not None and untouched(row, body, before)
        # The server may have changed the form of a value (a trimmed text, a number). That counts only when it cannot be the old value.
        if holds(full, body) or (not as_before and holds(full, body, loosely=True)):
            return _found(), row
        if before is None:
            raise ambiguous(sent, failure)
        # A field that the server ignores tells nothing of what happened.
        written = written_of(route, body, sent.deadline)
        if len(written) < len(body) and (not written or holds(full, written, loosely=not as_before)):
            return _found(), row
        if not as_before:
            raise ConflictError(
                f"{describe(sent)}: the connection failed ({failure}), and since then somebody else changed {', '.join(body)}. "
                "Nothing was overwritten; read the object (.theirs is what it holds now) and decide again.",
                sent, failure.reply, theirs=row,
            )  # fmt: skip
        return None

    return settle


def of_delete(route: Route, ids: Sequence[str]) -> Settle:
    """How a DELETE of many is settled: it was done when none of its objects is left.

    Args:
        route: the list route.
        ids: the ids of the objects, which were there before.
    """

    def settle(sent: Call, failure: CallError) -> tuple[Reply, list[Row]] | None:
        try:
            left = rows_of(route, ids, None, sent.deadline)
        except CallError as exc:
            raise ambiguous(sent, failure) from exc
        return None if left else (_found(204), [])

    return settle


def _found(status: int = 200) -> Reply:
    """The Reply of a write whose own answer was lost, and that was found to have happened."""
    return Reply(status, _FOUND, source=_FOUND)


def _takes_ids(route: Route, deadline: float | None) -> bool:
    """Whether the route takes ids that the client chose: known from an earlier create, else the server is asked (one OPTIONS, kept)."""
    if route.learned.takes_ids is None:
        route.learned.takes_ids = fields_of(route, deadline=deadline).get("id", {}).get("read_only") is False
    return route.learned.takes_ids
