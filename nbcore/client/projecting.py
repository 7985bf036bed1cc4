"""Which way some fields of a list are read, by a plugin that answers nbcore_project or by REST; and how explain() tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..by_fields import ByFields
from ..errors import InputError
from ..plugins import Projection
from ..reading import IDS_A_REQUEST, Query

if TYPE_CHECKING:
    from .endpoint import Endpoint

_MISSING = 'no installed package reads fields by GraphQL: pip install nbcore-graphql (it comes with "nbcore[apps]")'

_STRICT = 'consistency="strict" reads whole records in the order of their ids'


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Explanation(ByFields):
    """What a read will send, and why.

    Attributes:
        route: "rest", "none", or what a plugin reads by, such as "graphql".
        requests: the requests, as text.
        reason: why this way.
    """

    route: str
    requests: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.route}: {self.reason}\n" + "\n".join(f"  {request}" for request in self.requests)


def project(endpoint: Endpoint[Any], query: Query, fields: tuple[str, ...], prefer: str = "") -> Projection:
    """How some fields of a list will be read.

    Args:
        endpoint: the list route.
        query: what is asked of it.
        fields: the fields, those of related objects after `__`.
        prefer: "rest" to leave plugins out.

    Raises:
        InputError: no field is named.
    """
    if not fields:
        raise InputError('name the fields, such as values("name", "location__name")')
    if prefer == "rest" or endpoint.api.options.prefer == "rest":
        return Projection("rest", 'prefer="rest"')
    if query.strict:
        return Projection("rest", _STRICT)
    return endpoint.api.project(endpoint.route, query, fields) or Projection("rest", _MISSING)


def explain(endpoint: Endpoint[Any], query: Query, fields: tuple[str, ...], prefer: str = "") -> Explanation:
    """What will be sent for a read of whole records, or of some fields of them.

    Args:
        endpoint: the list route.
        query: what is asked of it.
        fields: the fields that are wanted; those of only() when none is named.
        prefer: "rest" to leave plugins out.
    """
    if query.empty:
        return Explanation("none", (), "a filter with an empty list matches nothing")
    listed = _listed(endpoint, query)
    if not (fields := fields or query.only):
        related = (
            f"GET of a related route with the distinct ids that were read ({IDS_A_REQUEST} a request), when one of its fields is first read"
        )
        return Explanation("rest", (listed, *_related(query.prefetch), related), _STRICT if query.strict else "whole records come by REST")
    projection = project(endpoint, query, fields, prefer)
    if projection.route != "rest":
        return Explanation(projection.route, projection.requests, projection.reason)
    ways = dict.fromkeys(
        (*(query.prefetch if fields == query.only else ()), *(path.rpartition("__")[0] for path in fields if "__" in path))
    )
    return Explanation("rest", (listed, *_related(ways)), projection.reason)


def _listed(endpoint: Endpoint[Any], query: Query) -> str:
    """The GET of a list, as text. How the server is asked for objects without a value is only found out when it is asked."""
    params = [pair for pair in query.params if not (query.strict and pair[0] == "sort")]
    asked = [f"{name}={value}" for name, value in params] + [f"{name}=(none)" for name in query.nulls]
    size = query.page_size or endpoint.api.options.page_size
    if (number := sum(1 for _ in query.split())) > 1:
        asked = [f"{name}={value}" for name, value in dict(params).items()] + [f"{name}=(none)" for name in query.nulls]
        asked.append(f"... in {number} requests, since the list of values does not fit in one")
    return (
        f"GET {endpoint.path}/?{'&'.join([*asked, *(('sort=id',) if query.strict else ()), f'limit={size}'])} (a page of {size} rows each)"
    )


def _related(ways: Iterable[str]) -> list[str]:
    """The GETs of related objects, as text."""
    return [f"GET of the distinct objects at {way}, {IDS_A_REQUEST} ids a request" for way in ways]
