"""nb.dns over a wire in memory."""

from __future__ import annotations

from typing import Any

import pytest

import nbcore
from nbcore.testing import Wire, check_app, reply, row, sent
from nbcore_dns.app import app
from nbcore_dns.records import ROUTES

ZONE = row("plugins/dns/dns-zones", name="example.com", ttl=3600, display="example.com (Internal)")


def served(wire: Wire, slug: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"plugins/dns/{slug}"
    return wire.serve(path, [row(path, **fields) for fields in rows], f"nautobot_dns_models.{slug.replace('-', '')[:-1]}")


def test_conformance():
    check_app(app)


@pytest.mark.parametrize(
    ("name", "fqdn"),
    [
        ("www", "www.example.com"),
        ("_sip._tcp", "_sip._tcp.example.com"),
        ("", "example.com"),
        ("@", "example.com"),
        ("example.com", "example.com"),
        ("www.example.com", "www.example.com"),
        ("www.example.com.", "www.example.com"),
        ("notexample.com", "notexample.com.example.com"),
    ],
)
def test_fqdn(nb, wire, name, fqdn):
    served(wire, "a-records", {"name": name, "zone": ZONE})
    assert nb.dns.a_records.all().first().fqdn == fqdn


def address(host: str) -> dict[str, Any]:
    return row("ipam/ip-addresses", "ipam.ipaddress", host=host, display=f"{host}/64")


@pytest.mark.parametrize(
    ("kind", "fields", "rdata"),
    [
        ("A", {"ip_address": address("192.0.2.1")}, "192.0.2.1"),
        ("AAAA", {"ip_address": address("2001:db8::1")}, "2001:db8::1"),
        ("CNAME", {"alias": "www.example.com"}, "www.example.com"),
        ("MX", {"preference": 10, "mail_server": "mx.example.com"}, "10 mx.example.com"),
        ("NS", {"server": "ns1.example.com"}, "ns1.example.com"),
        ("PTR", {"ptrdname": "www.example.com"}, "www.example.com"),
        ("SRV", {"priority": 1, "weight": 2, "port": 5060, "target": "sip.example.com"}, "1 2 5060 sip.example.com"),
        ("TXT", {"text": 'say "hi" \\ bye'}, '"say \\"hi\\" \\\\ bye"'),
    ],
)
def test_rdata(nb, wire, kind, fields, rdata):
    served(wire, ROUTES[kind], {"name": "x", **fields})
    record = nb.dns.endpoint(ROUTES[kind]).get(name="x")
    assert (record.kind, record.rdata) == (kind, rdata)
    assert len(wire.calls) == 1


def test_the_records_of_a_zone(nb, wire):
    wire.serve("plugins/dns/dns-zones", [ZONE])
    for slug in ROUTES.values():
        served(wire, slug, {"name": "ours", "zone": ZONE["id"]}, {"name": "theirs", "zone": "x"})
    zone = nb.dns.dns_zones.get(name="example.com")
    wire.calls.clear()
    assert [(record.kind, record.name) for record in zone.records()] == [(kind, "ours") for kind in ROUTES]
    assert len(wire.calls) == 8
    wire.calls.clear()
    assert [record.kind for record in zone.records("mx", "A")] == ["MX", "A"]
    assert [call.path for call in wire.calls] == ["plugins/dns/mx-records/", "plugins/dns/a-records/"]


def test_a_type_that_nautobot_does_not_have(nb, wire):
    wire.serve("plugins/dns/dns-zones", [ZONE])
    zone = nb.dns.dns_zones.get(name="example.com")
    with pytest.raises(ValueError, match="no DNS records of type CAA; it has NS, A"):
        zone.records("A", "CAA")
    assert len(wire.calls) == 1


def test_the_zones_of_a_view(nb, wire):
    (view,) = served(wire, "dns-views", {"name": "Internal"})
    served(wire, "dns-zones", {"name": "ours", "dns_view": view["id"]}, {"name": "theirs", "dns_view": "x"})
    assert [zone.name for zone in nb.dns.dns_views.get(name="Internal").zones] == ["ours"]


def test_a_ttl_that_the_server_ignored_in_a_list_is_set(nb, wire):
    """The real server gives every item of a list the zone's ttl."""
    table = served(wire, "txt-records")

    def create(call: Any) -> Any:
        assert not any("ttl" in item for item in sent(call))
        table.extend({**row("plugins/dns/txt-records", **item), "ttl": 3600} for item in sent(call))
        return reply(list(table), 201)

    wire.on("POST", "plugins/dns/txt-records/", create)
    made = nb.dns.txt_records.create([{"name": "a", "ttl": 60}, {"name": "b"}, {"name": "c", "ttl": 3600}, {"name": "d", "ttl": 0}])
    assert [(record.name, record.ttl) for record in made] == [("a", 60), ("b", 3600), ("c", 3600), ("d", 0)]
    patches = [sent(call) for call in wire.calls if call.method == "PATCH"]
    assert patches == [[{"id": table[0]["id"], "ttl": 60}, {"id": table[3]["id"], "ttl": 0}]]


def zones_ttl(wire: Wire, table: list[dict[str, Any]]) -> Any:
    """A POST that behaves as the real server does: every item of a list gets the zone's ttl."""

    def create(call: Any) -> Any:
        made = [{**row("plugins/dns/txt-records", **item), "ttl": 3600} for item in sent(call)]
        table.extend(made)
        return reply(made, 201)

    wire.on("POST", "plugins/dns/txt-records/", create)
    return create


def test_a_ttl_is_set_when_the_answer_to_the_list_is_lost(nb, wire):
    table = served(wire, "txt-records")
    create = zones_ttl(wire, table)

    def lost(call: Any) -> Any:
        create(call)
        return nbcore.ProtocolError("reset")

    wire.on("POST", "plugins/dns/txt-records/", lost)
    made = nb.dns.txt_records.create([{"name": "a", "ttl": 60}, {"name": "b"}])
    assert [(record.name, record.ttl) for record in made] == [("a", 60), ("b", 3600)]
    assert [call.method for call in wire.calls].count("POST") == 1


def test_a_resumed_journal_sets_the_ttl_too(nb, wire, tmp_path):
    """Of what is sent by the resumed run, and of what the first one created without setting it."""
    table = served(wire, "txt-records")
    zones_ttl(wire, table)
    refused = [True]
    wire.wrap("PATCH", "plugins/dns/txt-records/", lambda call, handler: reply({"detail": "no"}, 403) if any(refused) else handler(call))
    items = [{"name": name, "ttl": 60} for name in "abc"]
    with pytest.raises(nbcore.PartialResult, match="was done, but what RecordsEndpoint") as caught:
        nb.dns.txt_records.create(items, chunk_size=2, journal=tmp_path / "journal")
    assert [entry.state for entry in caught.value.journal] == ["unknown", "unknown", "waiting"]
    refused.clear()
    made = nbcore.Journal.load(tmp_path / "journal", nb).resume()
    assert [(record.name, record.ttl) for record in made] == [("a", 60), ("b", 60), ("c", 60)]
    assert [one["ttl"] for one in table] == [60, 60, 60]


@pytest.mark.parametrize("parallel", [False, True])
def test_chunks_each_set_their_ttl(nb, wire, parallel):
    table = served(wire, "txt-records")
    zones_ttl(wire, table)
    items = [{"name": f"n{number}", "ttl": number} for number in range(1, 21)]
    made = nb.dns.txt_records.create(items, chunk_size=2, parallel=parallel)
    assert [(record.name, record.ttl) for record in made] == [(item["name"], item["ttl"]) for item in items]


def test_a_list_without_ttl_is_one_request(nb, wire):
    served(wire, "txt-records")
    assert [record.name for record in nb.dns.txt_records.create([{"name": "a"}, {"name": "b"}])] == ["a", "b"]
    assert [call.method for call in wire.calls] == ["POST"]


def test_one_record_is_created_with_one_request(nb, wire):
    served(wire, "txt-records")
    assert nb.dns.txt_records.create(name="a", zone=ZONE["id"], text="x", ttl=60).ttl == 60
    assert nb.dns.txt_records.create({"name": "b", "zone": ZONE["id"], "text": "x"}).name == "b"
    assert [call.method for call in wire.calls] == ["POST", "POST"]


def test_a_registrars_own_url_is_not_taken_for_the_objects(nb, wire):
    """The app has a field `url` of its own, which hides the object's."""
    own = "https://names.example.com/api/dcim/devices/x/"
    (registrar,) = served(wire, "dns-registrars", {"name": "Names Inc", "account_number": ""})
    registrar["url"] = own
    path = f"plugins/dns/dns-registrars/{registrar['id']}/"
    wire.on("GET", f"{path}notes/", {"count": 0, "next": None, "previous": None, "results": []})
    found = nb.dns.dns_registrars.get(name="Names Inc")
    assert found.url == own
    found.account_number = "7"
    assert found.save()
    assert list(found.notes.list()) == []
    assert found.delete()
    assert {call.path for call in wire.calls[1:]} == {path, f"{path}notes/"}


def test_a_registrars_own_url_can_be_changed(nb, wire):
    (registrar,) = served(wire, "dns-registrars", {"name": "Names Inc"})
    registrar["url"] = "https://names.example.com/"
    found = nb.dns.dns_registrars.get(name="Names Inc")
    found.url = "https://new.example.com/"
    assert found.save()
    assert sent(wire.calls[-1]) == {"url": "https://new.example.com/"}


@pytest.mark.parametrize("own", ["https://names.example.com/", "https://names.example.com/api/dcim/devices/x/", ""])
def test_a_registration_that_was_read_with_depth_has_a_readable_registrar(nb, wire, own):
    registrar = row("plugins/dns/dns-registrars", "nautobot_dns_models.dnsregistrar", name="Names Inc", display="Names Inc")
    registrar |= {"notes_url": f"{registrar['url']}notes/", "url": own}
    served(wire, "dns-registrations", {"dns_registrar": registrar})
    found = nb.dns.dns_registrations.get(depth=1).dns_registrar
    assert (found.name, found.endpoint.path) == ("Names Inc", "plugins/dns/dns-registrars")
