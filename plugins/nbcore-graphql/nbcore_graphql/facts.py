"""What one row by REST tells of a list route: names, no data."""

from __future__ import annotations

from dataclasses import dataclass

from nbcore import Endpoint
from nbcore.reading import Query, page
from nbcore.values import is_reference, route_of


class NotExact(Exception):
    """The reason why GraphQL cannot answer this."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one row by REST tells of a list route; names only.

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


def learn(endpoint: Endpoint) -> Facts:
    """The facts of a list route, from one row (one GET).

    Raises:
        NotExact: it has no row yet.
    """
    rows = page(endpoint.route, Query(), 0, 1)[0].rows
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
