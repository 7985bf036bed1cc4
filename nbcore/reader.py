"""A query becomes pages of rows: the requests of a list read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import nulls, pagination
from .errors import CallError, ShapeError, UnknownFilterError
from .transport import Call, Reply, body

if TYPE_CHECKING:
    from .endpoint import Endpoint
    from .query import Query


def pages(endpoint: Endpoint, query: Query, path: str = "", action: str = "") -> Iterator[list[Any]]:
    """The rows that a query asks for, a list a page, in order; in parallel where the Api reads in parallel.

    Args:
        endpoint: the list route.
        query: what to ask.
        path: the route of a paged action below it.
        action: the action's name.

    Raises:
        DriftError: rows moved while they were read.
    """
    if query.empty:
        return
    api = endpoint.api
    size = query.page_size or api.options.page_size
    for part in parts(endpoint, query):

        def fetch(offset: int, limit: int, part: Query = part) -> pagination.Page:
            found, call = page(endpoint, part, offset, limit, path, action)
            api.transport.watch("nbcore_page", call=call, fetched=offset + len(found.rows), total=found.count)
            return found

        yield from pagination.read(fetch, size, part.start, part.stop, api.transport.map if api.options.threading else None, part.strict)


def objects(endpoint: Endpoint, query: Query) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list of objects; ShapeError for rows that are none."""
    for rows in pages(endpoint, query):
        if rows and not isinstance(rows[0], dict):
            raise ShapeError(f"{endpoint.path}: the rows of the list are {type(rows[0]).__name__}, not objects")
        if rows:
            yield rows
        del rows  # not kept while the next page is read


def parts(endpoint: Endpoint, query: Query) -> Iterator[Query]:
    """The query as it is sent: filters without a value in the server's form, a long list of ids in several."""
    pairs = tuple(nulls.pair(endpoint, name) for name in query.nulls)
    asked = query.params + pairs
    if query.strict:
        asked = (*(pair for pair in asked if pair[0] != "sort"), ("sort", "id"))
    return query.with_params(asked).split()


def count(endpoint: Endpoint, query: Query) -> int:
    """How many rows match (one request for one row, for each part)."""
    total = sum(page(endpoint, part, 0, 1)[0].count for part in parts(endpoint, query))
    last = total if query.stop is None else min(total, query.stop)
    return max(0, last - query.start)


def page(endpoint: Endpoint, query: Query, offset: int, limit: int, path: str = "", action: str = "") -> tuple[pagination.Page, Call]:
    """One page, and the call that asked for it."""
    window = (("limit", str(limit)), *((("offset", str(offset)),) if offset else ()))
    call = endpoint.api.call(
        "GET", path or f"{endpoint.path}/", params=(*query.params, *window), api_version=query.api_version,
        endpoint=endpoint.path, action=action, operation="list", fresh=query.fresh,
    )  # fmt: skip
    try:
        return endpoint.api.transport.exchange(call, _decode)[1], call
    except UnknownFilterError as exc:
        raise _suggesting(endpoint, exc) from exc.__cause__


def _suggesting(endpoint: Endpoint, failure: UnknownFilterError) -> UnknownFilterError:
    """The error with the names that may have been meant: the fields of one row, which is asked for (one GET, and none for `id`)."""
    if "id" in failure.filters:
        return failure
    try:
        data = endpoint.api.request("GET", f"{endpoint.path}/", params={"limit": 1}, endpoint=endpoint.path, operation="list")
        fields = {"q", "id", *data["results"][0]}
    except (CallError, LookupError, TypeError):
        return failure
    near = []
    for name in failure.filters:
        field, lookup, rest = name.partition("__")
        near += [f"{meant}{lookup}{rest}" for meant in difflib.get_close_matches(field, fields, 1) if meant != field]
    if not near:
        return failure
    text = f"{failure} Did you mean {', '.join(map(repr, near))}?"
    return UnknownFilterError(text, failure.call, failure.reply, filters=failure.filters)


def _decode(call: Call, reply: Reply) -> pagination.Page:
    return pagination.page_of(call, reply, body.decode(call, reply))
