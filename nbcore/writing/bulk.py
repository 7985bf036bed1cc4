"""A bulk run: the items of a journal go out in chunks, and the outcome of each item is noted. It does not know what is written.

What a chunk sends, and what its outcome means, is said by a Strategy: see `creating`, `updating` and `deleting`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from ..contracts import Row
from ..errors import (
    AuthenticationError,
    CallError,
    InputError,
    NbcoreError,
    PartialResult,
    PermissionDeniedError,
    RequestError,
    RetriesExhaustedError,
    RouteNotFoundError,
    ValidationError,
    snippet,
)
from ..forks import ForkLock
from ..transport import Failure, classify
from .journal import Entry
from .journal_lines import State
from .steps import Written
from .strategy import Strategy
from .unknown_fields import warn_ignored

OnError = Literal["stop", "continue"]
_FIRST, _LEAST, _MOST = 100, 20, 500  # items in a chunk
_SECONDS = 10.0  # what a chunk should take: proxies and the read time-out give up well after it
_IN_A_ROW = 3  # so many chunks that fail without a known outcome end a run, even with on_error="continue"
_NOT_THERE = "not there"


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a bulk write goes about it.

    Args:
        chunk_size: items in one request; None to size chunks by how long the server takes for them.
        on_error: "stop" at the first error, or "continue" with the rest.
        parallel: whether several chunks are sent at once; None as the Api reads.

    Raises:
        InputError: a value that is none of these.
    """

    chunk_size: int | None = None
    on_error: OnError = "stop"
    parallel: bool | None = None

    def __post_init__(self) -> None:
        if self.on_error not in ("stop", "continue"):
            raise InputError(f'on_error must be "stop" or "continue", not {self.on_error!r}')
        if self.chunk_size is not None and (self.chunk_size.__class__ is not int or self.chunk_size < 1):
            raise InputError(f"chunk_size must be a whole number of at least 1, not {self.chunk_size!r}")


