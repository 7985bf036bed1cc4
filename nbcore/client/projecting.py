"""Some fields of a list: by the plugin that answers nbcore_project where one can, else by REST with related objects loaded together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError, NotFoundError, NotLoadedError, UnknownFieldError, no_field
from ..messages import Projection
from ..reading import IDS_A_REQUEST, Query
from ..values import wire
from .record import Record

if TYPE_CHECKING:
    from .endpoint import Endpoint
    from .recordset import RecordSet

_MISSING = 'no installed package reads fields by GraphQL: pip install nbcore-graphql (it comes with "nbcore[apps]")'


@dataclass(frozen=True, slots=True)
class Explanation:
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
        return Projection("rest", 'consistency="strict" reads whole records in the order of their ids')
    return endpoint.api.project(endpoint.route, query, fields) or Projection("rest", _MISSING)


def value_pages(records: RecordSet[Any], fields: tuple[str, ...], projection: Projection) -> Iterator[list[tuple[Any, ...]]]:
    """The values of some fields, a list of tuples a page.

    Related objects give their id, choices their value, JSON is plain; a missing related object gives None, and a to-many step a list.
    """
    pages = projection.pages() if projection.pages is not None else None
    if pages is not None:
        yield from pages
        return
    steps = [path.split("__") for path in fields]
    for page in records.pages():
        try:
            yield [tuple(_value(record, path) for path in steps) for record in page]
        except UnknownFieldError as exc:
            raise UnknownFieldError(f"{exc}, and REST is read because {projection.reason}") from None


def partial_rows(endpoint: Endpoint[Any], query: Query) -> list[dict[str, Any]] | None:
    """The rows of a query with its `only` fields alone, as REST would give them; None where whole records must be read."""
    projection = project(endpoint, query, query.only)
    return projection.objects() if projection.objects is not None else None


def explain(endpoint: Endpoint[Any], query: Query, fields: tuple[str, ...], prefer: str = "") -> Explanation:
    """What will be sent for a read, or for some fields of it."""
    asked = "&".join(f"{name}={value}" for name, value in query.params)
    size = query.page_size or endpoint.api.options.page_size
    listed = f"GET {endpoint.path}/?{asked}{'&' if asked else ''}limit={size} (a page of {size} rows each)"
    if query.empty:
        return Explanation("none", (), "a filter with an empty list matches nothing")
    if not fields:
        related = (
            f"GET of a related route with the distinct ids that were read ({IDS_A_REQUEST} a request), when one of its fields is first read"
        )
        return Explanation("rest", (listed, related), "whole records come by REST")
    projection = project(endpoint, query, fields, prefer)
    if projection.route != "rest":
        return Explanation(projection.route, projection.requests, projection.reason)
    ways = dict.fromkeys(path.rpartition("__")[0] for path in fields if "__" in path)
    related_reads = (f"GET of the distinct objects at {way}, {IDS_A_REQUEST} ids a request" for way in ways)
    return Explanation("rest", (listed, *related_reads), projection.reason)


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
            raise no_field(value.endpoint.path, name, value.raw) from None
    return value.get(name) if isinstance(value, dict) else None
