"""nb.bgp over a wire in memory."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import nbcore
from nbcore.testing import Wire, check_app, make_api, reference, reply, row, sent
from nbcore_bgp.app import app


def served(wire: Wire, slug: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"plugins/bgp/{slug}"
    return wire.serve(path, [row(path, **fields) for fields in rows])


def writes(wire: Wire) -> list[Any]:
    return [sent(call) for call in wire.calls if call.method == "POST"]


@pytest.fixture
def systems(wire: Wire) -> list[dict[str, Any]]:
    """The autonomous systems there are; their list route knows the range filter only."""
    table = served(wire, "autonomous-systems")

    def listed(call: nbcore.Call) -> dict[str, Any]:
        asked = dict(call.params)
        found = [one for one in table if "asn" not in asked or one["asn"] == int(asked["asn"])]
        if asked.get("sort") == "asn":
            found.sort(key=lambda one: one["asn"])
        return {"count": len(found), "next": None, "previous": None, "results": found[int(asked.get("offset", 0)) :]}

    wire.on("GET", "plugins/bgp/autonomous-systems/", listed)
    return table


def span(wire: Wire, nb: nbcore.Api, low: int = 64512, high: int = 64514) -> Any:
    served(wire, "autonomous-system-ranges", {"name": "DC", "asn_min": low, "asn_max": high})
    return nb.bgp.autonomous_system_ranges.get(name="DC")


def test_conformance():
    check_app(app)


@pytest.mark.parametrize(("asn", "text"), [(1, "1"), (65001, "65001"), (65536, "1.0"), (4200000001, "64086.59905")])
def test_asdot(nb, wire, asn, text):
    served(wire, "autonomous-systems", {"asn": asn})
    assert nb.bgp.autonomous_systems.get(asn=asn).asdot == text


@pytest.mark.parametrize(
    ("used", "free"),
    [([], 64512), ([64513], 64512), ([64512], 64513), ([64514, 64512], 64513), ([64512, 64513], 64514), ([64512, 64513, 64514], None)],
)
def test_next_asn_is_the_lowest_number_that_is_free(nb, wire, systems, used, free):
    systems += [row("plugins/bgp/autonomous-systems", asn=asn) for asn in used]
    found = span(wire, nb)
    assert found.next_asn() == free
    assert {("autonomous_system_range", found.id), ("sort", "asn")} <= set(wire.calls[-1].params)


def test_allocate_takes_the_next_number_when_somebody_else_was_faster(nb, wire, systems):
    def create(call: nbcore.Call) -> Any:
        body = sent(call)
        if body["asn"] == 64512:
            systems.append(row("plugins/bgp/autonomous-systems", asn=64512))
            return reply({"asn": ["Autonomous system with this ASN already exists."]}, 400)
        return reply(row("plugins/bgp/autonomous-systems", **body), 201)

    wire.on("POST", "plugins/bgp/autonomous-systems/", create)
    assert span(wire, nb).allocate(status="Active").asn == 64513
    assert [(body["asn"], body["status"]) for body in writes(wire)] == [(64512, "Active"), (64513, "Active")]


def test_allocate_does_not_try_on_when_the_data_is_wrong(nb, wire, systems):
    wire.on("POST", "plugins/bgp/autonomous-systems/", {"status": ["Related object not found"]}, status=400)
    with pytest.raises(nbcore.ValidationError, match="Related object not found"):
        span(wire, nb).allocate(status="No such")
    assert len(writes(wire)) == 1


def test_allocate_from_a_range_that_is_used_up_sends_no_write(nb, wire, systems):
    systems += [row("plugins/bgp/autonomous-systems", asn=asn) for asn in (1, 2)]
    with pytest.raises(nbcore.AllocationError, match="1-2 has no free number"):
        span(wire, nb, 1, 2).allocate()
    assert writes(wire) == []


@pytest.mark.parametrize(
    ("slug", "attribute", "other", "filter_name"),
    [
        ("routing-instances", "address_families", "address-families", "routing_instance"),
        ("routing-instances", "endpoints", "peer-endpoints", "routing_instance"),
        ("routing-instances", "peer_groups", "peer-groups", "routing_instance"),
        ("peer-groups", "endpoints", "peer-endpoints", "peer_group"),
        ("peer-groups", "address_families", "peer-group-address-families", "peer_group"),
        ("peer-group-templates", "peer_groups", "peer-groups", "peergroup_template"),
        ("peer-endpoints", "address_families", "peer-endpoint-address-families", "peer_endpoint"),
        ("peerings", "endpoints", "peer-endpoints", "peering"),
    ],
)
def test_what_belongs_to_an_object_is_asked_for_when_it_is_used(nb, wire, slug, attribute, other, filter_name):
    (one,) = served(wire, slug, {"name": "one"})
    served(wire, other, {"name": "ours", filter_name: one["id"]}, {"name": "not ours", filter_name: "x"})
    found = getattr(nb.bgp.endpoint(slug).get(one["id"]), attribute)
    assert len(wire.calls) == 1, "an attribute sends nothing by itself"
    assert [record.name for record in found] == ["ours"]


def test_the_routing_instances_of_a_system_are_asked_for_by_its_number(nb, wire):
    served(wire, "autonomous-systems", {"asn": 65001})
    served(
        wire, "routing-instances", {"description": "ours", "autonomous_system": 65001}, {"description": "theirs", "autonomous_system": 1}
    )
    assert [one.description for one in nb.bgp.autonomous_systems.get(asn=65001).routing_instances] == ["ours"]


def test_inherited_gives_effective_values_and_leaves_the_record_alone(nb, wire):
    own = row("plugins/bgp/peer-endpoints", description="", extra_attributes=None)
    effective_data = {**own, "description": "of the group", "extra_attributes": {"weight": 1}}
    path = f"plugins/bgp/peer-endpoints/{own['id']}/"
    wire.on("GET", path, lambda call: effective_data if dict(call.params).get("include_inherited") == "true" else own)
    endpoint = nb.bgp.peer_endpoints.get(own["id"])
    before = len(wire.calls)
    effective = endpoint.inherited()
    assert len(wire.calls) == before + 1
    assert (effective.description, effective.extra_attributes) == ("of the group", {"weight": 1})
    assert (endpoint.description, endpoint.extra_attributes) == ("", None)
    assert effective.updates() == {}


def test_inherited_of_an_object_that_is_gone(nb, wire):
    table = served(wire, "peer-groups", {"name": "edge"})
    group = nb.bgp.peer_groups.get(name="edge")
    table.clear()
    with pytest.raises(nbcore.NbcoreError, match="is not on the server any more"):
        group.inherited()


EXTRA = [endpoint.slug for endpoint in app.endpoints if endpoint.json_fields]


def test_every_object_with_extra_attributes_says_so():
    plain = {"autonomous-systems", "autonomous-system-ranges", "peerings"}
    assert set(EXTRA) == {endpoint.slug for endpoint in app.endpoints} - plain


@pytest.mark.parametrize("slug", EXTRA)
@pytest.mark.parametrize(
    "looks",
    [reference(row("dcim/devices")), {"value": 1, "label": "one"}, {"peer": reference(row("dcim/devices"))}, {"save": 1, "url": None}],
    ids=["a reference", "a choice", "holds a reference", "names of methods"],
)
def test_extra_attributes_are_plain_whatever_they_look_like(nb, wire, slug, looks):
    served(wire, slug, {"name": "edge", "extra_attributes": looks})
    group = nb.bgp.endpoint(slug).get(name="edge")
    assert type(group.extra_attributes) is dict
    assert group.extra_attributes == looks
    group.extra_attributes["added"] = {"hold": 30}
    assert group.updates() == {"extra_attributes": {**looks, "added": {"hold": 30}}}
    assert len(wire.calls) == 1


@pytest.fixture
def leaf(wire: Wire) -> dict[str, Any]:
    """A device with a routing instance, beside one of another device."""
    (device,) = wire.serve("dcim/devices", [row("dcim/devices", "dcim.device", name="leaf-1")])
    served(wire, "routing-instances", {"description": "ours", "device": device["id"]}, {"description": "theirs", "device": "x"})
    return device


def test_a_device_has_its_routing_instances(nb, wire, leaf):
    device = nb.endpoint("dcim/devices").get(name="leaf-1")
    asked = len(wire.calls)
    found = device.bgp_routing_instances
    assert len(wire.calls) == asked, "an attribute sends nothing by itself"
    assert [instance.description for instance in found] == ["ours"]
    with pytest.raises(AttributeError, match="not a field"):
        device.bgp_routing_instances = []


def test_a_device_of_a_reference_has_them_too(nb, wire, leaf):
    assert [instance.description for instance in nb.wrap(reference(leaf)).bgp_routing_instances] == ["ours"]
    assert len(wire.calls) == 1


def test_disabled_it_leaves_devices_alone(wire, leaf):
    nb = make_api(wire, disable=["bgp"])
    assert not hasattr(nb.endpoint("dcim/devices").get(name="leaf-1"), "bgp_routing_instances")
    with pytest.raises(AttributeError, match="no app 'bgp'"):
        _ = nb.bgp


def test_plugins_bgp_is_the_same_app(nb):
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
