"""Single writes: what is sent with one POST, PATCH or DELETE, and what its answer must look like.

Every function here tells the hooks of what it wrote. How it is found out whether a write happened whose answer did not come is in
`settling`; what an app package may change about a write is in `steps`. Bulk writes create their chunks with `create` too.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contracts import Endpoint, Row, WriteOperation
from ..errors import ConflictError, InputError, ServerError, ShapeError, ValidationError, describe
from ..messages import Call, Change, Reply
from ..reading import Route, detail
from ..transport import decode
from ..values import identity, settled, wire
from . import settling
from .steps import Written, finished, m2m_params, prepared
from .unknown_fields import ignored_by_server, must_be_known

_ATTEMPTS = 6  # how often the server may choose a place that another request is given at the same moment
_UNSENT = "nothing was sent: "
_TAKEN = ("already exists", "IntegrityError")


@dataclass(frozen=True, slots=True)
class Through:
    """The route of an action that objects are allocated through, such as a prefix's `available-ips`.

    Attributes:
        path: where the request is sent.
        endpoint: the list route that the action belongs to, such as "ipam/prefixes".
        action: the action's name.
        params: what is sent in the query.
    """

    path: str
    endpoint: str
    action: str
    params: Mapping[str, Any] = field(default_factory=dict)


# --- creating ----------------------------------------------------------------------------------------------------------------


def named(route: Route, items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Give every item of a create an id that is chosen here, so that its object can be looked for when the answer is lost.

    Args:
        route: the list route of what is created.
        items: the fields of each object. An id that an item has already stays.

    Returns:
        The items, each a dict of its own. They have no new ids where the server does not take ids that a client chose.

    Raises:
        InputError: a value has no JSON form. The text names the item and the field.
    """
    listed = list(items)
    rows = [settled(item, f"nothing was sent: item {index}, " if len(listed) > 1 else _UNSENT) for index, item in enumerate(listed)]
    if route.spec.key != "uuid" or route.learned.takes_ids is False:
        return rows
    return [{**row, "id": identity(row["id"]) if row.get("id") else str(uuid.uuid4())} for row in rows]


