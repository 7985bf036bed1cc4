"""A query becomes pages of rows: the requests of a list read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from .. import errors
from ..errors import CallError, DriftError, RequestError, RetriesExhaustedError, ShapeError, UnknownFilterError, nearest
from ..messages import Call, Reply
from ..transport import decode
from . import pagination
from .query import Query
from .request_line import is_long, length
from .route import Route

READS = 3  # how often a list is read before rows that move are an error


def pages(route: Route, query: Query, path: str = "", action: str = "") -> Iterator[list[Any]]:
    """The rows that a query asks for, a list a page, in order; in parallel where the Api reads in parallel.

    A query that is asked in several parts gives the rows of one part after the other, and each row once.

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
    first, *others = parts(route, query)
    if not others:
        yield from _of_part(route, first, path, action)
        return
    given: set[Any] = set()
    for part in (first, *others):
        # A part may give rows that an earlier one gave, so it is read as far as the window could need it.
        stop = None if query.stop is None else query.stop + len(given)
        for rows in _of_part(route, replace(part, start=0, stop=stop), path, action):
            new = [row for row in rows if pagination.key_of(row) not in given]
            before = len(given)
            given.update(map(pagination.key_of, new))
            yield new[max(0, query.start - before) : None if query.stop is None else max(0, query.stop - before)]
            if query.stop is not None and len(given) >= query.stop:
                return


def _of_part(route: Route, part: Query, path: str, action: str) -> Iterator[list[Any]]:
    """The pages of a query that fits one request line."""
    connection = route.connection

    def fetch(offset: int, limit: int) -> pagination.Page:
        found, call = page(route, part, offset, limit, path, action)
        connection.watch("nbcore_page", call=call, fetched=offset + len(found.rows), total=found.count)
        return found

    size = part.page_size or connection.options.page_size
    in_order = connection.map if connection.options.threading else None
    yield from pagination.stitch(fetch, size, part.start, part.stop, in_order, part.strict)


def objects(route: Route, query: Query) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list of objects; ShapeError for rows that are none."""
    for rows in pages(route, query):
        if rows and not isinstance(rows[0], dict):
            raise ShapeError(f"{route.path}: the rows of the list are {type(rows[0]).__name__}, not objects")
        if rows:
            yield rows
        del rows  # not kept while the next page is read


def stream(route: Route, query: Query, begun: Iterator[list[dict[str, Any]]] | None = None) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list of objects, none of them kept: every object that is there throughout comes once, also where others come and go.

    Where rows moved, the list is read again from its beginning, and what was given is left out; the last time in the order of ids, unless
    an order or a part of the rows was asked for. So objects may come in another order after such a break.

    Args:
        route: the list route.
        query: what to ask.
        begun: the pages of a read of it that was begun, to go on with.

    Raises:
        DriftError: rows moved each time.
    """
    if query.strict:  # which mends by itself what can be mended
        yield from begun or objects(route, query)
        return
    given = pagination.Seen()
    ordered = query.stop is not None or query.start or any(name == "sort" for name, _ in query.params)
    for attempt in range(1, READS + 1):
        again = query if attempt == 1 else replace(query, fresh=True, strict=attempt == READS and not ordered)
        try:
            for rows in (begun if attempt == 1 else None) or objects(route, again):
                new = rows if attempt == 1 else [row for row in rows if pagination.key_of(row) not in given]
                given.add(map(pagination.key_of, new))
                if new:
                    yield new
                del rows, new  # not kept while the next page is read
            return
        except DriftError as drift:
            if attempt == READS:
                raise moved(route, drift) from drift


def moved(route: Route, drift: DriftError) -> DriftError:
    """The error of a list whose rows moved each time that it was read."""
    return DriftError(
        f'{route.path}: rows moved during {READS} reads, last: {drift}. Read with consistency="strict", or when less is written.'
    )


def parts(route: Route, query: Query) -> Iterator[Query]:
    """The query as it is sent (see `asked`), in several where a long list of values does not fit one request line."""
    return asked(route, query).split()


