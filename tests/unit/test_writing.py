"""Endpoints are written to: create, update and delete, one and many, and what each returns."""

from __future__ import annotations

import datetime
import ipaddress
import uuid

import pytest

import nbcore
from nbcore import hookimpl
from nbcore.testing import reply

from .lab import CHANGED, asked, device, ident, place, sent


@pytest.fixture
def table(wire):
    return wire.serve("lab/devices", [device(1), device(2), device(3)])


@pytest.fixture
def devices(nb, table):
    return nb.lab.devices


def writes(wire):
    return [(call.method, call.path, sent(call)) for call in wire.calls if call.method in CHANGED]


def without_id(data):
    """What was sent, without the id that nbcore may choose for what it creates."""
    if isinstance(data, list):
        return [without_id(item) for item in data]
    return {name: value for name, value in data.items() if name != "id"}


# --- create --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make_", [lambda all_: all_.create(name="x", serial="s"), lambda all_: all_.create({"name": "x", "serial": "s"})])
def test_create_one(devices, wire, table, make_):
    record = make_(devices)
    assert isinstance(record, nbcore.Record)
    assert (record.name, record.serial, len(table)) == ("x", "s", 4)
    ((method, path, body),) = writes(wire)
    assert (method, path, without_id(body)) == ("POST", "lab/devices/", {"name": "x", "serial": "s"})


def test_the_positional_argument_wins_over_keywords(devices, wire):
    devices.create({"name": "positional"}, name="keyword")
    assert without_id(writes(wire)[0][2]) == {"name": "positional"}


def test_create_many_is_one_request_and_a_list_in_order(devices, wire):
    found = devices.create([{"name": "x"}, {"name": "y"}])
    assert [record.name for record in found] == ["x", "y"]
    assert isinstance(found, list)
    ((method, path, body),) = writes(wire)
    assert (method, path, without_id(body)) == ("POST", "lab/devices/", [{"name": "x"}, {"name": "y"}])


def test_create_takes_python_values(devices, wire, nb):
    devices.create(
        place=nb.wrap(place(1)),
        at=datetime.date(2026, 1, 2),
        key=uuid.UUID(ident(7)),
        tags={"one"},
        face=devices.get(ident(1)).face,
        network=ipaddress.ip_network("10.0.0.0/24"),
        empty=None,
    )
    assert without_id(writes(wire)[0][2]) == {
        "place": place(1)["id"],
        "at": "2026-01-02",
        "key": ident(7),
        "tags": ["one"],
        "face": "front",
        "network": "10.0.0.0/24",
        "empty": None,
    }


def test_create_leaves_the_callers_data_alone(devices):
    data = {"name": "x", "custom_fields": {"a": [1]}}
    devices.create(data)
    assert data == {"name": "x", "custom_fields": {"a": [1]}}


def test_a_refused_create_says_what_the_server_said(devices, wire):
    wire.on("POST", "lab/devices/", reply({"name": ["This field may not be blank."]}, 400))
    with pytest.raises(nbcore.ValidationError, match="may not be blank") as caught:
        devices.create(name="")
    assert caught.value.request_body["name"] == ""
    assert caught.value.req.status_code == 400


@pytest.mark.parametrize("answer", [[], [{}], {"count": 1}, "text", [{"id": ident(1)}]], ids=str)
def test_an_answer_without_the_objects_is_an_error(devices, wire, answer):
    wire.on("POST", "lab/devices/", reply(answer, 201))
    with pytest.raises(nbcore.CallError):
        devices.create([{"name": "x"}, {"name": "y"}])


# --- update --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [ident(1), uuid.UUID(ident(1))])
def test_update_one_is_a_patch_and_true(devices, wire, table, key):
    assert devices.update(key, {"name": "new"}) is True
    assert table[0]["name"] == "new"
    assert writes(wire) == [("PATCH", f"lab/devices/{ident(1)}/", {"name": "new"})]


def test_update_one_by_its_record(devices, wire):
    assert devices.update(devices.get(ident(1)), {"name": "new"}) is True
    assert writes(wire) == [("PATCH", f"lab/devices/{ident(1)}/", {"name": "new"})]


@pytest.mark.parametrize("method", ["update", "bulk_update"])
def test_update_many_is_one_patch_and_a_list(devices, wire, table, method):
    changes = [{"id": ident(1), "name": "a"}, {"id": uuid.UUID(ident(2)), "name": "b"}]
    assert sorted(record.name for record in getattr(devices, method)(changes)) == ["a", "b"]
    ((call, path, body),) = writes(wire)
    assert (call, path) == ("PATCH", "lab/devices/")
    assert sorted(body, key=str) == [{"id": ident(1), "name": "a"}, {"id": ident(2), "name": "b"}]


