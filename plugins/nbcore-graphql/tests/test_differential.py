"""On a real Nautobot: for every list endpoint and every field that both routes serve, values() by GraphQL equals the value by REST."""

from __future__ import annotations

import os

import pytest

import nbcore
from nbcore.errors import RequestError

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def nb():
    with nbcore.api(os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"]) as api:
        yield api


def endpoints(nb):
    for info in nb.plugin_report():
        if info.group != "nbcore.apps" or info.state not in ("found", "active"):
            continue
        app = getattr(nb, info.name)
        for spec in app.spec.endpoints:
            if spec.key != "singleton" and "/" not in spec.slug:
                yield app.endpoint(spec.slug)


def read(records, fields, caplog):
    """The rows by id, and whether the read fell back to REST: that would compare REST with REST."""
    caplog.clear()
    rows = {row["id"]: row for row in records.values("id", *fields)}
    return rows, any("falls back" in record.getMessage() for record in caplog.records)


def test_every_field_that_graphql_serves_has_rest_s_value(nb, record_property, caplog):
    found: list[tuple[str, int, int]] = []
    wrong, empty = {}, []
    for endpoint in endpoints(nb):
        try:
            rows = list(endpoint.filter(limit=50)[:50])
        except RequestError:
            empty.append(endpoint.path)
            continue
        if not rows:
            empty.append(endpoint.path)
            continue
        fields = [name for name in dict(rows[0]) if "__" not in name]
        fields += [f"custom_fields__{key}" for key in (rows[0].custom_fields or {})] if "custom_fields" in rows[0] else []
        exact = [name for name in fields if endpoint.all().explain(name).route == "graphql"]
        window = endpoint.filter(id=[row.id for row in rows])
        if not exact or window.explain(*exact).route != "graphql":
            exact = []
        else:
            left, fell_back = read(window, exact, caplog)
            if fell_back:
                # Some field's values cannot be told apart in GraphQL: found out when they came, and answered by REST.
                exact = [name for name in exact if not read(window, [name], caplog)[1]]
                left, fell_back = read(window, exact, caplog) if exact else ({}, False)
                assert not fell_back, endpoint.path
        if exact:
            right = {row["id"]: row for row in window.values("id", *exact, prefer="rest")}
            assert left.keys() == right.keys(), endpoint.path
            differing = [(identity, name) for identity, row in right.items() for name in exact if left[identity][name] != row[name]]
            wrong |= {(endpoint.path, name): (left[identity][name], right[identity][name]) for identity, name in differing}
        found.append((endpoint.path, len(exact), len(fields) - len(exact)))
    by_graphql, by_rest = sum(exact for _, exact, _ in found), sum(others for *_, others in found)
    endpoints_by_graphql = sum(1 for _, exact, _ in found if exact)
    print(
        f"\n{by_graphql} fields of {endpoints_by_graphql} endpoints by GraphQL, {by_rest} fields by REST; "
        f"{len(found)} endpoints with rows, {len(empty)} without: {', '.join(empty)}"
    )
    record_property("graphql_fields", by_graphql)
    assert not wrong, wrong
    assert by_graphql > 500


def test_related_fields_have_rest_s_value(nb):
    asked = {
        "dcim/devices": ("name", "location__name", "location__parent__name", "device_type__manufacturer__name", "tenant__name",
                         "primary_ip4__address", "rack__name", "status__name", "face", "role__color", "virtual_chassis__master__name"),
        "dcim/interfaces": ("name", "type", "mode", "device__name", "status__name", "lag__name", "untagged_vlan__vid",
                            "device__location__name"),
        "ipam/prefixes": ("prefix", "type", "parent__prefix", "namespace__name", "rir__name", "status__name"),
        "ipam/ip-addresses": ("address", "type", "parent__prefix", "tenant__name"),
        "circuits/circuits": ("cid", "provider__name", "circuit_type__name", "circuit_termination_a__id"),
        "virtualization/interfaces": ("name", "virtual_machine__name", "mode"),
    }  # fmt: skip
    for path, fields in asked.items():
        rows = nb.endpoint(path).all()
        assert rows.explain(*fields).route == "graphql", (path, rows.explain(*fields))
        assert rows.values(*fields) == nb.endpoint(path).all().values(*fields, prefer="rest"), path