def asked(route: Route, query: Query) -> Query:
    """The query as the server understands it: filters without a value in its own form, which it may have to be asked for."""
    params = query.params
    if query.nulls:
        from . import null_filters

        try:
            params += tuple(null_filters.pair(route, name) for name in query.nulls)
        except UnknownFilterError as exc:
            raise _suggesting(route, exc) from exc.__cause__
    if query.strict:
        params = (*(pair for pair in params if pair[0] != "sort"), ("sort", "id"))
    return query.with_params(params)


def count(route: Route, query: Query) -> int:
    """How many rows match: one request for one row.

    Where a long list of values is asked in several requests, it is one for each of them, if the values are ids. A row may match several
    values of another filter, so that the rows are read then.
    """
    first, *others = parts(route, query)
    if any(pair[0] != "id" for part in others for pair in set(part.params) ^ set(first.params)):
        return sum(map(len, pages(route, query)))
    total = sum(page(route, part, 0, 1)[0].count for part in (first, *others))
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
    except CallError as exc:
        if not is_long(call.params) or not _may_be_the_line(exc):
            raise
        raise _too_long(exc, call) from exc


def _may_be_the_line(failure: CallError) -> bool:
    """Whether a request may have failed since its line was too long: uWSGI breaks the connection then, and others answer a status."""
    cause = failure.__cause__ if isinstance(failure, RetriesExhaustedError) else failure
    return isinstance(cause, errors.ProtocolError) or (failure.reply is not None and failure.reply.status in (400, 413, 414, 431))


def _too_long(failure: CallError, call: Call) -> CallError:
    """The error of a list whose filters are too long to be asked at once, and mean something else when they are asked in parts."""
    lists = [name for name, number in Counter(name for name, _ in call.params).items() if number > 1]
    because = f"the values of {', '.join(lists)} cannot be asked in parts, which would mean something else; " if lists else ""
    text = (
        f"{failure} The request line is too long for many servers: its query has {length(call.params)} characters; {because}"
        "ask for less at once, or for more than is wanted and choose among the rows."
    )
    extra = {name: value for name, value in vars(failure).items() if name not in ("call", "reply")}
    return type(failure)(text, failure.call, failure.reply, **extra)


def _suggesting(route: Route, failure: UnknownFilterError) -> UnknownFilterError:
    """The error with the filters that may have been meant, of those that the server knows.

    It sends two GETs of one row at the most: for the fields that an object has, and to hear which of the names are filters.
    """
    if "id" in failure.filters:
        return failure
    try:
        data = route.connection.request("GET", route.list_path, params={"limit": 1}, endpoint=route.path, operation="list")
        near = _near(failure.filters, {"q", "id", *data["results"][0]})
        unknown = _unknown_of(route, {name.partition("__")[0] for name in near}) if near else ()
    except Exception:  # what goes wrong while a suggestion is looked for does not hide the error
        return failure
    if not (found := [said for name, said in near.items() if name.partition("__")[0] not in unknown]):
        return failure
    text = f"{failure} Did you mean {', '.join(found)}?"
    return UnknownFilterError(text, failure.call, failure.reply, filters=failure.filters)


def _near(names: Iterable[str], fields: Iterable[str]) -> dict[str, str]:
    """Filters that may have been meant by some names, each with how it is said."""
    near: dict[str, str] = {}
    for name in names:
        field, lookup, rest = name.partition("__")
        if rest in ("", "isnull"):
            near[f"has_{field}"] = f"has_{field}=True or has_{field}=False"
        if (meant := nearest(field, fields)) and meant != field:
            near[f"{meant}{lookup}{rest}"] = repr(f"{meant}{lookup}{rest}")
    return near


def _unknown_of(route: Route, names: Iterable[str]) -> Sequence[str]:
    """Those of some filters that the server does not know (one GET)."""
    params = {**dict.fromkeys(sorted(names), "true"), "limit": 1}
    try:
        route.connection.request("GET", route.list_path, params=params, endpoint=route.path, operation="list")
    except UnknownFilterError as exc:
        return exc.filters
    except RequestError:  # it knows them all, and refuses a value
        return ()
    return ()


def _decode(call: Call, reply: Reply) -> pagination.Page:
    return pagination.page_of(call, reply, decode(call, reply))
