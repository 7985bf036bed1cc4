"""What a server's documents say of a route's fields and filters, in the words of the index."""

from __future__ import annotations

import json
import re
from typing import Any

Json = dict[str, Any]

_NOT_FILTERS = frozenset({"limit", "offset", "sort", "depth", "include", "exclude_m2m", "format", "api_version"})
_LOOKUP = re.compile(r"^(.+)__([a-z]+)$")


def schemas(openapi: Json, route: str) -> tuple[Json, Json]:
    """The properties of what a POST takes and of what it answers."""
    schemas = openapi["components"]["schemas"]
    post = openapi["paths"][f"/{route}/"].get("post")
    if post is None:
        return {}, {}

    def properties(content: Json) -> Json:
        return dict(schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]["properties"])

    return properties(post["requestBody"]["content"]), properties(post["responses"]["201"]["content"])


def describe_field(name: str, said: Json, request: Json | None, answer: Json | None, sample: Any, target: Any) -> Json:
    """What the sandbox must know of a field, and what OPTIONS says of it."""
    field: Json = {"options": said}
    schema = request or answer or {}
    kind = _kind(name, said, schema, sample)
    if kind in ("ref", "many"):
        field["to"] = target if isinstance(target, str) else None
    if schema.get("nullable"):
        field["null"] = True
    if request is not None:
        blank = "minLength" not in schema if kind in ("string", "email") else "BlankEnum" in json.dumps(schema)
        if blank:
            field["blank"] = True
        if pattern := schema.get("pattern"):
            field["pattern"] = pattern
    if schema.get("writeOnly") and said.get("read_only") is False and sample is None and answer is None:
        field["write_only"] = True
    return {"kind": kind, **field}


def _kind(name: str, said: Json, schema: Json, sample: Any) -> str:
    """One word for what a field holds."""
    items = schema.get("items", {})
    if name == "tags" or (schema.get("type") == "array" and "object_type" in items.get("properties", {})):
        return "many"
    if schema.get("type") == "array" and items.get("type") == "string" and name.endswith("_types"):
        return "object_types"
    if "object_type" in schema.get("properties", {}) or (isinstance(sample, dict) and {"id", "object_type", "url"} == set(sample)):
        return "ref"
    if "choices" in said:
        return "labelled" if said["type"] == "field" else "choice"
    if said["type"] in ("string", "integer", "decimal", "boolean", "datetime", "email"):
        return str(said["type"])
    if said.get("read_only"):
        return "many" if isinstance(sample, list) else "computed"
    return "json"


def filters(parameters: list[Json]) -> Json:
    """Filters by their base name: the type of a value, and the lookups there are."""
    names = {item["name"]: item["schema"] for item in parameters if item["in"] == "query" and item["name"] not in _NOT_FILTERS}
    filters: Json = {}
    for name, schema in names.items():
        if name.startswith(("cf_", "cr_")):  # what one deployment has added
            continue
        found = _LOOKUP.match(name)
        if found and found[1] in names:
            filters[found[1]].setdefault("lookups", []).append(found[2])
            continue
        items = schema.get("items", schema)
        filters[name] = {"type": items.get("format") or items.get("type", "string"), **({} if "items" in schema else {"single": True})}
    for entry in filters.values():
        if "lookups" in entry:
            entry["lookups"] = " ".join(entry["lookups"])
    return filters
