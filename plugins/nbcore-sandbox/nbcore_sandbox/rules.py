"""What no document of the server says: how its models are ordered, named, searched and tied together. Kept by hand, as data.

Paths are written as Django's: `device_type__manufacturer__name` follows references, and the names of RELATED backwards.
"""

from __future__ import annotations

from collections.abc import Mapping

LOCATION = "location"  # a step of a natural key that stands for a location and all above it

ORDERING: Mapping[str, tuple[str, ...]] = {
    "dcim.location": ("_name",),
    "dcim.locationtype": ("name",),
    "dcim.manufacturer": ("name",),
    "dcim.platform": ("name",),
    "dcim.devicetype": ("manufacturer", "model"),
    "dcim.device": ("_name",),
    "dcim.interface": ("device__id", "_name"),
    "ipam.namespace": ("name",),
    "ipam.prefix": ("namespace", "ip_version", "network", "prefix_length"),
    "ipam.ipaddress": ("ip_version", "host", "mask_length"),
    "ipam.vlan": ("vlan_group", "vid"),
    "ipam.vlangroup": ("name",),
    "tenancy.tenant": ("tenant_group", "name"),
    "extras.status": ("name",),
    "extras.role": ("weight", "name"),
    "extras.tag": ("name",),
    "extras.note": ("created",),
    "nautobot_bgp_models.autonomoussystem": ("asn",),
    "nautobot_bgp_models.peergroup": ("name",),
}

NATURAL_KEYS: Mapping[str, tuple[str, ...]] = {
    "dcim.location": (LOCATION,),
    "dcim.devicetype": ("manufacturer__name", "model"),
    "dcim.device": ("name", "tenant__name", LOCATION),
    "dcim.interface": ("device__name", "device__tenant__name", f"device__{LOCATION}", "module__pk", "name"),
    "ipam.prefix": ("namespace__name", "network", "prefix_length"),
    "ipam.ipaddress": ("parent__namespace__name", "host"),
    "ipam.ipaddresstointerface": (
        "ip_address__parent__namespace__name", "ip_address__host", "interface__device__name", "interface__device__tenant__name",
        f"interface__device__{LOCATION}", "interface__module__pk", "interface__name",
    ),
    "ipam.vlan": ("pk",),
    "extras.note": ("assigned_object_type__app_label", "assigned_object_type__model", "assigned_object_id", "user_name", "created"),
    "nautobot_bgp_models.autonomoussystem": ("asn",),
    "nautobot_bgp_models.bgproutinginstance": ("device__name", "device__tenant__name", f"device__{LOCATION}", "autonomous_system__asn"),
    "nautobot_bgp_models.peergroup": (
        "name", "routing_instance__device__name", "routing_instance__device__tenant__name", f"routing_instance__device__{LOCATION}",
        "routing_instance__autonomous_system__asn",
    ),
}  # fmt: skip

SEARCH: Mapping[str, tuple[str, ...]] = {
    "dcim.location": (
        "name", "facility", "description", "physical_address", "shipping_address", "contact_name", "contact_phone", "contact_email",
        "comments", "=asn",
    ),
    "dcim.devicetype": ("manufacturer__name", "model", "part_number", "comments"),
    "dcim.device": ("name", "serial", "asset_tag", "device_type__manufacturer__name", "comments"),
    "dcim.interface": ("name", "label", "description"),
    "ipam.prefix": ("description",),
    "ipam.ipaddress": ("dns_name", "description"),
    "ipam.ipaddresstointerface": ("interface__name",),
    "ipam.vlan": ("name", "description", "=vid"),
    "tenancy.tenant": ("name", "description", "comments"),
    "extras.note": ("user_name", "note", "=assigned_object_id"),
    "nautobot_bgp_models.autonomoussystem": ("asn", "description"),
    "nautobot_bgp_models.bgproutinginstance": ("device__name",),
    "nautobot_bgp_models.peergroup": ("name", "description"),
}  # fmt: skip

# Names for the way back along a reference: object type -> name -> the type and the field that refer to it.
RELATED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "dcim.location": {
        "devices": ("dcim.device", "location"), "prefixes": ("ipam.prefix", "locations"), "vlans": ("ipam.vlan", "locations"),
        "vlan_groups": ("ipam.vlangroup", "location"), "children": ("dcim.location", "parent"),
    },
    "dcim.manufacturer": {"device_types": ("dcim.devicetype", "manufacturer"), "platforms": ("dcim.platform", "manufacturer")},
    "dcim.platform": {"devices": ("dcim.device", "platform")},
    "dcim.devicetype": {"devices": ("dcim.device", "device_type")},
    "dcim.device": {
        "interfaces": ("dcim.interface", "device"), "bgp_routing_instances": ("nautobot_bgp_models.bgproutinginstance", "device"),
    },
    "dcim.interface": {
        "ip_assignments": ("ipam.ipaddresstointerface", "interface"), "child_interfaces": ("dcim.interface", "parent_interface"),
        "bridged_interfaces": ("dcim.interface", "bridge"), "member_interfaces": ("dcim.interface", "lag"),
    },
    "ipam.ipaddress": {"assignments": ("ipam.ipaddresstointerface", "ip_address"), "nat_outside_list": ("ipam.ipaddress", "nat_inside")},
    "ipam.prefix": {"children": ("ipam.prefix", "parent"), "ip_addresses": ("ipam.ipaddress", "parent")},
    "ipam.vlan": {"interfaces": ("dcim.interface", "untagged_vlan")},
    "tenancy.tenant": {
        "devices": ("dcim.device", "tenant"), "ip_addresses": ("ipam.ipaddress", "tenant"), "locations": ("dcim.location", "tenant"),
        "prefixes": ("ipam.prefix", "tenant"), "vlans": ("ipam.vlan", "tenant"),
    },
    "nautobot_bgp_models.autonomoussystem": {"routing_instances": ("nautobot_bgp_models.bgproutinginstance", "autonomous_system")},
}  # fmt: skip

