"""Pages of a list: asked by computed offset, in parallel when wanted, stitched in order, and checked for rows that moved."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from ..errors import DriftError, ShapeError, describe
from ..messages import Call, Reply

Row = Any
Fetch = Callable[[int, int], "Page"]
Map = Callable[[Callable[[int], "Page"], Iterator[int]], Iterator["Page"]]
_STEPS_BACK = 20


class Page:
    """One page as the server gave it.

    Args:
        rows: its rows.
        count: how many rows the server says there are in all.
        more: whether the server says that rows follow.
    """

    __slots__ = ("count", "more", "rows")

    def __init__(self, rows: list[Row], count: int, more: bool) -> None:
        self.rows = rows
        self.count = count
        self.more = more


def page_of(call: Call, reply: Reply, data: Any) -> Page:
    """The page in a list answer; ShapeError for JSON of another shape."""
    if isinstance(data, list):
        return Page(data, len(data), False)
    if isinstance(data, dict) and isinstance(data.get("results"), list) and isinstance(data.get("count"), int) and "next" in data:
        return Page(data["results"], data["count"], data["next"] is not None)
    found = f"an object with {', '.join(sorted(data)[:8]) or 'nothing'}" if isinstance(data, dict) else type(data).__name__
    raise ShapeError(f"{describe(call)} should answer a list (count, next, results); it answered {found}", call, reply)


def stitch(fetch: Fetch, size: int, start: int, stop: int | None, in_order: Map | None, strict: bool = False) -> Iterator[list[Row]]:
    """The rows from `start` to `stop`, a list a page, in the server's order.

    Each page begins with the last row of the page before, so that rows that move in between are noticed. Reading ends where the server
    says that nothing follows, whatever count it names.

    Args:
        fetch: gives the page at an offset, of at most so many rows.
        size: rows to ask for in one page; the server may give fewer.
        start: the first row.
        stop: the row after the last; None for all.
        in_order: runs fetches in parallel and gives their pages in order; None reads one after the other.
        strict: the rows come sorted by id: every row that is there throughout is given exactly once, whatever others write.

    Raises:
        DriftError: rows moved while they were read.
    """
    first = fetch(start, size if stop is None else min(size, stop - start))
    state: _State = (_Sorted if strict else _State)(first, start, fetch)
    yield first.rows if stop is None else first.rows[: stop - start]
    got, count = len(first.rows), first.count
    del first  # a page is not kept while the next one is read
    overlap = 1 if got > 1 else 0
    step = got - overlap
    if step and not state.over(stop):
        # The row after `end` is only asked for when the last page is full and says that more follow.
        end = count if stop is None else min(stop, count)
        ahead = range(start + step, max(end - overlap, start + step + 1), step)
        yield from _ahead(fetch, got, ahead, in_order, state, overlap, stop)
    while not state.over(stop):
        offset = max(state.position - overlap, 0)
        yield _until(state.add(fetch(offset, max(got, 2)), offset, overlap), state.given, stop)
    state.finish(start, stop)


def _ahead(
    fetch: Fetch, size: int, offsets: range, in_order: Map | None, state: _State, overlap: int, stop: int | None
) -> Iterator[list[Row]]:
    """The rows of the pages at offsets that were computed from the first page, as far as the pages follow each other.

    Args:
        fetch: gives the page at an offset.
        size: rows of a page, as the server gave the first.
        offsets: where the pages begin.
        in_order: runs fetches in parallel and gives their pages in order; None reads one after the other.
        state: what was read so far.
        overlap: how many rows of a page the page before had too.
        stop: the row after the last wanted; None for all.
    """

    def one(offset: int) -> Page:
        return fetch(offset, size)

    pages = in_order(one, iter(offsets)) if in_order is not None else map(one, offsets)
    for offset, page in zip(offsets, pages, strict=False):
        if offset > state.position - overlap and not isinstance(state, _Sorted):
            return  # the server's pages have become smaller: the offsets asked ahead leave gaps
        rows = state.add(page, offset, overlap)
        del page
        yield _until(rows, state.given, stop)
        del rows
        if state.over(stop):
            return


def _until(rows: list[Row], given: int, stop: int | None) -> list[Row]:
    """The rows before `stop`, where `given` is the number of the row after the last of them."""
    return rows if stop is None or given <= stop else rows[: max(0, len(rows) - (given - stop))]


class Seen:
    """Keys that came, as eight bytes of their hash each: a read of a million rows streams in a few megabytes."""

    def __init__(self) -> None:
        self._buckets: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))

    def __contains__(self, key: Any) -> bool:
        mark = hash(key)
        return mark in self._buckets[mark & 0x3FFF]

    def add(self, keys: Iterable[Any]) -> bool:
        """Add keys; False when one was there."""
        buckets = self._buckets
        for key in keys:
            mark = hash(key)
            bucket = buckets[mark & 0x3FFF]
            if mark in bucket:
                return False
            bucket.append(mark)
        return True


class _State:
    """What has been read so far, to hold the next page against.

    Attributes:
        count: how many rows there are, as the server says.
        given: the number of rows given, and those before the first.
        position: the offset after the last row.
        ended: whether nothing follows.
    """

    def __init__(self, first: Page, start: int, fetch: Fetch) -> None:
        self.count = first.count
        self.given = self.position = start + len(first.rows)
        self.ended = not first.more or not first.rows
        self._last = key_of(first.rows[-1]) if first.rows else None
        self._seen = Seen()
        self._fetch = fetch
        if not self._seen.add(map(key_of, first.rows)):
            raise DriftError("a row came twice on one page: the server's order is not stable")

    def add(self, page: Page, offset: int, overlap: int) -> list[Row]:
        """The new rows of the next page."""
        if page.count != self.count:
            raise DriftError(f"the server counted {self.count} rows, then {page.count}: rows were added or removed while reading")
        if overlap and (not page.rows or key_of(page.rows[0]) != self._last):
            raise DriftError(f"the rows around number {self.position} moved while reading")
        rows = page.rows[overlap:]
        if not self._seen.add(map(key_of, rows)):
            raise DriftError(f"a row came twice, around number {self.position}: rows moved while reading")
        if not rows and page.more:
            raise DriftError(f"the server says that rows follow number {self.position}, and gives none")
        if rows:
            self._last = key_of(rows[-1])
        self.given = self.position = self.position + len(rows)
        self.ended = not page.more
        return rows

    def over(self, stop: int | None) -> bool:
        """Whether nothing is left to read."""
        return self.ended or (stop is not None and self.given >= stop)

    def finish(self, start: int, stop: int | None) -> None:
        """Check the end: as many rows as the server counts."""
        wanted = max(start, self.count if stop is None else min(stop, self.count))
        if self.position < wanted or (stop is None and self.position != wanted):
            raise DriftError(
                f"{self.position - start} rows came, but the server counts {self.count - start}: rows moved while reading, "
                "or the answers are cut"
            )


class _Sorted(_State):
    """Rows in the order of their ids, which nobody can change: a page that begins at or before the last row leaves no gap."""

    def __init__(self, first: Page, start: int, fetch: Fetch) -> None:
        super().__init__(first, start, fetch)
        self._top = _rank(first.rows[-1]) if first.rows else None
        self._full = len(first.rows) if first.more else 0
        # Nothing is believed of the count: reading ends with a page that is shorter than a full one, or brings nothing new.
        self.ended = not first.rows and not start
        self._quiet = 0
        self._ascending(first.rows)

    def add(self, page: Page, offset: int, overlap: int) -> list[Row]:
        """The new rows: those after the last one, with what slipped to the front since read again."""
        size = max(len(page.rows), 2)
        for _ in range(_STEPS_BACK):
            if self._top is None or offset == 0 or (page.rows and _rank(page.rows[0]) <= self._top):
                break
            # Rows before were deleted, so that this page begins too late, or is past the end.
            offset = max(0, offset - size)
            size *= 2
            page = self._fetch(offset, size)
        else:
            raise DriftError(f"rows around number {self.given} are deleted faster than they can be read")
        self._ascending(page.rows)
        rows = [row for row in page.rows if self._top is None or _rank(row) > self._top]
        self._quiet = 0 if rows else self._quiet + 1
        if self._quiet > _STEPS_BACK:
            raise DriftError(f"nothing new came after row number {self.given}, though the server says that more follows")
        if rows:
            self._top = _rank(rows[-1])
        self.given += len(rows)
        # By the server's numbering now, so that the next page follows this one.
        self.position = offset + len(page.rows)
        self.ended = not page.more and (not rows or len(page.rows) < self._full)
        if page.more:
            self._full = max(self._full, len(page.rows))
        return rows

    def finish(self, start: int, stop: int | None) -> None:
        """Nothing: rows that came or went meanwhile are allowed, and none that stayed can be missing."""

    def _ascending(self, rows: list[Row]) -> None:
        ranks = [_rank(row) for row in rows]
        if any(left >= right for left, right in pairwise(ranks)):
            raise DriftError('the server does not sort by id here, so consistency="strict" cannot be kept')


def _rank(row: Row) -> tuple[bool, Any]:
    value = key_of(row)
    return (False, value) if isinstance(value, int) else (True, str(value).lower())


def key_of(row: Row) -> Any:
    """What tells a row from others: its id; all of it where it has none."""
    return row["id"] if isinstance(row, dict) and "id" in row else repr(row)
