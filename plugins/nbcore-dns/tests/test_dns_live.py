"""nb.dns against the real app."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import pytest

import nbcore

pytestmark = pytest.mark.integration


@pytest.fixture
def zone(live) -> Iterator[nbcore.Record]:
    """A zone of its own in a view of its own."""
    name = f"nbcore-{uuid.uuid4().hex[:8]}.example.com"
    view = live.dns.dns_views.create(name=name)
    zone = live.dns.dns_zones.create(
        name=name, dns_view=view.id, ttl=3600, filename="x.zone", soa_mname="ns1.example.com", soa_rname="admin@example.com"
    )
    yield zone
    with contextlib.ExitStack() as stack:
        stack.callback(view.delete)
        stack.callback(zone.delete)
        for record in zone.records():
            stack.callback(record.delete)


def test_records_of_every_type(live, zone):
    four = live.endpoint("ipam/ip-addresses").filter(ip_version=4)[0]
    six = live.endpoint("ipam/ip-addresses").filter(ip_version=6)[0]
    asked = {
        "NS": (live.dns.ns_records, {"name": "sub", "server": "ns1.example.com"}, "ns1.example.com"),
        "A": (live.dns.a_records, {"name": "www", "ip_address": four.id}, four.host),
        "AAAA": (live.dns.aaaa_records, {"name": "www", "ip_address": six.id}, six.host),
        "CNAME": (live.dns.cname_records, {"name": "blog", "alias": "www.example.com"}, "www.example.com"),
        "MX": (live.dns.mx_records, {"name": "mail", "mail_server": "mx.example.com", "preference": 20}, "20 mx.example.com"),
        "TXT": (live.dns.txt_records, {"name": "", "text": 'v="1"'}, '"v=\\"1\\""'),
        "PTR": (live.dns.ptr_records, {"name": "11", "ptrdname": "www.example.com"}, "www.example.com"),
        "SRV": (live.dns.srv_records, {"name": "_sip._tcp", "port": 5060, "target": "sip.example.com"}, "0 0 5060 sip.example.com"),
    }
    for endpoint, fields, _ in asked.values():
        if endpoint is not live.dns.txt_records:
            endpoint.create(zone=zone.id, ttl=60, **fields)
    with pytest.raises(nbcore.ValidationError):
        live.dns.txt_records.create(zone=zone.id, **asked["TXT"][1])
    live.dns.txt_records.create(zone=zone.id, ttl=60, **(asked["TXT"][1] | {"name": "@"}))
    found = zone.records()
    assert [(record.kind, record.rdata, record.ttl) for record in found] == [(kind, rdata, 60) for kind, (_, _, rdata) in asked.items()]
    assert {record.fqdn for record in found} == {f"{name}.{zone.name}" for name in ("sub", "www", "blog", "mail", "11", "_sip._tcp")} | {
        zone.name
    }


def test_ttl_holds_for_lists_too(live, zone):
    made = live.dns.txt_records.create(
        [{"name": name, "zone": zone.id, "text": "x", **ttl} for name, ttl in (("a", {"ttl": 60}), ("b", {}), ("c", {"ttl": 0}))]
    )
    assert [record.ttl for record in made] == [60, 3600, 0]
    assert {record.name: record.ttl for record in live.dns.txt_records.filter(zone=zone.id)} == {"a": 60, "b": 3600, "c": 0}
    made[1].ttl = 120
    assert made[1].save()
    assert live.dns.txt_records.get(made[1].id).ttl == 120


@pytest.fixture
def registrar(live) -> Iterator[nbcore.Record]:
    """A registrar with a web address."""
    registrar = live.dns.dns_registrars.create(name=f"nbcore {uuid.uuid4()}", url="https://names.example.com/x")
    yield registrar
    with contextlib.suppress(nbcore.NotFoundError):
        registrar.delete()


def test_a_registrar_is_reached_by_its_id_not_by_its_own_address(live, registrar):
    assert registrar.url == "https://names.example.com/x"
    registrar.account_number = "7"
    assert registrar.save()
    assert live.dns.dns_registrars.get(registrar.id).account_number == "7"
    assert registrar.delete()
    assert live.dns.dns_registrars.get(registrar.id) is None


def test_a_registrars_own_address_can_be_changed(live, registrar):
    registrar.url = "https://new.example.com/"
    assert registrar.save()
    assert live.dns.dns_registrars.get(registrar.id).url == "https://new.example.com/"


def test_a_registration_reaches_its_registrar(live):
    registration = live.dns.dns_registrations.all()[0]
    shallow, deep = registration.dns_registrar, live.dns.dns_registrations.filter(id=registration.id, depth=1)[0].dns_registrar
    assert shallow == deep
    assert shallow.name == deep.name == "Names Inc"


def test_a_view_has_zones_and_prefixes(live):
    view = live.dns.dns_views.get(name="Internal")
    assert {zone.name for zone in view.zones} == {"example.com", "2.0.10.in-addr.arpa"}
    assert [prefix.prefix for prefix in view.prefixes] == ["10.0.2.0/24"]
