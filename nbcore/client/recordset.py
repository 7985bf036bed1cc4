"""RecordSet: a lazy sequence of records, read once and kept, as Django's QuerySet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

from ..errors import EverythingError, InputError
from ..reading import Query, build, count
from ..transport import deciding
from .record import R
from .rows import Prefer, RecordRows, ValueRows

if TYPE_CHECKING:
    from ..contracts import Row
    from . import projecting
    from .endpoint import Endpoint


class RecordSet(Sequence[R]):
    """Records of one endpoint, asked for when they are first needed and kept from then on.

    Iterating, `len`, an index from the end, `in` and `==` read all rows, in pages (in parallel with threading=True). `bool` reads the
    first page, and a loop after it goes on from there. A slice, an index, `first()`, `exists()` and `count()` ask only for what they
    need. `list + list` works as with lists.
    """

    def __init__(self, endpoint: Endpoint[R], query: Query) -> None:
        self._endpoint = endpoint
        self._query = query
        self._rows: list[R] | None = None
        self._begun: RecordRows[R] | None = None

    # --- narrowing ---------------------------------------------------------------------------------------------------

    def filter(self, *args: Any, **filters: Any) -> RecordSet[R]:
        """These records narrowed further; sends nothing. A filter named again replaces the earlier one."""
        new = build(args, filters, self._query.api_version)
        replaced = {name for name, _ in new.params} | set(new.nulls)
        return self._with(
            params=tuple(pair for pair in self._query.params if pair[0] not in replaced) + new.params,
            nulls=tuple(name for name in self._query.nulls if name not in replaced) + new.nulls,
            empty=self._query.empty or new.empty,
        )

    def all(self) -> RecordSet[R]:
        """The same records, to be read anew."""
        return self._with()

    def sort(self, *names: str) -> RecordSet[R]:
        """These records in the order of fields, such as "name" or "-created"; sends nothing."""
        rest = tuple(pair for pair in self._query.params if pair[0] != "sort")
        return self._with(params=(*rest, ("sort", ",".join(names))))

    def prefetch(self, *paths: str) -> RecordSet[R]:
        """These records with related objects read ahead, such as `.prefetch("location__parent", "primary_ip4")`.

        They are read with the records: one GET a chunk of distinct ids of each path.
        """
        return self._with(prefetch=(*self._query.prefetch, *paths))

    def _with(self, **changes: Any) -> RecordSet[R]:
        return RecordSet(self._endpoint, replace(self._query, **changes))

    # --- reading -----------------------------------------------------------------------------------------------------

    def _read(self) -> list[R]:
        """The records, read once and kept."""
        if self._rows is None:
            self._rows = self._reader().all()
        return self._rows

    def _reader(self) -> RecordRows[R]:
        """What reads the records: what bool() began, or a new reading."""
        reader, self._begun = self._begun or RecordRows(self._endpoint, self._query), None
        return reader

    def _without_prefetch(self) -> RecordSet[R]:
        """The same records, for a use in which related objects that are read ahead are of no use."""
        return self if self._rows is not None or not self._query.prefetch else self._with(prefetch=())

    def iterator(self) -> Iterator[R]:
        """The records one by one, with the memory of a few pages; nothing is kept. Those of one page load related objects together.

        Where rows are added or removed meanwhile, the list is read again, and what was given is not given again: every object that is
        there throughout comes once.

        Raises:
            DriftError: rows moved each time it was read.
        """
        for page in self.pages():
            yield from page
            del page  # not kept while the next one is read

    def pages(self) -> Iterator[list[R]]:
        """The records a page at a time, each page loading related objects together; nothing is kept.

        Records that were read already come as one page.
        """
        if self._rows is not None:
            yield self._rows
        else:
            yield from self._reader().pages()

    # --- some fields -------------------------------------------------------------------------------------------------

    def only(self, *fields: str) -> RecordSet[R]:
        """The same records with just these fields read; any other field loads when it is read, for all records together. Sends nothing.

        The package nbcore-graphql reads them by GraphQL where that is exact; otherwise, and without it, whole records are read by REST.
        """
        return self._with(only=fields)

    def values(self, *fields: str, prefer: Prefer = "") -> list[Row]:
        """Some fields of the records, as dicts: `values("name", "location__name", "primary_ip4__address")`.

        Related objects give their id, choices their value, JSON is plain; where a related object is missing, None.

        Args:
            *fields: field names, those of related objects after `__`; custom fields as `custom_fields__key`.
            prefer: "rest" to leave GraphQL out.

        Returns:
            A dict for each record. With the package nbcore-graphql they come by GraphQL where every field and filter has an exact
            counterpart there (one query for a few thousand rows); otherwise by REST, with related objects loaded together. The answer is
            the same; `explain(*fields)` tells which way it takes.

        Raises:
            InputError: no field is named.
            UnknownFieldError: the records have no such field.
        """
        return [dict(zip(fields, row, strict=True)) for row in self._values(fields, prefer).all()]

    def values_list(self, *fields: str, flat: bool = False, prefer: Prefer = "") -> list[Any]:
        """The same as values(), as tuples; with flat=True and one field, as single values."""
        if flat and len(fields) != 1:
            raise InputError("flat=True takes one field")
        rows = self._values(fields, prefer).all()
        return [row[0] for row in rows] if flat else rows

    def _values(self, fields: tuple[str, ...], prefer: Prefer = "") -> ValueRows:
        """Some fields of the records: from those that were read already, else in the way that explain() tells."""
        from . import projecting  # imported when some fields are first asked for

        projection = projecting.project(self._endpoint, self._query, fields, "rest" if self._rows is not None else prefer)
        return ValueRows(self._without_prefetch(), fields, projection)

    def explain(self, *fields: str, prefer: Prefer = "") -> projecting.Explanation:
        """What reading these records, or values() of these fields, will send, and why.

        Sends nothing by itself; the plugin that would read the fields may ask the server small things to find out whether it can.
        """
        from . import projecting

        if self._rows is not None:
            return projecting.Explanation("none", (), f"the {len(self._rows)} records were read already, and are kept")
        return projecting.explain(self._endpoint, self._query, fields, prefer)

    def to_pandas(self, *fields: str, **options: Any) -> Any:
        """Some fields as a pandas DataFrame (package nbcore-frames); fields as in values()."""
        return self._endpoint.api.exporters.export("pandas", self, fields, **options)

    def to_polars(self, *fields: str, **options: Any) -> Any:
        """Some fields as a polars DataFrame (package nbcore-frames); fields as in values()."""
        return self._endpoint.api.exporters.export("polars", self, fields, **options)

    def to_arrow(self, *fields: str, **options: Any) -> Any:
        """Some fields as a pyarrow Table (package nbcore-frames); fields as in values()."""
        return self._endpoint.api.exporters.export("arrow", self, fields, **options)

    def batches(self, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of values_list(), a list a page as they come; nothing is kept."""
        yield from self._values(fields).pages()

    @property
    def endpoint(self) -> Endpoint[R]:
        """The list route."""
        return self._endpoint

    def __iter__(self) -> Iterator[R]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __bool__(self) -> bool:
        """Whether there is any record. It reads the first page, with which a loop afterwards goes on."""
        if self._rows is not None:
            return bool(self._rows)
        if self._query.only:
            return bool(self._read())  # a plugin may read them, all at once
        reader = self._begun or RecordRows(self._endpoint, self._query)
        found = reader.begin()
        self._begun = reader
        return found

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...

    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        if self._rows is None and isinstance(index, slice) and index.step in (None, 1):
            start, stop = index.start or 0, index.stop
            if start >= 0 and (stop is None or stop >= 0):
                window = self._query.window(start, stop)
                return RecordSet(self._endpoint, window)
        if self._rows is None and isinstance(index, int) and index >= 0:
            found = list(self[index : index + 1])
            if not found:
                raise IndexError(f"{self._endpoint.path}: there is no row {index}")
            return found[0]
        return self._read()[index]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, (RecordSet, list, tuple)):
            return self._read() == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Iterable[R]) -> list[R]:
        return [*self, *other]

    def __radd__(self, other: Iterable[R]) -> list[R]:
        return [*other, *self]

    def __repr__(self) -> str:
        """What it asks for, and how many rows it has read; sends nothing."""
        asked = "&".join(f"{name}={value}" for name, value in self._query.params) + "".join(f"&{name}=None" for name in self._query.nulls)
        state = "not read" if self._rows is None else f"{len(self._rows)} records"
        return f"<RecordSet {self._endpoint.path}{'?' if asked else ''}{asked.strip('&')} ({state})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._endpoint, self._query, self._rows)

    def __deepcopy__(self, memo: dict[int, Any]) -> RecordSet[R]:
        import copy

        return _restore(self._endpoint, self._query, copy.deepcopy(self._rows, memo))

    def count(self) -> int:  # type: ignore[override]
        """How many records there are (one request, without the rows); no request when they were read."""
        if self._rows is not None or self._query.empty:
            return len(self._rows or ())
        return count(self._endpoint.route, self._query)

    def exists(self) -> bool:
        """Whether there is any record (one request for one row)."""
        if self._rows is not None:
            return bool(self._rows)
        return bool(self._with(prefetch=(), only=())[:1])

    def first(self) -> R | None:
        """The first record (one request for one row), or None."""
        return next(iter(self[:1] if self._rows is None else self._rows), None)

    def last(self) -> R | None:
        """The last record, or None: one request for the count and one for the row."""
        if self._rows is None:
            count = self.count()
            return next(iter(self[count - 1 : count]), None) if count else None
        return self._rows[-1] if self._rows else None

    def ids(self) -> list[str]:
        """The ids of the records, in order."""
        return [str(record.id) for record in self._without_prefetch()]

    @property
    def is_read(self) -> bool:
        """Whether the records were read, and are kept."""
        return self._rows is not None

    @property
    def filtered(self) -> bool:
        """Whether it narrows what the endpoint has: by a filter, or to a part."""
        return self._query.filtered or self._query.stop is not None

    # --- writing -----------------------------------------------------------------------------------------------------

    def update(self, everything: bool = False, **fields: Any) -> list[R]:
        """Give the fields these values in all of the records (one bulk PATCH); returns them.

        Raises:
            EverythingError: there is no filter and `everything` is not True.
        """
        self._confirm(everything, "update")
        if not fields:
            raise InputError("update() without a field changes nothing")
        with deciding():
            ids = self.ids()
        return self._endpoint.bulk_update([{"id": one, **fields} for one in ids]) if ids else []

    def delete(self, everything: bool = False) -> bool:
        """Delete all of the records (one bulk DELETE). Returns True.

        Raises:
            EverythingError: there is no filter and `everything` is not True.
        """
        self._confirm(everything, "delete")
        with deciding():
            records = self._without_prefetch()._read()
        return self._endpoint.delete(records) if records else True

    def _confirm(self, everything: bool, word: str) -> None:
        if not everything and not self._query.filtered and self._query.stop is None:
            raise EverythingError(
                f"{word}() of {self._endpoint.path} without a filter would {word} everything there; say everything=True if that is meant"
            )


def _restore(endpoint: Endpoint[R], query: Query, rows: list[R] | None) -> RecordSet[R]:
    found = RecordSet(endpoint, query)
    found._rows = rows
    return found
