"""The list routes of DNS records."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint


class RecordsEndpoint(Endpoint):
    """A route of DNS records, whose `ttl` also holds when several are created at once.

    The server (2.3.0) ignores the `ttl` of every item of a list without a word, and gives each record the zone's. So a list is sent
    without it, and those records whose `ttl` is not the one that was asked for get it afterwards (one PATCH).
    """

    def prepare_items(self, items: list[dict[str, Any]], operation: str, many: bool) -> list[dict[str, Any]]:
        """The items of a list that is created, without their `ttl`."""
        if operation != "create" or not many:
            return items
        return [{name: value for name, value in item.items() if name != "ttl"} for item in items]

    def finish_rows(self, rows: list[dict[str, Any]], items: list[dict[str, Any]], operation: str) -> list[dict[str, Any]]:
        """The rows, with the `ttl` that was asked for where the server gave another one."""
        if operation != "create":
            return rows
        late = [
            {"id": row["id"], "ttl": item["ttl"]}
            for row, item in zip(rows, items, strict=True)
            if item.get("ttl") is not None and str(row.get("ttl")) != str(item["ttl"])
        ]
        corrected = {record.id: dict(record.raw) for record in self.bulk_update(late, parallel=False)}
        return [corrected.get(row["id"], row) for row in rows]
