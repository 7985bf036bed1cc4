"""Creates, changes and deletions of objects, with the refusals of the server in its order."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import ipam, names, rules
from .answers import Invalid, Refused, broken
from .clean import clean
from .index import Field, Route
from .sent import check_unique, read
from .store import Row, Store


def now() -> str:
    """This moment, as the server writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def create(store: Store, route: Route, data: Any, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> Row:
    """A new object.

    Args:
        store: where it will lie.
        route: its list route.
        data: what was posted.
        new_id: gives the id of an object whose id was not sent.

    Returns:
        Its row.

    Raises:
        Invalid: the server would refuse it.
    """
    row = _prepared(store, route, data, new_id)
    store.put(route.object_type, row)
    _settle(store, route.object_type, row, None)
    return row


def create_many(store: Store, route: Route, items: Sequence[Any], new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> list[Row]:
    """New objects, all or none.

    Args:
        store: where they will lie.
        route: their list route.
        items: what was posted.
        new_id: gives the ids that were not sent.

    Returns:
        Their rows.

    Raises:
        Invalid: a list of errors in the order of the items, `{}` for the good ones.
        Refused: 500, when items that are good by themselves clash with each other.
    """
    errors: list[Any] = []
    for item in items:
        try:
            _prepared(store, route, item, new_id)
            errors.append({})
        except Invalid as refused:
            errors.append(refused.errors)
    if any(errors):
        raise Invalid(errors)
    with store.transaction():
        rows: list[Row] = []
        for item in items:
            try:
                rows.append(create(store, route, item, new_id))
            except Invalid as refused:
                raise _clash(store, route, item, refused) from None
        return rows


def _clash(store: Store, route: Route, item: Mapping[str, Any], refused: Invalid) -> Refused:
    """What a server answers when only the database sees that two items clash."""
    for rule in route.unique:
        if rule["text"] in str(refused.errors) and len(rule["fields"]) == 1:
            name = rule["fields"][0]
            table = f"{route.object_type.replace('.', '_')}_{name}_key"
            detail = f'duplicate key value violates unique constraint "{table}"\nDETAIL:  Key ({name})=({item[name]}) already exists.\n'
            return broken(store.index.nautobot, detail, "IntegrityError")
    if "id" in refused.errors or any(rule["text"] in str(refused.errors) for rule in route.unique):
        return broken(store.index.nautobot, "duplicate key value violates unique constraint", "IntegrityError")
    return broken(store.index.nautobot, str(refused.errors), "ValidationError")


def update(store: Store, route: Route, row: Row, data: Any, *, partial: bool) -> Row:
    """A changed object.

    Args:
        store: where it lies.
        route: its list route.
        row: the object as it is.
        data: what was sent.
        partial: PATCH, not PUT.

    Returns:
        Its row after the change.

    Raises:
        Invalid: the server would refuse it.
    """
    sent = read(store, route, data, partial=partial, row=row)
    if sent.get("id", row["id"]) != row["id"]:
        raise broken(store.index.nautobot, f"{route.model} matching query does not exist.", "DoesNotExist")
    if not partial:
        sent = {**{name: field.default for name, field in route.fields.items() if name == "type" and not field.required}, **sent}
    after = {**row, **_held(route, sent), "last_updated": now()}
    check_unique(store, route, after, sent, stage="fields")
    clean(store, route.object_type, after, row, sent)
    check_unique(store, route, after, sent, stage="model")
    store.put(route.object_type, after)
    _settle(store, route.object_type, after, row)
    return after


def delete(store: Store, route: Route, row: Row) -> None:
    """Delete an object with what belongs to it.

    Raises:
        Refused: 409, others refer to it.
    """
    with store.transaction():
        _delete(store, route.object_type, row)


def _delete(store: Store, object_type: str, row: Row) -> None:
    if store.get(object_type, row["id"]) is None:
        return
    protecting: dict[str, str] = {}
    for other_type, name, other in list(store.referrers(object_type, row["id"])):
        field = store.index.by_type[other_type].fields[name]
        what = rules.ON_DELETE.get((other_type, name), "remove" if field.kind == "many" else "protect")
        current = store.get(other_type, other["id"])
        if current is None:
            continue
        if what == "cascade":
            _delete(store, other_type, current)
        elif what == "null":
            store.put(other_type, {**current, name: None})
        elif what == "remove":
            store.put(other_type, {**current, name: [key for key in current[name] if key != row["id"]]})
        elif what == "parent" and (row["parent"] is not None or other_type == "ipam.prefix"):
            store.put(other_type, {**current, "parent": row["parent"]})
        else:
            protecting[other["id"]] = names.text(store, other_type, other)
    if protecting:
        listed = ", ".join(f"{said} ({key})" for key, said in protecting.items())
        text = f"Unable to delete object. {len(protecting)} dependent objects were found: {listed}"
        raise Refused(409, {"detail": text}, versioned=False)
    for note in store.rows("extras.note"):
        if note["assigned_object_id"] == row["id"]:
            store.drop("extras.note", note["id"])
    store.drop(object_type, row["id"])


def _settle(store: Store, object_type: str, row: Row, before: Row | None) -> None:
    """What a write changes in other objects."""
    if object_type == "ipam.prefix" and (before is None or any(before[name] != row[name] for name in ("prefix", "namespace"))):
        for namespace in {row["namespace"], (before or row)["namespace"]}:
            ipam.reparent(store, namespace, row["ip_version"])


def _prepared(store: Store, route: Route, data: Any, new_id: Callable[[], str]) -> Row:
    sent = read(store, route, data, partial=False, row=None)
    moment = now()
    row: Row = {name: field.empty for name, field in route.fields.items() if _is_held(route, field)}
    row.update(id=sent.get("id") or new_id(), created=moment, last_updated=moment, custom_fields={})
    if route.object_type in ("ipam.prefix", "ipam.vlan"):
        row["locations"] = []
    if route.object_type == "ipam.prefix" and "namespace" not in sent:
        sent["namespace"] = next(item["id"] for item in store.rows("ipam.namespace") if item["name"] == "Global")
    row.update(_held(route, sent))
    check_unique(store, route, row, sent, stage="fields")
    clean(store, route.object_type, row, None, sent)
    check_unique(store, route, row, sent, stage="model")
    return row


def _is_held(route: Route, field: Field) -> bool:
    return not (field.write_only or field.kind == "computed" or field.name == "object_type" or field.name.endswith("_count")) and (
        field.name not in rules.DERIVED.get(route.object_type, {})
        and field.name not in ("tagged_items", "computed_fields", "relationships")
    )


def _held(route: Route, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent and is held in the row; custom fields are not: the sandbox defines none, and a server ignores unknown ones."""
    return {name: value for name, value in sent.items() if not route.fields[name].write_only and name != "custom_fields"}
