"""What Nautobot's models check and work out by themselves, beyond one field at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from . import ipam, names
from .answers import Invalid, broken, not_served
from .store import Row, Store

_MAC = re.compile(r"[0-9a-f]{12}")
_VIRTUAL = frozenset({"virtual", "bridge", "lag", "tunnel"})
_COPPER = frozenset({"100base-tx", "1000base-t", "2.5gbase-t", "5gbase-t", "10gbase-t"})


def clean(store: Store, object_type: str, row: Row, before: Row | None, sent: Mapping[str, Any]) -> None:
    """Check a new or changed object and fill in what follows from its fields.

    Args:
        store: where objects lie; not yet this one, or as it was before.
        object_type: its type.
        row: the object; what is worked out is set in it.
        before: the object before the change; None for a new one.
        sent: the fields that were sent, as they are held.

    Raises:
        Invalid: the server would refuse it.
    """
    check = _CHECKS.get(object_type)
    if check is not None:
        check(store, row, before, sent)


def _get(store: Store, object_type: str, key: str | None) -> Row:
    found = store.get(object_type, key)
    if found is None:
        raise LookupError(f"{object_type} {key}")
    return found


def _device(store: Store, row: Row, before: Row | None, _sent: Mapping[str, Any]) -> None:
    location = _get(store, "dcim.location", row["location"])
    kind = _get(store, "dcim.locationtype", location["location_type"])
    if "dcim.device" not in kind["content_types"]:
        raise Invalid({"location": [f'Devices may not associate to locations of type "{kind["name"]}".']})
    for field in ("face", "position"):
        if row[field]:
            said = "rack face" if field == "face" else "rack position"
            raise Invalid({field: [f"Cannot select a {said} without assigning a rack."]})
    for field, version in (("primary_ip4", 4), ("primary_ip6", 6)):
        if (address := store.get("ipam.ipaddress", row[field])) is None:
            continue
        if address["ip_version"] != version:
            raise Invalid({field: [f"{address['address']} is not an IPv{version} address."]})
        owners = {address["id"], address["nat_inside"]} - {None}
        if not any(row["id"] in store.values("ipam.ipaddress", _get(store, "ipam.ipaddress", key), "interfaces__device") for key in owners):
            raise Invalid({field: [f"The specified IP address ({address['address']}) is not assigned to this device."]})
    platform, made = store.get("dcim.platform", row["platform"]), store.value("dcim.device", row, "device_type__manufacturer")
    if platform and platform["manufacturer"] not in (None, made):
        limited = _get(store, "dcim.manufacturer", platform["manufacturer"])["name"]
        owner = _get(store, "dcim.manufacturer", made)["name"]
        raise Invalid(
            {"platform": [f"The assigned platform is limited to {limited} device types, but this device's type belongs to {owner}."]}
        )
    if row["device_redundancy_group_priority"] is not None:
        raise Invalid({"device_redundancy_group_priority": ["Must assign a redundancy group when defining a redundancy group priority."]})
    _data(row)
    device_is_unique(store, row)


def device_is_unique(store: Store, row: Row) -> None:
    """Refuse a second device of one name in a location and tenant, as DEVICE_UNIQUENESS does by default."""
    if not row["name"]:
        return
    same = [
        other
        for other in store.referring("dcim.device", "location", row["location"])
        if other["name"] == row["name"] and other["tenant"] == row["tenant"] and other["id"] != row["id"]
    ]
    if same:
        location = _get(store, "dcim.location", row["location"])["name"]
        if row["tenant"] is None:
            said = f"with no tenant already exists in this location: {location}. Device names must be unique when tenant is None and"
        else:
            tenant = _get(store, "tenancy.tenant", row["tenant"])["name"]
            said = (
                f"already exists in this location: {location} and tenant: {tenant}. Device names must be unique per (Location, Tenant) when"
            )
        raise Invalid({"__all__": [f"A device named '{row['name']}' {said} DEVICE_UNIQUENESS='location_tenant_name'."]})


def _data(row: Row) -> None:
    if row["local_config_context_data"] is not None and not isinstance(row["local_config_context_data"], dict):
        raise Invalid({"local_config_context_data": ['JSON data must be in object form. Example: {"foo": 123}']})


def _location(store: Store, row: Row, before: Row | None, _sent: Mapping[str, Any]) -> None:
    kind = _get(store, "dcim.locationtype", row["location_type"])
    said = kind["name"]
    if before is not None and before["location_type"] != row["location_type"]:
        was = _get(store, "dcim.locationtype", before["location_type"])["name"]
        text = f"Changing the type of an existing Location (from {was} to {said} in this case) is not permitted."
        raise Invalid({"location_type": [text]})
    parent = store.get("dcim.location", row["parent"])
    if parent is not None and before is not None and parent["id"] in store.below("dcim.location", row["id"]):
        raise Invalid({"__all__": ["A node cannot be made a descendant of itself."]})
    fits = {kind["id"]} if kind["nestable"] else set()
    if kind["parent"] is None:
        if parent is not None and parent["location_type"] not in fits:
            text = (
                f"A Location of type {said} may only have a Location of the same type as its parent."
                if fits
                else f"A Location of type {said} must not have a parent Location."
            )
            raise Invalid({"parent": [text]})
    elif parent is None:
        raise Invalid({"parent": [f"A Location of type {said} must have a parent Location."]})
    elif parent["location_type"] not in fits | {kind["parent"]}:
        above = _get(store, "dcim.locationtype", kind["parent"])["name"]
        which = f"of the same type or of type {above}" if fits else f"of type {above}"
        raise Invalid({"parent": [f"A Location of type {said} can only have a Location {which} as its parent."]})
    if parent is None and any(
        other["name"] == row["name"] and other["parent"] is None and other["id"] != row["id"] for other in store.rows("dcim.location")
    ):
        raise Invalid({"name": ["A root-level location with this name already exists."]})


def _interface(store: Store, row: Row, before: Row | None, sent: Mapping[str, Any]) -> None:
    if row["device"] is None:
        raise Invalid({"__all__": ["Either device or module must be set"]})
    if (mac := row["mac_address"]) and "mac_address" in sent:
        digits = re.sub(r"[^0-9A-Za-z]", "", mac).lower()
        if not _MAC.fullmatch(digits):
            raise Invalid({"mac_address": [f"Invalid MAC address format: {mac}"]})
        row["mac_address"] = ":".join(digits[at : at + 2].upper() for at in range(0, 12, 2))
    row["mac_address"] = row["mac_address"] or None
    if sent.get("tagged_vlans") and row["mode"] != "tagged":
        raise Invalid({"tagged_vlans": ["Mode must be set to tagged when specifying tagged_vlans"]})
    if row["lag"] is not None and row["type"] == "virtual" and (row["parent_interface"] is None or row["breakout_position"] is None):
        raise Invalid({"lag": ["Virtual interfaces other than breakout child interfaces cannot have a parent LAG interface."]})
    if row["type"] in _VIRTUAL and row["port_type"]:
        raise Invalid({"port_type": ["Virtual and wireless interfaces cannot have a port type."]})
    if row["parent_interface"] is not None and row["type"] != "virtual":
        raise Invalid({"parent_interface": ["Only virtual interfaces may be assigned to a parent interface."]})
    own = {
        "lag": "A LAG interface cannot be its own parent.",
        "parent_interface": "An interface cannot be its own parent.",
        "bridge": "An interface cannot be bridged to itself.",
    }
    for field, said in (("lag", "LAG"), ("parent_interface", "parent"), ("bridge", "bridge")):
        if (other := store.get("dcim.interface", row[field])) is None:
            continue
        if other["id"] == row["id"]:
            raise Invalid({field: [own[field]]})
        if other["device"] != row["device"]:
            device = names.display(store, "dcim.device", _get(store, "dcim.device", other["device"]))
            name = names.display(store, "dcim.interface", other)
            raise Invalid({field: [f"The selected {said} interface ({name}) belongs to a different device ({device})."]})
    unconnectable = row["type"] in _VIRTUAL or row["type"].startswith("ieee802.11") or row["type"] == "other-wireless"
    for field in ("speed", "duplex"):
        if row[field] and unconnectable:
            raise Invalid({field: [f"{field.capitalize()} is not applicable to this interface type."]})
    if row["duplex"] and row["type"] not in _COPPER:
        raise Invalid({"duplex": ["Duplex is only applicable to copper twisted-pair interfaces."]})


def _assignment(_store: Store, row: Row, _before: Row | None, _sent: Mapping[str, Any]) -> None:
    if row["interface"] is None:
        raise Invalid({"interface": ["Must associate to either an Interface or a VMInterface."]})


def _vlan(store: Store, row: Row, _before: Row | None, sent: Mapping[str, Any]) -> None:
    group = store.get("ipam.vlangroup", row["vlan_group"])
    if group is not None and row["vid"] not in ipam.numbers(group["range"]):
        raise Invalid({"vid": [f"VLAN ID is not contained in VLAN Group range ({group['range']})"]})
    ipam.at_location(store, row, sent, "ipam.vlan", "VLANs")


def _vlan_group(_store: Store, row: Row, before: Row | None, _sent: Mapping[str, Any]) -> None:
    try:
        ipam.numbers(row["range"])
    except ValueError:
        raise not_served(f"the VLAN group range {row['range']!r}") from None
    if before is not None and before["range"] != row["range"]:
        raise not_served("changing the range of a VLAN group")


def _peer_group(store: Store, row: Row, before: Row | None, _sent: Mapping[str, Any]) -> None:
    if before is not None and before["routing_instance"] != row["routing_instance"]:
        raise not_served("moving a peer group to another routing instance")
    for other in store.referring("nautobot_bgp_models.peergroup", "routing_instance", row["routing_instance"]):
        if other["name"] == row["name"] and other["id"] != row["id"]:
            instance = _get(store, "nautobot_bgp_models.bgproutinginstance", row["routing_instance"])
            said = names.display(store, "nautobot_bgp_models.bgproutinginstance", instance)
            raise Invalid({"__all__": [f"Duplicate Peer Group name for {said}"]})


def _platform(store: Store, row: Row, _before: Row | None, _sent: Mapping[str, Any]) -> None:
    if row["napalm_args"] is not None and not isinstance(row["napalm_args"], dict):
        raise broken(store.index.nautobot, "napalm_args must be an object", "ValidationError")


_CHECKS: Mapping[str, Callable[[Store, Row, Row | None, Mapping[str, Any]], None]] = {
    "dcim.device": _device,
    "dcim.location": _location,
    "dcim.interface": _interface,
    "dcim.platform": _platform,
    "ipam.prefix": ipam.clean_prefix,
    "ipam.ipaddress": ipam.clean_address,
    "ipam.ipaddresstointerface": _assignment,
    "ipam.vlan": _vlan,
    "ipam.vlangroup": _vlan_group,
    "nautobot_bgp_models.peergroup": _peer_group,
}
