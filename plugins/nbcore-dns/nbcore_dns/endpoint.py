"""The list routes of DNS records."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint


class RecordsEndpoint(Endpoint):
    """A route of DNS records, whose `ttl` also holds when several are created at once."""

    def create(self, *args: Any, api_version: str | None = None, **fields: Any) -> Any:
        """Create one record, or several from a list.

        The server (2.3.0) ignores the `ttl` of every item of a list without a word and gives it the zone's. So the
        records are created (one POST, all or none), and those whose answer has another `ttl` than was asked get it (one PATCH).
        """
        made = super().create(*args, api_version=api_version, **fields)
        if not isinstance(made, list):
            return made
        asked = [item.get("ttl") for item in args[0]]
        late = [{"id": record.id, "ttl": ttl} for record, ttl in zip(made, asked, strict=True) if ttl is not None and record.ttl != ttl]
        corrected = {record.id: record for record in self.bulk_update(late)}
        return [corrected.get(record.id, record) for record in made]
