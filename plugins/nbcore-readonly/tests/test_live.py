"""A dry run against a real Nautobot: it reads, and writes nothing."""

from __future__ import annotations

import uuid

import pytest

import nbcore
from nbcore_readonly import ReadOnly

pytestmark = pytest.mark.integration


def test_dry_run(live_settings, live):
    dry = ReadOnly("record")
    name = f"dry-{uuid.uuid4()}"
    with nbcore.Api(**live_settings, plugins=[dry]) as nb:
        pattern = next(iter(nb.endpoint("dcim/devices").filter(limit=1, offset=0)))
        fields = {field: pattern[field]["id"] for field in ("role", "status", "device_type", "location")}
        device = nb.endpoint("dcim/devices").create(name=name, face="front", **fields)
        assert (str(device), device["object_type"], device.location.name) == (name, "dcim.device", pattern.location.name)
        assert (device.status, device.face.value) == (pattern.status, "front")
        assert nb.endpoint("dcim/devices").get(device.id).name == name

        prefix = nb.endpoint("ipam/prefixes").filter(prefix="10.0.1.0/24").first()
        path = f"ipam/prefixes/{prefix.id}/available-ips/"
        free = [row["address"] for row in nb.request("GET", path, params={"limit": 3})]
        took = nb.request("POST", path, body=[{"status": fields["status"]}] * 3, endpoint="ipam/prefixes", action="available-ips")
        assert [row["address"] for row in took] == free

        before = pattern["comments"]
        pattern.comments = name
        assert pattern.save() is True
        assert nb.endpoint("dcim/devices").get(pattern.id).comments == name
        assert device.delete() is True
        with pytest.raises(nbcore.NotFoundError):
            nb.endpoint("dcim/devices").update(str(uuid.uuid4()), {"name": "x"})
    assert [call.method for call in dry.calls] == ["POST", "POST", "PATCH", "DELETE", "PATCH"]
    assert live.endpoint("dcim/devices").get(name=name) is None
    assert live.endpoint("dcim/devices").get(pattern.id).comments == before
    assert live.request("GET", path, params={"limit": 3})[0]["address"] == free[0]
