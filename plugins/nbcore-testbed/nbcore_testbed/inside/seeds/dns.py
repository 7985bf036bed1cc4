"""Names of the app nautobot-dns-models."""

import datetime

from nautobot.ipam.models import IPAddress, Prefix
from nautobot.tenancy.models import Tenant

from seeds.tools import installed, known, make

if installed("nautobot_dns_models"):
    from nautobot_dns_models import models as dns


def seed():
    if installed("nautobot_dns_models"):
        names()


def names():
    view = make(
        dns.DNSView, name="Internal", description="For us", prefixes=list(Prefix.objects.filter(network="10.0.2.0")), tags=["production"]
    )
    soa = {"filename": "example.zone", "soa_mname": "ns1.example.com", "soa_rname": "admin@example.com"}
    zone = make(
        dns.DNSZone,
        name="example.com",
        dns_view=view,
        ttl=3600,
        soa_serial=2024010101,
        tags=["critical"],
        **known(dns.DNSZone, tenant=Tenant.objects.get(name="Acme")),
        **soa,
    )
    reverse = make(dns.DNSZone, name="2.0.10.in-addr.arpa", dns_view=view, description="Reverse", **soa)
    if hasattr(dns, "DNSRegistration"):
        register(zone)
    host, six = IPAddress.objects.get(host="10.0.2.11"), IPAddress.objects.filter(ip_version=6).first()
    make(dns.ARecord, name="www", zone=zone, **to(host), description="The site", comment="as it should", tags=["lab"])
    make(dns.ARecord, name="old", zone=zone, **to(IPAddress.objects.get(host="10.0.2.12")), **known(dns.ARecord, enabled=False))
    make(dns.AAAARecord, name="www", zone=zone, **to(six))
    make(dns.CNAMERecord, name="blog", zone=zone, alias="www.example.com")
    make(dns.MXRecord, name="mail", zone=zone, mail_server="mx.example.com", preference=10)
    make(dns.NSRecord, name="sub", zone=zone, server="ns1.example.com")
    make(dns.TXTRecord, name="note", zone=zone, text="v=spf1 -all")
    make(dns.SRVRecord, name="_sip._tcp", zone=zone, port=5060, target="sip.example.com", priority=1, weight=2)
    make(dns.PTRRecord, name="11", zone=reverse, ptrdname="www.example.com")


def to(address: IPAddress) -> dict:
    """What the app's first versions call `address` is `ip_address` later."""
    return known(dns.ARecord, address=address, ip_address=address)


def register(zone):
    registrar = make(dns.DNSRegistrar, name="Names Inc", url="https://names.example.com", account_number="N-1")
    make(
        dns.DNSRegistration, dns_registrar=registrar, dns_zone=zone, expiration_date=datetime.date(2031, 1, 1), auto_renewal=True,
        renewal_term_months=12, dnssec_enabled=True,
    )  # fmt: skip
