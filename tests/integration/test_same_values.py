"""What the server makes of a value is what counts as the same: each form is written, and then is no change to what is read again."""

from __future__ import annotations

import contextlib
import datetime
import uuid

import pytest

import nbcore

pytestmark = pytest.mark.integration

NAME = f"nbcore-test-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def api(live_settings):
    with nbcore.Api(**live_settings, deadline=300) as api:
        yield api


@pytest.fixture(scope="module")
def objects(api):
    """One object of each kind, by a short name."""
    made = {}

    def make(word, path, **fields):
        made[word] = api.endpoint(path).create(**fields)

    try:
        device = api.endpoint("dcim/devices").all()[0]
        kind = api.endpoint("dcim/location-types").filter(parent__isnull=True)[0]
        make("vlan", "ipam/vlans", vid=3990, name=NAME, status="Active")
        make("site", "dcim/locations", name=NAME, location_type=kind.id, status="Active")
        make("rack", "dcim/racks", name=NAME, location=device.location.id, status="Active")
        make("port", "dcim/interfaces", device=device.id, name=NAME, type="1000base-t", status="Active")
        make("tag", "extras/tags", name=NAME, content_types=["ipam.prefix", "ipam.vlan"])
        make("prefix", "ipam/prefixes", prefix="2001:db8:abcd::/64", namespace=api.endpoint("ipam/namespaces").all()[0].id, status="Active")
        yield made
    finally:
        for record in reversed(made.values()):
            with contextlib.suppress(nbcore.NotFoundError):
                record.delete()


FORMS = [
    ("vlan", "vid", "3990"),
    ("vlan", "vid", " 03990 "),
    ("vlan", "name", f" {NAME} \n"),
    ("vlan", "status", "Active"),
    ("vlan", "status", {"name": "Active"}),
    ("vlan", "tags", [NAME, {"name": NAME}]),
    ("site", "latitude", 12.5),
    ("site", "latitude", "12.5"),
    ("site", "latitude", " +12.50 "),
    ("site", "facility", 10),
    ("rack", "width", "19"),
    ("rack", "width", {"value": 19, "label": "x"}),
    ("rack", "desc_units", "no"),
    ("rack", "u_height", "042"),
    ("port", "enabled", "True"),
    ("port", "enabled", 1),
    ("port", "mac_address", "0011.22aa.bbcc"),
    ("port", "mac_address", "00-11-22-AA-bb-cc"),
    ("port", "mac_address", "001122aabbcc"),
    ("port", "mac_address", "0:11:22:aa:bb:cc"),
    ("tag", "content_types", ["ipam.vlan", "ipam.prefix", "ipam.vlan"]),
    ("prefix", "prefix", "2001:DB8:abcd:0::/64"),
    ("prefix", "date_allocated", "2026-01-02T03:04:05+00:00"),
    ("prefix", "date_allocated", "2026-01-02T03:04:05.100+02:00"),
    ("prefix", "date_allocated", "2026-01-02 03:04:05"),
    ("prefix", "date_allocated", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
    ("prefix", "date_allocated", datetime.date(2026, 1, 2)),
]


@pytest.mark.parametrize(("word", "field", "value"), FORMS, ids=[f"{field}={value!r}" for _, field, value in FORMS])
def test_what_was_written_is_no_change(api, objects, word, field, value):
    record = objects[word]
    endpoint = api.endpoint(record.endpoint.path)
    endpoint.update(record.id, {field: value})
    again = endpoint.get(record.id)
    assert again.update({field: value}) is False
    assert not endpoint.sync([{"id": record.id, field: value}], key="id", among={"id": [record.id]})


def test_a_number_in_a_text_is_a_text(api, objects):
    endpoint = api.endpoint("dcim/locations")
    key = objects["site"].id
    endpoint.update(key, {"facility": "1.10"})
    assert endpoint.get(key).update({"facility": "1.1"}) is True
    assert endpoint.get(key).facility == "1.1"
