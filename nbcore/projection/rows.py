"""The rows of a projection, by its plan; the answer is the same by either route."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import pagination, reader
from ..errors import CallError, DriftError, InputError, NotFoundError, NotLoadedError, RequestError, UnknownFieldError, no_field
from ..query import build, chunked
from ..record import Record
from ..record.values import wire
from .plan import Column, Plan

if TYPE_CHECKING:
    from ..endpoint import Endpoint
    from ..query import Query
    from ..recordset import RecordSet

_log = logging.getLogger("nbcore.projection")
PAGE = 5000
Row = tuple[Any, ...]


def rows(records: RecordSet, query: Query, plan: Plan) -> Iterator[list[Row]]:
    """The rows of a projection, a list a page: a value for each column.

    Related objects give their id, choices their value, JSON is plain; a missing related object gives None, and a to-many step a list.
    """
    if plan.route == "graphql":
        try:
            data = answered(records.endpoint, query, plan)
            found = list(zip(*(_column(column, data) for column in plan.columns), strict=True))
        except (CallError, Hidden) as exc:
            _log.warning("values() of %s falls back to REST: %s", records.endpoint.path, exc)
        else:
            yield found
            return
    for page in records.pages():
        try:
            yield [tuple(_value(record, column.path.split("__")) for column in plan.columns) for record in page]
        except UnknownFieldError as exc:
            raise UnknownFieldError(f"{exc}, and REST is read because {plan.reason}") from None


def _value(record: Any, steps: list[str]) -> Any:
    """The plain value at a path of a record."""
    for index, name in enumerate(steps):
        if record is None:
            return None
        if isinstance(record, list):
            return [_value(item, steps[index:]) for item in record]
        try:
            record = _field(record, name)
        except NotFoundError:
            return None
    return wire(record)


def _field(value: Any, name: str) -> Any:
    """A field of a record or of JSON; None where there is none to be had. A field that has a method's name is read as data."""
    if isinstance(value, Record):
        try:
            return value[name] if hasattr(type(value), name) else getattr(value, name)
        except NotLoadedError:
            raise
        except (AttributeError, KeyError):
            raise no_field(value.endpoint.path, name, value._data) from None
    return value.get(name) if isinstance(value, dict) else None


class Hidden(Exception):
    """GraphQL gives null where REST may give something: a related object that the token may not see, a blank choice."""


def query_text(plan: Plan) -> str:
    """The query's text: one list with its arguments, and each related object once."""
    arguments = "".join(f", {name}: {json.dumps(value)}" for name, value in plan.arguments.items())
    return (
        f"query ($limit: Int, $offset: Int) {{ rows: {plan.listed}(limit: $limit, offset: $offset{arguments}) {{ {_selection(plan)} }} }}"
    )


def _selection(plan: Plan) -> str:
    tree: dict[str, Any] = {"id": {}}
    for column in plan.columns:
        at = tree
        steps = column.steps[:-1] if column.kind == "custom" else column.steps
        for index, name in enumerate(steps):
            at = at.setdefault(name, {})
            if index < len(steps) - 1:
                at.setdefault("id", {})
    return _write(tree)


def _write(tree: dict[str, Any]) -> str:
    return " ".join(f"{name} {{ {_write(below)} }}" if below else name for name, below in tree.items())


def answered(endpoint: Endpoint, query: Query, plan: Plan) -> list[dict[str, Any]]:
    """All rows as GraphQL gives them, checked against rows that move and related objects that are hidden."""
    text = query_text(plan)
    api = endpoint.api
    total: list[int] = []

    def fetch(offset: int, limit: int) -> pagination.Page:
        # One row more than the page tells whether rows follow: GraphQL gives no count.
        answer = api.graphql.query(text, {"limit": limit + 1, "offset": offset}).data["rows"]
        more = len(answer) > limit
        if not total:
            last = not more or (query.stop is not None and offset + limit >= query.stop)
            total.append(offset + len(answer) if last else reader.count(endpoint, query.window(-query.start, None)))
        found = pagination.Page(answer[:limit], total[0], more)
        return found

    size = query.page_size or PAGE
    for attempt in (1, 2, 3):
        try:
            total.clear()
            pages = pagination.read(fetch, size, query.start, query.stop, api.transport.map if api.options.threading else None)
            data = [row for page in pages for row in page]
            break
        except DriftError:
            if attempt == 3:
                raise
    if not data and reader.count(endpoint, query):
        # To a token without the permission GraphQL answers an empty list, where REST answers 403.
        raise Hidden("GraphQL gives no rows, but REST counts some")
    _check_hidden(endpoint, query, plan, data)
    return data


def _column(column: Column, data: list[Any]) -> list[Any]:
    """The values of one column, as REST gives them."""
    steps = column.steps
    if column.kind == "many":
        return [_many(row, steps) for row in data]
    values = data
    for name in steps[:-1]:
        values = [None if value is None else value.get(name) for value in values]
    last = steps[-1]
    found = [None if value is None else value.get(last) for value in values]
    if column.kind == "time":
        return [value.replace("+00:00", "Z") if value else value for value in found]
    if column.kind == "plain choice" and None in found:
        raise Hidden(f"{column.path} is null in GraphQL for some rows, where REST tells blank from missing")
    if column.kind in ("choice", "plain choice"):
        return [column.choices[value][0] if value is not None else None for value in found]
    return found


def _many(value: Any, steps: tuple[str, ...]) -> Any:
    for index, name in enumerate(steps):
        if value is None:
            return None
        if isinstance(value, list):
            return [_many(item, steps[index:]) for item in value]
        value = value.get(name)
    return value


def _check_hidden(endpoint: Endpoint, query: Query, plan: Plan, data: list[Any]) -> None:
    """GraphQL answers null for a related object that the token may not see, where REST names it: counted against REST's nulls."""
    done: set[tuple[str, ...]] = set()
    for column in plan.columns:
        for depth, owner in enumerate(column.owners):
            way = column.steps[: depth + 1]
            if owner and way not in done:
                done.add(way)
                _check_way(endpoint, query, way, owner, data)


def _check_way(endpoint: Endpoint, query: Query, way: tuple[str, ...], owner: str, data: list[Any]) -> None:
    owners = data
    for name in way[:-1]:
        owners = [value[name] for value in owners if value is not None and value[name] is not None]
    without = {value["id"] for value in owners if value[way[-1]] is None}
    if not without:
        return
    at = endpoint.api.endpoint(owner)
    try:
        if len(way) == 1 and query.start == 0 and query.stop is None:
            there = reader.count(at, query.with_nulls(way[-1]))
        else:
            there = sum(reader.count(at, build((), {"id": ids, way[-1]: None})) for ids in chunked(sorted(without)))
    except (RequestError, InputError):
        # The server has no such filter (primary_ip4 of a device) or fails at it: the rows themselves tell.
        listed = (row for ids in chunked(sorted(without)) for page in reader.objects(at, build((), {"id": ids})) for row in page)
        there = sum(1 for row in listed if row.get(way[-1]) is None)
    if there != len(without):
        raise Hidden(f"{len(without)} rows have no {'__'.join(way)} in GraphQL, but {there} in REST")
