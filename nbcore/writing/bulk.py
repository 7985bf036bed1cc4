"""Bulk writes: chunks sized to the server, in parallel when asked, with an outcome for each item in a Journal."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal

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
from ..messages import Call, Change
from ..reading import rows_of
from ..records import Record
from ..transport import Failure, classify
from ..values import wire
from . import single
from .journal import Entry, Journal, State

OnError = Literal["stop", "continue"]
_FIRST, _LEAST, _MOST = 100, 20, 500
_SECONDS = 10.0  # what a chunk should take: proxies and the read time-out give up well after it
_IN_A_ROW = 3
_DONE: Mapping[str, State] = {"create": "created", "update": "updated", "delete": "deleted"}


class Bulk:
    """One run of a bulk write over the entries of a journal that are not done.

    Args:
        journal: the items.
        known: what the caller knew of the objects, by id, for hooks that watch changes.
        chunk_size: items in one request; None to size chunks by how long the server takes.
        on_error: "stop" at the first error, or "continue" with the rest.
        parallel: send several chunks at once; None as the Api reads.
        given: ids that the caller chose.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        known: Mapping[str, Mapping[str, Any]] | None = None,
        chunk_size: int | None = None,
        on_error: OnError = "stop",
        parallel: bool | None = None,
        given: frozenset[str] = frozenset(),
    ) -> None:
        if on_error not in ("stop", "continue"):
            raise InputError(f'on_error must be "stop" or "continue", not {on_error!r}')
        if chunk_size is not None and (chunk_size.__class__ is not int or chunk_size < 1):
            raise InputError(f"chunk_size must be a whole number of at least 1, not {chunk_size!r}")
        self.journal = journal
        self.endpoint = journal.endpoint
        self.route = journal.route
        self._known = known or {}
        self._chunk_size = chunk_size
        self._size = chunk_size or _FIRST
        self._go_on = on_error == "continue"
        self._parallel = journal.route.connection.options.threading if parallel is None else parallel
        self._given = given
        self._lock = threading.Lock()
        self._error: NbcoreError | None = None  # set by another thread at any time
        self._failures = 0

    def run(self) -> None:
        """Send what is not done.

        Raises:
            NbcoreError: the first error (but for what a plugin raises, a CallError), or with on_error="continue" a PartialResult at the
                end; `.journal` has every outcome.
        """
        # What was sent before goes by itself: a chunk is there as a whole or not at all.
        chunks = chain(self._chunks(self.journal.unknown), self._chunks([*self.journal.waiting, *self.journal.failed]))
        connection = self.route.connection
        self.journal.reopen()
        try:
            # Chunks never raise: those in flight end, so that the journal is exact when the error is raised.
            for _ in connection.map(self._chunk, chunks) if self._parallel else map(self._chunk, chunks):
                pass
        finally:
            self.journal.close()
        error = self._error or self._left_over()
        if error is not None:
            error.journal = self.journal
            self._explain(error)
            raise error

    def _chunks(self, entries: list[Entry]) -> Iterator[list[Entry]]:
        start = 0
        while start < len(entries) and self._error is None:
            size = self._size
            yield entries[start : start + size]
            start += size

    def _chunk(self, chunk: list[Entry]) -> None:
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
        if self._chunk_size is None and len(chunk) >= min(self._size, _LEAST):
            fits = int(len(chunk) * _SECONDS / max(elapsed, 0.001))
            self._size = max(_LEAST, min(fits, 2 * self._size, _MOST))

    def _attempt(self, chunk: list[Entry]) -> None:
        """Send a chunk; with on_error="continue", again without its bad items, halved until they are known."""
        doubt = any(entry.state == "unknown" for entry in chunk)
        unsent: State = "unknown" if doubt else "waiting"
        try:
            there = self._there(chunk)
        except CallError as exc:
            self.journal.mark(chunk, unsent, dict.fromkeys((entry.index for entry in chunk), snippet(str(exc))))
            if not self._go_on or not self._one_of_many(exc, "unknown"):
                raise
            return
        self.journal.mark(chunk, "unknown")
        try:
            call = self._send(chunk, doubt, there)
        except InputError:
            self.journal.mark(chunk, unsent)  # refused before it was sent
            raise
        except CallError as exc:
            state = _state_after(exc)
            bad = bad_items(exc, len(chunk)) if state == "failed" else {}
            said = {chunk[place].index: text for place, text in bad.items()} or {entry.index: snippet(str(exc)) for entry in chunk}
            culprits = [chunk[place] for place in bad] or chunk
            self.journal.mark(chunk, "waiting" if state == "failed" else state, said if state == "unknown" else None)
            if state == "failed" and (bad or len(chunk) == 1 or not self._go_on):
                self.journal.mark(culprits, "failed", said)
            if not self._go_on or not self._one_of_many(exc, state):
                raise
            if state == "failed" and len(chunk) > 1:
                rest = [entry for entry in chunk if entry.state != "failed"]
                halves = [rest] if bad else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
                for half in filter(None, halves):
                    self._attempt(half)
            return
        self._failures = 0
        with self._lock:
            done = len(self.journal.done)
        self.route.connection.watch("nbcore_page", call=call, fetched=done, total=len(self.journal))

    def _one_of_many(self, exc: CallError, state: State) -> bool:
        """Whether the next chunk may fare better."""
        if state == "failed":
            return isinstance(exc, RequestError) and not isinstance(exc, (AuthenticationError, PermissionDeniedError, RouteNotFoundError))
        self._failures += 1
        return state == "unknown" and self._failures < _IN_A_ROW

    # --- what a chunk sends --------------------------------------------------------------------------------------------

    def _there(self, chunk: list[Entry]) -> dict[str, dict[str, Any]]:
        """Which objects of a delete are there: the answer to it will not say."""
        return rows_of(self.route, [entry.id for entry in chunk]) if self.journal.operation == "delete" else {}

    def _send(self, chunk: list[Entry], doubt: bool, there: dict[str, dict[str, Any]]) -> Call:
        operation = self.journal.operation
        if operation == "create":
            call, rows = single.create(
                self.route, [entry.item for entry in chunk], one=False, api_version=self.journal.api_version,
                given=self._given, doubt=doubt,
            )  # fmt: skip
            return self._done(call, zip(chunk, rows, strict=True))
        call, found = (single.patch_many if operation == "update" else single.delete_many)(
            self.route, [entry.item for entry in chunk if operation == "update" or entry.id in there], self.journal.api_version
        )
        rows_by_id = there if operation == "delete" else {str(row["id"]): row for row in found}
        self._done(call, [(entry, rows_by_id[entry.id]) for entry in chunk if entry.id in rows_by_id])
        missing = [entry for entry in chunk if entry.id not in rows_by_id]
        self.journal.mark(missing, "failed", {entry.index: "not there" for entry in missing})
        return call

    def _done(self, call: Call, pairs: Iterable[tuple[Entry, dict[str, Any]]]) -> Call:
        listed = list(pairs)
        operation = self.journal.operation
        for entry, row in listed:
            entry.row, entry.id = row, str(row["id"])
        self.journal.mark([entry for entry, _ in listed], _DONE[operation])
        for entry, row in listed:
            key = entry.id
            before = None if operation == "create" else self._known.get(key) or (row if operation == "delete" else None)
            after = row if operation == "create" else entry.item if operation == "update" else None
            self.endpoint.changed(Change(operation, self.endpoint.type_of(row), self.route.path, key, before, after, call.id))
        return call

    # --- what is said at the end -----------------------------------------------------------------------------------------

    def _left_over(self) -> PartialResult | None:
        """The error of a run that went to its end and could not do everything."""
        journal, verb = self.journal, _DONE[self.journal.operation]
        left = [entry for entry in journal if not entry.done]
        if not left:
            return None
        absent = [entry.id for entry in left if entry.error == "not there"]
        told = "; ".join(f"item {entry.index} ({snippet(str(entry.item))[:80]}): {_fate(entry)}" for entry in left[:5])
        what = f"not there: {', '.join(absent[:20])}" if len(absent) == len(left) else told
        return PartialResult(
            f"{journal.operation} of {self.route.path}: {len(journal.done)} of {len(journal)} objects were {verb}; {what}",
            missing=absent,
        )

    def _explain(self, error: NbcoreError) -> None:
        """Add the bad items, and what is there and what is not, to the error's text."""
        journal = self.journal
        bad = [f"item {entry.index} ({snippet(str(entry.item))[:120]}): {entry.error}" for entry in journal.failed[:5]]
        text = str(error)
        if bad and not isinstance(error, PartialResult) and len(journal.failed) < len(journal):
            text += f" Refused: {'; '.join(bad)}."
        text += (
            f" Of {len(journal)} items {len(journal.done)} are done, {len(journal.failed)} refused, {len(journal.unknown)} unknown and "
            f"{len(journal.waiting)} not sent: .journal names them, .journal.resume() goes on."
        )
        error.args = (text, *error.args[1:])


