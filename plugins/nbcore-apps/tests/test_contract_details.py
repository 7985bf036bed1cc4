"""The routes below records that scripts for pynautobot use."""

from __future__ import annotations

import pytest

import nbcore
from nbcore_apps.dcim import Cable, Device, Interface
from nbcore_apps.ipam import VLAN, IPAddress, Prefix


def test_free_addresses_are_listed_and_taken(world):
    prefix = world.prefix("10.99.1.0/29")
    free = prefix.available_ips.list()
    assert all(isinstance(address, IPAddress) for address in free)
    assert [str(address) for address in free[:2]] == ["10.99.1.1/29", "10.99.1.2/29"]
    assert free[0].address == "10.99.1.1/29"
    taken = prefix.available_ips.create({"status": "Active"})
    world.later(taken.delete)
    assert isinstance(taken, IPAddress)
    assert taken.address == "10.99.1.1/29"
    assert taken.parent == prefix
    several = prefix.available_ips.create([{"status": "Active"}, {"status": "Active"}])
    world.later(lambda: [address.delete() for address in several])
    assert [address.address for address in several] == ["10.99.1.2/29", "10.99.1.3/29"]


def test_free_addresses_of_a_part_of_the_prefix(world):
    prefix = world.prefix("10.99.2.0/29")
    listed = prefix.available_ips.list(range_start="10.99.2.3", range_end="10.99.2.4")
    assert [address.address for address in listed] == ["10.99.2.3/29", "10.99.2.4/29"]
    taken = prefix.available_ips.create(status="Active", range_start="10.99.2.4", range_end="10.99.2.4")
    world.later(taken.delete)
    assert taken.address == "10.99.2.4/29"
    with pytest.raises(nbcore.AllocationError):
        prefix.available_ips.create(status="Active", range_start="10.99.2.4", range_end="10.99.2.4")


def test_a_full_prefix_is_an_allocation_error(nb, world):
    prefix = world.prefix("10.99.3.0/30")
    with pytest.raises(nbcore.AllocationError) as caught:
        prefix.available_ips.create([{"status": "Active"}] * 5)
    assert caught.value.req.status_code == 204
    assert nb.ipam.ip_addresses.count(parent=prefix.id) == 0


def test_free_prefixes_are_listed_and_taken(world):
    prefix = world.prefix("10.99.4.0/24")
    assert [str(free) for free in prefix.available_prefixes.list()] == ["10.99.4.0/24"]
    taken = prefix.available_prefixes.create({"prefix_length": 26, "status": "Active"})
    world.later(taken.delete)
    assert isinstance(taken, Prefix)
    assert taken.prefix == "10.99.4.0/26"
    with pytest.raises(nbcore.AllocationError):
        prefix.available_prefixes.create({"prefix_length": 23, "status": "Active"})
    with pytest.raises(ValueError, match="prefix_length"):
        prefix.available_prefixes.create({"status": "Active"})


def test_free_vlan_ids_are_numbers_and_one_that_is_taken_is_a_vlan(nb, world):
    group = world.make("ipam/vlan-groups", name=world.name("vlans"), range="10-11,100-199")
    assert group.available_vlans.list() == [10, 11, *range(100, 200)]
    assert group.available_vlans.list(limit=2) == [10, 11]
    vlan = group.available_vlans.create({"name": "one", "status": "Active"})
    world.later(vlan.delete)
    assert isinstance(vlan, VLAN)
    assert (vlan.vid, vlan.name) == (10, "one")
    several = group.available_vlans.create([{"name": "two", "status": "Active"}])
    world.later(several[0].delete)
    assert [vlan.vid for vlan in several] == [11]
    with pytest.raises(nbcore.AllocationError):
        group.available_vlans.create({"name": "three", "status": "Active", "vid": 10})


def test_a_related_prefix_has_its_actions(nb, world):
    prefix = world.prefix("10.99.5.0/29")
    address = world.make("ipam/ip-addresses", address="10.99.5.1/29", namespace=world.namespace.id, status="Active")
    assert nb.ipam.ip_addresses.get(address.id).parent.available_ips.list()[0].address == "10.99.5.2/29"
    assert nb.ipam.ip_addresses.get(address.id).parent == prefix


def test_a_trace_is_end_cable_end(nb, world):
    near, far = world.device("near"), world.device("far")
    one, other = world.interface(near, "e0"), world.interface(far, "e0")
    cable = world.cable(one, other)
    ((a, between, b),) = nb.dcim.interfaces.get(one.id).trace()
    assert (a, between, b) == (one, cable, other)
    assert isinstance(a, Interface)
    assert isinstance(between, Cable)
    assert isinstance(b, Interface)
    assert str(between) == "e0 <> e0"
    assert b.device.name == world.name("far")


def test_a_trace_that_ends_open_has_none(nb, world):
    device = world.device()
    port = world.interface(device, "e0")
    assert port.trace() == []
    rear = world.make("dcim/rear-ports", name="r0", type="8p8c", positions=1, device=device.id)
    world.cable(port, rear)
    assert [[type(item).__name__ for item in hop] for hop in nb.dcim.interfaces.get(port.id).trace()] == [
        ["Interface", "Cable", "RearPort"]
    ]


@pytest.mark.parametrize("kind", ["console-ports", "console-server-ports", "power-ports", "power-outlets"])
def test_other_ports_trace_too(nb, world, kind):
    port = world.make(f"dcim/{kind}", name="p0", device=world.device().id)
    assert port.trace() == []


def test_the_elevation_of_a_rack_is_its_units_or_a_drawing(nb, world):
    world.device(rack=world.rack.id, position=2, face="front")
    rack = nb.dcim.racks.get(world.rack.id)
    units = rack.elevation.list(face="front")
    assert [(unit.id, unit.name, unit.face, unit.occupied) for unit in units] == [
        (4, "U4", "front", False), (3, "U3", "front", False), (2, "U2", "front", True), (1, "U1", "front", False),
    ]  # fmt: skip
    assert [unit.name for unit in rack.elevation.list(is_occupied=True)] == ["U2"]
    assert rack.elevation.svg(face="rear").startswith("<svg")
    assert rack.elevation.list(render="svg").startswith("<svg")
    with pytest.raises(NotImplementedError):
        rack.elevation.create()


def test_the_units_of_a_rack_say_what_to_use(world):
    with pytest.raises(nbcore.InputError, match="elevation"):
        world.rack.units.list()


@pytest.mark.integration
def test_napalm_is_read_only_and_tells_the_servers_reason(real_world):
    device = real_world.device()
    with pytest.raises(nbcore.RequestError, match="No platform is configured"):
        device.napalm.list(method="get_facts")
    with pytest.raises(NotImplementedError):
        device.napalm.create({})


def test_members_of_a_dynamic_group_are_of_their_own_class(nb, world):
    device = world.device()
    group = world.make("extras/dynamic-groups", name=world.name("group"), content_type="dcim.device", filter={"name": [device.name]})
    members = nb.extras.dynamic_groups.get(group.id).members.list()
    assert members == [device]
    assert isinstance(members[0], Device)
    assert members[0].endpoint is nb.dcim.devices


def test_the_notes_of_a_record(world):
    device = world.device()
    note = device.notes.create({"note": "has a loud fan"})
    world.later(note.delete)
    assert [found.note for found in device.notes.list()] == ["has a loud fan"]
    assert note.assigned_object == device
