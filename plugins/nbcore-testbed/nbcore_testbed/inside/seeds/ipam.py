"""Prefixes, addresses, VLANs, VRFs, services, and the interfaces that use them."""

import datetime

from nautobot.dcim.models import Device, Interface, Location, Rack, VirtualDeviceContext
from nautobot.extras.models import Relationship, RelationshipAssociation
from nautobot.ipam.models import (
    RIR,
    VLAN,
    VRF,
    IPAddress,
    IPAddressToInterface,
    Namespace,
    Prefix,
    RouteTarget,
    Service,
    VLANGroup,
    VRFDeviceAssignment,
)
from nautobot.tenancy.models import Tenant

from seeds.organization import SITES
from seeds.tools import known, make, model


def seed():
    prefixes()
    vlans()
    addresses()
    interfaces()
    vrfs()
    associations()


def prefixes():
    """A container, a network with room, one that is full, a pool, IPv6; and the same network in another namespace."""
    make(RIR, name="RFC1918", is_private=True, description="Private")
    make(RIR, name="RIPE")
    globex = known(Namespace, tenant=Tenant.objects.get(name="Globex"))
    make(Namespace, name="Lab", description="Overlaps with Global", tags=["lab"], **globex)
    ams, fra = Location.objects.get(name="AMS01"), Location.objects.get(name="FRA01")
    allocated = datetime.datetime(2023, 4, 5, 6, 7, 8, tzinfo=datetime.UTC)
    for text, kind, options in (
        ("10.0.0.0/16", "container", {"rir": RIR.objects.get(name="RFC1918"), "description": "Everything", "tags": ["production"]}),
        ("10.0.1.0/24", "network", {"role": "Management", "locations": [ams, fra], "date_allocated": allocated}),
        ("10.0.2.0/24", "network", {"role": "Servers", "locations": [ams], "tenant": Tenant.objects.get(name="Acme")}),
        ("10.0.3.0/30", "network", {"description": "Full"}),
        ("10.0.4.0/22", "container", {"description": "Half of it is free"}),
        ("10.0.4.0/24", "network", {}),
        ("10.0.6.0/24", "network", {"status": "Reserved", "cf": {"environment": "Lab", "warranty_years": 3, "monitored": False}}),
        ("10.0.200.0/24", "network", {"role": "Loopbacks"}),
        ("10.1.0.0/16", "container", {}),
        ("192.168.0.0/28", "pool", {"description": "NAT pool"}),
        ("203.0.113.0/24", "network", {"rir": RIR.objects.get(name="RIPE")}),
        ("2001:db8::/32", "container", {"rir": RIR.objects.get(name="RIPE")}),
        ("2001:db8:1::/64", "network", {"role": "Management"}),
    ):  # fmt: skip
        make(Prefix, prefix=text, type=kind, **options)
    make(Prefix, prefix="10.0.1.0/24", type="network", namespace=Namespace.objects.get(name="Lab"), status="Deprecated")


def vlans():
    ams = Location.objects.get(name="AMS01")
    wide = make(VLANGroup, name="AMS01 VLANs", location=ams, range="100-199,300", description="With many left", tags=["production"])
    full = make(VLANGroup, name="Full VLANs", range="10-12")
    make(VLANGroup, name="Empty VLANs")
    for number, name in ((100, "users"), (101, "voice"), (110, "servers"), (300, "native")):
        make(VLAN, vid=number, name=name, vlan_group=wide, role="Access", locations=[ams], tenant=Tenant.objects.get(name="Acme"))
    for number in (10, 11, 12):
        make(VLAN, vid=number, name=f"legacy-{number}", vlan_group=full, status="Deprecated", description="To be removed")
    make(VLAN, vid=2, name="ungrouped", locations=[ams, Location.objects.get(name="FRA01")], tags=["lab"])
    Prefix.objects.filter(network="10.0.2.0").update(vlan=VLAN.objects.get(name="servers"))


