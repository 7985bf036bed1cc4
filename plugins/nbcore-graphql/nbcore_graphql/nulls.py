"""What a null of GraphQL means: no related object, or one that the token may not see. REST's own count of the nulls tells."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint, InputError, RequestError
from nbcore.reading import Query, build, chunked, count, objects

from .columns import Column


class Hidden(Exception):
    """GraphQL gives null where REST may give something: a related object that the token may not see, a blank choice."""


def check_hidden(endpoint: Endpoint, query: Query, columns: tuple[Column, ...], data: list[Any]) -> None:
    """Refuse rows in which GraphQL hides related objects that REST would name.

    Sends, for each step to a related object that is null in some row, one GET for the number of objects that have none by REST; where the
    server has no such filter, it reads the rows themselves, in chunks of ids.

    Args:
        endpoint: the list route.
        query: what was asked of it.
        columns: the fields.
        data: the rows as GraphQL gave them.

    Raises:
        Hidden: the numbers differ.
    """
    done: set[tuple[str, ...]] = set()
    for column in columns:
        for depth, owner in enumerate(column.owners):
            way = column.steps[: depth + 1]
            if owner and way not in done:
                done.add(way)
                _check_way(endpoint, query, way, owner, data)


def _check_way(endpoint: Endpoint, query: Query, way: tuple[str, ...], owner: str, data: list[Any]) -> None:
    """The check of one way, such as ("location", "parent"), whose last step stands on objects of the route `owner`."""
    owners = data
    for name in way[:-1]:
        owners = [value[name] for value in owners if value is not None and value[name] is not None]
    without = {value["id"] for value in owners if value[way[-1]] is None}
    if not without:
        return
    at = endpoint.api.endpoint(owner)
    try:
        if len(way) == 1 and query.start == 0 and query.stop is None:
            there = count(at.route, query.with_nulls(way[-1]))
        else:
            there = sum(count(at.route, build((), {"id": ids, way[-1]: None})) for ids in chunked(sorted(without)))
    except (RequestError, InputError):
        # The server has no such filter (primary_ip4 of a device) or fails at it: the rows themselves tell.
        listed = (row for ids in chunked(sorted(without)) for page in objects(at.route, build((), {"id": ids})) for row in page)
        there = sum(1 for row in listed if row.get(way[-1]) is None)
    if there != len(without):
        raise Hidden(f"{len(without)} rows have no {'__'.join(way)} in GraphQL, but {there} in REST")
