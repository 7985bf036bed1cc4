"""Load balancers, which Nautobot has since 3.0."""

import datetime

from nautobot.dcim.models import Device
from nautobot.ipam.models import IPAddress, Prefix
from nautobot.tenancy.models import Tenant

from seeds.tools import installed, make

if installed("nautobot.load_balancers"):
    from nautobot.load_balancers.models import (
        CertificateProfile,
        HealthCheckMonitor,
        LoadBalancerPool,
        LoadBalancerPoolMember,
        VirtualServer,
    )


def seed():
    if installed("nautobot.load_balancers"):
        load_balancers()


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
