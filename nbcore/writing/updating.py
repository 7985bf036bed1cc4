"""How a bulk run updates: one PATCH a chunk, which is sent again after a lost answer, since it gives the same values."""

from __future__ import annotations

from ..contracts import Row
from ..errors import ShapeError, describe
from ..messages import Call, Change, Reply
from ..transport import decode
from .journal import Entry
from .steps import Written, finished, m2m_params, prepared
from .strategy import Strategy
from .unknown_fields import ignored_by_server


class Updating(Strategy):
    """The strategy of a bulk update. The item of each entry has the changed fields, and the object's id."""

    done = "updated"

    def send(self, chunk: list[Entry], there: dict[str, Row], doubt: bool) -> Written:
        """Change the objects of a chunk: all of them or none. Nautobot skips ids that it does not know without a word.

        Raises:
            PartialResult: they were changed, and the endpoint's `finish_rows` failed.
        """
        endpoint, route = self.endpoint, self.journal.route
        items = {entry.id: entry.item for entry in chunk}
        sent = dict(zip(items, prepared(endpoint, list(items.values()), "update", many=True), strict=True))
        body = list(sent.values())
        call = route.connection.call(
            "PATCH", route.list_path, params=m2m_params(route, body), body=body, api_version=self.journal.api_version,
            endpoint=route.path, operation="update", resend=True,
        )  # fmt: skip
        rows = {key: row for row in route.connection.exchange(call, _changed_rows)[1] if (key := str(row["id"])) in items}
        for key, row in rows.items():
            endpoint.changed(Change("update", endpoint.type_of(row), route.path, key, self.known.get(key), items[key], call.id))
        ignored = ignored_by_server(route, [sent[key] for key in rows], rows.values())
        return Written(call, finished(endpoint, call, list(rows.values()), [items[key] for key in rows], "update"), ignored)

    def catch_up(self) -> None:
        """Nothing has to be found out: what may have been changed is sent again, and gives the same values."""


def _changed_rows(call: Call, reply: Reply) -> list[Row]:
    """The objects in the answer to a PATCH of many."""
    rows = decode(call, reply)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise ShapeError(f"{describe(call)} was not answered with the objects it changed; read them to see what they hold", call, reply)
    return rows
