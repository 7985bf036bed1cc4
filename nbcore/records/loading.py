"""What a record loads: the fields that its data does not hold and that the server may still have, and how it asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotLoadedError, ShapeError

if TYPE_CHECKING:
    from .record import Record

# Fields of every route that the server computes at some cost, and leaves out of its answers unless include= asks for them.
OPT_IN = frozenset({"config_context", "computed_fields", "relationships"})


def may_exist(record: Record, name: str) -> bool:
    """Whether the server may have a field that the record's data does not hold. Sends nothing.

    A related object, of which the server sent only a reference, may have every field that objects of its route were seen to have. A
    complete record may have the fields that the server leaves out unless it is asked for them.
    """
    if "url" not in record.raw or "id" not in record.raw or name == "keys":  # dict() asks whether there is a `keys`
        return False
    route = record.endpoint.route
    if name in route.learned.lacking:
        return False
    if not record.has_details and (not route.learned.seen or name in route.learned.seen):
        return True
    return is_left_out(record, name)


def is_left_out(record: Record, name: str) -> bool:
    """Whether a field is one that the server leaves out of reads unless it is asked for it."""
    return name in OPT_IN or name in record.endpoint.route.m2m_fields


def load_missing(record: Record, name: str) -> None:
    """Load a field that the data does not hold, of this record and of those that were read with it (see Siblings.load).

    A field that is not there either then is remembered of the route, so that it is looked for once.

    Raises:
        CallError: the request failed; NotFoundError where the object was deleted.
    """
    if record._group is None:  # it was read alone, and so were its related objects
        load_whole(record)
    else:
        record.siblings.load(record, name if record.has_details or is_left_out(record, name) else "")
    if name not in record.raw:
        record.endpoint.route.learned.lacking.add(name)


def must_be_lazy(record: Record, name: str) -> None:
    """Refuse to load a field that is merely read, where the Api was told not to do that.

    Raises:
        NotLoadedError: the Api has lazy="off".
    """
    if record.api.options.lazy == "off":
        raise NotLoadedError(f'{record!r} has no {name!r} loaded and lazy="off": ask for it with depth=1, include= or exclude_m2m=False')


def load_whole(record: Record) -> None:
    """Read the record's own route with every field (one GET), and take the answer as its data. Edits that are not saved stay."""
    params = {"exclude_m2m": "false", "include": sorted(OPT_IN)}
    route = record.endpoint.route
    path = route.detail_path(record.raw["id"])
    data = record.api.request("GET", path, params=params, endpoint=route.path, operation="get")
    if not isinstance(data, dict) or str(data.get("id")) != str(record.raw["id"]):
        raise ShapeError(f"GET {path} was answered with another object than {record.raw['id']}")
    record.accept(data)
    route.learn(data)
