"""How objects are called: their display, their natural key and slug, and the form of a name that sorts as people count."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from . import rules
from .store import Row, Store

_TREES = frozenset({"dcim.location", "dcim.locationtype"})


def display(store: Store, object_type: str, row: Row) -> str:
    """What Nautobot shows of an object.

    Args:
        store: where it lies.
        object_type: its type.
        row: the object.

    Returns:
        Its display text.
    """

    def of(path: str) -> Any:
        return store.value(object_type, row, path)

    def named(target: str, field: str) -> str:
        other = store.get(target, row[field])
        return "" if other is None else display(store, target, other)

    if object_type in _TREES:
        return " → ".join(str(item["name"]) for item in reversed(store.above(object_type, row)))
    match object_type:
        case "dcim.device":
            return row["name"] or f"{named('dcim.devicetype', 'device_type')} ({row['id']})"
        case "dcim.devicetype":
            return f"{of('manufacturer__name')} {row['model']}"
        case "dcim.interface":
            return f"{row['name']} ({row['label']})" if row["label"] else str(row["name"])
        case "ipam.prefix":
            return f"{row['prefix']}: {of('namespace__name')}"
        case "ipam.ipaddress":
            return str(row["address"])
        case "ipam.vlan":
            return f"{row['name']} ({row['vid']})"
        case "ipam.ipaddresstointerface":
            return f"{of('ip_address__address')} {of('interface__device__name')} {of('interface__name')}"
        case "extras.note":
            target = row["assigned_object_type"]
            about = store.get(target, row["assigned_object_id"])
            return f"{'' if about is None else display(store, target, about)} - {row['created'].replace('Z', '+00:00')}"
        case "nautobot_bgp_models.autonomoussystem":
            return f"AS {row['asn']}"
        case "nautobot_bgp_models.bgproutinginstance":
            return f"{named('dcim.device', 'device')} - AS {of('autonomous_system__asn')}"
        case "nautobot_bgp_models.peergroup":
            instance = store.get("nautobot_bgp_models.bgproutinginstance", row["routing_instance"]) or {"device": None}
            device = store.get("dcim.device", instance["device"])
            return f"{row['name']} - {'' if device is None else display(store, 'dcim.device', device)}"
    return str(row["name"])


def text(store: Store, object_type: str, row: Row) -> str:
    """What Nautobot's errors call an object, where that is less than its display."""
    if object_type == "ipam.prefix":
        return str(row["prefix"])
    if object_type == "dcim.devicetype":
        return str(row["model"])
    return str(row["name"]) if object_type in _TREES else display(store, object_type, row)


def key_paths(store: Store, object_type: str) -> list[str]:
    """The paths of an object type's natural key; a location stands for itself and all that may be above it."""
    paths: list[str] = []
    for path in rules.NATURAL_KEYS.get(object_type, ("name",)):
        _, _, last = path.rpartition("__")
        if last != rules.LOCATION:
            paths.append(path)
            continue
        start = "" if object_type == "dcim.location" else f"{path}__"
        paths += [f"{start}{'parent__' * level}name" for level in range(store.depth())]
    return paths


def natural_slug(store: Store, object_type: str, row: Row) -> str:
    """The natural key for people: lossy, with the beginning of the id."""
    if object_type == "extras.note":
        app, _, model = row["assigned_object_type"].partition(".")
        parts = [app, model, row["assigned_object_id"], row["user_name"], row["created"].replace("T", " ").replace("Z", "+00:00")]
    else:
        parts = [store.value(object_type, row, path) if store.knows(object_type, path) else None for path in key_paths(store, object_type)]
    while parts and parts[-1] is None:
        parts.pop()
    return "_".join(_slug("" if part is None else str(part)) for part in [*parts, row["id"][:4]])


def _slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def countable(name: str | None) -> str:
    """A name in which numbers sort by their value, as Nautobot's `_name` columns have it."""
    return re.sub(r"\d+", lambda found: found[0].rjust(8, "0"), name or "")
