"""How a bulk run creates: one POST a chunk, with ids that were chosen here, so that a resumed journal looks for its objects."""

from __future__ import annotations

from ..contracts import Row
from ..errors import InputError
from ..reading import rows_of
from . import single
from .journal import Entry, Journal
from .steps import Written, finished
from .strategy import Strategy


class Creating(Strategy):
    """The strategy of a bulk create.

    Args:
        journal: the items.
        given: the ids that the caller chose.
    """

    done = "created"

    def __init__(self, journal: Journal, given: frozenset[str] = frozenset()) -> None:
        super().__init__(journal)
        self._given = given

    def send(self, chunk: list[Entry], there: dict[str, Row], doubt: bool) -> Written:
        """Create the objects of a chunk: all of them or none."""
        return single.create(
            self.endpoint, [entry.item for entry in chunk], one=False, api_version=self.journal.api_version, given=self._given, doubt=doubt
        )

    def pairs(self, chunk: list[Entry], rows: list[Row]) -> list[tuple[Entry, Row]]:
        """Which object belongs to which item: they come in order, and the server may have chosen the ids."""
        return list(zip(chunk, rows, strict=True))

    def catch_up(self) -> None:
        """Look for the objects of a broken create by their ids (one GET a request line of ids); those that are there were created.

        Raises:
            InputError: the route takes no ids, so the objects cannot be looked for.
            PartialResult: objects were found, and the endpoint's `finish_rows` failed.
        """
        journal = self.journal
        if any(not entry.id for entry in journal.unknown):
            raise InputError(f"{journal.route.path} takes no ids, so items whose outcome is unknown cannot be looked for: see .unknown")
        open_entries = {entry.id: entry for entry in journal if not entry.done and entry.id}
        there = rows_of(journal.route, list(open_entries))
        entries = [open_entries[key] for key in there]
        rows = finished(self.endpoint, None, list(there.values()), [entry.item for entry in entries], "create") if entries else []
        for entry, row in zip(entries, rows, strict=True):
            entry.row = row
        journal.mark(entries, self.done)
