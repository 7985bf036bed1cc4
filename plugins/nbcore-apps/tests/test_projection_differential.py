"""On a real Nautobot: for every list endpoint and every field that both routes serve, values() by GraphQL equals the value by REST."""

from __future__ import annotations

import os

import pytest

import nbcore
from nbcore import projection
from nbcore.errors import RequestError
from nbcore.query import Query

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def nb():
    with nbcore.api(os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"]) as api:
        yield api


def endpoints(nb):
    for name in nb.plugins_found.app_names():
        app = getattr(nb, name)
        for spec in app.spec.endpoints:
            if spec.key != "singleton" and "/" not in spec.slug:
                yield app.endpoint(spec.slug)


def test_every_field_that_graphql_serves_has_rest_s_value(nb, record_property):
    by_graphql, by_rest, checked, wrong = 0, 0, 0, []
    for endpoint in endpoints(nb):
        try:
            rows = endpoint.filter(limit=50)[:50]
            rows = list(rows)
        except RequestError:
            continue
        if not rows:
            continue
        fields = [name for name in dict(rows[0]) if "__" not in name]
        fields += [f"custom_fields__{key}" for key in (rows[0].custom_fields or {})] if "custom_fields" in rows[0] else []
        exact = [name for name in fields if projection.plan(endpoint, Query(), (name,)).route == "graphql"]
        by_graphql += len(exact)
        by_rest += len(fields) - len(exact)
        if not exact:
            continue
        checked += 1
        window = endpoint.filter(id=[row.id for row in rows])
        if window.explain(*exact).route != "graphql":
            continue
        left = {row["id"]: row for row in window.values("id", *exact)}
        right = {row["id"]: row for row in window.values("id", *exact, prefer="rest")}
        for identity, row in right.items():
            for name in exact:
                if left[identity][name] != row[name]:
                    wrong.append((endpoint.path, name, left[identity][name], row[name]))
    print(f"\n{by_graphql} fields of {checked} endpoints by GraphQL, {by_rest} fields by REST")
    record_property("graphql_fields", by_graphql)
    found = {(path, name): (left, right) for path, name, left, right in wrong}
    assert not found, found
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
