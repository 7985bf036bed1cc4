"""What the schemas of an OpenAPI document say of fields. Nothing in a document is taken for granted: a part that is missing is {}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# The core knows these by itself; the last three are read on demand (`include=`) and are in no schema of a read.
KNOWN_JSON = frozenset({"custom_fields", "computed_fields", "relationships", "config_context", "local_config_context_data"})
OPT_IN = frozenset({"computed_fields", "relationships", "config_context"})
_SHAPES = frozenset({"type", "$ref", "allOf", "oneOf", "anyOf", "enum", "properties"})
_DEPTH = 20


def part(data: Any, *names: str) -> Mapping[str, Any]:
    """The mapping below some keys of JSON data; {} where there is none."""
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


class Schemas:
    """The schemas of a document, by name.

    Args:
        document: the OpenAPI document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = part(document, "components", "schemas")

    def resolve(self, schema: Any) -> tuple[str, Mapping[str, Any]]:
        """The schema that references lead to, and its name ("" for one that has none)."""
        name = ""
        for _ in range(_DEPTH):
            found = part({"schema": schema}, "schema")
            several = next((found[key] for key in ("allOf", "oneOf", "anyOf") if isinstance(found.get(key), list) and found[key]), None)
            if isinstance(found.get("$ref"), str):
                name = found["$ref"].rpartition("/")[2]
                schema = self._schemas.get(name)
            elif several is not None and "properties" not in found:
                # A write route takes one object or a list of them; fields wrap a reference to carry a description beside it.
                schema = next((one for one in several if self._is_object(one)), several[0])
            else:
                return name, found
        return "", {}

    def _is_object(self, schema: Any) -> bool:
        found = part({"schema": schema}, "schema")
        target = part(self._schemas, found["$ref"].rpartition("/")[2]) if isinstance(found.get("$ref"), str) else found
        return "properties" in target

    def content(self, operation: Mapping[str, Any], *statuses: str) -> Mapping[str, Any]:
        """The schema of an operation's answer in JSON."""
        for status in statuses:
            if found := part(operation, "responses", status, "content", "application/json", "schema"):
                return found
        return {}

    def media(self, operation: Mapping[str, Any]) -> set[str]:
        """The media types that an operation answers with."""
        return {
            media
            for status, answer in part(operation, "responses").items()
            if str(status).startswith("2")
            for media in part(answer, "content")
        }

    def request(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """The properties that an operation takes in JSON."""
        return part(self.resolve(part(operation, "requestBody", "content", "application/json", "schema"))[1], "properties")

    def rows(self, operation: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """The name and schema of a list route's objects; None for an answer that is not paged."""
        answer = part(self.resolve(self.content(operation, "200"))[1], "properties")
        if "results" not in answer or "count" not in answer:
            return None
        return self.resolve(part(answer, "results", "items"))

    def json_fields(self, properties: Mapping[str, Any]) -> Iterator[str]:
        """The fields whose shape the document leaves open: no type at all, an object without properties, or a list of these."""
        for name, field in properties.items():
            if name not in KNOWN_JSON and self._open(field):
                yield name

    def _open(self, field: Any) -> bool:
        if not _SHAPES & part({"field": field}, "field").keys():
            return True
        _, found = self.resolve(field)
        if found.get("type") == "array":
            return self._open(found.get("items"))
        return found.get("type") == "object" and not found.get("properties")

    def is_list(self, field: Any) -> bool:
        """Whether a field holds a list."""
        return self.resolve(field)[1].get("type") == "array"

    def is_objects(self, schema: Any) -> bool:
        """Whether an answer is made of objects that have an address of their own: one, a list, or pages of them."""
        _, found = self.resolve(schema)
        if found.get("type") == "array":
            return self.is_objects(found.get("items"))
        properties = part(found, "properties")
        if "results" in properties and "count" in properties:
            return self.is_objects(properties["results"])
        return {"id", "url"} <= properties.keys()
