"""What one row by REST tells of an endpoint, kept on disk: names, no data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .. import reader
from ..query import Query
from ..record.values import is_reference, route_of
from .typemap import on_disk

if TYPE_CHECKING:
    from ..endpoint import Endpoint


class NotExact(Exception):
    """The reason why GraphQL cannot answer this."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one row by REST tells of an endpoint; names only, kept on disk.

    Attributes:
        object_type: of its rows.
        utc: whether the server writes times in UTC.
        names: the fields of a row.
        routes: field -> list route of the related object.
        texts: the fields that are plain text.
        missing: the fields without a value.
        files: the fields that are the address of a file.
    """

    object_type: str
    utc: bool
    names: tuple[str, ...]
    routes: dict[str, str]
    texts: tuple[str, ...]
    missing: tuple[str, ...]
    files: tuple[str, ...]


def facts_of(endpoint: Endpoint) -> Facts:
    """The facts of an endpoint (one GET of one row, the first time on this machine).

    Raises:
        NotExact: it has no row yet.
    """
    if endpoint.facts is None:
        endpoint.facts = Facts(**on_disk(endpoint.api, "facts", [endpoint.path], lambda: asdict(_learn(endpoint))))
    found: Facts = endpoint.facts
    return found


def _learn(endpoint: Endpoint) -> Facts:
    rows = reader.page(endpoint, Query(), 0, 1)[0].rows
    if not rows or not isinstance(rows[0].get("object_type"), str):
        raise NotExact("there is no row yet to learn its object type from")
    row = rows[0]
    texts = [name for name, value in row.items() if isinstance(value, str)]
    return Facts(
        row["object_type"],
        str(row.get("created") or "").endswith("Z"),
        tuple(row),
        {name: route_of(value) for name, value in row.items() if is_reference(value)},
        tuple(texts),
        tuple(name for name, value in row.items() if value is None),
        tuple(name for name in texts if row[name].startswith(("http://", "https://")) and "/media/" in row[name]),
    )