class Bulk:
    """One run over the items of a journal that are not done.

    Args:
        strategy: creating, updating or deleting, with the journal.
        options: how to go about it.
    """

    def __init__(self, strategy: Strategy, options: BulkOptions) -> None:
        self.strategy = strategy
        self.journal = strategy.journal
        self._connection = strategy.journal.route.connection
        self._fixed_size = options.chunk_size is not None
        self._size = options.chunk_size or _FIRST
        self._go_on = options.on_error == "continue"
        self._parallel = self._connection.options.threading if options.parallel is None else options.parallel
        self._lock = ForkLock()
        self._error: NbcoreError | None = None  # another thread may set it at any time
        self._failures = 0
        self._ignored: dict[str, None] = {}

    def run(self) -> None:
        """Send what is not done.

        Raises:
            NbcoreError: the first error, of which the text says what became of all items. With on_error="continue" it is a PartialResult
                at the end. `.journal` has every outcome.
        """
        # A chunk is done as a whole or not at all, so what was sent before goes apart from what was not.
        chunks = chain(self._chunks(self.journal.unknown), self._chunks([*self.journal.waiting, *self.journal.failed]))
        self.journal.reopen()
        try:
            # A chunk keeps its error to itself: those in flight end first, so that the journal is exact when the error is raised.
            for _ in self._connection.map(self._chunk, chunks) if self._parallel else map(self._chunk, chunks):
                pass
        finally:
            self.journal.close()
        self._tell()

    # --- chunks ----------------------------------------------------------------------------------------------------------

    def _chunks(self, entries: list[Entry]) -> Iterator[list[Entry]]:
        start = 0
        while start < len(entries) and self._error is None:
            size = self._size
            yield entries[start : start + size]
            start += size

    def _chunk(self, chunk: list[Entry]) -> None:
        """Write a chunk, keep the run's first error, and learn from the time it took how large the next one may be."""
        if self._error is not None:
            return
        started = time.monotonic()
        try:
            self._attempt(chunk)
        except NbcoreError as exc:
            with self._lock:
                if self._error is None:
                    self._error = exc
        elapsed = time.monotonic() - started
        if not self._fixed_size and len(chunk) >= min(self._size, _LEAST):
            fits = int(len(chunk) * _SECONDS / max(elapsed, 0.001))
            self._size = max(_LEAST, min(fits, 2 * self._size, _MOST))

    def _attempt(self, chunk: list[Entry]) -> None:
        """Write a chunk. Raises the error that ends the run; with on_error="continue" only one that the rest would meet too."""
        doubt = any(entry.state == "unknown" for entry in chunk)
        not_sent: State = "unknown" if doubt else "waiting"
        try:
            there = self.strategy.look(chunk)
        except CallError as exc:
            self.journal.mark(chunk, not_sent, _said_of_all(chunk, exc))
            self._raise_unless_going_on(exc, "unknown")
            return
        self.journal.mark(chunk, "unknown")
        try:
            written = self.strategy.send(chunk, there, doubt)
        except InputError:
            self.journal.mark(chunk, not_sent)  # refused before it was sent
            raise
        except CallError as exc:
            self._failed(chunk, exc)
        else:
            self._done(chunk, written)

    def _done(self, chunk: list[Entry], written: Written) -> None:
        """Note what was written, and tell the hooks how far the run is."""
        pairs: list[tuple[Entry, Row]] = self.strategy.pairs(chunk, written.rows)
        for entry, row in pairs:
            entry.row, entry.id = row, str(row["id"])
        self.journal.mark([entry for entry, _ in pairs], self.strategy.done)
        places = {entry.index for entry, _ in pairs}
        missing = [entry for entry in chunk if entry.index not in places]
        self.journal.mark(missing, "failed", {entry.index: _NOT_THERE for entry in missing})
        self._failures = 0
        with self._lock:
            done = len(self.journal.done)
            if written.ignored:
                self._ignored[written.ignored] = None
        self._connection.watch("nbcore_page", call=written.call, fetched=done, total=len(self.journal))

    # --- errors ----------------------------------------------------------------------------------------------------------

    def _failed(self, chunk: list[Entry], exc: CallError) -> None:
        """Note what is known of a chunk after its error; with on_error="continue", write it again without its bad items.

        Where the server does not say which items are bad, the chunk is halved until they are known.
        """
        state = _state_after(exc)
        if state != "failed":
            self.journal.mark(chunk, state, _said_of_all(chunk, exc) if state == "unknown" else None)
            self._raise_unless_going_on(exc, state)
            return
        bad = bad_items(exc, len(chunk))
        self.journal.mark(chunk, "waiting")
        if bad:
            self.journal.mark([chunk[place] for place in bad], "failed", {chunk[place].index: text for place, text in bad.items()})
        elif len(chunk) == 1 or not self._go_on:
            self.journal.mark(chunk, "failed", _said_of_all(chunk, exc))
        self._raise_unless_going_on(exc, state)
        rest = [entry for entry in chunk if entry.state != "failed"]
        middle = 0 if bad else len(rest) // 2
        for part in filter(None, (rest[:middle], rest[middle:])):
            self._attempt(part)

    def _raise_unless_going_on(self, exc: CallError, state: State) -> None:
        """Raise the error, unless the run goes on and the next chunk may fare better."""
        if state == "failed":
            hopeless = not isinstance(exc, RequestError) or isinstance(
                exc, (AuthenticationError, PermissionDeniedError, RouteNotFoundError)
            )
        else:
            self._failures += 1
            hopeless = state != "unknown" or self._failures >= _IN_A_ROW
        if hopeless or not self._go_on:
            raise exc

    # --- what is told at the end -----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Raise the error of the run, if there is one, and say which fields the server ignored."""
        error = self._left_over() if self._error is None else self._with_outcome(self._error)
        if error is None:
            for text in self._ignored:
                warn_ignored(text)
            return
        for text in self._ignored:
            error.add_note(text)
        error.journal = self.journal
        raise error

    def _left_over(self) -> PartialResult | None:
        """The error of a run that went to its end and could not do everything."""
        journal = self.journal
        left = [entry for entry in journal if not entry.done]
        if not left:
            return None
        absent = [entry.id for entry in left if entry.error == _NOT_THERE]
        told = "; ".join(f"item {entry.index} ({snippet(str(entry.item))[:80]}): {_fate(entry)}" for entry in left[:5])
        what = f"not there: {', '.join(absent[:20])}" if len(absent) == len(left) else told
        done = f"{len(journal.done)} of {len(journal)} objects were {self.strategy.done}"
        return PartialResult(f"{journal}: {done}; {what} {self._counts()}", missing=absent)

    def _with_outcome(self, error: NbcoreError) -> NbcoreError:
        """The error that ended the run, with what became of all items: in its text, or in a note where its class has a text of its own."""
        journal = self.journal
        bad = "; ".join(f"item {entry.index} ({snippet(str(entry.item))[:120]}): {entry.error}" for entry in journal.failed[:5])
        outcome = f"Refused: {bad}. {self._counts()}" if bad and len(journal.failed) < len(journal) else self._counts()
        if not isinstance(error, CallError) or type(error).__init__ is not CallError.__init__:
            error.add_note(outcome)
            return error
        extra = {name: value for name, value in vars(error).items() if name not in ("call", "reply")}
        told = type(error)(f"{error} {outcome}", error.call, error.reply, **extra)
        told.__cause__ = error.__cause__
        return told.with_traceback(error.__traceback__)

    def _counts(self) -> str:
        journal = self.journal
        return (
            f"Of {len(journal)} items {len(journal.done)} are done, {len(journal.failed)} refused, {len(journal.unknown)} unknown and "
            f"{len(journal.waiting)} not sent: .journal names them, .journal.resume() goes on."
        )


def _said_of_all(chunk: list[Entry], exc: CallError) -> dict[int, str]:
    """The text of an error for every item of a chunk."""
    return dict.fromkeys((entry.index for entry in chunk), snippet(str(exc)))


def _fate(entry: Entry) -> str:
    """What is known of an item that is not done."""
    if entry.state == "unknown":
        return f"sent, and it may or may not have been done ({entry.error or 'the answer was lost'})"
    return entry.error if entry.state == "failed" else f"not sent{f' ({entry.error})' if entry.error else ''}"


def bad_items(exc: CallError, number: int) -> dict[int, str]:
    """Which items of a list the server refused, and why: it answers 400 with a list of messages, one for each item in the same order.

    Args:
        exc: the error.
        number: how many items were sent.

    Returns:
        The server's message by the item's place; none where it does not say.
    """
    if not isinstance(exc, ValidationError) or exc.reply is None:
        return {}
    told = exc.reply.json_or_none()
    if not isinstance(told, list) or len(told) != number:
        return {}
    return {place: json.dumps(said, ensure_ascii=False) for place, said in enumerate(told) if said}


def _state_after(exc: CallError) -> State:
    """What is known of a chunk's items after its error."""
    if isinstance(exc, RetriesExhaustedError) and isinstance(exc.__cause__, CallError):
        return _state_after(exc.__cause__)
    kind = classify(exc)
    if kind in (Failure.UNSENT, Failure.REJECTED):
        return "waiting"
    return "failed" if kind is Failure.FINAL and isinstance(exc, RequestError) else "unknown"
