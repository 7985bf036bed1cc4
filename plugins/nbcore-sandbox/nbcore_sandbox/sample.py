"""The sample network: four sites of two regions, forty-four devices with their interfaces, addresses, VLANs and BGP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .seeding import Planter

_HELD = ["dcim.device", "ipam.prefix", "ipam.vlan", "ipam.vlangroup", "ipam.namespace"]


class _Site(NamedTuple):
    name: str
    region: str
    zone: str
    facility: str
    place: int


class _Kind(NamedTuple):
    role: str
    model: str
    platform: str
    pieces: int
    ports: str
    port_type: str


_SITES = (
    _Site("AMS01", "Europe", "Europe/Amsterdam", "Hall 4", 1),
    _Site("FRA01", "Europe", "Europe/Berlin", "Building C", 2),
    _Site("NYC01", "Americas", "America/New_York", "Floor 12", 3),
    _Site("SJC01", "Americas", "America/Los_Angeles", "Suite 200", 4),
)
_KINDS = (
    _Kind("edge", "MX204", "Junos", 2, "et-0/0/{}", "100gbase-x-qsfp28"),
    _Kind("spine", "DCS-7280CR3-32P4", "EOS", 2, "Ethernet{}", "100gbase-x-qsfp28"),
    _Kind("leaf", "DCS-7050SX3-48YC8", "EOS", 6, "Ethernet{}", "25gbase-x-sfp28"),
    _Kind("access", "C9300-48P", "IOS-XE", 1, "GigabitEthernet1/0/{}", "1000base-t"),
)
_MODELS = {"MX204": "Juniper", "DCS-7280CR3-32P4": "Arista", "DCS-7050SX3-48YC8": "Arista", "C9300-48P": "Cisco"}
_PLATFORMS = {"EOS": ("Arista", "arista_eos"), "IOS-XE": ("Cisco", "cisco_ios"), "Junos": ("Juniper", "juniper_junos")}
_COLORS = {"edge": "9c27b0", "spine": "3f51b5", "leaf": "4caf50", "access": "ff9800"}


def plant(planter: Planter) -> None:
    """Create the sample network.

    Args:
        planter: what creates.
    """
    _organization(planter)
    _catalogue(planter)
    planter.add("ipam/prefixes", prefix="10.0.0.0/8", status="Active", type="container", description="All private space")
    planter.add("ipam/prefixes", prefix="2001:db8::/32", status="Active", type="container", description="All IPv6 space")
    planter.add("ipam/prefixes", prefix="192.0.2.0/28", status="Active", type="pool", description="Public addresses to give away")
    for site in _SITES:
        _space(planter, site)
        _devices(planter, site)


def _organization(planter: Planter) -> None:
    for name, color in (("production", "4caf50"), ("lab", "ffc107")):
        planter.add("extras/tags", name=name, color=color, content_types=["dcim.device", "dcim.location", "ipam.prefix", "ipam.vlan"])
    for name in ("Retail", "Research", "Operations"):
        planter.add("tenancy/tenants", name=name, description=f"The {name.lower()} network")
    planter.add("dcim/location-types", name="Region", nestable=True, content_types=["ipam.prefix", "ipam.namespace"])
    planter.add("dcim/location-types", name="Site", parent={"name": "Region"}, content_types=_HELD)
    for name in ("Europe", "Americas"):
        planter.add("dcim/locations", name=name, location_type={"name": "Region"}, status="Active")
    for site in _SITES:
        planter.add(
            "dcim/locations", name=site.name, location_type={"name": "Site"}, parent={"name": site.region}, status="Active",
            time_zone=site.zone, facility=site.facility, tenant={"name": "Operations"}, tags=["production"],
        )  # fmt: skip


def _catalogue(planter: Planter) -> None:
    for name in sorted(set(_MODELS.values())):
        planter.add("dcim/manufacturers", name=name)
    for name, (maker, driver) in _PLATFORMS.items():
        planter.add("dcim/platforms", name=name, manufacturer={"name": maker}, network_driver=driver)
    for model, maker in _MODELS.items():
        planter.add("dcim/device-types", model=model, manufacturer={"name": maker}, u_height=1, part_number=model)
    for name, color in _COLORS.items():
        planter.add("extras/roles", name=name, color=color, content_types=["dcim.device"])
    for name in ("users", "infrastructure"):
        planter.add("extras/roles", name=name, content_types=["ipam.prefix", "ipam.vlan"])
    planter.add("extras/roles", name="peer", content_types=["nautobot_bgp_models.peergroup"])


def _space(planter: Planter, site: _Site) -> None:
    at = {"status": "Active", "location": {"name": site.name}}
    net = f"10.{site.place}"
    planter.add("ipam/prefixes", prefix=f"{net}.0.0/16", type="container", description=f"Everything in {site.name}", **at)
    planter.add("ipam/prefixes", prefix=f"{net}.0.0/24", role="infrastructure", description="Loopbacks", **at)
    planter.add("ipam/prefixes", prefix=f"{net}.1.0/24", role="infrastructure", description="Management", **at)
    planter.add("ipam/prefixes", prefix=f"2001:db8:{site.place}::/48", description=f"Everything in {site.name}", **at)
    group = planter.add("ipam/vlan-groups", name=f"{site.name} VLANs", location={"name": site.name})
    for vid, name, role in ((10, "users", "users"), (20, "voice", "users"), (99, "management", "infrastructure")):
        vlan = planter.add("ipam/vlans", vid=vid, name=f"{site.name.lower()}-{name}", vlan_group=group, role=role, **at)
        if role == "users":
            planter.add("ipam/prefixes", prefix=f"{net}.{vid}.0/24", role=role, vlan=vlan, description=f"VLAN {vid}", **at)


def _devices(planter: Planter, site: _Site) -> None:
    number = 0
    for kind in _KINDS:
        for place in range(1, kind.pieces + 1):
            number += 1
            name = f"{site.name.lower()}-{kind.role}-{place:02d}"
            tenant = {"leaf": "Retail", "access": "Research"}.get(kind.role)
            device = planter.add(
                "dcim/devices", name=name, device_type={"model": kind.model}, role=kind.role, platform={"name": kind.platform},
                location={"name": site.name}, status="Planned" if (kind.role, place) == ("leaf", 6) else "Active",
                tenant=None if tenant is None else {"name": tenant}, serial=f"SN{site.place}{number:04d}", tags=["production"],
            )  # fmt: skip
            _interfaces(planter, site, kind, device, name, number)
            if kind.role == "edge":
                _bgp(planter, site, device)


def _interfaces(planter: Planter, site: _Site, kind: _Kind, device: str, name: str, number: int) -> None:
    common = {"device": device, "status": "Active"}
    loopback = planter.add("dcim/interfaces", name="Loopback0", type="virtual", description="Router id", **common)
    port = planter.add("dcim/interfaces", name="Management0", type="1000base-t", mgmt_only=True, **common)
    for place in range(1, 5):
        uplink = "Uplink" if place > 2 else ""
        planter.add("dcim/interfaces", name=kind.ports.format(place), type=kind.port_type, mtu=9214, description=uplink, **common)
    space = {"namespace": {"name": "Global"}, "status": "Active"}
    own = planter.add(
        "ipam/ip-addresses", address=f"10.{site.place}.0.{number}/32", role="Loopback", dns_name=f"{name}.example.com", **space
    )
    reach = planter.add("ipam/ip-addresses", address=f"10.{site.place}.1.{number}/24", dns_name=f"{name}-mgmt.example.com", **space)
    planter.add("ipam/ip-address-to-interface", ip_address=own, interface=loopback)
    planter.add("ipam/ip-address-to-interface", ip_address=reach, interface=port)
    planter.change("dcim/devices", device, primary_ip4=reach)


def _bgp(planter: Planter, site: _Site, device: str) -> None:
    asn = 65000 + site.place
    if not any(row["asn"] == asn for row in planter.store.rows("nautobot_bgp_models.autonomoussystem")):
        planter.add("plugins/bgp/autonomous-systems", asn=asn, status="Active", description=f"Edge of {site.name}")
    instance = planter.add("plugins/bgp/routing-instances", device=device, autonomous_system={"asn": asn}, status="Active")
    planter.add("plugins/bgp/peer-groups", name="transit", routing_instance=instance, role="peer", description="To the Internet")