def chosen_ids(items: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The ids that the caller chose: an object found under one of them may be another's, and is compared with what was sent."""
    return frozenset(identity(item["id"]) for item in items if item.get("id"))


def create(
    endpoint: Endpoint,
    items: Sequence[Row],
    *,
    one: bool,
    api_version: str | None = None,
    given: frozenset[str] = frozenset(),
    doubt: bool = False,
    through: Through | None = None,
) -> Written:
    """Create objects with one POST: all of them or none, and each of them once.

    Args:
        endpoint: the list route of what is created.
        items: the objects, with their ids (see `named`).
        one: send the only item as an object, and not as a list of one.
        api_version: the version of the REST API to ask for.
        given: the ids that the caller chose (see `chosen_ids`).
        doubt: whether the items may have been sent before, by a process that was resumed from its journal. That request may still be at
            work on the server.
        through: the action to send them to, when the server allocates what is created; by default they go to the list route.

    Raises:
        AmbiguousWriteError: the objects may or may not have been created, and that could not be found out.
        PartialResult: they were created, and the endpoint's `finish_rows` failed.
    """
    route: Route = endpoint.route
    operation: WriteOperation = "allocate" if through else "create"
    sent = prepared(endpoint, items, operation, many=not one)
    ids = [str(item["id"]) for item in sent if item.get("id")]
    params = m2m_params(route, sent)
    call = route.connection.call(
        "POST", through.path if through else route.list_path, params={**params, **(through.params if through else {})},
        body=sent[0] if one else sent, api_version=api_version, endpoint=through.endpoint if through else route.path,
        action=through.action if through else "", operation=operation,
    )  # fmt: skip

    def read(call: Call, reply: Reply) -> list[Row]:
        rows = _created_rows(call, reply, one, len(sent))
        # An action's route may treat ids in another way than the list route does, so only the list route teaches.
        if ids and through is None and route.learned.takes_ids is None:
            route.learned.takes_ids = [str(row["id"]) for row in rows] == ids
        return rows

    settle = settling.of_create(route, sent, params, given) if len(ids) == len(sent) else None
    rows: list[Row] = route.connection.exchange(call, read, settle, doubt)[1]
    for row in rows:
        endpoint.changed(Change("create", endpoint.type_of(row), route.path, str(row["id"]), None, row, call.id))
    # What is sent to an action is not all of it a field of the object: only what the objects show can have been ignored.
    items_told = [{name: value for name, value in item.items() if name in row} for item, row in zip(sent, rows, strict=True)]
    ignored = ignored_by_server(route, items_told if through else sent, rows)
    return Written(call, finished(endpoint, call, rows, items, operation), ignored)


def allocate(
    endpoint: Endpoint,
    items: Sequence[Row],
    *,
    one: bool,
    through: Through,
    api_version: str | None = None,
    given: frozenset[str] = frozenset(),
) -> Written:
    """Create what the server allocates, such as the next free addresses; try again when another client got the same ones.

    Nautobot looks for what is free before it takes its lock, so two requests of one moment may be given the same address. It refuses the
    second one ("... already exists", or an IntegrityError), and nothing was made. The arguments and errors are those of `create`.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return create(endpoint, items, one=one, api_version=api_version, given=given, through=through)
        except (ValidationError, ServerError) as exc:
            said = exc.reply.text if exc.reply is not None else ""
            another_got_it = any(word in said for word in _TAKEN) and '"id"' not in said
            if attempt == _ATTEMPTS or not another_got_it:
                raise
        time.sleep(random.uniform(0, 0.025 * 2**attempt))  # noqa: S311  jitter, not a secret
    raise AssertionError("unreachable")


def _created_rows(call: Call, reply: Reply, one: bool, number: int) -> list[Row]:
    """The objects in the answer to a POST."""
    data = decode(call, reply)
    if isinstance(data, dict) and "count" in data and isinstance(data.get("results"), (dict, list)):
        data = data["results"]  # available-vlans answers like a page
    rows = [data] if one and isinstance(data, dict) else data
    if not isinstance(rows, list) or len(rows) != number or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} was not answered with the objects it created; look whether they are there", call, reply)
    return rows


# --- changing ----------------------------------------------------------------------------------------------------------------


def patch(endpoint: Endpoint, key: str, changed: Mapping[str, Any], known: Mapping[str, Any] | None) -> Written:
    """Change one object with a PATCH.

    Args:
        endpoint: the list route.
        key: the object's id.
        changed: the changed fields.
        known: the object as the caller knows it. When it is None and the Api has retries, the object is read first (one GET), so that a
            lost answer can be settled.

    Raises:
        UnknownFieldError: a field that `known` does not have, and that the route does not take. Nothing was sent.
        ConflictError: the answer was lost, and the object holds neither the new values nor the old ones: somebody else changed it.
        PartialResult: it was changed, and the endpoint's `finish_rows` failed.
    """
    route: Route = endpoint.route
    item = {"id": key, **settled(changed, _UNSENT)}
    (ready,) = prepared(endpoint, [item], "update", many=False)
    body = {name: value for name, value in ready.items() if name != "id" or "id" in changed}
    params = m2m_params(route, [body])
    path = route.detail_path(key)
    before = known
    if known is not None:
        must_be_known(route, [name for name in body if name not in known])
    elif route.connection.options.retries:
        before = detail(route, key, params, None)
    call = route.connection.call("PATCH", path, params=params, body=body, endpoint=route.path, operation="update")

    def read(call: Call, reply: Reply) -> Row:
        data = decode(call, reply)
        if not isinstance(data, dict) or str(data.get("id", "")).lower() != key.lower():
            raise ShapeError(f"{describe(call)} was not answered with the object it changed; read it to see what it holds", call, reply)
        return data

    row: Row = route.connection.exchange(call, read, settling.of_patch(route, key, body, before, params))[1]
    held = None if known is None else {name: wire(known.get(name)) for name in changed}
    object_type = endpoint.type_of(row if known is None else known)
    endpoint.changed(Change("update", object_type, route.path, key, held, dict(changed), call.id))
    ignored = ignored_by_server(route, [body], [row])
    return Written(call, finished(endpoint, call, [row], [item], "update"), ignored)


def must_be_unmodified(route: Route, key: str, known: Mapping[str, Any]) -> None:
    """Check that nobody changed an object since it was read (one GET).

    Args:
        route: the list route.
        key: the object's id.
        known: the object as it was read.

    Raises:
        ConflictError: somebody changed it. `.theirs` is what it holds now.
        InputError: the object has no `last_updated` to compare.
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


# --- deleting ----------------------------------------------------------------------------------------------------------------


def delete(endpoint: Endpoint, key: str, known: Mapping[str, Any]) -> None:
    """Delete one object with a DELETE. It is sent again after a lost answer, and then an object that is not there is a success.

    Args:
        endpoint: the list route.
        key: the object's id.
        known: the object as the caller knows it.
    """
    route: Route = endpoint.route
    call = route.connection.call("DELETE", route.detail_path(key), endpoint=route.path, operation="delete")
    route.connection.exchange(call)
    endpoint.changed(Change("delete", endpoint.type_of(known), route.path, key, dict(known), None, call.id))
