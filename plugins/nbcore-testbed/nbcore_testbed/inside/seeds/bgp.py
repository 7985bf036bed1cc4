"""Routing of the app nautobot-bgp-models."""

from nautobot.circuits.models import Provider
from nautobot.dcim.models import Device
from nautobot.extras.models import Secret
from nautobot.ipam.models import VRF, IPAddress
from nautobot.tenancy.models import Tenant

from seeds.tools import installed, make

if installed("nautobot_bgp_models"):
    from nautobot_bgp_models import models as bgp


def seed():
    if installed("nautobot_bgp_models"):
        routing()


def routing():
    ours = make(bgp.AutonomousSystem, asn=65001, description="Ours", tags=["production"])
    theirs = make(bgp.AutonomousSystem, asn=4200000001, provider=Provider.objects.get(name="Carrier One"), status="Planned")
    make(bgp.AutonomousSystemRange, name="Private", asn_min=64512, asn_max=65534, tenant=Tenant.objects.get(name="Acme"))
    secret = Secret.objects.get(name="Device password")
    attributes = {"timers": {"hold": 90, "url": None}, "communities": ["65001:1", "65001:2"], "save": True}
    template = make(
        bgp.PeerGroupTemplate,
        name="Edge",
        autonomous_system=ours,
        role="Peer",
        secret=secret,
        extra_attributes=attributes,
        description="All edges",
    )
    make(bgp.PeerGroupTemplate, name="Bare", enabled=False)
    instances, groups = [], []
    for number in (1, 2):
        router = Device.objects.get(name=f"ams01-router-0{number}")
        instance = make(
            bgp.BGPRoutingInstance, device=router, autonomous_system=ours if number == 1 else theirs, router_id=router.primary_ip4,
            extra_attributes=attributes if number == 1 else None, description=f"Instance {number}", tags=["critical"],
        )  # fmt: skip
        group = make(
            bgp.PeerGroup, name="edge", routing_instance=instance, peergroup_template=template, extra_attributes={"multipath": number},
            source_ip=router.primary_ip4,
        )  # fmt: skip
        make(bgp.AddressFamily, routing_instance=instance, afi_safi="ipv4_unicast", extra_attributes={"paths": 4})
        make(bgp.PeerGroupAddressFamily, peer_group=group, afi_safi="ipv4_unicast", import_policy="in", export_policy="out", multipath=True)
        instances.append(instance)
        groups.append(group)
    make(bgp.AddressFamily, routing_instance=instances[0], afi_safi="ipv4_unicast", vrf=VRF.objects.get(name="blue"))
    make(bgp.PeerGroup, name="bare", routing_instance=instances[0], enabled=False)
    peering = make(bgp.Peering)
    ends = []
    for number, (instance, group) in enumerate(zip(instances, groups, strict=True), 1):
        end = make(
            bgp.PeerEndpoint, peering=peering, routing_instance=instance, peer_group=group, role="Peer", description=f"Side {number}",
            source_ip=IPAddress.objects.get(host=f"10.0.3.{number}"), extra_attributes={"weight": number}, tags=["lab"],
        )  # fmt: skip
        ends.append(end)
    peering.update_peers()
    make(bgp.PeerEndpointAddressFamily, peer_endpoint=ends[0], afi_safi="ipv4_unicast", import_policy="in", multipath=False)
