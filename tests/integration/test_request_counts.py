"""How many requests plain loops cost on a real Nautobot: the inventory walk, and the loops of pynautobot's documentation."""

from __future__ import annotations

import math
import tempfile

import pytest

import nbcore
from nbcore import hookimpl

from ..bench import loops

pytestmark = pytest.mark.integration
ROWS = 100
IDS = 35  # that fit in one request line


class Counts:
    """A plugin that keeps the requests."""

    def __init__(self):
        self.sent = []

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        self.sent.append(f"{call.method} {call.path}")
        return (yield)


def test_the_inventory_walk_costs_requests_by_distinct_related_objects_and_none_by_rows(live_settings):
    counts = Counts()
    with nbcore.Api(**live_settings, plugins=[counts]) as nb:
        devices = nb.endpoint("dcim/devices").all()[:ROWS]
        walked = [
            (
                device.name, device.location.name, device.device_type.model, device.device_type.manufacturer.name, device.role.name,
                device.status.name, device.tenant.name if device.tenant else None,
            )
            for device in devices
        ]  # fmt: skip
        related = ["location", "device_type", "role", "status", "tenant"]
        distinct = [{device[name]["id"] for device in devices if device[name]} for name in related]
        distinct.append({device.device_type.manufacturer.id for device in devices})
    assert len(walked) == len(devices) >= 50
    assert all(all(names[:-1]) for names in walked)
    assert len(counts.sent) == 1 + sum(math.ceil(len(ids) / IDS) for ids in distinct)
    assert len(counts.sent) <= 14


@pytest.mark.parametrize("name", loops.LOOPS)
def test_a_loop_of_pynautobot_s_documentation_costs_no_more_than_it_says(live_settings, monkeypatch, name):
    monkeypatch.setenv("NBCORE_TEST_URL", live_settings["url"])
    monkeypatch.setenv("NBCORE_TEST_TOKEN", live_settings["token"])
    pytest.importorskip("nbcore_apps")
    with tempfile.TemporaryDirectory() as cache, loops.made_for(loops.LOOPS[name]) as own:
        found = loops.run("nbcore", name, own, cache)
    assert found["lines"]
    assert len(found["sent"]) <= loops.LOOPS[name].most, found["sent"]
