"""Rows as the server answers them: references, choices, computed fields, depth, and what is left out when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from . import names
from .index import Field, Route
from .store import Row, Store


@dataclass(frozen=True, slots=True)
class View:
    """How rows are to be answered.

    Attributes:
        base: the server's address, such as "http://127.0.0.1:8080".
        depth: how many levels of references are answered whole.
        hidden: "default", "full" (many-to-many fields too) or "none" (without any).
        include: opt-in fields to add; None for all, as answers to writes do.
        created: whether this answers a create.
        nested: whether this is a reference in another row.
        tail: what follows each url, such as "?format=json".
    """

    base: str
    depth: int = 0
    hidden: str = "default"
    include: Collection[str] | None = ()
    created: bool = False
    nested: bool = False
    tail: str = ""


def rendered(store: Store, object_type: str, row: Row, view: View) -> dict[str, Any]:
    """A row as JSON.

    Args:
        store: where it lies.
        object_type: its type.
        row: the object.
        view: how it is to be answered.

    Returns:
        Its fields, in the server's order.
    """
    route = store.index.by_type[object_type]
    hidden = route.hidden[view.hidden]
    if view.created:
        hidden |= route.hidden["created"] - route.hidden["default"]
    if view.nested:
        hidden |= route.hidden["nested"]
    shown = {}
    for name, field in route.fields.items():
        if name in ("computed_fields", "relationships", "config_context"):
            if view.include is None or name in view.include:
                shown[name] = row.get("local_config_context_data") or {} if name == "config_context" else {}
        elif name not in hidden and not field.write_only:
            shown[name] = _value(store, route, row, field, view)
    return shown


def _brief(store: Store, object_type: str, key: str, view: View) -> dict[str, Any]:
    return {"id": key, "object_type": object_type, "url": address(store, object_type, key, view.base) + view.tail}


def address(store: Store, object_type: str, key: str, base: str) -> str:
    """The url of an object."""
    return f"{base}/api/{store.index.by_type[object_type].path}/{key}/"


def _nested(store: Store, object_type: str, key: str, view: View) -> dict[str, Any]:
    row = store.get(object_type, key)
    if view.depth == 0 or row is None:
        return _brief(store, object_type, key, view)
    return rendered(store, object_type, row, View(view.base, view.depth - 1, view.hidden, nested=True, tail=view.tail))


def _value(store: Store, route: Route, row: Row, field: Field, view: View) -> Any:
    match field.kind:
        case "ref" if route.object_type == "extras.note" and field.name != "user":
            return _brief(store, row["assigned_object_type"], row["assigned_object_id"], view)
        case "ref" if field.name == "user":
            return {"id": row["user"], "object_type": "users.user", "url": f"{view.base}/api/users/users/{row['user']}/{view.tail}"}
        case "ref":
            key = row.get(field.name)
            return None if key is None or field.to is None else _nested(store, field.to, key, view)
        case "many":
            keys = store.values(route.object_type, row, field.name)
            return [_nested(store, field.to or "", key, view) for key in dict.fromkeys(keys)]
        case "labelled" if route.object_type != "extras.note":
            value = row[field.name]
            return None if value in (None, "") else {"value": value, "label": field.choices[value]}
        case "computed":
            return _computed(store, route, row, field.name, view)
    if field.name == "object_type":
        return route.object_type
    if field.read_only and field.name not in row:
        return _count(store, route, row, field.name)
    return row[field.name]


def _computed(store: Store, route: Route, row: Row, name: str, view: View) -> Any:
    match name:
        case "display":
            return names.display(store, route.object_type, row)
        case "url":
            return address(store, route.object_type, row["id"], view.base) + view.tail
        case "notes_url":
            return f"{address(store, route.object_type, row['id'], view.base)}notes/{view.tail}"
        case "natural_slug":
            return names.natural_slug(store, route.object_type, row)
        case "network_driver_mappings":
            return dict(store.index.drivers.get(row["network_driver"], {}))
    return row.get(name)


def _count(store: Store, route: Route, row: Row, name: str) -> int:
    """How many objects refer to one: `device_count` counts the devices whose field of this type is it."""
    if name == "tagged_items":
        return sum(1 for _ in store.referrers("extras.tag", row["id"]))
    if name == "ip_address_count":
        return len(store.values(route.object_type, row, "ip_addresses"))
    model = name.removesuffix("_count").replace("_", "")
    for other in store.index.by_type.values():
        if other.object_type.partition(".")[2] == model:
            fields = [field for field in other.fields.values() if field.to == route.object_type and not field.write_only]
            return sum(len(store.referring(other.object_type, field.name, row["id"])) for field in fields[:1])
    return 0
