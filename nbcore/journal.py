"""Journal: what became of each item of a bulk write, on disk if wanted, so that this or a later process goes on exactly from there.

The file has one JSON value a line: a head, then each item with its id, then every change of state. It is written before what it tells of is
sent; a line that a crash cut is ignored. It holds the data of the items and no token, and is readable by its owner only.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from .errors import InputError
from .transport.body import encode

if TYPE_CHECKING:
    from .api import Api
    from .endpoint import Endpoint
    from .record import Record

State = Literal["waiting", "unknown", "created", "updated", "deleted", "unchanged", "failed"]
Operation = Literal["create", "update", "delete"]
_STATES = frozenset({"waiting", "unknown", "created", "updated", "deleted", "unchanged", "failed"})


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
        self.operation = operation
        self.entries = entries
        self.api_version = api_version
        self._file: IO[bytes] | None = None
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
        return f"<Journal {self.operation} {self.endpoint.path}: {', '.join(f'{number} {state}' for state, number in counts.items())}>"

    # --- going on ----------------------------------------------------------------------------------------------------

    def mark(self, entries: Iterable[Entry], state: State, errors: Mapping[int, str] | None = None) -> None:
        """Note the state of some entries, on disk first where there is a file."""
        listed = list(entries)
        said = errors or {}
        with self._lock:
            if self._file is not None and listed:
                line: dict[str, Any] = {"state": state, "n": [entry.index for entry in listed]}
                if said:
                    line["errors"] = {str(index): text for index, text in said.items()}
                self._write(line)
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
        """Write it to a file, and from now on every change of state as it happens."""
        part = f"{file}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with self._lock:
            self._file = os.fdopen(handle, "wb")
            self._path = file
            self._write_all()
            # Renamed when it is whole, so that a journal that is written anew is never lost.
            os.replace(part, file)

    def save(self, file: str | Path) -> None:
        """Write it to a file, as it is now."""
        kept, self._file = (self._file, self._path), None
        try:
            self.keep(file)
            self.close()
        finally:
            self._file, self._path = kept

    def reopen(self) -> None:
        """Go on with the file that it was kept in, if any."""
        if self._file is None and self._path is not None:
            self.keep(self._path)

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
            InputError: the file is no journal.
        """
        lines = list(_lines(Path(file).read_bytes()))
        head = lines[0] if lines else None
        if not isinstance(head, dict) or head.get("nbcore") != "journal" or head.get("operation") not in ("create", "update", "delete"):
            raise InputError(f"{file} is not a journal of nbcore")
        entries = [Entry(number, str(line["id"]), line["item"]) for number, line in enumerate(line for line in lines[1:] if "item" in line)]
        if len(entries) != head["items"]:
            raise InputError(f"{file} holds {len(entries)} of {head['items']} items: it was cut before anything was sent")
        for line in lines[1:]:
            if line.get("state") in _STATES:
                for index in line["n"]:
                    entries[index].state = line["state"]
                    entries[index].error = line.get("errors", {}).get(str(index), "")
        journal = cls(nb.endpoint(head["path"]), head["operation"], entries, head.get("api_version"))
        journal._path = file  # opened when it is resumed
        return journal

    def _write_all(self) -> None:
        head = {"nbcore": "journal", "operation": self.operation, "path": self.endpoint.path, "items": len(self.entries)}
        self._write({**head, "api_version": self.api_version}, *({"id": entry.id, "item": entry.item} for entry in self.entries))
        for state in sorted(_STATES - {"waiting"}):
            if found := [entry for entry in self.entries if entry.state == state]:
                errors = {str(entry.index): entry.error for entry in found if entry.error}
                self._write({"state": state, "n": [entry.index for entry in found], **({"errors": errors} if errors else {})})

    def _write(self, *lines: Mapping[str, Any]) -> None:
        assert self._file is not None  # noqa: S101  for the type checker
        self._file.write(b"".join(encode(line) + b"\n" for line in lines))
        self._file.flush()
        os.fsync(self._file.fileno())

    def __reduce__(self) -> tuple[Any, ...]:
        return Journal, (self.endpoint, self.operation, self.entries, self.api_version)


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    for text in content.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            return  # cut while it was written; nothing was sent after it
        if not isinstance(line, dict):
            return
        yield line
