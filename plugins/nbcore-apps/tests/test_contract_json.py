"""Fields that hold JSON stay what they are, whatever is in them."""

from __future__ import annotations

import pytest

from nbcore.testing import URL, row, sent

# What a client that guesses by shape takes for a related object, a choice, or a method.
TRICKY = {
    "id": "aaaaaaaa-0000-4000-8000-000000000000",
    "object_type": "dcim.device",
    "url": f"{URL}/api/dcim/devices/aaaaaaaa-0000-4000-8000-000000000000/",
    "save": {"value": 1, "label": "one"},
    "notes": [{"id": 1, "url": None}],
}

JSON_FIELDS = {
    "circuits/circuits": "custom_fields",
    "cloud/cloud-networks": "extra_config",
    "cloud/cloud-resource-types": "config_schema",
    "cloud/cloud-services": "extra_config",
    "dcim/cable-types": "mapping",
    "dcim/cables": "terminations",
    "dcim/controller-managed-device-groups": "capabilities",
    "dcim/controllers": "capabilities",
    "dcim/devices": "config_context local_config_context_data computed_fields relationships",
    "dcim/platforms": "napalm_args network_driver_mappings",
    "extras/approval-workflow-definitions": "model_constraints",
    "extras/config-context-schemas": "data_schema",
    "extras/config-contexts": "data",
    "extras/custom-fields": "default scope_filter",
    "extras/dynamic-groups": "filter",
    "extras/external-integrations": "extra_config headers",
    "extras/git-repositories": "provided_contents",
    "extras/graphql-queries": "variables",
    "extras/job-results": "data result task_args task_kwargs celery_kwargs meta",
    "extras/object-changes": "object_data object_data_v2",
    "extras/object-metadata": "value",
    "extras/relationships": "source_filter destination_filter",
    "extras/saved-views": "config",
    "extras/scheduled-jobs": "args kwargs celery_kwargs",
    "extras/secrets": "parameters",
    "users/permissions": "constraints",
    "users/users": "config_data",
    "virtualization/virtual-machines": "config_context local_config_context_data",
    "vpn/vpn-profiles": "extra_options",
    "vpn/vpns": "extra_attributes",
}


EACH = pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in JSON_FIELDS.items() for field in fields.split()])


@EACH
def test_a_json_field_is_plain_whatever_it_looks_like(server, memory, path, field):
    server.serve(path, [row(path, **{field: TRICKY})])
    (record,) = memory.endpoint(path).all()
    value = getattr(record, field)
    assert value == TRICKY
    assert [type(item) for item in (value, value["save"], value["notes"][0])] == [dict, dict, dict]
    assert record.updates() == {}
    assert dict(record)[field] == TRICKY


@EACH
def test_a_change_inside_a_json_field_is_sent_whatever_it_looks_like(server, memory, path, field):
    server.serve(path, [row(path, **{field: TRICKY})])
    (record,) = memory.endpoint(path).all()
    getattr(record, field)["notes"].append(2)
    assert record.save() is True
    changed = {**TRICKY, "notes": [{"id": 1, "url": None}, 2]}
    # Of custom fields the server merges, so only what changed is sent.
    assert sent(server.calls[-1]) == {field: changed if field != "custom_fields" else {"notes": changed["notes"]}}


def test_json_of_the_server_is_plain(nb, world):
    plain = {"id": 1, "url": None, "save": "x", "nested": [{"value": 1, "label": "one"}]}
    device = world.device(local_config_context_data=plain)
    config = world.make("extras/config-contexts", name=world.name("config"), weight=1000, data={**plain, "tag": world.tag})
    secret = world.make("extras/secrets", name=world.name("secret"), provider="environment-variable", parameters={"variable": "X"})
    platform = world.make("dcim/platforms", name=world.name("platform"), network_driver="cisco_ios", napalm_args=plain)
    remote = world.make(
        "extras/external-integrations", name=world.name("remote"), remote_url="http://example.com/", extra_config=plain, timeout=5
    )
    view = world.make("extras/saved-views", name=world.name("view"), view="dcim:device_list", config=plain)
    group = world.make("extras/dynamic-groups", name=world.name("group"), content_type="dcim.device", filter={"name": [device.name]})
    assert nb.dcim.devices.get(device.id).local_config_context_data == plain
    assert nb.dcim.devices.get(device.id).config_context["tag"] == world.tag
    assert nb.extras.config_contexts.get(config.id).data == {**plain, "tag": world.tag}
    assert nb.extras.secrets.get(secret.id).parameters == {"variable": "X"}
    assert nb.dcim.platforms.get(platform.id).napalm_args == plain
    assert nb.dcim.platforms.get(platform.id).network_driver_mappings["netmiko"] == "cisco_ios"
    assert nb.extras.external_integrations.get(remote.id).extra_config == plain
    assert nb.extras.saved_views.get(view.id).config == plain
    assert nb.extras.dynamic_groups.get(group.id).filter == {"name": [device.name]}


def test_both_data_of_an_object_change_are_plain(nb, world):
    device = world.device()
    change = nb.extras.object_changes.filter(changed_object_id=device.id).first()
    assert change.object_data["name"] == device.name
    assert type(change.object_data_v2["location"]) is dict
    assert change.changed_object == device


def test_the_ends_of_a_cable_by_connector_are_plain(nb, world):
    device = world.device()
    one, other = world.interface(device, "e0"), world.interface(device, "e1")
    cable = nb.dcim.cables.get(world.cable(one, other).id)
    assert {name: end["id"] for name, end in cable.terminations.items()} == {"a1": one.id, "b1": other.id}
    assert type(cable.terminations["a1"]) is dict


def test_metadata_of_an_object_may_hold_anything(nb, world):
    tenant = world.make("tenancy/tenants", name=world.name("tenant"))
    kind = world.make("extras/metadata-types", name=world.name("kind"), data_type="json", content_types=["tenancy.tenant"])
    value = {"id": 1, "url": "x", "save": 1}
    meta = world.make(
        "extras/object-metadata", metadata_type=kind.id, assigned_object_type="tenancy.tenant", assigned_object_id=tenant.id,
        scoped_fields=["name"], value=value,
    )  # fmt: skip
    found = nb.extras.object_metadata.get(meta.id)
    assert found.value == value
    assert found.assigned_object == tenant
