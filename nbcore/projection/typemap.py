"""The server's GraphQL types: which field has which type, which list takes which arguments. Kept on disk by server, version and plugins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import documents

if TYPE_CHECKING:
    from ..api import Api

_TRUSTED = 300.0  # seconds in which a server is taken not to have been upgraded
_OF_TYPE = "kind name ofType { kind name ofType { kind name ofType { kind name } } }"
_QUERY = (
    f"{{ __schema {{ queryType {{ fields {{ name args {{ name type {{ {_OF_TYPE} }} }} type {{ {_OF_TYPE} }} }} }}"
    f" types {{ kind name fields {{ name type {{ {_OF_TYPE} }} }} enumValues {{ name description }} }} }} }}"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a GraphQL field or argument: its innermost name and kind, whether it is a list, and whether it is never null."""

    name: str
    kind: str
    many: bool
    required: bool


class TypeMap:
    """What introspection says of one server.

    Attributes:
        lists: name of a list field -> (type of its rows, its arguments).
        fields: type -> field -> Shape.
        enums: enum -> its names -> label.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.lists: dict[str, tuple[str, dict[str, Shape]]] = {
            name: (kind, {arg: Shape(*shape) for arg, shape in args.items()}) for name, (kind, args) in document["lists"].items()
        }
        self._fields: dict[str, dict[str, list[Any]]] = document["fields"]
        self.enums: dict[str, dict[str, str]] = document["enums"]
        self._by_type: dict[str, str] = {}
        for name, (kind, _) in self.lists.items():
            self._by_type.setdefault(kind.lower(), name)

    def field(self, kind: str, name: str) -> Shape | None:
        """The type of a field, or None where there is none."""
        found = self._fields.get(kind, {}).get(name)
        return Shape(*found) if found else None

    def list_of(self, object_type: str) -> str | None:
        """The list field whose rows are objects of a type: GraphQL names the type of `dcim.device` `DeviceType`."""
        return self._by_type.get(f"{object_type.rpartition('.')[2]}type")


def type_map(api: Api) -> TypeMap:
    """The type map of an Api's server: one introspection query, the first time on this machine."""
    if api.type_map_kept is None:
        api.type_map_kept = TypeMap(on_disk(api, "graphql", ["types-3"], lambda: _condense(api.graphql.query(_QUERY).data["__schema"])))
    found: TypeMap = api.type_map_kept
    return found


def on_disk(api: Api, kind: str, key: list[Any], make: Callable[[], Any]) -> Any:
    """What was learned of a server, kept on disk by its address, version and plugins; these are asked again after five minutes."""
    folder = documents.cache_folder(api.options.cache_dir)
    if api.server_kept is None:
        api.server_kept = documents.kept(folder, "server", api.options.url, lambda: _server(api.status()), _TRUSTED)
    return documents.kept(folder, kind, [api.options.url, api.server_kept, *key], make)


def _server(status: dict[str, Any]) -> list[Any]:
    return [status["nautobot-version"], status.get("nautobot-apps"), status.get("plugins")]


def _condense(schema: dict[str, Any]) -> dict[str, Any]:
    """The part of an introspection answer that is needed."""
    return {
        "lists": {
            field["name"]: (_shape(field["type"])[0], {arg["name"]: _shape(arg["type"]) for arg in field["args"]})
            for field in schema["queryType"]["fields"]
            if _shape(field["type"])[2]
        },
        "fields": {
            kind["name"]: {field["name"]: _shape(field["type"]) for field in kind["fields"]}
            for kind in schema["types"]
            if kind["fields"] and kind["kind"] == "OBJECT" and not kind["name"].startswith("__")
        },
        "enums": {
            kind["name"]: {value["name"]: value["description"] or "" for value in kind["enumValues"]}
            for kind in schema["types"]
            if kind["enumValues"] and not kind["name"].startswith("__")
        },
    }


def _shape(kind: dict[str, Any]) -> tuple[str, str, bool, bool]:
    many, required = False, kind["kind"] == "NON_NULL"
    while kind.get("ofType"):
        many = many or kind["kind"] == "LIST"
        kind = kind["ofType"]
    return kind["name"], kind["kind"], many, required
