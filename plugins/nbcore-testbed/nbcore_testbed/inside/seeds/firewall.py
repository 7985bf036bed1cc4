"""Policies of the app nautobot-firewall-models."""

from nautobot.dcim.models import Device, Interface
from nautobot.ipam.models import VRF, IPAddress, Prefix
from nautobot.tenancy.models import Tenant

from seeds.tools import installed, make

if installed("nautobot_firewall_models"):
    from nautobot_firewall_models import models as firewall


def seed():
    if installed("nautobot_firewall_models"):
        firewalls()


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


def of_group(group):
    """The policies of a dynamic group's devices; extras.py makes the group."""
    if installed("nautobot_firewall_models"):
        make(firewall.PolicyDynamicGroupM2M, policy=firewall.Policy.objects.get(name="edge"), dynamic_group=group, weight=70)
        nat = firewall.NATPolicy.objects.get(name="edge nat")
        make(firewall.NATPolicyDynamicGroupM2M, nat_policy=nat, dynamic_group=group, weight=80)


def generated():
    """What Capirca would have made for a router."""
    if installed("nautobot_firewall_models"):
        router = Device.objects.get(name="ams01-router-01")
        firewall.CapircaPolicy.objects.bulk_create([firewall.CapircaPolicy(device=router, pol="", net="", svc="", cfg="permit")])
