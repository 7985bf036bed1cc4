"""nb.firewall against a server in memory."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "00000000-0000-4000-8000-{:012d}"


def row(slug: str, number: int, object_type: str, **fields: Any) -> dict[str, Any]:
    key = KEY.format(number)
    return {
        "id": key,
        "object_type": f"nautobot_firewall_models.{object_type}",
        "url": f"http://127.0.0.1:9/api/plugins/firewall/{slug}/{key}/",
        "display": f"{object_type} {number}",
        **fields,
    }


def rule(number: int, slug: str, matches: tuple[str, ...], **fields: Any) -> dict[str, Any]:
    plain = {"index": number, "name": f"rule {number}", "log": False, "request_id": "", "description": ""}
    zones = {"status": row("zone", 90, "status", display="Active"), "source_zone": None, "destination_zone": row("zone", 91, "zone", display="inside")}
    return row(slug, number, "rule", **plain, **zones, **dict.fromkeys(matches, []), **fields)


@pytest.mark.parametrize(
    ("policies", "rules", "asked"), [("policy", "policy-rule", "policies"), ("nat-policy", "nat-policy-rule", "nat_policies")]
)
def test_details_are_plain_rows_from_one_read(make_api, wire, policies, rules, asked):
    nb = make_api()
    matches = nb.firewall.endpoint(rules).spec.m2m_fields
    policy = row(policies, 1, "policy", name="edge")
    first = rule(10, rules, matches) | {matches[0]: [row("x", 5, "x", display="one"), row("x", 6, "x", display="two")]}
    wire.rows(f"plugins/firewall/{policies}", policy)
    wire.rows(f"plugins/firewall/{rules}", first, rule(20, rules, matches))
    found = nb.firewall.endpoint(policies).get(policy["id"])
    wire.calls.clear()
    details = found.details()
    assert [line["index"] for line in details] == [10, 20]
    assert details[0][matches[0]] == ["one", "two"]
    assert (details[0]["status"], details[0]["source_zone"], details[0]["destination_zone"]) == ("Active", None, "inside")
    assert set(matches) < set(details[0])
    assert len(wire.calls) == 1
    assert {(asked, policy["id"]), ("exclude_m2m", "false"), ("depth", "1")} <= set(wire.calls[0].params)


def test_rules_come_with_what_they_match(make_api, wire):
    policy = row("policy", 1, "policy", name="edge")
    wire.rows("plugins/firewall/policy", policy)
    wire.rows("plugins/firewall/policy-rule", rule(10, "policy-rule", ("source_users",)))
    found = make_api().firewall.policy.get(policy["id"])
    rules = found.rules
    assert len(wire.calls) == 1
    assert [(one.name, one.source_users) for one in rules] == [("rule 10", [])]
    assert {("policies", policy["id"]), ("exclude_m2m", "false")} <= set(wire.calls[-1].params)


@pytest.mark.parametrize("which", ["fqdn", "ip_range", "ip_address", "prefix"])
def test_address_is_the_one_that_is_set(make_api, wire, which):
    fields = dict.fromkeys(("fqdn", "ip_range", "ip_address", "prefix")) | {which: row("fqdn", 3, which, display="it")}
    wire.rows("plugins/firewall/address-object", row("address-object", 1, "addressobject", **fields))
    found = make_api().firewall.address_object.get(name="x")
    assert str(found.address) == "it"
    assert len(wire.calls) == 1


def test_address_of_an_object_without_one(make_api, wire):
    wire.rows("plugins/firewall/address-object", row("address-object", 1, "addressobject", **dict.fromkeys(("fqdn", "ip_range", "ip_address", "prefix"))))
    assert make_api().firewall.address_object.get(name="x").address is None


def test_a_many_to_many_field_that_the_list_left_out_is_loaded(make_api, wire):
    group = row("address-object-group", 1, "addressobjectgroup", name="hosts")
    member = row("address-object", 2, "addressobject")
    wire.rows("plugins/firewall/address-object-group", group)
    wire.on("GET", f"plugins/firewall/address-object-group/{group['id']}/", {**group, "address_objects": [member]})
    found = make_api().firewall.address_object_group.get(name="hosts")
    assert [str(item) for item in found.address_objects] == ["addressobject 2"]
    assert dict(wire.calls[-1].params)["exclude_m2m"] == "false"
