"""What the server's answers show, and what is written along with an object: the table made by tools/relations.py."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

EVERYTHING = "*"
UNBOUND = "?"


@dataclass(frozen=True, slots=True)
class Route:
    """One list route of Nautobot.

    Attributes:
        type: the object type of its rows.
        logged: whether changes of that type go to the change log.
        settles: whether its rows hold a `display` that the server itself keeps for some seconds.
        shows: the types whose changes can alter a row; None: any.
    """

    type: str
    logged: bool
    settles: bool
    shows: frozenset[str] | None


class Relations:
    """The table for one version of Nautobot."""

    def __init__(self, text: str) -> None:
        data = json.loads(text)
        self.version: str = data["version"]
        self.routes = {
            path: Route(row["type"], row["logged"], row["settles"], None if row["shows"] is None else frozenset(row["shows"]))
            for path, row in data["routes"].items()
        }
        self._types = {route.type: path for path, route in self.routes.items()}
        self._writes: dict[str, frozenset[str]] = {kind: frozenset(types) for kind, types in data["writes"].items()}

    def split(self, path: str) -> tuple[str, list[str]]:
        """The list route that a path belongs to, and what follows it."""
        parts = path.strip("/").split("/")
        length = 3 if parts[0] == "plugins" else 2
        return "/".join(parts[:length]), parts[length:]

    def mark(self, path: str) -> str:
        """The mark of a route's answers: its own, where it is known what they show."""
        route = self.routes.get(path)
        return UNBOUND if route is None or route.shows is None else f"={path}"

    def dropped(self, types: Iterable[str], version: str | None) -> frozenset[str]:
        """The marks to change when objects of these types were written; everything where one of them, or the version, is not known."""
        if version != self.version:
            return frozenset({EVERYTHING})
        return functools.reduce(frozenset.union, map(self._dropped, types), frozenset[str]())

    def _dropped(self, kind: str) -> frozenset[str]:
        written = self._writes.get(kind)
        if written is None:
            return frozenset({EVERYTHING})
        shown = (path for path, route in self.routes.items() if route.shows is not None and route.shows & written)
        return frozenset({UNBOUND, *map("={}".format, shown)})


@functools.cache
def relations() -> Relations:
    """The table that comes with this package."""
    return Relations(files(__package__).joinpath("relations.json").read_text(encoding="utf-8"))
