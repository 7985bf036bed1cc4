"""Pages of a list: asked by computed offset, in parallel when wanted, stitched in order, and checked for rows that moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .errors import DriftError, ShapeError, describe
from .transport.call import Call, Reply

Row = Any
Map = Callable[[Callable[[int], "Page"], Iterator[int]], Iterator["Page"]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page as the server gave it.

    Attributes:
        rows: its rows.
        count: how many rows the server says there are in all.
        more: whether the server says that rows follow.
    """

    rows: list[Row]
    count: int
    more: bool


def page_of(call: Call, reply: Reply, data: Any) -> Page:
    """The page in a list answer; ShapeError for JSON of another shape."""
    if isinstance(data, list):
        return Page(data, len(data), False)
    if isinstance(data, dict) and isinstance(data.get("results"), list) and isinstance(data.get("count"), int) and "next" in data:
        return Page(data["results"], data["count"], data["next"] is not None)
    found = f"an object with {', '.join(sorted(data)[:8]) or 'nothing'}" if isinstance(data, dict) else type(data).__name__
    raise ShapeError(f"{describe(call)} should answer a list (count, next, results); it answered {found}", call, reply)


def read(fetch: Callable[[int, int], Page], size: int, start: int, stop: int | None, in_order: Map | None) -> Iterator[list[Row]]:
    """The rows from `start` to `stop`, a list a page, in the server's order.

    Each page begins with the last row of the page before, so that rows that move in between are noticed. Reading ends where the server
    says that nothing follows or gives a short page, whatever count it names.

    Args:
        fetch: gives the page at an offset, of at most so many rows.
        size: rows to ask for in one page; the server may give fewer.
        start: the first row.
        stop: the row after the last; None for all.
        in_order: runs fetches in parallel and gives their pages in order; None reads one after the other.

    Raises:
        DriftError: rows moved while they were read.
    """
    first = fetch(start, size if stop is None else min(size, stop - start))
    yield first.rows if stop is None else first.rows[: stop - start]
    got = len(first.rows)
    if not first.more or not got or (stop is not None and start + got >= stop):
        return
    seen = {_key(row) for row in first.rows}
    state = _State(first, start + got, seen)
    overlap = 1 if got > 1 else 0
    step = got - overlap
    end = first.count if stop is None else min(stop, first.count)

    def one(offset: int) -> Page:
        return fetch(offset, got)

    # The row after `end` is only asked for when the last page is full and says that more follow.
    offsets = iter(range(start + step, max(end - overlap, start + step + 1), step))
    pages = in_order(one, offsets) if in_order is not None else map(one, offsets)
    ended = False
    for page in pages:
        yield state.add(page, overlap, stop)
        if not page.more or len(page.rows) < got:
            ended = True
            break
    while not ended and (stop is None or state.position < stop):
        page = one(state.position - overlap)
        yield state.add(page, overlap, stop)
        ended = not page.more or len(page.rows) < got
    if stop is None and state.position != state.count:
        raise DriftError(f"{state.position - start} rows came, but the server counts {state.count - start}: rows moved while reading")


class _State:
    """What has been read so far, to hold the next page against."""

    def __init__(self, first: Page, position: int, seen: set[Any]) -> None:
        self.count = first.count
        self.position = position
        self._last = _key(first.rows[-1])
        self._seen = seen

    def add(self, page: Page, overlap: int, stop: int | None) -> list[Row]:
        """The new rows of the next page."""
        if page.count != self.count:
            raise DriftError(f"the server counted {self.count} rows, then {page.count}: rows were added or removed while reading")
        if overlap and (not page.rows or _key(page.rows[0]) != self._last):
            raise DriftError(f"the rows around number {self.position} moved while reading")
        rows = page.rows[overlap:]
        keys = {_key(row) for row in rows}
        if len(keys) != len(rows) or keys & self._seen:
            raise DriftError(f"a row came twice, around number {self.position}: rows moved while reading")
        self._seen |= keys
        if rows:
            self._last = _key(rows[-1])
        self.position += len(rows)
        return rows if stop is None else rows[: max(0, len(rows) - (self.position - stop))] if self.position > stop else rows


def _key(row: Row) -> Any:
    return row["id"] if isinstance(row, dict) and "id" in row else repr(row)
