"""How a projection will be answered: by GraphQL where every field and every filter has an exact counterpart, else by REST; and why."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from .. import reader
from ..errors import CallError, InputError
from ..query import IDS_A_REQUEST, Query
from ..record.values import route_of
from .facts import NotExact, facts_of
from .typemap import Shape, TypeMap, on_disk, type_map

if TYPE_CHECKING:
    from ..api import Api
    from ..endpoint import Endpoint

_log = logging.getLogger("nbcore.projection")
# Scalars that both routes give alike; the others (Decimal, times of day, JSON text) go by REST.
_EXACT = frozenset({"String", "Boolean", "Int", "Float", "UUID", "ID", "Date", "BigInt"})
_READING = frozenset({"depth", "include", "exclude_m2m", "format"})


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


@dataclass(frozen=True, slots=True)
class Plan:
    """The route of a projection.

    Attributes:
        route: "graphql" or "rest".
        reason: why.
        columns: the fields.
        listed: the GraphQL list field.
        arguments: its arguments, as GraphQL values.
    """

    route: Literal["graphql", "rest"]
    reason: str
    columns: tuple[Column, ...]
    listed: str = ""
    arguments: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a read will send, and why.

    Attributes:
        route: "graphql" or "rest".
        requests: the requests, as text.
        reason: why this route.
    """

    route: str
    requests: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.route}: {self.reason}\n" + "\n".join(f"  {request}" for request in self.requests)


def explain(endpoint: Endpoint, query: Query, paths: tuple[str, ...], prefer: str = "") -> Explanation:
    """What will be sent for a read, or for a projection of it."""
    asked = "&".join(f"{name}={value}" for name, value in query.params)
    size = query.page_size or endpoint.api.options.page_size
    listed = f"GET {endpoint.path}/?{asked}{'&' if asked else ''}limit={size} (a page of {size} rows each)"
    if query.empty:
        return Explanation("none", (), "a filter with an empty list matches nothing")
    if not paths:
        related = (
            f"GET of a related route with the distinct ids that were read ({IDS_A_REQUEST} a request), when one of its fields is first read"
        )
        return Explanation("rest", (listed, related), "whole records come by REST")
    planned = plan(endpoint, query, paths, prefer)
    if planned.route == "graphql":
        from .rows import PAGE, query_text

        return Explanation("graphql", (f"POST graphql/ {query_text(planned)} ({query.page_size or PAGE} rows each)",), planned.reason)
    ways = dict.fromkeys("__".join(column.steps[:-1]) for column in planned.columns if len(column.steps) > 1)
    return Explanation(
        "rest", (listed, *(f"GET of the distinct objects at {way}, {IDS_A_REQUEST} ids a request" for way in ways)), planned.reason
    )


def plan(endpoint: Endpoint, query: Query, paths: tuple[str, ...], prefer: str = "") -> Plan:
    """The plan for some fields of a list.

    Args:
        endpoint: the list route.
        query: what is asked of it.
        paths: the fields, related ones with `__`.
        prefer: "rest" to leave GraphQL out.
    """
    columns = tuple(Column(path, tuple(path.split("__"))) for path in paths)
    if not paths:
        raise InputError('name the fields, such as values("name", "location__name")')
    if prefer == "rest" or endpoint.api.options.prefer == "rest":
        return Plan("rest", 'prefer="rest"', columns)
    if query.api_version or endpoint.api.api_version:
        return Plan("rest", "an API version is pinned, and GraphQL has none", columns)
    try:
        types = type_map(endpoint.api)
        facts = facts_of(endpoint)
        listed = types.list_of(facts.object_type)
        if listed is None:
            raise NotExact(f"GraphQL has no list of {facts.object_type}")
        kind, args = types.lists[listed]
        found = tuple(_column(types, endpoint, kind, column) for column in columns)
        return Plan("graphql", "every field and filter has an exact counterpart", found, listed, _arguments(endpoint, query, args))
    except NotExact as reason:
        return Plan("rest", str(reason), columns)
    except CallError as exc:
        _log.warning("GraphQL of %s cannot be used, REST is: %s", endpoint.api.options.url, exc)
        return Plan("rest", f"GraphQL cannot be used: {exc}", columns)


