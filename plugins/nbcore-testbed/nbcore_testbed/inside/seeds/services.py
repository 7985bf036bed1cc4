"""Load balancers, VPNs and wireless."""

import datetime

from nautobot.dcim.models import ControllerManagedDeviceGroup, Device, Interface
from nautobot.extras.models import SecretsGroup
from nautobot.ipam.models import VLAN, IPAddress, Prefix
from nautobot.load_balancers.models import CertificateProfile, HealthCheckMonitor, LoadBalancerPool, LoadBalancerPoolMember, VirtualServer
from nautobot.tenancy.models import Tenant
from nautobot.virtualization.models import VMInterface
from nautobot.vpn.models import (
    VPN,
    VPNPhase1Policy,
    VPNPhase2Policy,
    VPNProfile,
    VPNProfilePhase1PolicyAssignment,
    VPNProfilePhase2PolicyAssignment,
    VPNTermination,
    VPNTunnel,
    VPNTunnelEndpoint,
)
from nautobot.wireless.models import (
    ControllerManagedDeviceGroupRadioProfileAssignment,
    ControllerManagedDeviceGroupWirelessNetworkAssignment,
    RadioProfile,
    SupportedDataRate,
    WirelessNetwork,
)

from seeds.tools import make


def seed():
    load_balancers()
    vpns()
    wireless()


def load_balancers():
    acme = Tenant.objects.get(name="Acme")
    monitor = make(HealthCheckMonitor, name="https", interval=5, retry=3, timeout=15, port=443, health_check_type="https", tenant=acme)
    make(HealthCheckMonitor, name="ping", health_check_type="ping")
    certificate = make(
        CertificateProfile, name="www", certificate_type="server", certificate_file_path="/etc/ssl/www.pem",
        cipher="TLS_AES_256_GCM_SHA384",
        expiration_date=datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC), tags=["production"],
    )  # fmt: skip
    pool = make(LoadBalancerPool, name="web", load_balancing_algorithm="round_robin", health_check_monitor=monitor, tenant=acme)
    make(LoadBalancerPool, name="empty", load_balancing_algorithm="url_hash")
    for host in (11, 12):
        make(
            LoadBalancerPoolMember, ip_address=IPAddress.objects.get(host=f"10.0.2.{host}"), load_balancer_pool=pool, port=8443,
            label=f"web-{host}",
            ssl_offload=host == 11, certificate_profiles=[certificate],
        )  # fmt: skip
    make(
        VirtualServer, name="www", vip=IPAddress.objects.get(host="10.0.2.1"), port=443, protocol="https", load_balancer_type="layer7",
        load_balancer_pool=pool, health_check_monitor=monitor, source_nat_type="pool",
        source_nat_pool=Prefix.objects.get(network="192.168.0.0"),
        certificate_profiles=[certificate], device=Device.objects.get(name="ams01-router-01"), tenant=acme, ssl_offload=True,
        tags=["critical"],
    )  # fmt: skip
    make(VirtualServer, name="bare", vip=IPAddress.objects.get(host="10.0.2.19"), enabled=False)


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
    vpn = make(VPN, name="Backbone", vpn_id="1", vpn_profile=profile, service_type="ipsec", extra_attributes={"area": 0}, tags=["critical"])
    fabric = make(VPN, name="Fabric", vpn_id="5001", service_type="vxlan-evpn", tenant=Tenant.objects.get(name="Globex"))
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
    make(VPNTermination, vpn=fabric, vlan=VLAN.objects.get(name="servers"))
    make(VPNTermination, vpn=fabric, vm_interface=VMInterface.objects.get(name="eth1"))


def wireless():
    group = ControllerManagedDeviceGroup.objects.get(name="Floor 1")
    rates = [make(SupportedDataRate, standard="802.11ax", rate=rate, mcs_index=index) for index, rate in enumerate((8600, 17200, 25800))]
    wide = make(
        RadioProfile, name="Offices", frequency="5GHz", tx_power_min=5, tx_power_max=15, channel_width=[20, 40],
        allowed_channel_list=[36, 40, 44],
        regulatory_domain="NL", rx_power_min=-80, supported_data_rates=rates, tags=["production"],
    )  # fmt: skip
    make(RadioProfile, name="Bare radio", regulatory_domain="US")
    staff = make(
        WirelessNetwork, name="Staff", ssid="staff", mode="Central", authentication="WPA3 Enterprise", hidden=True,
        secrets_group=SecretsGroup.objects.get(name="Device access"), tenant=Tenant.objects.get(name="Acme"), description="For staff",
    )  # fmt: skip
    guests = make(WirelessNetwork, name="Guests", ssid="guests", mode="Bridge", authentication="Open", enabled=False)
    make(ControllerManagedDeviceGroupRadioProfileAssignment, controller_managed_device_group=group, radio_profile=wide)
    for network, vlan in ((staff, VLAN.objects.get(name="users")), (guests, None)):
        make(
            ControllerManagedDeviceGroupWirelessNetworkAssignment,
            controller_managed_device_group=group,
            wireless_network=network,
            vlan=vlan,
        )
