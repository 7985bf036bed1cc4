"""The shipped index, and the tables that are kept by hand against it."""

from __future__ import annotations

from importlib import resources

import pytest

from nbcore_sandbox import names, rules
from nbcore_sandbox.describe import describe_field, filters
from nbcore_sandbox.index import load
from nbcore_sandbox.seeding import new_store

INDEX = load()
STORE = new_store(INDEX, with_sample=True)


def test_the_index_is_small_and_names_no_host() -> None:
    text = resources.files("nbcore_sandbox").joinpath("schema.json").read_text(encoding="utf-8")
    assert len(text) < 1_500_000
    assert "127.0.0.1" not in text


@pytest.mark.parametrize("object_type", INDEX.by_type)
def test_the_rules_name_what_is_there(object_type: str) -> None:
    paths = [path.lstrip("=-") for table in (rules.ORDERING, rules.SEARCH) for path in table.get(object_type, ())]
    paths += [*rules.PATHS.get(object_type, {}).values(), *rules.DERIVED.get(object_type, {}).values()]
    paths += [path for path in names.key_paths(STORE, object_type) if object_type != "extras.note" and "module__" not in path]
    for path in paths:
        assert STORE.knows(object_type, path), path
    for other, field in rules.RELATED.get(object_type, {}).values():
        assert INDEX.by_type[other].fields[field].to == object_type
    assert set(rules.PATHS.get(object_type, {})) <= set(INDEX.by_type[object_type].filters)


def test_every_required_field_can_be_written() -> None:
    for route in INDEX.routes.values():
        for field in route.fields.values():
            if field.required and field.kind == "ref" and route.path != "extras/notes":
                assert field.to in INDEX.by_type, (route.path, field.name)


def test_a_row_has_the_fields_of_the_index() -> None:
    for route in INDEX.routes.values():
        assert set(route.row) <= set(route.fields)


def test_filters_are_grouped_by_their_base() -> None:
    parameters = [
        {"in": "query", "name": name, "schema": schema}
        for name, schema in (
            ("name", {"type": "array", "items": {"type": "string"}}),
            ("name__ic", {"type": "array", "items": {"type": "string"}}),
            ("name__n", {"type": "array", "items": {"type": "string"}}),
            ("has_x", {"type": "boolean"}),
            ("id", {"type": "array", "items": {"type": "string", "format": "uuid"}}),
            ("cf_owner", {"type": "string"}),
            ("limit", {"type": "integer"}),
        )
    ]
    assert filters(parameters) == {
        "name": {"type": "string", "lookups": "ic n"},
        "has_x": {"type": "boolean", "single": True},
        "id": {"type": "uuid"},
    }


def test_a_field_is_described_by_its_documents() -> None:
    said = {"type": "field", "required": False, "read_only": False, "label": "Face", "choices": [{"value": "front", "display": "Front"}]}
    schema = {"oneOf": [{"$ref": "#/components/schemas/FaceEnum"}, {"$ref": "#/components/schemas/BlankEnum"}]}
    assert describe_field("face", said, schema, None, None, None) == {"kind": "labelled", "options": said, "blank": True}
    said = {"type": "string", "required": True, "read_only": False}
    assert describe_field("name", said, {"type": "string", "minLength": 1}, None, "x", None) == {"kind": "string", "options": said}
    reference = {"type": "object", "properties": {"id": {}, "object_type": {}, "url": {}}, "nullable": True}
    found = describe_field("tenant", {"type": "field"}, reference, reference, None, "tenancy.tenant")
    assert (found["kind"], found["to"], found["null"]) == ("ref", "tenancy.tenant", True)
