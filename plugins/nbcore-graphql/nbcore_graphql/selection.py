"""What is asked of GraphQL for a projection: one list, its arguments, and each related object once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from nbcore import Endpoint
from nbcore.reading import Query

from .arguments import arguments_of
from .columns import Column, column_of
from .facts import NotExact
from .server import Server


@dataclass(frozen=True, slots=True)
class Selection:
    """One GraphQL read of a list.

    Attributes:
        columns: the fields.
        listed: the GraphQL list field.
        arguments: its arguments, as GraphQL values.
    """

    columns: tuple[Column, ...]
    listed: str
    arguments: dict[str, Any] = field(default_factory=dict, hash=False)

    def text(self) -> str:
        """The query's text."""
        arguments = "".join(f", {name}: {json.dumps(value)}" for name, value in self.arguments.items())
        listed = f"{self.listed}(limit: $limit, offset: $offset{arguments})"
        return f"query ($limit: Int, $offset: Int) {{ rows: {listed} {{ {_fields(self.columns)} }} }}"


def select(server: Server, endpoint: Endpoint, query: Query, paths: tuple[str, ...]) -> Selection:
    """The GraphQL read that gives just what REST gives for some fields of a list.

    Args:
        server: what is known of the server.
        endpoint: the list route.
        query: what is asked of it.
        paths: the fields, those of related objects after `__`.

    Raises:
        NotExact: there is none; the text says why.
    """
    facts = server.facts(endpoint)
    listed = server.types().list_of(facts.object_type)
    if listed is None:
        raise NotExact(f"GraphQL has no list of {facts.object_type}")
    kind, args = server.types().lists[listed]
    columns = tuple(column_of(server, endpoint, kind, Column(path, tuple(path.split("__")))) for path in paths)
    return Selection(columns, listed, arguments_of(endpoint, query, args))


def _fields(columns: tuple[Column, ...]) -> str:
    tree: dict[str, Any] = {"id": {}}
    for column in columns:
        at = tree
        steps = column.steps[:-1] if column.kind == "custom" else column.steps
        for index, name in enumerate(steps):
            at = at.setdefault(name, {})
            if index < len(steps) - 1:
                at.setdefault("id", {})
    return _write(tree)


def _write(tree: dict[str, Any]) -> str:
    return " ".join(f"{name} {{ {_write(below)} }}" if below else name for name, below in tree.items())