def test_bulk_update_of_records_sends_what_changed(devices, wire):
    one, two, three = devices.all()
    one.name = "new"
    two.name = two.name
    three.custom_fields["list"].append(2)
    found = devices.bulk_update([one, two, three])
    assert len(found) == 2
    ((_, _, body),) = writes(wire)
    by_id = {item.pop("id"): item for item in body}
    assert by_id == {ident(1): {"name": "new"}, ident(3): {"custom_fields": {"list": [1, 2]}}}
    assert one.updates() == two.updates() == three.updates() == {}


def test_bulk_update_of_unchanged_records_sends_nothing(devices, wire):
    assert devices.bulk_update(list(devices.all())) == []
    assert writes(wire) == []


def test_bulk_update_names_the_ids_the_server_skipped(devices, wire):
    wire.on("PATCH", "lab/devices/", lambda call: [device(1, name="new")])
    with pytest.raises(nbcore.PartialResult, match=ident(9)) as caught:
        devices.update([{"id": ident(1), "name": "new"}, {"id": ident(9), "name": "new"}])
    assert list(caught.value.missing) == [ident(9)]


def test_update_of_what_is_not_there(devices):
    with pytest.raises(nbcore.NotFoundError):
        devices.update(ident(9), {"name": "x"})


# --- delete --------------------------------------------------------------------------------------------------------------


def test_delete_many_by_id_uuid_and_record(devices, wire, table):
    assert devices.delete([ident(1), uuid.UUID(ident(2)), devices.get(ident(3))]) is True
    assert table == []
    ((method, path, body),) = writes(wire)
    assert (method, path) == ("DELETE", "lab/devices/")
    assert sorted(item["id"] for item in body) == [ident(1), ident(2), ident(3)]


def test_delete_of_nothing_sends_nothing(devices, wire):
    assert devices.delete([]) is True
    assert not wire.calls


def test_delete_names_the_ids_that_were_not_there_and_deletes_the_rest(devices, table):
    with pytest.raises(nbcore.PartialResult, match=ident(9)) as caught:
        devices.delete([ident(1), ident(9)])
    assert list(caught.value.missing) == [ident(9)]
    assert [row["id"] for row in table] == [ident(2), ident(3)]


def test_an_id_named_twice_is_deleted_once(devices, table, wire):
    assert devices.delete([ident(1), ident(1)]) is True
    assert len(table) == 2
    assert writes(wire)[0][2] == [{"id": ident(1)}]


def test_deleting_ids_asks_only_for_those(devices, wire):
    devices.delete([ident(1)])
    first = wire.calls[0]
    assert (first.method, dict(first.params)["id"]) == ("GET", ident(1))


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_refused_delete_is_an_error(devices, wire, table, status):
    wire.on("DELETE", f"lab/devices/{ident(1)}/", reply({"detail": "in use by 3 interfaces"}, status))
    with pytest.raises(nbcore.RequestError, match="in use by 3 interfaces"):
        devices.get(ident(1)).delete()


# --- what the hooks are told ---------------------------------------------------------------------------------------------


class Audit:
    def __init__(self):
        self.seen = []

    @hookimpl
    def nbcore_changed(self, change):
        self.seen.append(
            (change.action, change.object_type, change.endpoint, change.id, dict(change.before or {}), dict(change.after or {}))
        )


def test_every_write_is_told_object_by_object(make, table):
    audit = Audit()
    devices = make(audit).lab.devices
    kind = {"object_type": "lab.device"}
    made = devices.create([{"id": ident(11), "name": "x", **kind}, {"id": ident(12), "name": "y", **kind}])
    made[0].update({"name": "z"})
    devices.update([{"id": ident(12), "name": "w"}])
    made[0].delete()
    devices.delete([made[1]])
    told = [(action, kind, path, identity) for action, kind, path, identity, _, _ in audit.seen]
    assert told == [
        ("create", "lab.device", "lab/devices", ident(11)),
        ("create", "lab.device", "lab/devices", ident(12)),
        ("update", "lab.device", "lab/devices", ident(11)),
        ("update", "lab.device", "lab/devices", ident(12)),
        ("delete", "lab.device", "lab/devices", ident(11)),
        ("delete", "lab.device", "lab/devices", ident(12)),
    ]
    assert audit.seen[0][5]["name"] == "x"
    assert audit.seen[2][4:] == ({"name": "x"}, {"name": "z"})
    assert audit.seen[4][4]["name"] == "z"
    assert audit.seen[4][5] == {}


def test_a_refused_write_is_not_told(make, wire, table):
    audit = Audit()
    wire.on("POST", "lab/devices/", reply({"name": ["no"]}, 400))
    with pytest.raises(nbcore.ValidationError):
        make(audit).lab.devices.create(name="x")
    assert audit.seen == []


def test_writes_are_sent_once(devices, wire):
    devices.create(name="x")
    devices.update(ident(1), {"name": "x"})
    devices.delete([ident(2)])
    assert [text for text in asked(wire) if not text.startswith("GET")] == [
        "POST lab/devices/",
        f"PATCH lab/devices/{ident(1)}/",
        "DELETE lab/devices/",
    ]