# Fields that are read from elsewhere.
DERIVED: Mapping[str, Mapping[str, str]] = {
    "dcim.interface": {"ip_addresses": "ip_assignments__ip_address"},
    "ipam.ipaddress": {"interfaces": "assignments__interface", "nat_outside_list": "nat_outside_list"},
}

# What happens to an object when what it refers to is deleted; "protect", where nothing is said here, refuses the deletion.
ON_DELETE: Mapping[tuple[str, str], str] = {
    ("dcim.location", "parent"): "cascade",
    ("dcim.locationtype", "parent"): "cascade",
    ("dcim.device", "platform"): "null",
    ("dcim.device", "primary_ip4"): "null",
    ("dcim.device", "primary_ip6"): "null",
    ("dcim.interface", "device"): "cascade",
    ("dcim.interface", "parent_interface"): "cascade",
    ("dcim.interface", "bridge"): "null",
    ("dcim.interface", "lag"): "null",
    ("dcim.interface", "untagged_vlan"): "null",
    ("ipam.ipaddress", "nat_inside"): "null",
    ("ipam.ipaddress", "parent"): "parent",
    ("ipam.prefix", "parent"): "parent",
    ("ipam.ipaddresstointerface", "ip_address"): "cascade",
    ("ipam.ipaddresstointerface", "interface"): "cascade",
    ("nautobot_bgp_models.peergroup", "routing_instance"): "cascade",
}

# Filters that are not named as the field they look at.
PATHS: Mapping[str, Mapping[str, str]] = {
    "dcim.location": {
        "content_type": "location_type__content_types", "devices": "devices", "has_devices": "devices", "has_prefixes": "prefixes",
        "has_vlans": "vlans", "has_vlan_groups": "vlan_groups", "tenant_id": "tenant",
    },
    "dcim.manufacturer": {"has_device_types": "device_types", "has_platforms": "platforms"},
    "dcim.platform": {"has_devices": "devices"},
    "dcim.devicetype": {"has_devices": "devices"},
    "dcim.device": {
        "tenant_id": "tenant", "manufacturer": "device_type__manufacturer", "is_full_depth": "device_type__is_full_depth",
        "has_interfaces": "interfaces", "has_ip_addresses": "interfaces__ip_addresses", "mac_address": "interfaces__mac_address",
        "cluster": "clusters", "virtual_chassis_member": "virtual_chassis", "is_virtual_chassis_member": "virtual_chassis",
    },
    "dcim.interface": {
        "location": "device__location", "device_id": "device", "has_ip_addresses": "ip_addresses", "has_tagged_vlans": "tagged_vlans",
        "has_cable": "cable", "connected": "cable", "has_child_interfaces": "child_interfaces",
        "has_bridged_interfaces": "bridged_interfaces", "has_member_interfaces": "member_interfaces",
    },
    "ipam.prefix": {"tenant_id": "tenant", "location": "locations", "vlan_id": "vlan", "vlan_vid": "vlan__vid", "has_rir": "rir"},
    "ipam.ipaddress": {
        "tenant_id": "tenant", "namespace": "parent__namespace", "device": "interfaces__device__name",
        "device_id": "interfaces__device__id", "has_interface_assignments": "assignments", "has_nat_inside": "nat_inside",
    },
    "ipam.vlan": {"tenant_id": "tenant", "location": "locations"},
    "ipam.namespace": {"tenant_id": "tenant"},
    "tenancy.tenant": {
        "has_devices": "devices", "has_ip_addresses": "ip_addresses", "has_locations": "locations", "has_prefixes": "prefixes",
        "has_vlans": "vlans",
    },
    "nautobot_bgp_models.autonomoussystem": {"device": "routing_instances__device"},
    "nautobot_bgp_models.bgproutinginstance": {"device_id": "device"},
    "nautobot_bgp_models.peergroup": {"device": "routing_instance__device", "device_id": "routing_instance__device"},
}  # fmt: skip

# Filters by a location take in the locations below it.
TREE = frozenset({
    ("dcim.device", "location"), ("ipam.prefix", "location"), ("ipam.prefix", "locations"), ("ipam.vlan", "location"),
    ("ipam.vlan", "locations"), ("ipam.vlangroup", "location"), ("tenancy.tenant", "locations"),
})  # fmt: skip

# What a filter by a reference compares besides the id; the name, where nothing is said here.
NAMED_BY: Mapping[str, str] = {
    "dcim.devicetype": "model",
    "ipam.vlan": "vid",
    "ipam.ipaddress": "address",
    "ipam.prefix": "prefix",
    "nautobot_bgp_models.autonomoussystem": "asn",
}
IGNORE_CASE = frozenset({("dcim.device", "serial")})
# Fields that the answer to a write has as they were sent, and every later answer in their own form.
ECHOED: Mapping[str, str] = {"dcim.interface": "mac_address"}
# Types whose use is limited to the object types they list.
LIMITED = frozenset({"extras.status", "extras.role", "extras.tag"})
