"""The forms in which the rows of a list come, one class for each: whole or partial records, and tuples of plain values.

This is the one place that decides how rows are read: by which route, in which order, and again where they moved meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, Literal

from ..errors import DriftError, InputError, NotFoundError, NotLoadedError, UnknownFieldError, no_field
from ..reading import READS, Query, moved, objects, stream
from ..records import OPT_IN, Siblings
from ..values import wire
from .record import R, Record

if TYPE_CHECKING:
    from ..contracts import Row
    from ..plugins import Projection
    from .endpoint import Endpoint
    from .recordset import RecordSet

Prefer = Literal["", "rest"]
_COMPUTED = frozenset({"display", "natural_slug", "object_type"})  # properties of every model, which the database cannot sort by


class RecordRows(Generic[R]):
    """Rows as records: whole ones, or those of only() with the fields that were asked for.

    Args:
        endpoint: the list route.
        query: what is asked of it.
    """

    def __init__(self, endpoint: Endpoint[R], query: Query) -> None:
        self._endpoint = endpoint
        self._query = query
        self._first: list[Row] = []
        self._rest: Iterator[list[Row]] | None = None

    def begin(self) -> bool:
        """Read the first page, with which all() and pages() go on; whether there is any row."""
        if self._rest is None:
            begun = objects(self._endpoint.route, self._query)
            try:
                self._first = next(begun, [])
            except DriftError:
                return True  # there are rows, and reading them begins anew
            self._rest = begun
        return bool(self._first)

    def all(self) -> list[R]:
        """All records. They are read again, up to three times, where rows moved while they were read.

        Raises:
            DriftError: they moved each time.
        """
        if (partial := self._partial()) is not None:
            return partial
        for attempt in range(1, READS + 1):
            try:
                query = replace(self._query, fresh=attempt > 1)
                pages = self._begun() or objects(self._endpoint.route, query)
                return self._made([row for page in pages for row in page])[0]
            except DriftError as drift:
                if attempt == READS:
                    raise moved(self._endpoint.route, drift) from drift
        raise AssertionError("unreachable")

    def _begun(self) -> Iterator[list[Row]] | None:
        """The pages of the read that begin() began; None where there is none."""
        if self._rest is None:
            return None
        first, rest, self._first, self._rest = self._first, self._rest, [], None
        return chain([first], rest)

    def pages(self) -> Iterator[list[R]]:
        """The records a page at a time; the records of one page load related objects together. Nothing is kept.

        Raises:
            DriftError: rows moved while they were read.
        """
        if (partial := self._partial()) is not None:
            yield partial
            return
        for rows in stream(self._endpoint.route, self._query, self._begun()):
            records, group = self._made(rows)
            yield records
            del rows, records  # not kept while the next page is read
            group.release()

    def _partial(self) -> list[R] | None:
        """The records of only(), where a plugin can read just their fields; None where whole records are read."""
        if not self._query.only:
            return None
        from . import projecting  # imported when some fields are first asked for

        projection = projecting.project(self._endpoint, self._query, self._query.only)
        rows = projection.objects() if projection.objects is not None else None
        return self._made(rows, complete=False)[0] if rows is not None else None

    def _made(self, rows: list[Row], complete: bool = True) -> tuple[list[R], Siblings]:
        """The records of rows that were read together, and the group in which they load related objects together."""
        endpoint = self._endpoint
        group = Siblings(endpoint.api)
        if not rows:
            return [], group
        make = endpoint.record_class(rows[0])
        if complete:
            endpoint.route.learn(rows[0])
            self._check_names(rows[0])
        records = [make(row, endpoint, complete, group) for row in rows]
        group.hold(records)
        for path in self._query.prefetch:
            group.prefetch(path)
        return records, group

    def _check_names(self, row: Row) -> None:
        """Refuse a name in sort() or only() that is no field of the rows: the server ignores it without an error."""
        known = (*row, *self._endpoint.route.m2m_fields, *OPT_IN, "pk")
        sorted_by = [name.lstrip("-") for key, names in self._query.params if key == "sort" for name in names.split(",")]
        for name in sorted_by:
            if name in _COMPUTED:
                raise InputError(
                    f"{self._endpoint.path}: the server ignores a sort by {name!r}, which it computes; sort the records that you read"
                )
            if name not in known:
                raise no_field(self._endpoint.path, name, known, ", and the server ignores a sort by it; sort the records that you read")
        for path in self._query.only:
            if (name := path.partition("__")[0]) not in known:
                raise no_field(self._endpoint.path, name, known)


class ValueRows:
    """Rows as tuples of plain values: by the plugin that can read just these fields, else from records.

    Related objects give their id, choices their value, JSON is plain; a missing related object gives None, and a to-many step a list.

    Args:
        records: the record set; records that it has read already are used, and nothing is sent for them.
        fields: the fields, those of related objects after `__`.
        projection: how they are read (see projecting.project).
    """

    def __init__(self, records: RecordSet[Any], fields: tuple[str, ...], projection: Projection) -> None:
        self._records = records
        self._fields = fields
        self._projection = projection

    def all(self) -> list[tuple[Any, ...]]:
        """A tuple for each row."""
        return [row for page in self.pages() for row in page]

    def pages(self) -> Iterator[list[tuple[Any, ...]]]:
        """The tuples a page at a time; nothing is kept."""
        pages = self._projection.pages() if self._projection.pages is not None else None
        if pages is not None:
            yield from pages
            return
        steps = [path.split("__") for path in self._fields]
        for page in self._records.pages():
            try:
                yield [tuple(_value(record, path) for path in steps) for record in page]
            except UnknownFieldError as exc:
                raise UnknownFieldError(f"{exc}, and REST is read because {self._projection.reason}") from None


def _value(value: Any, steps: list[str]) -> Any:
    """The plain value at a path of a record."""
    path = ""
    for index, name in enumerate(steps):
        if value is None:
            return None
        if isinstance(value, list):
            return [_value(item, steps[index:]) for item in value]
        if index and steps[index - 1] == "custom_fields" and isinstance(value, dict) and name not in value:
            raise no_field(path, f"custom_fields__{name}", [f"custom_fields__{key}" for key in value])
        if isinstance(value, Record):
            path = value.endpoint.path
        try:
            value = _field(value, name)
        except NotFoundError:
            return None
    return wire(value)


def _field(value: Any, name: str) -> Any:
    """A field of a record or of JSON; None where JSON has no such name. A field that has a method's name is read as data."""
    if isinstance(value, Record):
        try:
            return value[name] if hasattr(type(value), name) else getattr(value, name)
        except NotLoadedError:
            raise
        except (AttributeError, KeyError):
            raise no_field(value.endpoint.path, name, value.raw) from None
    return value.get(name) if isinstance(value, dict) else None
