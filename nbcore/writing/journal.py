"""Journal: what became of each item of a bulk write, kept in a store if wanted, so that this or a later process goes on from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contracts import Api, Endpoint, JournalStore, Row
from ..errors import InputError
from ..forks import ForkLock
from ..reading import Route
from ..records import Record
from .journal_file import store_at
from .journal_lines import DONE, STATES, Operation, State, head_line, item_line, must_be_done, parse, state_line


@dataclass(slots=True)
class Entry:
    """One item of a bulk write.

    Attributes:
        index: its place in what was given.
        id: the object's id; "" for an object whose id the server chooses, as long as it is not created.
        item: the fields, as they were given.
        state: "waiting" (not sent), "unknown" (sent, and the outcome is not known), "created", "updated", "deleted", "unchanged" (nothing
            had to be sent) or "failed" (the server refused it).
        error: what the server said of one that failed, or why the outcome is not known.
        row: the server's object, where this process saw it.
    """

    index: int
    id: str
    item: Row
    state: State = "waiting"
    error: str = ""
    row: Row | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.state in DONE


class Journal:
    """The outcome of each item of a bulk write.

    The error of a bulk write that broke has its Journal as `.journal`; `.resume()` of it goes on. With `create(..., journal=place)` the
    journal is kept as things happen, and `Journal.load(place, nb)` brings it back in a later process.

    Args:
        endpoint: the list route that is written to.
        operation: "create", "update" or "delete".
        entries: the items.
        api_version: the version of the REST API that the caller asked for.
    """

    def __init__(self, endpoint: Endpoint, operation: Operation, entries: list[Entry], api_version: str | None = None) -> None:
        self.endpoint = endpoint
        self.route: Route = endpoint.route
        self.operation = operation
        self.entries = entries
        self.api_version = api_version
        self._store: JournalStore | None = None
        self._held = False  # whether the store is open for what happens next
        self._lock = ForkLock()

    # --- what it says ------------------------------------------------------------------------------------------------

    def in_state(self, *states: State) -> list[Entry]:
        """The entries that are in one of these states, in order."""
        return [entry for entry in self.entries if entry.state in states]

    @property
    def created(self) -> list[Entry]:
        """What was created."""
        return self.in_state("created")

    @property
    def done(self) -> list[Entry]:
        """What was created, updated, deleted or found unchanged."""
        return [entry for entry in self.entries if entry.done]

    @property
    def unchanged(self) -> list[Entry]:
        """What needed no write."""
        return self.in_state("unchanged")

    @property
    def failed(self) -> list[Entry]:
        """What the server refused, with its message."""
        return self.in_state("failed")

    @property
    def unknown(self) -> list[Entry]:
        """What was sent and whose outcome is not known."""
        return self.in_state("unknown")

    @property
    def waiting(self) -> list[Entry]:
        """What was not sent."""
        return self.in_state("waiting")

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __str__(self) -> str:
        return f"{self.operation} of {self.route.path}"

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for entry in self.entries:
            counts[entry.state] = counts.get(entry.state, 0) + 1
        return f"<Journal {self}: {', '.join(f'{number} {state}' for state, number in counts.items())}>"

    # --- going on ----------------------------------------------------------------------------------------------------

    def mark(self, entries: Iterable[Entry], state: State, errors: Mapping[int, str] | None = None) -> None:
        """Note the state of some entries; in the store first, where there is one.

        Args:
            entries: what changes.
            state: the state they are in from now on.
            errors: what is said of an entry, by its index.
        """
        listed = list(entries)
        said = errors or {}
        with self._lock:
            if self._store is not None and self._held and listed:
                self._store.add(_state_line(state, listed, said))
            for entry in listed:
                entry.state = state
                entry.error = said.get(entry.index, "")

    def resume(self, **options: Any) -> list[Record]:
        """Do what is not done. What is unknown is looked for first; then the rest is sent, with the same ids as before.

        Args:
            **options: `chunk_size`, `on_error`, `parallel`: as in Endpoint.create().

        Returns:
            The Records of all items of a create or an update, in the order given, those that an earlier run wrote with them. An empty
            list for a delete.

        Raises:
            CallError: it broke again. Its `.journal` is this one.
        """
        from .resuming import resume  # it needs all of this room, and most journals are never resumed

        return resume(self, **options)

    # --- in a store --------------------------------------------------------------------------------------------------

    def keep(self, place: str | Path | JournalStore) -> None:
        """Write it to a store, and from now on every change of state as it happens.

        Args:
            place: the path of a file, or a JournalStore.

        Raises:
            InputError: the store holds something else than a journal that is done, another process has it, or it cannot be written.
        """
        store = store_at(place)
        with self._lock:
            _write_anew(store, self._lines(), resumed=False)
            self._store, self._held = store, True

    def save(self, place: str | Path | JournalStore) -> None:
        """Write it to a store, as it is now.

        Args:
            place: the path of a file, or a JournalStore. The store that this journal is kept in already may be written anew.

        Raises:
            InputError: as keep().
        """
        store = store_at(place)
        own = self._store is not None and store == self._store
        with self._lock:
            if own and self._held:
                return  # it is kept there as things happen
            _write_anew(store, self._lines(), resumed=own)
            store.close()

    def reopen(self) -> None:
        """Hold the store again that this journal was kept in, if any."""
        with self._lock:
            if self._store is not None and not self._held:
                _write_anew(self._store, self._lines(), resumed=True)
                self._held = True

    def close(self) -> None:
        """End writing to the store, and let other processes have it."""
        with self._lock:
            if self._store is not None and self._held:
                self._store.close()
            self._held = False

    @classmethod
    def load(cls, place: str | Path | JournalStore, nb: Api) -> Journal:
        """A journal from its store. What resume() does is written to the store again.

        Args:
            place: the path of a file, or a JournalStore.
            nb: an Api of the Nautobot that the journal belongs to.

        Raises:
            InputError: there is no journal, it is damaged, or it belongs to another Nautobot.
        """
        store = store_at(place)
        lines = store.read()
        if not lines:
            raise InputError(f"the journal {store} cannot be read: there is none, or it is empty")
        head, items, states = parse(lines, str(store))
        if head.get("url", nb.base_url) != nb.base_url:
            raise InputError(f"{store} is a journal of {head['url']}, and this Api is of {nb.base_url}; nothing was sent")
        entries = [Entry(place, str(line["id"]), line["item"]) for place, line in enumerate(items)]
        for line in states:
            for index in line["n"]:
                entry = entries[index]
                entry.state, entry.error = line["state"], line.get("errors", {}).get(str(index), "")
                entry.id = line.get("ids", {}).get(str(index), entry.id)
        journal = cls(nb.endpoint(head["path"]), head["operation"], entries, head.get("api_version"))
        journal._store = store  # it is held when the journal is resumed
        return journal

    def _lines(self) -> Iterator[bytes]:
        """All that it says now."""
        yield head_line(self.operation, self.endpoint.api.base_url, self.route.path, len(self.entries), self.api_version)
        yield from (item_line(entry.id, entry.item) for entry in self.entries)
        for state in STATES:
            if state != "waiting" and (found := self.in_state(state)):
                yield _state_line(state, found, {entry.index: entry.error for entry in found if entry.error})

    def __reduce__(self) -> tuple[Any, ...]:
        return Journal, (self.endpoint, self.operation, self.entries, self.api_version)


def _state_line(state: State, entries: list[Entry], errors: Mapping[int, str]) -> bytes:
    """A change of state, with the ids of the entries whose ids the server chose."""
    chosen_by_server = {entry.index: entry.id for entry in entries if entry.id and "id" not in entry.item}
    return state_line(state, [entry.index for entry in entries], errors, chosen_by_server)


def _write_anew(store: JournalStore, lines: Iterable[bytes], resumed: bool) -> None:
    """Hold a store and write a journal to it; the store is let go when that fails.

    Args:
        store: where.
        lines: what the journal says.
        resumed: whether the store may hold a journal that is not done: this one.
    """
    store.hold()
    try:
        if not resumed:
            must_be_done(store.read(), str(store))
        store.replace(lines)
    except BaseException:
        store.close()
        raise
