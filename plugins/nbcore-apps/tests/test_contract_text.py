"""The texts of records that scripts for pynautobot print."""

from __future__ import annotations


def test_a_circuit_is_its_cid_and_its_termination_too(nb, world):
    provider = world.make("circuits/providers", name=world.name("provider"))
    kind = world.make("circuits/circuit-types", name=world.name("kind"))
    circuit = world.make("circuits/circuits", cid=world.name("cid"), provider=provider.id, circuit_type=kind.id, status="Active")
    end = world.make("circuits/circuit-terminations", circuit=circuit.id, term_side="A", location=world.location.id)
    assert str(circuit) == str(end) == world.name("cid")
    assert str(nb.circuits.circuit_terminations.get(end.id)) == world.name("cid")


def test_a_device_type_is_its_model(nb, world):
    assert str(nb.dcim.device_types.get(world.device_type.id)) == world.name("model")


def test_a_rack_reservation_is_its_description(world):
    reserved = world.make("dcim/rack-reservations", rack=world.rack.id, units=[1, 2], description="for the new switch")
    assert str(reserved) == "for the new switch"


def test_a_virtual_chassis_is_its_master_or_its_own_name(nb, world):
    chassis = world.make("dcim/virtual-chassis", name=world.name("chassis"))
    assert str(chassis) == world.name("chassis")
    master = world.device("master", virtual_chassis=chassis.id, vc_position=1)
    chassis.update({"master": master.id})
    world.later(lambda: chassis.update({"master": None}))
    assert str(nb.dcim.virtual_chassis.get(chassis.id)) == world.name("master")


def test_a_cable_is_its_two_ends(nb, world):
    device = world.device()
    cable = world.cable(world.interface(device, "left"), world.interface(device, "right"))
    assert str(nb.dcim.cables.get(cable.id)) == "left <> right"


def test_an_object_change_is_its_request_id(nb, world):
    tenant = world.make("tenancy/tenants", name=world.name("tenant"))
    change = nb.extras.object_changes.filter(changed_object_id=tenant.id).first()
    assert change is not None
    assert str(change) == change.request_id


def test_a_custom_field_choice_is_its_value(world):
    custom = world.make(
        "extras/custom-fields", label=world.name("colour"), key=f"colour_{world.tag}", type="select", content_types=["tenancy.tenant"]
    )
    assert str(world.make("extras/custom-field-choices", custom_field=custom.id, value="green")) == "green"


def test_a_user_is_its_username(world):
    assert str(world.make("users/users", username=world.name("user"))) == world.name("user")


def test_an_address_and_a_prefix_are_their_display_names(nb, world):
    prefix = world.prefix("10.99.0.0/29")
    address = world.make("ipam/ip-addresses", address="10.99.0.1/29", namespace=world.namespace.id, status="Active")
    assert str(address) == "10.99.0.1/29"
    assert str(nb.ipam.prefixes.get(prefix.id)) == prefix.display
    assert prefix.display.startswith("10.99.0.0/29")


def test_a_dynamic_group_is_its_display_name(world):
    group = world.make("extras/dynamic-groups", name=world.name("group"), content_type="dcim.device")
    assert str(group) == world.name("group")
