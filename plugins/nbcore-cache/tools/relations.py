"""Writes nbcore_cache/relations.json: what the answers of Nautobot's own list routes show, and what is written along with an object.

Run it inside Nautobot, whenever a new minor version of it comes out:

    nautobot-server nbshell --quiet-load -c "OUT='.../relations.json'; exec(open('.../relations.py').read())"

For each route: its object type, whether changes of that type go to the change log, whether its rows hold a `display` that the
server keeps for some seconds, and the types whose changes can alter a row as it is sent with depth=0 and no include (null: any).
For each type: those that the server also writes or deletes when an object of it is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import CASCADE
from django.db.models.expressions import Subquery
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from nautobot import __version__
from nautobot.core.models.tree_queries import TreeModel
from nautobot.dcim.models import CableTermination

# Computed in the serializers, from the object itself or only with `include`.
OWN = {
    "display", "natural_slug", "notes_url", "computed_fields", "relationships", "config_context", "tree_depth", "cable",
    "cable_peer_type", "cable_peer", "connected_endpoint_type", "connected_endpoint", "connected_endpoint_reachable", "custom_fields",
}  # fmt: skip
# References to objects of any type that neither a field nor `display` tells of.
UNTOLD = {"local_config_context_data_owner"}
CABLING = {"dcim.cable", "dcim.cabletocabletermination", "dcim.cablepath"}
# What signal handlers and save() methods write beside what the database cascades to.
ALSO = {
    "dcim.rackgroup": {"dcim.rackgroup", "dcim.rack", "dcim.powerpanel", "dcim.device"},
    "dcim.rack": {"dcim.device"},
    "dcim.deviceredundancygroup": {"dcim.device"},
    "dcim.virtualchassis": {"dcim.device"},
    "dcim.cable": CABLING,
    "dcim.cabletocabletermination": CABLING,
    "circuits.circuittermination": {"circuits.circuit"},
    "ipam.ipaddresstointerface": {"dcim.device", "virtualization.virtualmachine"},
    "ipam.namespace": {"ipam.prefix"},
    "ipam.prefix": {"ipam.prefix", "ipam.ipaddress", "ipam.ipaddressrange"},
    "extras.job": {"extras.jobqueueassignment"},
}
# Writing one of these can change, or hide, anything: no bound is given for them.
UNBOUND_APPS = {"users", "auth", "contenttypes"}
UNBOUND = {
    "extras.customfield", "extras.customfieldchoice", "extras.relationship", "extras.computedfield", "extras.gitrepository",
    "extras.jobresult", "extras.scheduledjob", "extras.approvalworkflow", "extras.approvalworkflowstage",
}  # fmt: skip


def label(model: Any) -> str:
    """The object type of a model."""
    return str(model._meta.label_lower)


def list_views(resolver: Any, prefix: str = "") -> dict[str, Any]:
    """The view of each list route below /api/."""
    found: dict[str, Any] = {}
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found.update(list_views(pattern, path))
        elif path.startswith("api/") and "format" not in path and (pattern.name or "").endswith("-list"):
            view = getattr(pattern.callback, "cls", None)
            if getattr(view, "queryset", None) is not None:
                found[path.removeprefix("api/").replace("^", "").replace("$", "").rstrip("/")] = view
    return found


def natural(model: Any) -> set[str]:
    """The types whose fields are in the natural key, and so in `natural_slug` and mostly in `display`."""
    try:
        lookups = model.natural_key_field_lookups
    except AttributeError:
        return set()
    found = set()
    for lookup in lookups:
        at = model
        for part in lookup.split("__"):
            field = next((item for item in at._meta.get_fields() if item.name == part), None)
            if field is None or not field.is_relation or field.related_model is None:
                break
            at = field.related_model
            found.add(label(at))
    return found


def counted(expression: Any) -> set[str]:
    """The types that a count is made of: every table of its subquery."""
    found: set[str] = set()
    if isinstance(expression, Subquery):
        query = expression.query
        found.add(label(query.model))
        found |= {TABLES[table.table_name] for table in query.alias_map.values() if getattr(table, "table_name", None) in TABLES}
    for part in getattr(expression, "get_source_expressions", list)():
        if part is not None:
            found |= counted(part)
    return found


def shown(view: Any) -> set[str] | None:
    """The types that a row of the route shows something of; None when they cannot be told."""
    model = view.queryset.model
    found = {label(model)} | natural(model)
    for expression in view.queryset.query.annotations.values():
        found |= counted(expression)
    if issubclass(model, CableTermination):
        found |= CABLING
    if any(isinstance(field, GenericForeignKey) and field.name not in UNTOLD for field in model._meta.get_fields()):
        return None
    for name, field in view.serializer_class().fields.items():
        relation = next((item for item in model._meta.get_fields() if item.name == field.source and item.is_relation), None)
        if relation is not None and relation.related_model is None:
            return None
        if relation is not None:
            found.add(label(relation.related_model))
            through = getattr(relation, "through", None) or getattr(getattr(relation, "remote_field", None), "through", None)
            if through is not None and label(through) != "extras.taggeditem":  # an object's tags are written with the object
                found.add(label(through))
            if not (relation.many_to_many or relation.one_to_many):
                found |= natural(relation.related_model)
        elif type(field).__name__ == "SerializerMethodField" and name not in OWN:
            return None
    return found


def reached(start: set[str], step: Any) -> set[str]:
    """What is reached from some types, step by step, with them."""
    found, todo = set(start), list(start)
    while todo:
        for other in step(todo.pop()) - found:
            found.add(other)
            todo.append(other)
    return found


def written(kind: str) -> set[str]:
    """The types that a write of one type reaches: what is deleted with it, what those deletions save, and its tags."""
    deleted = reached({kind}, lambda item: CASCADES.get(item, set()) | (CABLING if item in CABLED else set()))
    return reached(deleted, lambda item: ALSO.get(item, set())) | {"extras.taggeditem"}


MODELS = apps.get_models(include_auto_created=True)
TABLES = {model._meta.db_table: label(model) for model in MODELS}
CABLED = {label(model) for model in MODELS if issubclass(model, CableTermination)}
CASCADES: dict[str, set[str]] = {}
for model in MODELS:
    for field in model._meta.get_fields():
        if field.is_relation and field.concrete and field.related_model and getattr(field.remote_field, "on_delete", None) is CASCADE:
            CASCADES.setdefault(label(field.related_model), set()).add(label(model))

VIEWS = {path: view for path, view in list_views(get_resolver()).items() if not path.startswith("plugins/")}
ROUTES = {}
for path, view in sorted(VIEWS.items()):
    types = shown(view)
    model = view.queryset.model
    ROUTES[path] = {
        "type": label(model),
        "logged": hasattr(model, "to_objectchange"),
        "settles": issubclass(model, TreeModel),
        "shows": None if types is None else sorted(types),
    }
# Only types that an answer shows matter, so those of server plugins and of the database's own tables stay out.
SHOWN = {kind for route in ROUTES.values() for kind in route["shows"] or ()}
BOUND = {route["type"] for route in ROUTES.values() if route["type"].split(".")[0] not in UNBOUND_APPS} - UNBOUND
WRITES = {kind: sorted(written(kind) & SHOWN) for kind in sorted(BOUND)}
VERSION = ".".join(__version__.split(".")[:2])
lines = [f"{json.dumps(path)}: {json.dumps(route, separators=(',', ':'))}" for path, route in ROUTES.items()]
also = [f"{json.dumps(kind)}: {json.dumps(types, separators=(',', ':'))}" for kind, types in WRITES.items()]
text = '{"version": %s,\n"routes": {\n%s},\n"writes": {\n%s}}\n' % (json.dumps(VERSION), ",\n".join(lines), ",\n".join(also))  # noqa: UP031
Path(globals().get("OUT", "relations.json")).write_text(text, encoding="utf-8")
print(f"Nautobot {VERSION}: {len(ROUTES)} routes, {len(WRITES)} types")
