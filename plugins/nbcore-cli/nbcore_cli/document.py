"""An AppSpec from an OpenAPI document: the list routes of a server plugin, the actions below them, and fields that need a word."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from nbcore import ActionSpec, AppSpec, EndpointSpec, InputError
from nbcore.plugins import Method
from nbcore.values import attribute_of

from .schema import OPT_IN, Schemas, part

_METHODS: tuple[Method, ...] = get_args(Method)
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CORE_ACTIONS = frozenset({"notes"})  # every record has them without a declaration


@dataclass(frozen=True, slots=True)
class Found:
    """What a document says of one app.

    Attributes:
        spec: the app, with no record classes.
        models: the name of the record class of each endpoint that has objects, by slug.
        properties: the names of the fields that reads of each endpoint answer, by slug.
        notes: what could not be taken over, for people.
    """

    spec: AppSpec
    models: Mapping[str, str]
    properties: Mapping[str, frozenset[str]]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Routes:
    """The routes of an app, sorted by what they are; each with its operations by method."""

    lists: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    details: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    record_actions: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    endpoint_actions: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def apps(document: Mapping[str, Any]) -> list[str]:
    """The URL slugs of the server plugins that have routes in a document."""
    found = {parts[1] for parts in (_parts(path) for path in part(document, "paths")) if parts[:1] == ["plugins"] and len(parts) > 2}
    return sorted(slug for slug in found if _SLUG.fullmatch(slug))


def find(document: Mapping[str, Any], name: str) -> Found:
    """What a document says of an app.

    Args:
        document: the server's OpenAPI document.
        name: the app's URL slug; `_` stands for `-` too.

    Raises:
        InputError: no OpenAPI document, or no such app in it; the text names those there are.
    """
    if not part(document, "paths"):
        raise InputError("this is no OpenAPI document: it has no paths; save the server's /api/swagger.json")
    there = apps(document)
    slug = next((one for one in there if one == name), None) or next(
        (one for one in there if attribute_of(one) == attribute_of(name)), None
    )
    if slug is None:
        near = difflib.get_close_matches(name, there, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(f"the server has no app at plugins/{name}/; {hint}It has: {', '.join(there) or 'no app with routes'}")
    routes = _routes(document, slug)
    if not routes.lists:
        raise InputError(f"the app at plugins/{slug}/ has no list routes, so there is nothing to write a package for")
    return _describe(Schemas(document), slug, routes)


def _routes(document: Mapping[str, Any], slug: str) -> _Routes:
    found = _Routes()
    below: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for path in part(document, "paths"):
        parts = _parts(path)
        if parts[:2] == ["plugins", slug] and len(parts) > 2:
            below[tuple(parts[2:])] = part(document, "paths", path)
    for route, operations in below.items():
        if len(route) == 1 and _SLUG.fullmatch(route[0]):
            found.lists[route[0]] = operations
    for route, operations in below.items():
        first, rest = route[0], route[1:]
        if len(rest) == 1 and _is_parameter(rest[0]) and first in found.lists:
            found.details[first] = operations
        elif len(rest) == 2 and _is_parameter(rest[0]) and _SLUG.fullmatch(rest[1]) and first in found.lists:
            if rest[1] not in _CORE_ACTIONS:
                found.record_actions.setdefault(first, {})[rest[1]] = operations
        elif len(rest) == 1 and _SLUG.fullmatch(rest[0]) and first in found.lists:
            found.endpoint_actions.setdefault(first, {})[rest[0]] = operations
        elif rest or first not in found.lists:
            found.left.append("/".join(("plugins", slug, *route)))
    return found


def _describe(schemas: Schemas, slug: str, routes: _Routes) -> Found:
    endpoints: list[EndpointSpec] = []
    models: dict[str, str] = {}
    properties: dict[str, frozenset[str]] = {}
    notes = [
        f"the route {route}/ is neither a list, an object nor an action of one: reach it by nb.request()" for route in sorted(routes.left)
    ]
    for name, operations in sorted(routes.lists.items()):
        rows = schemas.rows(part(operations, "get"))
        actions = (
            *_actions(schemas, "record", routes.record_actions.get(name, {})),
            *_actions(schemas, "endpoint", routes.endpoint_actions.get(name, {})),
        )
        if rows is None:
            notes.append(f"the route {name}/ is no list: it is declared as a single object")
            endpoints.append(EndpointSpec(name, actions=actions, key="singleton"))
            continue
        model, schema = rows
        fields = part(schema, "properties")
        models[name], properties[name] = class_name(model or name), frozenset(fields)
        written = {**schemas.request(part(operations, "post")), **schemas.request(part(routes.details.get(name, {}), "patch"))}
        endpoints.append(
            EndpointSpec(
                name,
                json_fields=tuple(sorted(schemas.json_fields(fields))),
                # A list that is taken but never answered is one that reads leave out.
                m2m_fields=left_out((one for one, of in written.items() if schemas.is_list(of)), fields),
                actions=actions,
                key="integer" if part(fields, "id").get("type") == "integer" else "uuid",
            )
        )
    return Found(AppSpec(attribute_of(slug), f"plugins/{slug}", tuple(endpoints)), models, properties, tuple(notes))


def left_out(names: Iterable[str], answered: Iterable[str]) -> tuple[str, ...]:
    """Of some many-to-many fields, those that reads do not answer."""
    return tuple(sorted(set(names) - set(answered) - OPT_IN))


def _actions(schemas: Schemas, on: Any, routes: Mapping[str, Mapping[str, Any]]) -> list[ActionSpec]:
    found: list[ActionSpec] = []
    for name, operations in sorted(routes.items()):
        methods = tuple(method for method in _METHODS if method.lower() in operations)
        if not methods:
            continue
        answers = [part(operations, method.lower()) for method in methods]
        media = set().union(*(schemas.media(answer) for answer in answers))
        returns: Any = "json"
        if any(schemas.is_objects(schemas.content(answer, "200", "201", "202")) for answer in answers):
            returns = "records"
        elif media and "application/json" not in media:
            returns = "text" if all(one.startswith("text/") for one in media) else "bytes"
        paged = schemas.rows(part(operations, "get")) is not None
        found.append(ActionSpec(name, on=on, methods=methods, returns=returns, paged=paged))
    return found


def class_name(text: str) -> str:
    """A class name: of a schema's ("PeerGroup" as it is), or of a slug ("peer-groups" -> "PeerGroups")."""
    name = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", text))
    if not name or not name[0].isalpha():
        name = f"Model{name}"
    return f"{name}Object" if name == "Record" or keyword.iskeyword(name) else name


def _parts(path: Any) -> list[str]:
    parts = str(path).strip("/").split("/")
    return parts[1:] if parts[0] == "api" else parts


def _is_parameter(piece: str) -> bool:
    return piece.startswith("{") and piece.endswith("}")
