"""VPNs, which Nautobot has since 3.0."""

from nautobot.dcim.models import Device, Interface
from nautobot.extras.models import SecretsGroup
from nautobot.ipam.models import VLAN, Prefix
from nautobot.tenancy.models import Tenant
from nautobot.virtualization.models import VMInterface

from seeds.tools import installed, known, make, model

if installed("nautobot.vpn"):
    from nautobot.vpn.models import (
        VPN,
        VPNPhase1Policy,
        VPNPhase2Policy,
        VPNProfile,
        VPNProfilePhase1PolicyAssignment,
        VPNProfilePhase2PolicyAssignment,
        VPNTunnel,
        VPNTunnelEndpoint,
    )


def seed():
    if installed("nautobot.vpn"):
        vpns()


def vpns():
    profile = make(
        VPNProfile, name="Site to site", description="The usual", role="Hub", keepalive_enabled=True, keepalive_interval=10,
        keepalive_retries=3,
        nat_traversal=True, extra_options={"dpd": {"url": None}}, secrets_group=SecretsGroup.objects.get(name="Device access"),
        tags=["production"],
    )  # fmt: skip
    make(VPNProfile, name="Bare profile")
    first = make(
        VPNPhase1Policy, name="ike", ike_version="IKEv2", encryption_algorithm=["AES-256-GCM"], integrity_algorithm=["SHA256", "SHA512"],
        dh_group=["14", "19"], lifetime_seconds=28800, authentication_method="PSK",
    )  # fmt: skip
    second = make(
        VPNPhase2Policy, name="esp", encryption_algorithm=["AES-256-GCM"], integrity_algorithm=["SHA256"], pfs_group=["14"], lifetime=3600
    )
    make(VPNProfilePhase1PolicyAssignment, vpn_profile=profile, vpn_phase1_policy=first, weight=10)
    make(VPNProfilePhase2PolicyAssignment, vpn_profile=profile, vpn_phase2_policy=second, weight=20)
    vpn = make(
        VPN,
        name="Backbone",
        vpn_id="1",
        vpn_profile=profile,
        tags=["critical"],
        **known(VPN, service_type="ipsec", extra_attributes={"area": 0}),
    )
    globex = Tenant.objects.get(name="Globex")
    fabric = make(VPN, name="Fabric", vpn_id="5001", tenant=globex, **known(VPN, service_type="vxlan-evpn"))
    ends = []
    for site in ("ams01", "fra01"):
        router = Device.objects.get(name=f"{site}-router-01")
        end = make(
            VPNTunnelEndpoint, source_interface=Interface.objects.get(device=router, name="Management1"), role="Peer",
            source_ipaddress=router.primary_ip4, vpn_profile=profile, protected_prefixes=list(Prefix.objects.filter(network="10.0.2.0")),
        )  # fmt: skip
        ends.append(end)
    make(VPNTunnelEndpoint, source_fqdn="gateway.example.com")
    make(
        VPNTunnel, name="ams-fra", tunnel_id="7", vpn=vpn, vpn_profile=profile, encapsulation="IPsec-Tunnel", endpoint_a=ends[0],
        endpoint_z=ends[1],
        role="Backbone", secrets_group=SecretsGroup.objects.get(name="Device access"),
    )  # fmt: skip
    make(VPNTunnel, name="loose", status="Down")
    if terminations := model("vpn.VPNTermination"):
        make(terminations, vpn=fabric, vlan=VLAN.objects.get(name="servers"))
        make(terminations, vpn=fabric, vm_interface=VMInterface.objects.get(name="eth1"))
