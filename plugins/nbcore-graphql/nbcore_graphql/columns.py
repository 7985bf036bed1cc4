"""Which GraphQL field is exactly what REST gives for a path of field names; the reason where none is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from nbcore import Endpoint, InputError

from .facts import NotExact
from .server import Server
from .types import Shape

# Scalars that both routes give alike; the others (Decimal, times of day, JSON text) go by REST.
_EXACT = frozenset({"String", "Boolean", "Int", "Float", "UUID", "ID", "Date", "BigInt"})


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a projection.

    Attributes:
        path: as it was asked, such as "location__name".
        steps: the names that lead to it.
        kind: how its GraphQL value becomes REST's: "same", "time", "choice", "custom", "reference", "many".
        choices: enum name -> (value, label), for a choice.
        owners: for each step to a related object, the list route of the object that has it.
        routes: for each such step, the related object's own list route.
    """

    path: str
    steps: tuple[str, ...]
    kind: Literal["same", "time", "choice", "plain choice", "custom", "reference", "many"] = "same"
    choices: dict[str, tuple[Any, str]] = field(default_factory=dict, hash=False)
    owners: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


def column_of(server: Server, endpoint: Endpoint, kind: str, column: Column) -> Column:
    """A column with how its GraphQL value becomes REST's.

    Args:
        server: what is known of the server.
        endpoint: the list route that is read.
        kind: the GraphQL type of its rows.
        column: the field that was asked for.

    Raises:
        NotExact: GraphQL has no exact counterpart.
    """
    steps, at = column.steps, endpoint
    owners: list[str] = []
    routes: list[str] = []
    many = False
    for index, name in enumerate(steps):
        last = index == len(steps) - 1
        if name == "custom_fields" and index == len(steps) - 2 and server.types().field(kind, "_custom_field_data") and not many:
            return Column(column.path, (*steps[:index], "_custom_field_data", steps[-1]), "custom", {}, tuple(owners), tuple(routes))
        shape = server.types().field(kind, name)
        if shape is None:
            raise NotExact(f"GraphQL has no field {name!r} of {kind}")
        if shape.kind == "OBJECT":
            many = many or shape.many
            if shape.many and not _only_in_graphql(server, at, name):
                raise NotExact(f"{name!r} is a many-to-many field, whose hidden members GraphQL leaves out")
            owners.append("" if many else at.path)
            kind = shape.name
            if kind == "ContentTypeType":
                raise NotExact(f"{name!r} is a content type, which REST writes by name")
            if not many:
                at = _related(server, endpoint, at, kind, name)
                routes.append(at.path)
            if last:
                return Column(column.path, (*steps, "id"), "many" if many else "reference", {}, tuple(owners), tuple(routes))
            continue
        if not last:
            raise NotExact(f"{'__'.join(steps[: index + 1])!r} is no related object")
        return replace(_leaf(server, endpoint, at, column, shape, name, many), owners=tuple(owners), routes=tuple(routes))
    raise NotExact("no field")


def _leaf(server: Server, root: Endpoint, at: Endpoint, column: Column, shape: Shape, name: str, many: bool) -> Column:
    """A column whose last step is no related object: a text, a number, a choice, a time.

    Args:
        server: what is known of the server.
        root: the list route that is read.
        at: the list route of the object that has the field.
        column: the field that was asked for.
        shape: its GraphQL type.
        name: its last step.
        many: whether a step before it leads to several objects.

    Raises:
        NotExact: GraphQL writes it otherwise than REST.
    """
    if name in ("url", "display", "object_type", "natural_slug") or shape.many or name in at.route.json_fields:
        raise NotExact(f"{name!r} is written otherwise in GraphQL")
    if shape.kind == "ENUM":
        if many:
            raise NotExact(f"{column.path!r} is a choice of many objects")
        choices = _choices(at, server.types().enums[shape.name], name)
        return Column(column.path, column.steps, "plain choice" if name in server.facts(at).texts else "choice", choices)
    if shape.name == "DateTime":
        if not server.facts(root).utc:
            raise NotExact("the server writes times in a time zone of its own")
        return Column(column.path, column.steps, "many" if many else "time")
    if shape.name == "String" and shape.required and _is_file(server, at, name):
        raise NotExact(f"{name!r} is a file, which REST writes as its address")
    if shape.name not in _EXACT:
        raise NotExact(f"{name!r} is a {shape.name}, which GraphQL writes otherwise")
    return Column(column.path, column.steps, "many" if many else "same")


def _is_file(server: Server, endpoint: Endpoint, name: str) -> bool:
    """Whether a text is a file's name: REST then writes its address, or null.

    A row of the route tells. Where the route was not looked at yet, a row is read only if the field's name sounds like a file.
    """
    if not server.knows(endpoint) and not any(word in name for word in ("image", "file", "attachment")):
        return False
    facts = server.facts(endpoint)
    return name in facts.missing or name in facts.files


def _only_in_graphql(server: Server, endpoint: Endpoint, name: str) -> bool:
    """Whether REST has no such field, as with reverse relations (`interfaces` of a device)."""
    return name not in endpoint.route.m2m_fields and name not in server.facts(endpoint).names


def _related(server: Server, root: Endpoint, at: Endpoint, kind: str, name: str) -> Endpoint:
    """The list route of a related object: from a reference to it, else found by asking GraphQL for one object of its type."""
    route = server.facts(root).routes.get(name) if at is root else ""
    found: Endpoint = server.api.endpoint(route or server.path_of(kind))
    return found


def _choices(endpoint: Endpoint, names: dict[str, str], name: str) -> dict[str, tuple[Any, str]]:
    """Enum name -> (value, label): GraphQL describes a name by its label, OPTIONS gives label and value."""
    try:
        listed = endpoint.choices().get(name, [])
    except InputError as exc:
        raise NotExact(str(exc)) from None
    by_label: dict[str, list[Any]] = {}
    for item in listed:
        by_label.setdefault(str(item["display"]), []).append(item["value"])
    if "" in (item["value"] for item in listed):
        raise NotExact(f"{name!r} has a choice for blank, which GraphQL writes as null")
    found: dict[str, tuple[Any, str]] = {}
    for enum, label in names.items():
        if len(by_label.get(label, ())) != 1:
            raise NotExact(f"the choices of {name!r} have no values for some names of GraphQL")
        found[enum] = (by_label[label][0], label)
    return found