def _fate(entry: Entry) -> str:
    """What is known of an item that is not done."""
    if entry.state == "unknown":
        return f"sent, and it may or may not have been done ({entry.error or 'the answer was lost'})"
    return entry.error if entry.state == "failed" else f"not sent{f' ({entry.error})' if entry.error else ''}"


def bad_items(exc: CallError, number: int) -> dict[int, str]:
    """The places and messages of the bad items in a 400 to a list: the server answers a list aligned with what was sent."""
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


def resume(journal: Journal, **options: Any) -> list[Record]:
    """Do what is not done in a journal; see Journal.resume()."""
    journal.reopen()  # first: while it is open no other process can go on with it
    try:
        return _resume(journal, options)
    except CallError as exc:
        exc.journal = journal
        raise
    finally:
        journal.close()


def _resume(journal: Journal, options: Mapping[str, Any]) -> list[Record]:
    if journal.operation == "create":
        if any(not entry.id for entry in journal.unknown):
            raise InputError(f"{journal.route.path} takes no ids, so items whose outcome is unknown cannot be looked for: see .unknown")
        doubtful = {entry.id: entry for entry in journal if not entry.done and entry.id}
        there = rows_of(journal.route, list(doubtful))
        for key, row in there.items():
            doubtful[key].row = row
        journal.mark([doubtful[key] for key in there], "created")
    elif journal.operation == "delete":
        gone = {entry.id: entry for entry in journal.unknown}
        there = rows_of(journal.route, list(gone))
        journal.mark([entry for key, entry in gone.items() if key not in there], "deleted")
    Bulk(journal, **options).run()
    if journal.operation == "delete":
        return []
    bare = [str(wire(entry.id)) for entry in journal if entry.row is None and entry.id]
    if nameless := [entry.index for entry in journal if entry.row is None and not entry.id]:
        raise InputError(f"{describe_journal(journal)} is done, but the journal has no ids of {len(nameless)} of its objects")
    rows = rows_of(journal.route, bare)
    found = [entry.row or rows.get(entry.id) for entry in journal]
    if lost := [entry.id for entry, row in zip(journal, found, strict=True) if row is None]:
        raise PartialResult(
            f"{describe_journal(journal)}: done, but somebody deleted since: {', '.join(lost[:20])}", missing=lost, journal=journal
        )
    made: list[Record] = journal.endpoint.make_all(row for row in found if row is not None)
    return made


def describe_journal(journal: Journal) -> str:
    """`create of dcim/devices` for an error's text."""
    return f"{journal.operation} of {journal.route.path}"
