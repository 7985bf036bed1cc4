"""Journal: what became of each item of a bulk write, on disk if wanted, so that this or a later process goes on exactly from there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..contracts import Api, Endpoint
from ..errors import InputError
from ..reading import Route
from ..records import Record
from .journal_file import STATES, JournalFile, line_of, read

State = Literal["waiting", "unknown", "created", "updated", "deleted", "unchanged", "failed"]
Operation = Literal["create", "update", "delete"]


@dataclass(slots=True)
class Entry:
    """One item of a bulk write.

    Attributes:
        index: its place in what was given.
        id: the object's id; "" for a route that takes no ids.
        item: the data that is sent.
        state: "waiting" (not sent), "unknown" (sent, no outcome), "created", "updated", "deleted", "unchanged" or "failed".
        error: the server's message of one that failed.
        row: the server's object, where this process saw it.
    """

    index: int
    id: str
    item: dict[str, Any]
    state: State = "waiting"
    error: str = ""
    row: dict[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.state in ("created", "updated", "deleted", "unchanged")


class Journal:
    """The outcome of each item of a bulk write.

    Args:
        endpoint: the list route.
        operation: "create", "update" or "delete".
        entries: the items.
        api_version: the version asked for.
    """

    def __init__(self, endpoint: Endpoint, operation: Operation, entries: list[Entry], api_version: str | None = None) -> None:
        self.endpoint = endpoint
        self.route: Route = endpoint.route
        self.operation = operation
        self.entries = entries
        self.api_version = api_version
        self._file: JournalFile | None = None
        self._path: str | Path | None = None
        self._lock = threading.Lock()

    # --- what it says ------------------------------------------------------------------------------------------------

    def in_state(self, *states: State) -> list[Entry]:
        """The entries in one of some states, in order."""
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

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for entry in self.entries:
            counts[entry.state] = counts.get(entry.state, 0) + 1
        return f"<Journal {self.operation} {self.route.path}: {', '.join(f'{number} {state}' for state, number in counts.items())}>"

    # --- going on ----------------------------------------------------------------------------------------------------

    def mark(self, entries: Iterable[Entry], state: State, errors: Mapping[int, str] | None = None) -> None:
        """Note the state of some entries, on disk first where there is a file."""
        listed = list(entries)
        said = errors or {}
        with self._lock:
            if self._file is not None and listed:
                self._file.write(_state_line(state, listed, {str(index): text for index, text in said.items()}))
            for entry in listed:
                entry.state = state
                entry.error = said.get(entry.index, "")

    def resume(self, **options: Any) -> list[Record]:
        """Do what is not done: what is unknown is looked for first, the rest is sent, with the same ids as before.

        Args:
            **options: chunk_size, on_error, parallel: as in Endpoint.create().

        Returns:
            The Records of all items in the order given (of a create or an update), those of the first run with them; none of a delete.

        Raises:
            CallError: it broke again; its .journal is this one.
        """
        from . import bulk

        return bulk.resume(self, **options)

    # --- on disk -----------------------------------------------------------------------------------------------------

    def keep(self, file: str | Path) -> None:
        """Write it to a file, and from now on every change of state as it happens.

        Raises:
            InputError: the file holds something else than a journal that is done, another process has it, or it cannot be written.
        """
        with self._lock:
            self._file = JournalFile.open(file, self._lines(), resumed=False)
            self._path = file

    def save(self, file: str | Path) -> None:
        """Write it to a file, as it is now; InputError as with keep(), but its own file may be written anew."""
        own = self._path is not None and Path(file).absolute() == Path(self._path).absolute()
        with self._lock:
            if own and self._file is not None:
                return  # it is kept there as things happen
            JournalFile.open(file, self._lines(), resumed=own).close()

    def reopen(self) -> None:
        """Go on with the file that it was kept in, if any."""
        with self._lock:
            if self._file is None and self._path is not None:
                self._file = JournalFile.open(self._path, self._lines(), resumed=True)

    def close(self) -> None:
        """End writing to the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    @classmethod
    def load(cls, file: str | Path, nb: Api) -> Journal:
        """A journal from its file, for an Api of the same Nautobot; what resume() does is written to the file again.

        Raises:
            InputError: the file is no journal, is damaged, is not there, or belongs to another Nautobot.
        """
        head, items, states = read(file)
        if head.get("url", nb.base_url) != nb.base_url:
            raise InputError(f"{file} is a journal of {head['url']}, and this Api is of {nb.base_url}; nothing was sent")
        entries = [Entry(number, str(line["id"]), line["item"]) for number, line in enumerate(items)]
        for line in states:
            for index in line["n"]:
                entry = entries[index]
                entry.state, entry.error = line["state"], line.get("errors", {}).get(str(index), "")
                entry.id = line.get("ids", {}).get(str(index), entry.id)
        journal = cls(nb.endpoint(head["path"]), head["operation"], entries, head.get("api_version"))
        journal._path = file  # opened when it is resumed
        return journal

    def _lines(self) -> Iterator[bytes]:
        """All it says, as lines of a file."""
        head = {"nbcore": "journal", "operation": self.operation, "url": self.endpoint.api.base_url, "path": self.route.path}
        yield line_of({**head, "items": len(self.entries), "api_version": self.api_version})
        yield from (line_of({"id": entry.id, "item": entry.item}) for entry in self.entries)
        for state in sorted(STATES - {"waiting"}):
            if found := [entry for entry in self.entries if entry.state == state]:
                yield _state_line(state, found, {str(entry.index): entry.error for entry in found if entry.error})

    def __reduce__(self) -> tuple[Any, ...]:
        return Journal, (self.endpoint, self.operation, self.entries, self.api_version)


def _state_line(state: str, entries: list[Entry], errors: Mapping[str, str]) -> bytes:
    """A change of state, with the server's messages, and the ids of what it chose ids for."""
    line: dict[str, Any] = {"state": state, "n": [entry.index for entry in entries]}
    if errors:
        line["errors"] = errors
    if ids := {str(entry.index): entry.id for entry in entries if entry.id and "id" not in entry.item}:
        line["ids"] = ids
    return line_of(line)
