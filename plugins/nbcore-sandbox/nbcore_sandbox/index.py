"""The schema index: what a real server said of its routes, as frozen data."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a route's objects.

    Attributes:
        name: its name.
        kind: string, integer, decimal, boolean, datetime, email, json, choice, labelled (a choice with a label), object_types,
            ref, many, or computed.
        options: what OPTIONS says of it.
        to: the object type a reference leads to, where it is known.
        null: whether null may be written.
        blank: whether "" may be written.
        pattern: a regular expression for what is written.
        write_only: whether it is never answered.
        default: the value of an object that was created without it; MISSING where that is not known.
    """

    name: str
    kind: str
    options: Mapping[str, Any]
    to: str | None = None
    null: bool = False
    blank: bool = False
    pattern: str = ""
    write_only: bool = False
    default: Any = MISSING
    choices: Mapping[Any, str] = field(default_factory=dict)

    @property
    def read_only(self) -> bool:
        """Whether writing it changes nothing."""
        return bool(self.options.get("read_only"))

    @property
    def required(self) -> bool:
        """Whether a create must have it."""
        return bool(self.options.get("required"))

    @property
    def empty(self) -> Any:
        """The value of a new object that says nothing of this field."""
        if self.default is not MISSING:
            return self.default
        if self.kind in ("many", "object_types"):
            return []
        return "" if self.kind in ("string", "email") and not self.null else None


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that filters a list, with its lookups (`ic` of `name__ic`)."""

    name: str
    type: str
    single: bool = False
    lookups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """A list route.

    Attributes:
        path: such as "dcim/devices".
        object_type: such as "dcim.device".
        model: such as "Device".
        names: what OPTIONS calls the list and an object.
        description: what OPTIONS describes it with.
        parses: the media types it takes.
        methods: the Allow header of the list and of an object.
        fields: its fields, in their order.
        row: the names of the fields of a row, with many-to-many fields.
        hidden: the names left out of a row by default, without many-to-many fields ("none"), below another row ("nested"), and in
            the answer to a create ("created").
        filters: its filters by name.
        unique: its uniqueness rules: fields, key and text of the error.
        actions: the last parts of the routes below an object.
    """

    path: str
    object_type: str
    model: str
    names: tuple[str, str]
    description: str
    parses: tuple[str, ...]
    methods: Mapping[str, str]
    fields: Mapping[str, Field]
    row: tuple[str, ...]
    hidden: Mapping[str, frozenset[str]]
    filters: Mapping[str, Filter]
    unique: tuple[Mapping[str, Any], ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Index:
    """The routes of a server, and what its roots and its status answered."""

    nautobot: str
    version: str
    versions: tuple[str, ...]
    status: Mapping[str, Any]
    object_types: frozenset[str]
    roots: Mapping[str, Mapping[str, Any]]
    statuses: tuple[Mapping[str, Any], ...]
    installed: Mapping[str, Any]
    routes: Mapping[str, Route]
    by_type: Mapping[str, Route]
    drivers: Mapping[str, Mapping[str, str]]


def load(path: Path | None = None) -> Index:
    """Read an index.

    Args:
        path: a file made by `python -m nbcore_sandbox.record`; None for the one that is shipped.

    Returns:
        The index.
    """
    return _shipped() if path is None else _parse(path.read_text(encoding="utf-8"))


@functools.cache
def _shipped() -> Index:
    return _parse(_text("schema.json"))


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _parse(text: str) -> Index:
    data = json.loads(text)
    routes = {path: _route(path, found) for path, found in data["routes"].items()}
    return Index(
        nautobot=data["nautobot"],
        version=data["version"],
        versions=tuple(data["versions"]),
        status=data["status"],
        object_types=frozenset(data["object_types"]),
        roots=data["roots"],
        statuses=tuple(data["statuses"]),
        installed=data["installed"],
        routes=routes,
        by_type={route.object_type: route for route in routes.values()},
        drivers=json.loads(_text("drivers.json")),
    )


def _route(path: str, found: Mapping[str, Any]) -> Route:
    fields = {name: _field(name, said) for name, said in found["fields"].items()}
    hidden = {kind: frozenset(names) for kind, names in found["hidden"].items()}
    # Where no object was seen below another: what is seen of all others is left out.
    deep = frozenset(name for name in found["row"] if fields[name].kind in ("many", "object_types") or name.endswith("_count"))
    return Route(
        path=path,
        object_type=found["object_type"],
        model=found["model"],
        names=(found["names"][0], found["names"][1]),
        description=found["description"],
        parses=tuple(found["parses"]),
        methods=found["methods"],
        fields=fields,
        row=tuple(found["row"]),
        hidden={"nested": deep, "created": frozenset(), "full": frozenset(), **hidden},
        filters={
            name: Filter(name, said["type"], bool(said.get("single")), frozenset(said.get("lookups", "").split()))
            for name, said in found["filters"].items()
        },
        unique=tuple(found.get("unique", ())),
        actions=tuple(found["actions"]),
    )


def _field(name: str, said: Mapping[str, Any]) -> Field:
    choices = {item["value"]: item["display"] for item in said["options"].get("choices", ())}
    given = {key: value for key, value in said.items() if key != "kind"}
    return Field(name=name, kind=said["kind"], choices=choices, **given)
