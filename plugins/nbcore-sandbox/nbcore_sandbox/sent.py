"""What a write sends: its fields as they are held, or all that is wrong with them, and what must be unique."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import references
from .answers import Invalid, not_served
from .clean import device_is_unique
from .index import Field, Route
from .parse import NULL, BadValue, parse
from .store import Row, Store


def read(store: Store, route: Route, data: Any, *, partial: bool, row: Row | None) -> dict[str, Any]:
    """The fields that were sent, each as it is held; Invalid with all that is wrong with them."""
    if data is None:
        raise Invalid({"non_field_errors": ["No data provided"]})
    if not isinstance(data, dict):
        raise Invalid({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(data).__name__}."]})
    if data.get("relationships"):
        raise Invalid({"relationships": [f'"{next(iter(data["relationships"]))}" is not a relationship on {_label(route)}']})
    sent: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, field in route.fields.items():
        if field.read_only or name == "relationships":
            continue
        if name not in data:
            if field.required and not partial:
                errors[name] = ["This field is required."]
            continue
        try:
            sent[name] = _one(store, route, field, data[name])
        except (BadValue, references.BadReference) as bad:
            errors[name] = [str(bad)]
            continue
        if said := _taken(store, route, name, sent[name], row):
            errors[name] = [said]
    if errors:
        raise Invalid(errors)
    return sent


def _label(route: Route) -> str:
    return f"{route.object_type.partition('.')[0]}.{route.model}"


def _one(store: Store, route: Route, field: Field, value: Any) -> Any:
    if field.kind == "ref":
        if value is None or value == "":
            if field.null:
                return None
            raise BadValue(NULL)
        return references.resolve(store, route.object_type, field, value)
    if field.kind in ("many", "object_types"):
        if value is None:
            raise BadValue(NULL)
        if not isinstance(value, list):
            raise BadValue(f'Expected a list of items but got type "{type(value).__name__}".')
        if field.kind == "object_types":
            return [_object_type(store, item) for item in value]
        if value and field.to not in store.index.by_type:
            raise not_served(f"{field.name} of {route.path}")
        return list(dict.fromkeys(references.resolve(store, route.object_type, field, item) for item in value))
    return parse(field, value)


def _object_type(store: Store, value: Any) -> str:
    if not isinstance(value, str) or value.count(".") != 1:
        raise BadValue("Invalid value. Specify a content type as '<app_label>.<model_name>'.")
    if value not in store.index.object_types:
        raise BadValue(f"Invalid content type: {value}")
    return value


def _taken(store: Store, route: Route, name: str, value: Any, row: Row | None) -> str:
    """The error of a field whose value another object has, where each object must have its own."""
    if name == "id":
        same = store.get(route.object_type, value) is not None and (row is None or row["id"] != value)
        return f"{route.model} with this Id already exists." if same and row is None else ""
    for rule in route.unique:
        if rule["key"] == name and value is not None:
            others = [
                other for other in store.rows(route.object_type) if other[name] == value and (row is None or other["id"] != row["id"])
            ]
            if others:
                return str(rule["text"])
    return ""


def check_unique(store: Store, route: Route, row: Row, sent: Mapping[str, Any], *, stage: str) -> None:
    """Refuse an object that has the same values as another in fields that must be unique together."""
    for rule in route.unique:
        fields = rule["fields"]
        if rule["key"] != ("non_field_errors" if stage == "fields" else "__all__") or any(row[name] is None for name in fields):
            continue
        if stage == "fields" and not any(name in sent for name in fields):
            continue
        if any(other["id"] != row["id"] and all(other[name] == row[name] for name in fields) for other in store.rows(route.object_type)):
            raise Invalid({rule["key"]: [rule["text"]]})
    if stage == "model" and route.object_type == "dcim.device":
        device_is_unique(store, row)
