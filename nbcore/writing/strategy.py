"""What a bulk run asks of creating, updating and deleting. The strategy of each of them is one small class in a module of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ..contracts import Row
from ..errors import InputError, PartialResult
from ..reading import rows_of
from ..records import Record
from .journal import Entry, Journal
from .journal_lines import State
from .steps import Written


class Strategy(ABC):
    """How the items of one journal are written.

    Args:
        journal: the items.
        known: what the caller knew of the objects before, by id. Hooks that watch changes are told of it.

    Attributes:
        done: the state of an item that was written.
    """

    done: ClassVar[State]

    def __init__(self, journal: Journal, known: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.journal = journal
        self.endpoint = journal.endpoint
        self.known = known or {}

    def look(self, chunk: list[Entry]) -> dict[str, Row]:
        """What must be known of a chunk before it is sent: the objects that are there, by id. Creating and updating need nothing."""
        return {}

    @abstractmethod
    def send(self, chunk: list[Entry], there: dict[str, Row], doubt: bool) -> Written:
        """Write a chunk with one request, and tell the hooks of what was written.

        Args:
            chunk: the items.
            there: what `look` found.
            doubt: whether the chunk may have been sent before, by a process that was resumed from its journal.

        Returns:
            The request, and the objects that were written. Those of the chunk that are missing were not there.
        """

    @abstractmethod
    def catch_up(self) -> None:
        """Find out what became of the items whose outcome is not known, before a resumed journal goes on. What was done is marked."""

    def pairs(self, chunk: list[Entry], rows: list[Row]) -> list[tuple[Entry, Row]]:
        """Which object belongs to which item, by their ids."""
        by_id = {str(row["id"]): row for row in rows}
        return [(entry, by_id[entry.id]) for entry in chunk if entry.id in by_id]

    def records(self) -> list[Record]:
        """The Records of all items, when a resumed journal is done. Those that an earlier process wrote are read again.

        Raises:
            InputError: the journal does not know the ids of some objects.
            PartialResult: somebody deleted some of the objects since. `.missing` names them.
        """
        journal = self.journal
        if nameless := [entry.index for entry in journal if entry.row is None and not entry.id]:
            raise InputError(f"{journal} is done, but the journal has no ids of {len(nameless)} of its objects")
        rows = rows_of(journal.route, [entry.id for entry in journal if entry.row is None])
        found = [entry.row or rows.get(entry.id) for entry in journal]
        if lost := [entry.id for entry, row in zip(journal, found, strict=True) if row is None]:
            raise PartialResult(f"{journal}: done, but somebody deleted since: {', '.join(lost[:20])}", missing=lost, journal=journal)
        return self.endpoint.make_all(row for row in found if row is not None)
