"""The server's GraphQL types: which field has which type, and which list takes which arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_OF_TYPE = "kind name ofType { kind name ofType { kind name ofType { kind name } } }"
QUERY = (
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


def condensed(schema: dict[str, Any]) -> dict[str, Any]:
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
