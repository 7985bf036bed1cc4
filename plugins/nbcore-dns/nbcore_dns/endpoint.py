"""The list routes of DNS records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbcore import Endpoint


class RecordsEndpoint(Endpoint):
    """A route of DNS records, whose `ttl` also holds when several are created at once."""

    def create(self, *args: Any, api_version: str | None = None, **fields: Any) -> Any:
        """Create one record, or several from a list.

        The server (2.3.0) ignores the `ttl` of every item of a list without a word and gives it the zone's. So the
        records are created without it (one POST, all or none), and those whose answer has another `ttl` than was asked get it
        (one PATCH). A journal that is resumed creates the rest with the zone's.
        """
        if not args or isinstance(args[0], (Mapping, str)) or not isinstance(args[0], Iterable):
            return super().create(*args, api_version=api_version, **fields)
        items = list(args[0])
        asked = [item.get("ttl") if isinstance(item, Mapping) else None for item in items]
        bare = [{name: value for name, value in item.items() if name != "ttl"} if isinstance(item, Mapping) else item for item in items]
        made = super().create(bare, *args[1:], api_version=api_version, **fields)
        late = [{"id": record.id, "ttl": ttl} for record, ttl in zip(made, asked, strict=True) if ttl is not None and record.ttl != ttl]
        corrected = {record.id: record for record in self.bulk_update(late)}
        return [corrected.get(record.id, record) for record in made]
