"""Routes below records and endpoints: read, written, called; and notes."""

from __future__ import annotations

import pytest

import nbcore
import nbcore.testing
from nbcore import Action, hookimpl
from nbcore.testing import reply

from .lab import Device, Place, asked, device, ident, place, reference, sent


@pytest.fixture
def record(nb, wire):
    wire.serve("lab/devices", [device(1)])
    found = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    return found


BELOW = f"lab/devices/{ident(1)}"


def test_an_action_of_a_record(record, wire):
    wire.on("GET", f"{BELOW}/trace/", [[1, 2, None]])
    assert isinstance(record.trace, Action)
    assert record.trace.url == f"https://nautobot.test/api/{BELOW}/trace/"
    assert record.trace.list() == record.trace() == [[1, 2, None]]
    assert record.trace.list(depth=1, names=["a", "b"]) == [[1, 2, None]]
    assert asked(wire)[2] == f"GET {BELOW}/trace/?depth=1&names=a&names=b"
    assert {(call.endpoint, call.action) for call in wire.calls} == {("lab/devices", "trace")}


def test_making_and_showing_an_action_sends_nothing(record, wire):
    assert repr(record.available_items) == f"<Action {BELOW}/available-items/ (GET, POST)>"
    assert not wire.calls


@pytest.mark.parametrize("data", [{"a": 1}, None])
def test_calling_one_that_only_takes_a_post(record, wire, data):
    wire.on("POST", f"{BELOW}/run/", {"done": True})
    assert record.run(data, **({} if data else {"a": 1})) == {"done": True}
    assert record.run.create({"a": 1}) == {"done": True}
    assert [sent(call) for call in wire.calls] == [{"a": 1}, {"a": 1}]


def test_a_post_without_data_is_an_empty_object(record, wire):
    wire.on("POST", f"{BELOW}/run/", {})
    record.run()
    assert sent(wire.calls[0]) == {}


def test_calling_one_with_two_methods_says_which(record, wire):
    with pytest.raises(nbcore.InputError, match=r"\.list\(\) or \.create\(\)"):
        record.available_items()
    assert not wire.calls


def test_writing_to_a_read_only_one(record, wire):
    with pytest.raises(NotImplementedError, match="GET only"):
        record.trace.create({})
    with pytest.raises(NotImplementedError, match="POST only"):
        record.run.list()
    assert not wire.calls


def test_records_of_an_action(record, wire):
    wire.on("GET", f"{BELOW}/available-items/", [place(1), {"address": "10.0.0.1/24"}])
    first, second = record.available_items.list()
    assert type(first) is Place
    assert second == {"address": "10.0.0.1/24"}


@pytest.mark.parametrize("number", [1, 2])
def test_allocating_one_and_several(record, wire, number):
    items = [{"prefix_length": 30}] * number
    made = [place(index) for index in range(number)]
    wire.on("POST", f"{BELOW}/available-items/", reply(made[0] if number == 1 else made, 201))
    found = record.available_items.create(items[0] if number == 1 else items)
    assert [type(item) for item in (found if number > 1 else [found])] == [Place] * number
    assert wire.calls[0].operation == "allocate"


def test_an_allocation_answered_as_a_page_gives_its_results(record, wire):
    """available-vlans: count is the number of fields."""
    wire.on("POST", f"{BELOW}/available-items/", reply({"count": 17, "next": None, "results": place(1)}, 201))
    assert type(record.available_items.create()) is Place


def test_nothing_left_is_an_allocation_error(record, wire):
    wire.on("POST", f"{BELOW}/available-items/", reply(None, 204))
    with pytest.raises(nbcore.AllocationError, match="less is left") as caught:
        record.available_items.create({})
    assert caught.value.req.status_code == 204
    assert not isinstance(caught.value, nbcore.RequestError)


def test_a_paged_action_reads_all_pages(make, wire):
    wire.serve("lab/devices", [device(1)])
    logs = [place(number) for number in range(5)]

    def listed(call):
        window = dict(call.params)
        start, limit = int(window.get("offset", 0)), int(window["limit"])
        more = "more" if start + limit < 5 else None
        return {"count": 5, "next": more, "previous": None, "results": logs[start : start + limit]}

    wire.on("GET", f"{BELOW}/logs/", listed)
    record = make(page_size=2).lab.devices.get(ident(1))
    assert [item.name for item in record.logs.list()] == [item["name"] for item in logs]


def test_text_and_bytes(record, wire):
    wire.on("GET", f"{BELOW}/drawing/", "<svg>é</svg>".encode())
    wire.on("GET", f"{BELOW}/image/", b"\x89PNG\xff")
    assert record.drawing() == "<svg>é</svg>"
    assert record.image() == b"\x89PNG\xff"
    assert {call.accept for call in wire.calls} == {"*/*"}


def test_an_action_of_an_endpoint(nb, wire):
    wire.on("GET", "lab/devices/summary/", {"total": 3})
    assert nb.lab.devices.summary() == nb.lab.devices.action("summary").list() == {"total": 3}
    with pytest.raises(AttributeError, match="lab/devices"):
        _ = nb.lab.devices.nonesuch
    with pytest.raises(nbcore.InputError, match="summary"):
        nb.lab.devices.action("nonesuch")


