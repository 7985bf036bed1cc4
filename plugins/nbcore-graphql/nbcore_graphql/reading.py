"""The rows of a selection as GraphQL gives them, checked against rows that move and related objects that are hidden."""

from __future__ import annotations

from typing import Any

from nbcore import DriftError, Endpoint
from nbcore.reading import Page, Query, count, stitch

from .nulls import Hidden, check_hidden
from .selection import Selection

PAGE = 5000


def answered(endpoint: Endpoint, query: Query, selection: Selection) -> list[dict[str, Any]]:
    """All rows as GraphQL gives them (one query a page, and again, up to three times, where rows moved meanwhile).

    Args:
        endpoint: the list route.
        query: what is asked of it.
        selection: what is asked of GraphQL for it.

    Raises:
        DriftError: rows moved during each of three reads.
        Hidden: GraphQL leaves out what REST would give.
    """
    text = selection.text()
    api = endpoint.api
    total: list[int] = []

    def fetch(offset: int, limit: int) -> Page:
        # One row more than the page tells whether rows follow: GraphQL gives no count.
        answer = api.graphql.query(text, {"limit": limit + 1, "offset": offset}).data["rows"]
        more = len(answer) > limit
        if not total:
            last = not more or (query.stop is not None and offset + limit >= query.stop)
            total.append(offset + len(answer) if last else count(endpoint.route, query.window(-query.start, None)))
        return Page(answer[:limit], total[0], more)

    size = query.page_size or PAGE
    for attempt in (1, 2, 3):
        try:
            total.clear()
            pages = stitch(fetch, size, query.start, query.stop, api.connection.map if api.options.threading else None)
            data = [row for page in pages for row in page]
            break
        except DriftError:
            if attempt == 3:
                raise
    if not data and count(endpoint.route, query):
        # To a token without the permission GraphQL answers an empty list, where REST answers 403.
        raise Hidden("GraphQL gives no rows, but REST counts some")
    check_hidden(endpoint, query, selection.columns, data)
    return data
