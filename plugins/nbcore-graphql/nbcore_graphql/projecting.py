"""A Projection by GraphQL where every field and every filter has an exact counterpart there; else the reason why REST is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from nbcore import CallError, Endpoint, Projection
from nbcore.reading import Query

from .facts import NotExact
from .nulls import Hidden
from .reading import PAGE, answered
from .rest_form import as_objects, as_values, can_be_objects
from .selection import Selection, select
from .server import Server

_log = logging.getLogger("nbcore.graphql")


def projection(server: Server, endpoint: Endpoint, query: Query, fields: tuple[str, ...]) -> Projection:
    """How some fields of a list are read.

    It sends what is not known of the server yet: an introspection query and small requests, the first time on a machine.

    Args:
        server: what is known of the server.
        endpoint: the list route.
        query: what is asked of it.
        fields: the fields, those of related objects after `__`.

    Returns:
        The Projection; its route is "rest" where something has no exact counterpart in GraphQL, and its reason says what.
    """
    if query.api_version or endpoint.api.connection.api_version:
        return Projection("rest", "an API version is pinned, and GraphQL has none")
    try:
        selection = select(server, endpoint, query, fields)
    except NotExact as reason:
        return Projection("rest", str(reason))
    except CallError as exc:
        _log.warning("GraphQL of %s cannot be used, REST is: %s", endpoint.api.options.url, exc)
        return Projection("rest", f"GraphQL cannot be used: {exc}")
    return Projection(
        "graphql",
        "every field and filter has an exact counterpart",
        (f"POST graphql/ {selection.text()} ({query.page_size or PAGE} rows each)",),
        lambda: _pages(endpoint, query, selection),
        lambda: _objects(server, endpoint, query, selection),
    )


def _pages(endpoint: Endpoint, query: Query, selection: Selection) -> Iterator[list[tuple[Any, ...]]] | None:
    """The rows of values(); None where GraphQL's answer turned out not to be exact."""
    try:
        return iter([as_values(selection, answered(endpoint, query, selection))])
    except (CallError, Hidden) as exc:
        _log.warning("values() of %s falls back to REST: %s", endpoint.path, exc)
        return None


def _objects(server: Server, endpoint: Endpoint, query: Query, selection: Selection) -> list[dict[str, Any]] | None:
    """The rows of only(), as REST's objects; None where they cannot be exact."""
    if not can_be_objects(selection):
        return None
    try:
        return as_objects(server, endpoint, selection, answered(endpoint, query, selection))
    except (CallError, Hidden, NotExact) as exc:
        _log.warning("only() of %s falls back to REST: %s", endpoint.path, exc)
        return None
