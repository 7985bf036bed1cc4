"""nb.dns against a server in memory."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "00000000-0000-4000-8000-{:012d}"


def row(slug: str, number: int, object_type: str, **fields: Any) -> dict[str, Any]:
    key = KEY.format(number)
    return {
        "id": key,
        "object_type": f"nautobot_dns_models.{object_type}",
        "url": f"http://127.0.0.1:9/api/plugins/dns/{slug}/{key}/",
        "display": f"{object_type} {number}",
        **fields,
    }


ZONE = row("dns-zones", 1, "dnszone", name="example.com", ttl=3600)
ADDRESS = {"id": KEY.format(5), "object_type": "ipam.ipaddress", "url": f"http://127.0.0.1:9/api/ipam/ip-addresses/{KEY.format(5)}/"}


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
def test_fqdn(make_api, wire, name, fqdn):
    wire.rows("plugins/dns/a-records", row("a-records", 2, "arecord", name=name, zone=ZONE))
    assert make_api().dns.a_records.get(name=name).fqdn == fqdn


@pytest.mark.parametrize(
    ("slug", "fields", "kind", "rdata"),
    [
        ("a-records", {"ip_address": {**ADDRESS, "display": "192.0.2.1/24", "host": "192.0.2.1"}}, "A", "192.0.2.1"),
        ("aaaa-records", {"ip_address": {**ADDRESS, "display": "2001:db8::1/64", "host": "2001:db8::1"}}, "AAAA", "2001:db8::1"),
        ("cname-records", {"alias": "www.example.com"}, "CNAME", "www.example.com"),
        ("mx-records", {"preference": 10, "mail_server": "mx.example.com"}, "MX", "10 mx.example.com"),
        ("ns-records", {"server": "ns1.example.com"}, "NS", "ns1.example.com"),
        ("ptr-records", {"ptrdname": "www.example.com"}, "PTR", "www.example.com"),
        ("srv-records", {"priority": 1, "weight": 2, "port": 5060, "target": "sip.example.com"}, "SRV", "1 2 5060 sip.example.com"),
        ("txt-records", {"text": 'say "hi" \\ bye'}, "TXT", '"say \\"hi\\" \\\\ bye"'),
    ],
)
def test_rdata(make_api, wire, slug, fields, kind, rdata):
    wire.rows(f"plugins/dns/{slug}", row(slug, 2, "record", name="x", zone=ZONE, **fields))
    record = make_api().dns.endpoint(slug).get(name="x")
    assert (record.kind, record.rdata) == (kind, rdata)


def test_the_records_of_a_zone(make_api, wire):
    wire.rows("plugins/dns/dns-zones", ZONE)
    for slug in ("ns", "a", "aaaa", "cname", "mx", "txt", "ptr", "srv"):
        wire.rows(f"plugins/dns/{slug}-records", row(f"{slug}-records", 2, f"{slug}record", name="x"))
    zone = make_api().dns.dns_zones.get(name="example.com")
    wire.calls.clear()
    assert [record.kind for record in zone.records()] == ["NS", "A", "AAAA", "CNAME", "MX", "TXT", "PTR", "SRV"]
    assert len(wire.calls) == 8
    assert all(("zone", ZONE["id"]) in call.params for call in wire.calls)
    wire.calls.clear()
    assert [record.kind for record in zone.records("mx", "A")] == ["MX", "A"]
    assert [call.path for call in wire.calls] == ["plugins/dns/mx-records/", "plugins/dns/a-records/"]
    with pytest.raises(ValueError, match="no DNS records of type CAA; it has NS, A"):
        zone.records("A", "CAA")
    assert len(wire.calls) == 2


def test_the_zones_of_a_view(make_api, wire):
    view = row("dns-views", 3, "dnsview", name="Internal")
    wire.rows("plugins/dns/dns-views", view)
    wire.rows("plugins/dns/dns-zones", ZONE)
    assert [zone.name for zone in make_api().dns.dns_views.get(name="Internal").zones] == ["example.com"]
    assert ("dns_view", view["id"]) in wire.calls[-1].params


def test_a_ttl_that_the_server_ignored_in_a_list_is_set(make_api, wire):
    """The real server gives every item of a list the zone's ttl."""
    wire.on("POST", "plugins/dns/txt-records/", lambda call: [{**row("txt-records", n, "txtrecord"), **item, "id": KEY.format(n), "ttl": 3600} for n, item in enumerate(call.body)])
    wire.on("PATCH", "plugins/dns/txt-records/", lambda call: [{**row("txt-records", int(item["id"][-3:]), "txtrecord", name="patched"), **item} for item in call.body])
    made = make_api().dns.txt_records.create(
        [{"name": "a", "ttl": 60}, {"name": "b"}, {"name": "c", "ttl": 3600}, {"name": "d", "ttl": 0}],
    )
    assert [record.ttl for record in made] == [60, 3600, 3600, 0]
    assert [(call.method, call.body) for call in wire.calls[1:]] == [("PATCH", [{"id": KEY.format(0), "ttl": 60}, {"id": KEY.format(3), "ttl": 0}])]


def test_one_record_is_created_with_one_request(make_api, wire):
    wire.on("POST", "plugins/dns/txt-records/", lambda call: {**row("txt-records", 1, "txtrecord"), **call.body})
    assert make_api().dns.txt_records.create(name="a", zone=ZONE["id"], text="x", ttl=60).ttl == 60
    assert make_api().dns.txt_records.create({"name": "a", "zone": ZONE["id"], "text": "x"}).name == "a"
    assert [call.method for call in wire.calls] == ["POST", "POST"]


def test_a_registrars_own_url_is_not_taken_for_the_objects(make_api, wire):
    """The app has a field `url` of its own, which hides the object's."""
    registrar = row("dns-registrars", 4, "dnsregistrar", name="Names Inc", account_number="") | {"url": "https://names.example.com/api/dcim/devices/x/"}
    path = f"plugins/dns/dns-registrars/{registrar['id']}/"
    wire.rows("plugins/dns/dns-registrars", registrar)
    wire.on("PATCH", path, lambda call: {**registrar, **call.body})
    wire.on("DELETE", path, (204, None))
    wire.on("GET", f"{path}notes/", {"count": 0, "next": None, "previous": None, "results": []})
    found = make_api().dns.dns_registrars.get(name="Names Inc")
    assert found.url == "https://names.example.com/api/dcim/devices/x/"
    found.account_number = "7"
    assert found.save()
    assert list(found.notes.list()) == []
    assert found.delete()
    assert {call.path for call in wire.calls[1:]} == {path, f"{path}notes/"}