def test_none_in_an_action_is_not_left_out(record, wire):
    with pytest.raises(nbcore.InputError, match="depth=None"):
        record.trace.list(depth=None)
    assert not wire.calls


def test_a_version_for_one_request(record, wire):
    wire.on("GET", f"{BELOW}/trace/", [])
    record.trace.list(api_version="3.1")
    assert wire.calls[0].api_version == "3.1"


def test_notes_of_any_record(nb, wire):
    wire.on(
        "GET", f"lab/ip-addresses/{ident(1)}/notes/", {"count": 1, "next": None, "previous": None, "results": [{**place(1), "note": "n"}]}
    )
    wire.on("POST", f"lab/ip-addresses/{ident(1)}/notes/", reply({**place(1), "note": "new"}, 201))
    record = nb.lab.ip_addresses.make({**device(1), "url": f"http://h/api/lab/ip-addresses/{ident(1)}/"})
    (note,) = record.notes.list()
    assert note.note == "n"
    assert record.notes.create({"note": "new"}).note == "new"
    assert record.notes.create(note="new").note == "new"
    assert [sent(call) for call in wire.calls[1:]] == [{"note": "new"}] * 2


def test_what_an_action_made_is_told_to_the_hooks(make, wire):
    told = []

    class Audit:
        @hookimpl
        def nbcore_changed(self, change):
            told.append((change.action, change.object_type, change.endpoint, change.id))

    wire.on("POST", f"{BELOW}/available-items/", reply([place(1), place(2)], 201))
    wire.serve("lab/devices", [device(1)])
    record = make(Audit()).lab.devices.get(ident(1))
    wire.on("POST", f"{BELOW}/available-items/", reply([place(1), place(2)], 201))
    record.available_items.create([{}, {}])
    assert told == [("create", "lab.place", "lab/places", place(number)["id"]) for number in (1, 2)]


def test_an_action_of_a_reference_needs_no_load(nb, wire):
    wire.serve("lab/devices", [device(1, parent=reference(device(2)))])
    wire.on("GET", f"lab/devices/{ident(2)}/trace/", [])
    parent = nb.lab.devices.get(ident(1)).parent
    assert type(parent) is Device
    assert parent.trace() == []
    assert len(wire.calls) == 2


# --- every method that a route may take ------------------------------------------------------------------------------------


@pytest.fixture
def spots(make, wire):
    """A record with one action for each method, and one with several."""
    verbs = [nbcore.ActionSpec(f"by-{method.lower()}", methods=(method,)) for method in ("PUT", "PATCH", "DELETE")]
    several = nbcore.ActionSpec("default", methods=("POST", "PUT", "DELETE"))
    spec = nbcore.AppSpec("spot", "spot", (nbcore.EndpointSpec("spots", actions=(*verbs, several)),))
    wire.serve("spot/spots", [nbcore.testing.row("spot/spots", id=ident(1))])
    for method in ("PUT", "PATCH"):
        wire.on(method, f"spot/spots/{ident(1)}/by-{method.lower()}/", lambda call: {"method": call.method, **sent(call)})
    wire.on("DELETE", f"spot/spots/{ident(1)}/by-delete/", reply(None, 204))
    for method in ("PUT", "DELETE"):
        wire.on(method, f"spot/spots/{ident(1)}/default/", {"method": method})
    found = make(spec).spot.spots.get(ident(1))
    wire.calls.clear()
    return found


def test_one_that_only_takes_a_delete_can_be_called(spots, wire):
    assert spots.by_delete() is None
    assert spots.by_delete.delete() is None
    spots.by_delete(force=True)
    assert [(call.method, sent(call)) for call in wire.calls] == [("DELETE", None), ("DELETE", None), ("DELETE", {"force": True})]
    assert {(call.endpoint, call.action, call.operation) for call in wire.calls} == {("spot/spots", "by-delete", "action")}


def test_one_that_only_takes_a_put_or_a_patch_can_be_called(spots):
    assert spots.by_put(x=1) == {"method": "PUT", "x": 1}
    assert spots.by_patch({"x": 1}) == {"method": "PATCH", "x": 1}


def test_one_of_several_methods_is_sent_by_name(spots, wire):
    assert spots.default.delete() == {"method": "DELETE"}
    assert spots.default.send("PUT", {"x": 1}) == {"method": "PUT"}
    asked = len(wire.calls)
    with pytest.raises(nbcore.InputError, match=r'\.create\(\) or \.send\("PUT", \.\.\.\) or \.delete\(\)'):
        spots.default()
    with pytest.raises(NotImplementedError, match="no GET"):
        spots.default.send("GET")
    with pytest.raises(NotImplementedError, match="no DELETE"):
        spots.by_put.delete()
    assert len(wire.calls) == asked


@pytest.mark.parametrize("data", ["text", 7, ["text"], {"a"}])
def test_an_allocation_takes_dicts(make, wire, data):
    wire.serve("lab/devices", [device(1)])
    action = nbcore.ActionSpec("free", methods=("POST",), returns="records", allocates=True, creates="lab/places")
    bound = nbcore.Action(make().lab.devices, action, f"{BELOW}/free/")
    with pytest.raises(nbcore.InputError, match="a list of dicts"):
        bound.create(data)
    assert not wire.calls
