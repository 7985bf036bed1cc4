"""Racks, traces and connected devices, as they are asked for."""

from __future__ import annotations

import pytest

import nbcore
from nbcore.testing import reference, reply, row


def test_all_units_of_a_tall_rack_are_read(server, memory):
    rack = row("dcim/racks", "dcim.rack")
    server.serve("dcim/racks", [rack])
    units = [
        {"id": number, "name": f"U{number}", "face": {"value": "front", "label": "Front"}, "occupied": False} for number in range(60, 0, -1)
    ]

    def page(call):
        asked = {"limit": "50", "offset": "0", **dict(call.params)}
        start, limit = int(asked["offset"]), int(asked["limit"])
        return {"count": 60, "next": "more" if start + limit < 60 else None, "previous": None, "results": units[start : start + limit]}

    server.on("GET", f"dcim/racks/{rack['id']}/elevation/", page)
    found = memory.dcim.racks.get(rack["id"]).elevation
    assert [unit.id for unit in found.list()] == list(range(60, 0, -1))
    assert [unit.id for unit in found.list(limit=25)] == list(range(60, 0, -1))
    one, other = found.list()[0], found.list()[0]
    assert one != other
    assert one.face == "front"


def test_a_drawing_is_asked_for_as_text(server, memory):
    rack = row("dcim/racks", "dcim.rack")
    server.serve("dcim/racks", [rack])
    server.on("GET", f"dcim/racks/{rack['id']}/elevation/", b"<svg/>")
    elevation = memory.dcim.racks.get(rack["id"]).elevation
    assert elevation.svg(face="rear", include_images=False) == "<svg/>"
    assert dict(server.calls[-1].params) == {"face": "rear", "include_images": "false", "render": "svg"}


def test_a_trace_gives_records_of_their_classes_and_none_where_it_is_open(server, memory):
    near, far = (
        row("dcim/interfaces", "dcim.interface", name="e0", display="e0"),
        row("dcim/rear-ports", "dcim.rearport", name="r0", display="r0"),
    )
    bare = row("dcim/cables", "dcim.cable", display="#1", label="")
    whole = {**bare, "termination_a": reference(near), "termination_b": reference(far)}
    server.serve("dcim/interfaces", [near])
    server.serve("dcim/rear-ports", [far])
    server.serve("dcim/cables", [whole])
    server.on("GET", f"dcim/interfaces/{near['id']}/trace/", [[near, bare, far], [far, None, None]])
    (first, second) = memory.dcim.interfaces.get(near["id"]).trace()
    assert [type(item).__name__ for item in first] == ["Interface", "Cable", "RearPort"]
    assert second[1:] == [None, None]
    assert str(first[1]) == "e0 <> r0"


def test_the_paths_through_a_port(server, memory):
    port = row("dcim/front-ports", "dcim.frontport")
    ends = [row("dcim/interfaces", "dcim.interface", name=name) for name in ("a", "b")]
    path = {
        "id": "p",
        "origin": reference(ends[0]),
        "destination": reference(ends[1]),
        "path": [row("dcim/cables", "dcim.cable", label="c")],
        "is_active": True,
    }
    server.serve("dcim/front-ports", [port])
    server.on("GET", f"dcim/front-ports/{port['id']}/paths/", [path])
    (found,) = memory.dcim.front_ports.get(port["id"]).paths()
    assert (found.origin.id, found.destination.id, found.path[0].label) == (ends[0]["id"], ends[1]["id"], "c")


@pytest.mark.parametrize("answer", [reply(None, 200), reply({"detail": "No Interface matches"}, 404)])
def test_nothing_connected_is_none_and_asked_once(server, answer):
    from nbcore.testing import make_api

    server.on("GET", "dcim/connected-device/", answer)
    with make_api(server, retries=3) as nb:
        assert nb.dcim.connected_device.get(peer_device="leaf", peer_interface="e0") is None
    assert len(server.calls) == 1


@pytest.mark.parametrize("filters", [{}, {"peer_device": "leaf"}, {"peer_device": "leaf", "peer_interface": ""}, {"name": "x"}])
def test_a_connected_device_needs_both_names(memory, server, filters):
    with pytest.raises(nbcore.InputError, match="peer_interface"):
        memory.dcim.connected_device.get(**filters)
    assert server.calls == []
