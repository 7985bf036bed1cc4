"""What a list is asked for: filters, window and version, checked and turned into query parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..by_fields import ByFields
from ..errors import InputError
from ..values import is_many, text
from . import request_line
from .request_line import Params

# Parameters of a list that say how it is read, and narrow nothing.
_READING = frozenset({"sort", "depth", "include", "exclude_m2m", "format"})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Query(ByFields):
    """One list read, not yet sent.

    Attributes:
        params: filters and reading options (sort, depth, include, ...) as they are sent.
        nulls: filters that ask for objects without a value; the server's own form is found out when it is sent.
        empty: whether it cannot match anything (a filter with an empty list), so that nothing is sent.
        page_size: rows a page; None for the Api's.
        start: the first row wanted.
        stop: the row after the last wanted; None for all.
        api_version: the version to ask for.
        prefetch: paths of related objects to read ahead.
        only: the fields to read of each record; all when empty.
        strict: whether every row that is there throughout the read must come exactly once: it is then read sorted by id.
        fresh: the rows must come from the server, and not from a cache.
    """

    params: Params = ()
    nulls: tuple[str, ...] = ()
    empty: bool = False
    page_size: int | None = None
    start: int = 0
    stop: int | None = None
    api_version: str | None = None
    prefetch: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    strict: bool = False
    fresh: bool = False

    @property
    def filtered(self) -> bool:
        """Whether it narrows what the endpoint has."""
        return self.empty or bool(self.nulls) or any(name not in _READING for name, _ in self.params)

    def with_params(self, params: Params) -> Query:
        """The same with other parameters."""
        return replace(self, params=params)

    def with_nulls(self, name: str) -> Query:
        """The same narrowed to objects without a value in a field."""
        return self if name in self.nulls else replace(self, nulls=(*self.nulls, name))

    def window(self, start: int, stop: int | None) -> Query:
        """A part of the rows, counted from this query's own first row."""
        first = self.start + start
        last = self.stop if stop is None else self.start + stop
        if self.stop is not None and last is not None:
            last = min(last, self.stop)
        return replace(self, start=first, stop=last, empty=self.empty or (last is not None and last <= first))

    def split(self) -> Iterator[Query]:
        """The same read as several, where a long list of values does not fit in one request line. A row may come in several of them."""
        for params in request_line.split(self.params):
            yield self if params is self.params else self.with_params(params)


def build(args: tuple[Any, ...], filters: Mapping[str, Any], api_version: str | None = None) -> Query:
    """A query from the arguments of filter().

    Raises:
        InputError: `pk`, an offset without a positive limit, an empty text, or a value that cannot be a filter.
    """
    if len(args) > 1:
        raise InputError("filter() takes one positional argument, the text to search for (q)")
    given = dict(filters)
    if args:
        given["q"] = args[0]
    consistency = given.pop("consistency", None)
    if consistency not in (None, "strict"):
        raise InputError(f'consistency must be "strict" or left out, not {consistency!r}')
    if "pk" in given:
        raise InputError("pk is not a filter of Nautobot; use id")
    limit, offset = given.pop("limit", None), given.pop("offset", None)
    limit = None if limit is None else whole("limit", limit)
    offset = None if offset is None else whole("offset", offset)
    if offset is not None and not limit:
        raise InputError("offset requires a positive limit value")
    params: list[tuple[str, str]] = []
    nulls: list[str] = []
    empty = False
    for name, value in given.items():
        if value is None and name in _READING:
            continue
        if value is None:
            if name == "q":
                raise InputError("q=None asks for nothing: q is a text to search for; leave it out")
            nulls.append(name)
        elif is_many(value):
            items = list(value)
            empty = empty or not items
            if None in items:
                raise InputError(f"filter {name}: None in a list cannot be asked; filter {name}=None by itself")
            params += [(name, text(name, item)) for item in items]
        else:
            params.append((name, text(name, value)))
    if consistency and given.get("sort", "id") != "id":
        raise InputError('consistency="strict" reads in the order of ids; leave sort out and sort the records you read')
    if blank := [name for name, value in params if not value and name != "include"]:  # include="" undoes what is included by default
        raise InputError(
            f"filter {blank[0]}='': the server drops a filter with an empty value and would answer with everything; "
            f"leave it out, or ask {blank[0]}=None for objects without a value"
        )
    stop = None if offset is None or limit is None else offset + limit
    return Query(tuple(params), tuple(nulls), empty, limit or None, offset or 0, stop, api_version, strict=bool(consistency))


def whole(name: str, value: Any) -> int:
    """A whole number that is not negative, as a number or its text, or a list of just one."""
    if is_many(value) and len(listed := list(value)) == 1:
        (value,) = listed  # as a form or a query string gives it
    try:
        number = -1 if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if number < 0 or (not isinstance(value, str) and number != value):
        raise InputError(f"{name} must be a whole number of at least 0, not {value!r}")
    return number