def addresses():
    """A management address for each device that has the port, a loopback for leaves, IPv6 for spines, and some of every kind."""
    for number, port in enumerate(Interface.objects.filter(name__in=["Management1", "eth0"]).order_by("device__name"), 1):
        give(port, f"10.0.1.{number}/24", primary="primary_ip4", dns_name=f"{port.device.name}.example.com")
        if "spine" in port.device.name:
            give(port, f"2001:db8:1::{number:x}/64", primary="primary_ip6")
    for number, port in enumerate(Interface.objects.filter(name="Loopback0", device__name__contains="leaf").order_by("device__name"), 1):
        give(port, f"10.0.200.{number}/32", role="Loopback")
    for host in range(10, 20):
        make(IPAddress, address=f"10.0.2.{host}/24", description=f"Server {host}", tags=["lab"] if host % 2 else [])
    make(IPAddress, address="10.0.2.100/24", status="Reserved", type="dhcp")
    make(IPAddress, address="10.0.2.1/24", role="VIP", cf={"owner_team": "Team V", "environment": "Production", "features": ["bgp"]})
    for host in (1, 2):
        router = Interface.objects.get(device__name=f"ams01-router-0{host}", name="Ethernet2")
        give(router, f"10.0.3.{host}/30")
    inside = IPAddress.objects.get(host="10.0.2.10")
    make(IPAddress, address="203.0.113.10/24", nat_inside=inside, tenant=Tenant.objects.get(name="Globex"))
    make(IPAddress, address="10.0.1.1/24", namespace=Namespace.objects.get(name="Lab"))
    if ranges := model("ipam.IPAddressRange"):
        make(ranges, name="DHCP", start_address="10.0.2.150", end_address="10.0.2.180", role="DHCP", count_as_utilized=True)
        make(ranges, start_address="10.0.2.200", end_address="10.0.2.210", is_exclusive=True, tags=["lab"])


def give(port: Interface, text: str, *, primary: str = "", **fields) -> IPAddress:
    """An address on a port, and as its device's primary one."""
    address = make(IPAddress, address=text, **fields)
    make(IPAddressToInterface, ip_address=address, interface=port, is_primary=bool(primary))
    if primary:
        device = Device.objects.get(pk=port.device_id)
        setattr(device, primary, address)
        device.validated_save()
    return address


def interfaces():
    """Of every VLAN mode and none, with and without an MTU, aggregated, virtual, bridged, disabled."""
    users, voice, native = (VLAN.objects.get(name=name) for name in ("users", "voice", "native"))
    for site in SITES:
        leaf = Device.objects.get(name=f"{site.lower()}-leaf-01")
        port = {number: Interface.objects.get(device=leaf, name=f"Ethernet{number}") for number in range(1, 9)}
        change(port[1], mtu=9214, description="to the other site", speed=10_000_000)
        change(Interface.objects.get(device=leaf, name="Management1"), speed=1_000_000, duplex="full")
        change(port[2], mtu=1500, enabled=False, label="P2")
        lag = make(Interface, device=leaf, name="Port-Channel1", type="lag", role="Uplink", mac_address="00:1c:73:00:00:01", mtu=9000)
        change(port[7], lag=lag)
        change(port[8], lag=lag)
        make(Interface, device=leaf, name="Ethernet3.100", type="virtual", parent_interface=port[3], description="Sub-interface")
        bridge = make(Interface, device=leaf, name="Bridge1", type="bridge")
        change(port[6], bridge=bridge)
        if site == "AMS01":
            change(port[3], mode="tagged", untagged_vlan=native, tags=["critical"]).tagged_vlans.set([users, voice])
            change(port[4], mode="access", untagged_vlan=users)
            change(port[5], mode="tagged-all")


def change(record, *, tags=(), **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    record.validated_save()
    record.tags.add(*tags)
    return record


def vrfs():
    targets = [make(RouteTarget, name=f"65001:{number}", tenant=Tenant.objects.get(name="Acme")) for number in (1, 2)]
    blue = make(
        VRF, name="blue", rd="65001:100", import_targets=targets, export_targets=targets[:1], description="Customers",
        tags=["production"],
        prefixes=list(Prefix.objects.filter(network="10.0.4.0", prefix_length=24)), tenant=Tenant.objects.get(name="Acme"),
    )  # fmt: skip
    make(VRF, name="plain")
    router = Device.objects.get(name="ams01-router-01")
    make(VRFDeviceAssignment, vrf=blue, device=router, rd="65001:101")
    make(VRFDeviceAssignment, vrf=blue, virtual_device_context=VirtualDeviceContext.objects.get(name="blue"))
    change(Interface.objects.get(device=router, name="Ethernet3"), vrf=blue)
    make(
        Service, device=router, name="ssh", protocol="tcp", ports=[22, 830], description="And NETCONF", tags=["production"],
        ip_addresses=[router.primary_ip4],
    )  # fmt: skip
    make(Service, device=Device.objects.get(name="ams01-console-01"), name="syslog", protocol="udp", ports=[514])


def associations():
    """Members of the relationships."""
    routers = [Device.objects.get(name=f"ams01-router-0{number}") for number in (1, 2)]
    associate("backup_of", routers[0], routers[1])
    for router in routers:
        for network in ("10.0.2.0", "10.0.6.0"):
            associate("serves_prefixes", router, Prefix.objects.get(network=network))
    associate("peers_with", Location.objects.get(name="AMS01"), Location.objects.get(name="FRA01"))
    associate("home_vlan", VLAN.objects.get(name="users"), Rack.objects.get(name="AMS01-RA"))


def associate(key: str, source, destination):
    make(RelationshipAssociation, relationship=Relationship.objects.get(key=key), source=source, destination=destination)
