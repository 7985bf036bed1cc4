"""A query becomes pages of rows: the requests of a list read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import CallError, ShapeError, UnknownFilterError, nearest
from ..messages import Call, Reply
from ..transport import decode
from . import pagination
from .query import Query
from .route import Route


def pages(route: Route, query: Query, path: str = "", action: str = "") -> Iterator[list[Any]]:
    """The rows that a query asks for, a list a page, in order; in parallel where the Api reads in parallel.

    Args:
        route: the list route.
        query: what to ask.
        path: the route of a paged action below it.
        action: the action's name.

    Raises:
        DriftError: rows moved while they were read.
    """
    if query.empty:
        return
    connection = route.connection
    size = query.page_size or connection.options.page_size
    for part in parts(route, query):

        def fetch(offset: int, limit: int, part: Query = part) -> pagination.Page:
            found, call = page(route, part, offset, limit, path, action)
            connection.watch("nbcore_page", call=call, fetched=offset + len(found.rows), total=found.count)
            return found

        yield from pagination.stitch(
            fetch, size, part.start, part.stop, connection.map if connection.options.threading else None, part.strict
        )


def objects(route: Route, query: Query) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list of objects; ShapeError for rows that are none."""
    for rows in pages(route, query):
        if rows and not isinstance(rows[0], dict):
            raise ShapeError(f"{route.path}: the rows of the list are {type(rows[0]).__name__}, not objects")
        if rows:
            yield rows
        del rows  # not kept while the next page is read


def parts(route: Route, query: Query) -> Iterator[Query]:
    """The query as it is sent: filters without a value in the server's form, a long list of ids in several."""
    asked = query.params
    if query.nulls:
        from . import null_filters

        asked += tuple(null_filters.pair(route, name) for name in query.nulls)
    if query.strict:
        asked = (*(pair for pair in asked if pair[0] != "sort"), ("sort", "id"))
    return query.with_params(asked).split()


def count(route: Route, query: Query) -> int:
    """How many rows match (one request for one row, for each part)."""
    total = sum(page(route, part, 0, 1)[0].count for part in parts(route, query))
    last = total if query.stop is None else min(total, query.stop)
    return max(0, last - query.start)


def page(route: Route, query: Query, offset: int, limit: int, path: str = "", action: str = "") -> tuple[pagination.Page, Call]:
    """One page, and the call that asked for it."""
    window = (("limit", str(limit)), *((("offset", str(offset)),) if offset else ()))
    call = route.connection.call(
        "GET", path or route.list_path, params=(*query.params, *window), api_version=query.api_version,
        endpoint=route.path, action=action, operation="list", fresh=query.fresh or query.strict,
    )  # fmt: skip
    try:
        return route.connection.exchange(call, _decode)[1], call
    except UnknownFilterError as exc:
        raise _suggesting(route, exc) from exc.__cause__


def _suggesting(route: Route, failure: UnknownFilterError) -> UnknownFilterError:
    """The error with the names that may have been meant: the fields of one row, which is asked for (one GET, and none for `id`)."""
    if "id" in failure.filters:
        return failure
    try:
        data = route.connection.request("GET", route.list_path, params={"limit": 1}, endpoint=route.path, operation="list")
        fields = {"q", "id", *data["results"][0]}
    except (CallError, LookupError, TypeError):
        return failure
    near = []
    for name in failure.filters:
        field, lookup, rest = name.partition("__")
        if (meant := nearest(field, fields)) and meant != field:
            near.append(f"{meant}{lookup}{rest}")
    if not near:
        return failure
    text = f"{failure} Did you mean {', '.join(map(repr, near))}?"
    return UnknownFilterError(text, failure.call, failure.reply, filters=failure.filters)


def _decode(call: Call, reply: Reply) -> pagination.Page:
    return pagination.page_of(call, reply, decode(call, reply))
