"""nb.firewall over a wire in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbcore.testing import Wire, check_app, reference, row
from nbcore_firewall.app import app

if TYPE_CHECKING:
    import nbcore

ADDRESSES = ("fqdn", "ip_range", "ip_address", "prefix")


def served(wire: Wire, slug: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"plugins/firewall/{slug}"
    return wire.serve(path, [row(path, **fields) for fields in rows])


def rule(number: int, matches: tuple[str, ...], **fields: Any) -> dict[str, Any]:
    plain = {"index": number, "name": f"rule {number}", "log": False, "request_id": "", "description": ""}
    zones = {"status": row("extras/statuses", display="Active"), "source_zone": None, "destination_zone": row("zone", display="inside")}
    return {**plain, **zones, **{name: [] for name in matches}, **fields}


def test_conformance():
    check_app(app)


@pytest.mark.parametrize(
    ("policies", "rules", "filter_name"), [("policy", "policy-rule", "policies"), ("nat-policy", "nat-policy-rule", "nat_policies")]
)
def test_details_are_plain_rows_from_one_read(nb, wire, policies, rules, filter_name):
    matches = app.by_slug[rules].m2m_fields
    (policy,) = served(wire, policies, {"name": "edge"})
    two = [row("x", display="one"), row("x", display="two")]
    ours = {filter_name: policy["id"]}
    served(wire, rules, rule(10, matches, **{matches[0]: two}, **ours), rule(20, matches, **ours), rule(30, matches))
    found = nb.firewall.endpoint(policies).get(policy["id"])
    wire.calls.clear()
    details = found.details()
    assert [line["index"] for line in details] == [10, 20]
    assert details[0][matches[0]] == ["one", "two"]
    assert (details[0]["status"], details[0]["source_zone"], details[0]["destination_zone"]) == ("Active", None, "inside")
    assert set(matches) < set(details[0])
    assert len(wire.calls) == 1
    assert {("exclude_m2m", "false"), ("depth", "1")} <= set(wire.calls[0].params)


def test_rules_come_with_what_they_match(nb, wire):
    (policy,) = served(wire, "policy", {"name": "edge"})
    served(wire, "policy-rule", rule(10, ("source_users",), policies=policy["id"]), rule(20, ()))
    rules = nb.firewall.policy.get(policy["id"]).rules
    assert len(wire.calls) == 1
    assert [(one.name, one.source_users) for one in rules] == [("rule 10", [])]
    assert ("exclude_m2m", "false") in wire.calls[-1].params


@pytest.mark.parametrize("which", ADDRESSES)
def test_address_is_the_one_that_is_set(nb, wire, which):
    served(wire, "address-object", {"name": "x", **dict.fromkeys(ADDRESSES), which: row("plugins/firewall/fqdn", display="it")})
    assert str(nb.firewall.address_object.get(name="x").address) == "it"
    assert len(wire.calls) == 1


def test_address_of_an_object_without_one(nb, wire):
    served(wire, "address-object", {"name": "x", **dict.fromkeys(ADDRESSES)})
    assert nb.firewall.address_object.get(name="x").address is None


def test_address_of_a_reference_is_loaded(nb, wire):
    (one,) = served(wire, "address-object", {"name": "x", **dict.fromkeys(ADDRESSES), "fqdn": row("plugins/firewall/fqdn", display="it")})
    assert str(nb.wrap(reference(one)).address) == "it"


def hidden(wire: Wire, slug: str, field: str, **fields: Any) -> dict[str, Any]:
    """A row whose many-to-many field is left out unless `exclude_m2m=false`, as the real server does."""
    member = row("plugins/firewall/address-object", display="member")
    one = row(f"plugins/firewall/{slug}", **fields)

    def shown(call: nbcore.Call) -> dict[str, Any]:
        return {**one, field: [member]} if dict(call.params).get("exclude_m2m") == "false" else one

    wire.on("GET", f"plugins/firewall/{slug}/", lambda call: {"count": 1, "next": None, "previous": None, "results": [shown(call)]})
    wire.on("GET", f"plugins/firewall/{slug}/{one['id']}/", shown)
    return one


M2M = [(endpoint.slug, field) for endpoint in app.endpoints for field in endpoint.m2m_fields]


def test_the_many_to_many_fields_of_the_app():
    assert len(M2M) == 41, "as many as the app's models have, tags aside"


@pytest.mark.parametrize(("slug", "field"), M2M, ids=lambda value: value)
def test_a_many_to_many_field_that_the_list_left_out_is_loaded(nb, wire, slug, field):
    hidden(wire, slug, field, name="x")
    found = nb.firewall.endpoint(slug).get(name="x")
    assert len(wire.calls) == 1
    assert [str(item) for item in getattr(found, field)] == ["member"]
    assert len(wire.calls) == 2


def test_a_many_to_many_field_of_a_reference_is_loaded_whatever_was_read_before(nb, wire):
    group = hidden(wire, "address-object-group", "address_objects", name="x")
    assert nb.firewall.address_object_group.get(name="x")
    assert [str(item) for item in nb.wrap(reference(group)).address_objects] == ["member"]
