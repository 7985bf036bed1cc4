"""nb.firewall against the real app."""

from __future__ import annotations

import uuid

import pytest

pytestmark = pytest.mark.integration


def test_the_details_of_a_policy(live):
    details = live.firewall.policy.get(name="edge").details()
    assert [(row["index"], row["name"], row["action"]) for row in details] == [(10, "allow web", "allow"), (20, "drop the rest", "drop")]
    first = details[0]
    assert first["source_addresses"] == ["range"]
    assert first["destination_services"] == ["https-8443 (TCP/8443)"]
    assert (first["source_zone"], first["destination_zone"], first["log"]) == ("inside", "outside", True)
    assert details[1]["source_zone"] is None


def test_the_rules_of_a_policy(live):
    rules = live.firewall.policy.get(name="edge").rules
    assert [rule.name for rule in rules] == ["allow web", "drop the rest"]
    assert [str(user) for user in rules[0].source_users] == ["ann"]
    assert {str(rule) for rule in live.firewall.policy.get(name="edge").policy_rules} == {"allow web - CHG1", "drop the rest"}


def test_the_details_of_a_nat_policy(live):
    (row,) = live.firewall.nat_policy.get(name="edge nat").details()
    assert (row["name"], row["original_source_address_groups"], row["translated_source_addresses"]) == ("hide", ["hosts"], ["range"])


def test_the_address_of_address_objects(live):
    found = {one.name: one.address for one in live.firewall.address_object.filter(name=["range", "site", "host", "network"])}
    assert str(found["range"]) == "10.0.2.20-10.0.2.29"
    assert str(found["site"]) == "www.example.com"
    assert found["host"].host == "10.0.2.12"
    assert found["network"].prefix == "10.0.6.0/24"


def test_members_of_a_group_are_loaded_and_written(live):
    names = ["host", "network"]
    hosts, network = (live.firewall.address_object.get(name=name) for name in names)
    group = live.firewall.address_object_group.create(name=f"nbcore {uuid.uuid4()}", address_objects=[hosts.id])
    try:
        assert group.address_objects == [hosts]
        group.address_objects = [hosts, network]
        assert group.save() is True
        again = live.firewall.address_object_group.get(group.id)
        assert sorted(str(member) for member in again.address_objects) == names
        again.address_objects = [network, hosts]
        assert again.save() is False, "the order of members does not count"
        again.address_objects = []
        assert again.save() is True
        assert live.firewall.address_object_group.get(group.id).address_objects == []
    finally:
        group.delete()
    assert live.firewall.address_object.get(hosts.id) is not None


def test_a_policy_is_put_on_a_device(live):
    policy = live.firewall.policy.create(name=f"nbcore {uuid.uuid4()}", status="Active")
    device = live.endpoint("dcim/devices").all()[0]
    try:
        link = live.firewall.policy_device_association.create(policy=policy.id, device=device.id, weight=50)
        assert (link.policy, link.device, link.weight) == (policy, device, 50)
        assert live.firewall.policy.get(policy.id).assigned_devices == [device]
        link.delete()
    finally:
        policy.delete()
