"""Objects of the three plugin apps: BGP, DNS and firewall."""

import datetime

from nautobot.circuits.models import Provider
from nautobot.dcim.models import Device, Interface
from nautobot.extras.models import Secret
from nautobot.ipam.models import VRF, IPAddress, Prefix
from nautobot.tenancy.models import Tenant
from nautobot_bgp_models import models as bgp
from nautobot_dns_models import models as dns
from nautobot_firewall_models import models as firewall

from seeds.tools import make


def seed():
    routing()
    names()
    firewalls()


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


def names():
    view = make(
        dns.DNSView, name="Internal", description="For us", prefixes=list(Prefix.objects.filter(network="10.0.2.0")), tags=["production"]
    )
    registrar = make(dns.DNSRegistrar, name="Names Inc", url="https://names.example.com", account_number="N-1")
    soa = {"filename": "example.zone", "soa_mname": "ns1.example.com", "soa_rname": "admin@example.com"}
    zone = make(
        dns.DNSZone,
        name="example.com",
        dns_view=view,
        ttl=3600,
        soa_serial=2024010101,
        tenant=Tenant.objects.get(name="Acme"),
        tags=["critical"],
        **soa,
    )
    reverse = make(dns.DNSZone, name="2.0.10.in-addr.arpa", dns_view=view, description="Reverse", **soa)
    make(
        dns.DNSRegistration, dns_registrar=registrar, dns_zone=zone, expiration_date=datetime.date(2031, 1, 1), auto_renewal=True,
        renewal_term_months=12, dnssec_enabled=True,
    )  # fmt: skip
    host, six = IPAddress.objects.get(host="10.0.2.11"), IPAddress.objects.filter(ip_version=6).first()
    make(dns.ARecord, name="www", zone=zone, ip_address=host, description="The site", comment="as it should", tags=["lab"])
    make(dns.ARecord, name="old", zone=zone, ip_address=IPAddress.objects.get(host="10.0.2.12"), enabled=False)
    make(dns.AAAARecord, name="www", zone=zone, ip_address=six)
    make(dns.CNAMERecord, name="blog", zone=zone, alias="www.example.com")
    make(dns.MXRecord, name="mail", zone=zone, mail_server="mx.example.com", preference=10)
    make(dns.NSRecord, name="sub", zone=zone, server="ns1.example.com")
    make(dns.TXTRecord, name="note", zone=zone, text="v=spf1 -all")
    make(dns.SRVRecord, name="_sip._tcp", zone=zone, port=5060, target="sip.example.com", priority=1, weight=2)
    make(dns.PTRRecord, name="11", zone=reverse, ptrdname="www.example.com")


def firewalls():
    span = make(firewall.IPRange, start_address="10.0.2.20", end_address="10.0.2.29", vrf=VRF.objects.get(name="plain"), description="Ten")
    site = make(firewall.FQDN, name="www.example.com", ip_addresses=[IPAddress.objects.get(host="10.0.2.11")], tags=["production"])
    objects = [
        make(firewall.AddressObject, name="range", ip_range=span),
        make(firewall.AddressObject, name="site", fqdn=site),
        make(firewall.AddressObject, name="host", ip_address=IPAddress.objects.get(host="10.0.2.12"), description="One", tags=["lab"]),
        make(firewall.AddressObject, name="network", prefix=Prefix.objects.get(network="10.0.6.0")),
    ]
    hosts = make(firewall.AddressObjectGroup, name="hosts", address_objects=objects[2:], description="A group")
    https = make(firewall.ServiceObject, name="https-8443", ip_protocol="TCP", port="8443")
    echo = make(firewall.ServiceObject, name="echo-request", ip_protocol="ICMP", description="No port")
    web = make(firewall.ServiceObjectGroup, name="web", service_objects=[https])
    app = make(
        firewall.ApplicationObject,
        name="mail",
        category="business",
        subcategory="email",
        technology="client",
        risk=3,
        default_type="tcp/25",
    )
    apps = make(firewall.ApplicationObjectGroup, name="office", application_objects=[app])
    person = make(firewall.UserObject, username="ann", name="Ann Example")
    people = make(firewall.UserObjectGroup, name="staff", user_objects=[person])
    router = Device.objects.get(name="ams01-router-01")
    inside = make(firewall.Zone, name="inside", interfaces=[Interface.objects.get(device=router, name="Ethernet3")])
    outside = make(firewall.Zone, name="outside", vrfs=[VRF.objects.get(name="plain")])
    allow = make(
        firewall.PolicyRule, name="allow web", action="allow", index=10, log=True, source_zone=inside, destination_zone=outside,
        request_id="CHG1",
        source_addresses=objects[:1], source_address_groups=[hosts], destination_addresses=objects[1:2], destination_services=[https],
        destination_service_groups=[web], applications=[app], application_groups=[apps], source_users=[person],
        source_user_groups=[people],
        tags=["critical"],
    )  # fmt: skip
    drop = make(firewall.PolicyRule, name="drop the rest", action="drop", index=20, destination_services=[echo])
    policy = make(
        firewall.Policy,
        name="edge",
        description="North to south",
        policy_rules=[allow, drop],
        tenant=Tenant.objects.get(name="Acme"),
        tags=["lab"],
    )
    hide = make(
        firewall.NATPolicyRule, name="hide", index=10, source_zone=inside, destination_zone=outside,
        original_source_address_groups=[hosts],
        translated_source_addresses=objects[:1], original_destination_services=[https],
    )  # fmt: skip
    nat = make(firewall.NATPolicy, name="edge nat", nat_policy_rules=[hide], description="Hides the inside")
    make(firewall.PolicyDeviceM2M, policy=policy, device=router, weight=50)
    make(firewall.NATPolicyDeviceM2M, nat_policy=nat, device=router, weight=60)
