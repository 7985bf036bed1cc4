"""How a bulk run deletes: the objects of a chunk are looked for first, since the answer to a DELETE does not say which were there."""

from __future__ import annotations

from ..contracts import Row
from ..messages import Change
from ..reading import rows_of
from ..records import Record
from . import settling
from .journal import Entry
from .steps import Written
from .strategy import Strategy


class Deleting(Strategy):
    """The strategy of a bulk delete."""

    done = "deleted"

    def look(self, chunk: list[Entry]) -> dict[str, Row]:
        """The objects of a chunk that are there (one GET a request line of ids)."""
        return rows_of(self.journal.route, [entry.id for entry in chunk])

    def send(self, chunk: list[Entry], there: dict[str, Row], doubt: bool) -> Written:
        """Delete the objects of a chunk that are there with one DELETE: all of them or none. Nothing is sent where none is there."""
        endpoint, route = self.endpoint, self.journal.route
        rows = {entry.id: there[entry.id] for entry in chunk if entry.id in there}
        call = route.connection.call(
            "DELETE", route.list_path, body=[{"id": key} for key in rows], api_version=self.journal.api_version,
            endpoint=route.path, operation="delete",
        )  # fmt: skip
        if rows:
            route.connection.exchange(call, settle=settling.of_delete(route, list(rows)))
        for key, row in rows.items():
            endpoint.changed(Change("delete", endpoint.type_of(row), route.path, key, self.known.get(key) or row, None, call.id))
        return Written(call, list(rows.values()))

    def catch_up(self) -> None:
        """Look for the objects whose outcome is not known (one GET a request line of ids); those that are gone were deleted."""
        unknown = {entry.id: entry for entry in self.journal.unknown}
        there = rows_of(self.journal.route, list(unknown))
        self.journal.mark([entry for key, entry in unknown.items() if key not in there], self.done)

    def records(self) -> list[Record]:
        """No Records: the objects are gone."""
        return []
