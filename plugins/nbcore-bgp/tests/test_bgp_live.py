"""nb.bgp against the real app."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import pytest

import nbcore

pytestmark = pytest.mark.integration
LOW = 4_260_000_000


@pytest.fixture
def created(live) -> Iterator[contextlib.ExitStack]:
    """What a test created, deleted after it in the opposite order."""
    with contextlib.ExitStack() as stack:
        yield stack


def make(created: contextlib.ExitStack, endpoint: nbcore.Endpoint, **fields: object) -> nbcore.Record:
    record = endpoint.create(**fields)
    created.callback(record.delete)
    return record


def test_a_range_gives_its_lowest_free_numbers(live, created):
    span = make(created, live.bgp.autonomous_system_ranges, name=f"nbcore {uuid.uuid4()}", asn_min=LOW, asn_max=LOW + 2)
    middle = make(created, live.bgp.autonomous_systems, asn=LOW + 1, status="Active")
    assert [one.asn for one in span.autonomous_systems] == [LOW + 1]
    taken = []
    for _ in range(2):
        taken.append(span.allocate(status="Active", description="allocated"))
        created.callback(taken[-1].delete)
    assert [one.asn for one in taken] == [LOW, LOW + 2]
    assert taken[0].description == "allocated"
    assert span.next_asn() is None
    with pytest.raises(nbcore.AllocationError):
        span.allocate(status="Active")
    assert middle.asdot == f"{(LOW + 1) >> 16}.{(LOW + 1) & 0xFFFF}"


def test_a_session_between_two_routers(live, created):
    """Instance, group, peering and its sides are made, and each finds what belongs to it."""
    address = live.endpoint("ipam/ip-addresses")
    interface = next(
        one for one in live.endpoint("ipam/ip-address-to-interface").all() if one.interface is not None and one.interface.device is not None
    )
    local, device = interface.ip_address, interface.interface.device
    remote = next(one for one in address.filter(ip_version=4) if one != local)
    ours = make(created, live.bgp.autonomous_systems, asn=LOW + 10, status="Active")
    theirs = make(created, live.bgp.autonomous_systems, asn=LOW + 11, status="Active")
    tricky = {"url": "x", "id": 1, "object_type": "dcim.device", "nested": {"value": 1, "label": "one"}}
    instance = make(
        created, live.bgp.routing_instances, device=device.id, autonomous_system=ours.id, status="Active", extra_attributes=tricky
    )
    assert instance.extra_attributes == tricky
    assert instance in list(device.bgp_routing_instances)
    assert list(ours.routing_instances) == [instance]
    group = make(
        created,
        live.bgp.peer_groups,
        name="nbcore edge",
        routing_instance=instance.id,
        source_ip=local.id,
        extra_attributes={"of": "group"},
    )
    peering = make(created, live.bgp.peerings, status="Active")
    here = live.bgp.peer_endpoints.create(peering=peering.id, routing_instance=instance.id, peer_group=group.id)
    there = live.bgp.peer_endpoints.create(peering=peering.id, autonomous_system=theirs.id, source_ip=remote.id)
    assert set(peering.endpoints) == {here, there}
    assert list(group.endpoints) == list(instance.endpoints) == [here]
    assert list(instance.peer_groups) == [group]
    effective = here.inherited()
    assert (here.source_ip, effective.source_ip) == (None, local)
    assert effective.autonomous_system == ours
    assert effective.extra_attributes == {**tricky, "of": "group"}
    assert here.extra_attributes is None
    assert group.inherited().autonomous_system == ours
    assert (here.full_details(), here.peer) == (True, there)
    for record, slug in ((instance, "address_families"), (group, "peer_group_address_families"), (here, "peer_endpoint_address_families")):
        owner = {"address_families": "routing_instance", "peer_group_address_families": "peer_group"}.get(slug, "peer_endpoint")
        family = getattr(live.bgp, slug).create(afi_safi="ipv4_unicast", **{owner: record.id})
        assert list(record.address_families) == [family]
        assert str(family).startswith("ipv4_unicast AF")


def test_an_edit_inside_extra_attributes_is_sent(live, created):
    template = make(created, live.bgp.peer_group_templates, name=f"nbcore {uuid.uuid4()}", extra_attributes={"timers": {"hold": 90}})
    assert template.save() is False
    template.extra_attributes["timers"]["hold"] = 30
    assert template.save() is True
    assert live.bgp.peer_group_templates.get(template.id).extra_attributes == {"timers": {"hold": 30}}
    assert list(template.peer_groups) == []


def test_notes(live, created):
    system = make(created, live.bgp.autonomous_systems, asn=LOW + 20, status="Active")
    system.notes.create(note="seen")
    assert [note.note for note in system.notes.list()] == ["seen"]