def _column(types: TypeMap, endpoint: Endpoint, kind: str, column: Column) -> Column:
    steps, at = column.steps, endpoint
    owners: list[str] = []
    routes: list[str] = []
    many = False
    for index, name in enumerate(steps):
        last = index == len(steps) - 1
        if name == "custom_fields" and index == len(steps) - 2 and types.field(kind, "_custom_field_data") and not many:
            return Column(column.path, (*steps[:index], "_custom_field_data", steps[-1]), "custom", {}, tuple(owners), tuple(routes))
        shape = types.field(kind, name)
        if shape is None:
            raise NotExact(f"GraphQL has no field {name!r} of {kind}")
        if shape.kind == "OBJECT":
            many = many or shape.many
            if shape.many and not _only_in_graphql(at, name):
                raise NotExact(f"{name!r} is a many-to-many field, whose hidden members GraphQL leaves out")
            owners.append("" if many else at.path)
            kind = shape.name
            if kind == "ContentTypeType":
                raise NotExact(f"{name!r} is a content type, which REST writes by name")
            if not many:
                at = _related(types, endpoint, at, kind, name)
                routes.append(at.path)
            if last:
                return Column(column.path, (*steps, "id"), "many" if many else "reference", {}, tuple(owners), tuple(routes))
            continue
        if not last:
            raise NotExact(f"{'__'.join(steps[: index + 1])!r} is no related object")
        return replace(_leaf(types, endpoint, at, column, shape, name, many), owners=tuple(owners), routes=tuple(routes))
    raise NotExact("no field")


def _leaf(types: TypeMap, root: Endpoint, at: Endpoint, column: Column, shape: Shape, name: str, many: bool) -> Column:
    if name in ("url", "display", "object_type", "natural_slug") or shape.many or name in at.json_fields:
        raise NotExact(f"{name!r} is written otherwise in GraphQL")
    if shape.kind == "ENUM":
        if many:
            raise NotExact(f"{column.path!r} is a choice of many objects")
        choices = _choices(at, types.enums[shape.name], name)
        return Column(column.path, column.steps, "plain choice" if name in facts_of(at).texts else "choice", choices)
    if shape.name == "DateTime":
        if not facts_of(root).utc:
            raise NotExact("the server writes times in a time zone of its own")
        return Column(column.path, column.steps, "many" if many else "time")
    if shape.name == "String" and shape.required and _is_file(at, name):
        raise NotExact(f"{name!r} is a file, which REST writes as its address")
    if shape.name not in _EXACT:
        raise NotExact(f"{name!r} is a {shape.name}, which GraphQL writes otherwise")
    return Column(column.path, column.steps, "many" if many else "same")


def _is_file(endpoint: Endpoint, name: str) -> bool:
    """Whether a text is a file's name: REST then writes its address, or null. A row tells; a related object's is asked on suspicion."""
    if endpoint.facts is None and not any(word in name for word in ("image", "file", "attachment")):
        return False
    facts = facts_of(endpoint)
    return name in facts.missing or name in facts.files


def _only_in_graphql(endpoint: Endpoint, name: str) -> bool:
    """Whether REST has no such field, as with reverse relations (`interfaces` of a device)."""
    return name not in endpoint.m2m_fields and name not in facts_of(endpoint).names


def _related(types: TypeMap, root: Endpoint, at: Endpoint, kind: str, name: str) -> Endpoint:
    """The list route of a related object: from a reference to it, else found by asking GraphQL for one object of its type."""
    api: Api = root.api
    if at is root and (route := facts_of(root).routes.get(name)):
        return api.endpoint(route)
    if kind not in api.type_paths:
        api.type_paths[kind] = on_disk(api, "route", [kind], lambda: _route(types, api, kind))
    return api.endpoint(api.type_paths[kind])


def _route(types: TypeMap, api: Api, kind: str) -> str:
    """The list route of a type's objects, from one of them."""
    listed = types.list_of(f".{kind.lower().removesuffix('type')}")
    if listed is None:
        raise NotExact(f"GraphQL has no list of {kind}")
    rows = api.graphql.query(f"{{ {listed}(limit: 1) {{ id url }} }}").data[listed]
    if not rows:
        raise NotExact(f"there is no {kind} yet to learn its route from")
    return route_of(rows[0])


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


def _arguments(endpoint: Endpoint, query: Query, args: dict[str, Shape]) -> dict[str, Any]:
    """The filters as arguments of the GraphQL list."""
    found: dict[str, Any] = {}
    parts = list(reader.parts(endpoint, query))
    for name, value in (pair for part in parts for pair in part.params):
        if name in _READING:
            continue
        shape = args.get(name)
        if shape is None or name in ("limit", "offset"):
            raise NotExact(f"GraphQL has no filter {name!r}")
        item = _argument(shape, name, value)
        if shape.many:
            found.setdefault(name, []).append(item)
        elif name in found:
            raise NotExact(f"GraphQL takes one value for the filter {name!r}")
        else:
            found[name] = item
    return found


def _argument(shape: Shape, name: str, value: str) -> Any:
    if shape.name == "Boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if shape.name in ("Int", "BigInt") and value.lstrip("-").isdigit():
        return int(value)
    if shape.name in ("String", "ID", "UUID"):
        return value
    raise NotExact(f"the value of the filter {name!r} cannot be written for GraphQL ({shape.name})")
