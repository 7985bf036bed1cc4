"""nb.bgp against a server in memory."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import nbcore
import pytest

DEVICE = "11111111-1111-4111-8111-111111111111"


def row(slug: str, number: int, object_type: str, **fields: Any) -> dict[str, Any]:
    key = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "id": key,
        "object_type": f"nautobot_bgp_models.{object_type}",
        "url": f"http://127.0.0.1:9/api/plugins/bgp/{slug}/{key}/",
        "display": f"{object_type} {number}",
        **fields,
    }


def system(number: int, asn: int) -> dict[str, Any]:
    return row("autonomous-systems", number, "autonomoussystem", asn=asn)


def asn_range(low: int = 64512, high: int = 64514) -> dict[str, Any]:
    return row("autonomous-system-ranges", 900, "autonomoussystemrange", asn_min=low, asn_max=high)


@pytest.mark.parametrize(("asn", "text"), [(1, "1"), (65001, "65001"), (65536, "1.0"), (4200000001, "64086.59905")])
def test_asdot(make_api, wire, asn, text):
    wire.rows("plugins/bgp/autonomous-systems", system(1, asn))
    assert make_api().bgp.autonomous_systems.get(asn=asn).asdot == text


@pytest.mark.parametrize(
    ("used", "free"),
    [([], 64512), ([64513], 64512), ([64512], 64513), ([64512, 64514], 64513), ([64512, 64513], 64514), ([64512, 64513, 64514], None)],
)
def test_next_asn_is_the_lowest_number_that_is_free(make_api, wire, used, free):
    wire.rows("plugins/bgp/autonomous-system-ranges", asn_range())
    wire.rows("plugins/bgp/autonomous-systems", *(system(number, asn) for number, asn in enumerate(used)))
    span = make_api().bgp.autonomous_system_ranges.get(asn_range()["id"])
    assert span.next_asn() == free
    assert wire.calls[-1].params[:2] == (("autonomous_system_range", span.id), ("sort", "asn"))


def test_allocate_takes_the_next_number_when_somebody_else_was_faster(make_api, wire):
    wire.rows("plugins/bgp/autonomous-system-ranges", asn_range())
    wire.rows("plugins/bgp/autonomous-systems")

    def create(call: nbcore.Call) -> Any:
        if call.body["asn"] == 64512:
            wire.rows("plugins/bgp/autonomous-systems", system(1, 64512))
            return 400, {"asn": ["Autonomous system with this ASN already exists."]}
        return {**system(2, call.body["asn"]), "id": call.body.get("id", system(2, 0)["id"]), "status": None}

    wire.on("POST", "plugins/bgp/autonomous-systems/", create)
    made = make_api().bgp.autonomous_system_ranges.get(asn_range()["id"]).allocate(status="Active")
    assert made.asn == 64513
    assert [(call.body["asn"], call.body["status"]) for call in wire.calls if call.method == "POST"] == [(64512, "Active"), (64513, "Active")]


def test_allocate_does_not_try_on_when_the_data_is_wrong(make_api, wire):
    wire.rows("plugins/bgp/autonomous-system-ranges", asn_range())
    wire.rows("plugins/bgp/autonomous-systems")
    wire.on("POST", "plugins/bgp/autonomous-systems/", (400, {"status": ["Related object not found"]}))
    span = make_api().bgp.autonomous_system_ranges.get(asn_range()["id"])
    with pytest.raises(nbcore.ValidationError, match="Related object not found"):
        span.allocate(status="No such")
    assert sum(call.method == "POST" for call in wire.calls) == 1


def test_allocate_from_a_range_that_is_used_up_sends_no_write(make_api, wire):
    wire.rows("plugins/bgp/autonomous-system-ranges", asn_range(1, 2))
    wire.rows("plugins/bgp/autonomous-systems", system(1, 1), system(2, 2))
    span = make_api().bgp.autonomous_system_ranges.get(asn_range()["id"])
    with pytest.raises(nbcore.AllocationError, match="1-2 has no free number"):
        span.allocate()
    assert {call.method for call in wire.calls} == {"GET"}


@pytest.mark.parametrize(
    ("slug", "object_type", "attribute", "asked"),
    [
        ("routing-instances", "bgproutinginstance", "address_families", "address-families/?routing_instance"),
        ("routing-instances", "bgproutinginstance", "endpoints", "peer-endpoints/?routing_instance"),
        ("routing-instances", "bgproutinginstance", "peer_groups", "peer-groups/?routing_instance"),
        ("peer-groups", "peergroup", "endpoints", "peer-endpoints/?peer_group"),
        ("peer-groups", "peergroup", "address_families", "peer-group-address-families/?peer_group"),
        ("peer-group-templates", "peergrouptemplate", "peer_groups", "peer-groups/?peergroup_template"),
        ("peer-endpoints", "peerendpoint", "address_families", "peer-endpoint-address-families/?peer_endpoint"),
        ("peerings", "peering", "endpoints", "peer-endpoints/?peering"),
    ],
)
def test_what_belongs_to_an_object_is_asked_for_when_it_is_used(make_api, wire, slug, object_type, attribute, asked):
    one = row(slug, 1, object_type)
    wire.rows(f"plugins/bgp/{slug}", one)
    other = asked.partition("/")[0]
    wire.rows(f"plugins/bgp/{other}", row(other, 2, "other"))
    found = getattr(make_api().bgp.endpoint(slug).get(one["id"]), attribute)
    assert len(wire.calls) == 1, "an attribute sends nothing by itself"
    assert [record.display for record in found] == ["other 2"]
    assert wire.sent()[-1].startswith(f"GET plugins/bgp/{asked}={one['id']}")


def test_inherited_gives_effective_values_and_leaves_the_record_alone(make_api, wire):
    own = row("peer-endpoints", 1, "peerendpoint", description="", extra_attributes=None)

    def answer(call: nbcore.Call) -> dict[str, Any]:
        inherited = dict(call.params).get("include_inherited") == "true"
        return {**own, "description": "of the group", "extra_attributes": {"weight": 1}} if inherited else own

    wire.on("GET", f"plugins/bgp/peer-endpoints/{own['id']}/", answer)
    endpoint = make_api().bgp.peer_endpoints.get(own["id"])
    effective = endpoint.inherited()
    assert (effective.description, effective.extra_attributes) == ("of the group", {"weight": 1})
    assert (endpoint.description, endpoint.extra_attributes) == ("", None)
    assert effective.updates() == {}


def test_inherited_of_an_object_that_is_gone(make_api, wire):
    own = row("peer-groups", 1, "peergroup")
    wire.rows("plugins/bgp/peer-groups", own)
    group = make_api().bgp.peer_groups.get(own["id"])
    wire.on("GET", f"plugins/bgp/peer-groups/{own['id']}/", (404, {"detail": "Not found."}))
    with pytest.raises(nbcore.NbcoreError, match="is not on the server any more"):
        group.inherited()


def test_extra_attributes_are_plain_even_when_they_look_like_an_object(make_api, wire):
    looks = {"peer": {"id": "1", "object_type": "dcim.device", "url": "http://127.0.0.1:9/api/dcim/devices/1/"}, "save": {"value": 1, "label": "x"}}
    wire.rows("plugins/bgp/peer-groups", row("peer-groups", 1, "peergroup", extra_attributes=looks))
    group = make_api().bgp.peer_groups.get(name="x")
    assert group.extra_attributes == looks
    assert type(group.extra_attributes["peer"]) is dict
    group.extra_attributes["peer"]["id"] = "2"
    assert group.updates() == {"extra_attributes": {**looks, "peer": {**looks["peer"], "id": "2"}}}


def device() -> dict[str, Any]:
    return {"id": DEVICE, "object_type": "dcim.device", "url": f"http://127.0.0.1:9/api/dcim/devices/{DEVICE}/", "display": "leaf-1", "name": "leaf-1"}


def test_a_device_has_its_routing_instances(make_api, wire):
    wire.rows("dcim/devices", device())
    wire.rows("plugins/bgp/routing-instances", row("routing-instances", 7, "bgproutinginstance"))
    leaf = make_api().endpoint("dcim/devices").get(name="leaf-1")
    asked = len(wire.calls)
    found = leaf.bgp_routing_instances
    assert len(wire.calls) == asked
    assert [instance.display for instance in found] == ["bgproutinginstance 7"]
    assert wire.sent()[-1].startswith(f"GET plugins/bgp/routing-instances/?device={DEVICE}")
    with pytest.raises(AttributeError):
        leaf.bgp_routing_instances = []


def test_a_device_of_a_reference_has_them_too(make_api, wire):
    wire.rows("plugins/bgp/routing-instances", row("routing-instances", 7, "bgproutinginstance", device=device()))
    instance = make_api().bgp.routing_instances.get(name="x")
    assert list(instance.device.bgp_routing_instances) == [instance]


def test_disabled_it_leaves_devices_alone(make_api, wire):
    wire.rows("dcim/devices", device())
    nb = make_api(disable=["bgp"])
    assert not hasattr(nb.endpoint("dcim/devices").get(name="leaf-1"), "bgp_routing_instances")
    with pytest.raises(AttributeError, match="no app 'bgp'"):
        nb.bgp  # noqa: B018


def test_plugins_bgp_is_the_same_app(make_api):
    nb = make_api()
    assert nb.plugins.bgp is nb.bgp
    assert nb.endpoint("plugins/bgp/peerings") is nb.bgp.peerings


def test_an_api_does_not_import_the_app_before_it_is_used():
    code = (
        "import sys, nbcore; nb = nbcore.api('http://127.0.0.1:9'); "
        "assert 'nbcore_bgp.hooks' in sys.modules; "
        "assert not {'nbcore_bgp.app', 'nbcore_bgp.records', 'nbcore_bgp.device'} & set(sys.modules); "
        "nb.bgp; assert 'nbcore_bgp.app' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
