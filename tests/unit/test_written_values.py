"""What is written: values that can be read once, values without a JSON form, ids and JSON compared by what they mean, arguments refused."""

from __future__ import annotations

import copy
import enum
import uuid

import pytest

import nbcore
from nbcore.testing import make_api, reply

from .lab import device, ident, sent


@pytest.fixture
def table(wire):
    return wire.serve("lab/devices", [device(1, content_types=["lab.a", "lab.b"]), device(2)])


def bodies(wire):
    return [sent(call) for call in wire.calls if call.method in ("POST", "PATCH")]


class Text(str):
    """A str of another class, as YAML and templating libraries give it."""

    __slots__ = ()


class Colour(enum.StrEnum):
    RED = "red"


# --- read once -----------------------------------------------------------------------------------------------------------

GENERATED = {
    "save": lambda devices: devices.get(ident(1)).update({"names": (name for name in ("x", "y"))}),
    "update by id": lambda devices: devices.update(ident(1), {"names": map(str, ("x", "y"))}),
    "update of a list": lambda devices: devices.update([{"id": ident(1), "names": (name for name in ("x", "y"))}]),
    "create": lambda devices: devices.create(names=(name for name in ("x", "y"))),
    "create of a list": lambda devices: devices.create([{"names": (name for name in ("x", "y"))}]),
}


@pytest.mark.parametrize("write", GENERATED.values(), ids=GENERATED)
def test_a_generator_is_written_whole(nb, wire, table, write):
    write(nb.lab.devices)
    (body,) = bodies(wire)
    assert (body[0] if isinstance(body, list) else body)["names"] == ["x", "y"]


def test_a_generator_is_whole_in_the_journal_and_at_the_next_attempt(wire, tmp_path):
    wire.serve("lab/devices", [], "lab.device")
    failing = [reply({"detail": "wait"}, 429)]
    wire.wrap("POST", "lab/devices/", lambda call, handler: failing.pop() if failing else handler(call))
    nb = make_api(wire, retries=2)
    made = nb.endpoint("lab/devices").create([{"names": (name for name in ("x", "y"))}], journal=tmp_path / "j")
    assert [body[0]["names"] for body in bodies(wire)] == [["x", "y"]] * 2
    assert made[0]["names"] == ["x", "y"]
    assert b'["x","y"]' in (tmp_path / "j").read_bytes()


# --- without a JSON form -------------------------------------------------------------------------------------------------

REFUSED = {
    "create": (lambda devices: devices.create(name="a", data=b"x"), "data"),
    "create of a list": (lambda devices: devices.create([{"name": "a"}] * 104 + [{"name": b"x"}], chunk_size=10), "item 104, name"),
    "no dict": (lambda devices: devices.create([{"name": "a"}, None]), "item 1 is None"),
    "an empty text for a dict": (lambda devices: devices.create([""]), "item 0 is ''"),
    "update by id": (lambda devices: devices.update(ident(1), {"data": float("nan")}), "data"),
    "update of a list": (lambda devices: devices.update([{"id": ident(1), "name": "x"}, {"id": ident(2), "name": b"x"}]), "item 1, name"),
    "no changes": (lambda devices: devices.update(ident(1), [1]), "dict of changes"),
    "save": (lambda devices: devices.get(ident(1)).update({"name": b"x"}), "bytes has no JSON form"),
    "two objects": (lambda devices: devices.create({"name": "a"}, {"name": "b"}), "one dict"),
    "a journal of one": (lambda devices: devices.create({"name": "a"}, journal="j"), "journal.*give a list"),
    "options of one": (lambda devices: devices.update(ident(1), {"name": "x"}, chunk_size=4), "update\\(\\) takes"),
    "one id twice": (
        lambda devices: devices.update([{"id": ident(1), "name": "x"}, {"id": ident(1).upper(), "serial": "y"}]),
        "two items of the update have the id",
    ),
    "one record twice": (
        lambda devices: devices.update([assigned(devices, name="x"), assigned(devices, serial="y")]),
        "two items of the update have the id",
    ),
}


def assigned(devices, **fields):
    record = devices.get(ident(1))
    for name, value in fields.items():
        record[name] = value
    return record


@pytest.mark.parametrize(("write", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(nb, wire, table, write, said):
    with pytest.raises(nbcore.InputError, match=said):
        write(nb.lab.devices)
    assert not bodies(wire)


@pytest.mark.parametrize(("value", "written"), [(Text("new"), "new"), (Colour.RED, "red")])
def test_text_of_another_class_is_text(nb, wire, table, value, written):
    assert nb.lab.devices.get(ident(1)).update({"name": value}) is True
    assert bodies(wire) == [{"name": written}]


# --- the same or not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [(1, True), (True, 1), (0, False), ([1], [True]), ({"x": 1}, {"x": True})])
def test_true_is_not_one_in_json(nb, wire, before, after):
    wire.serve("lab/devices", [device(1, data={"a": before}, custom_fields={"a": before})])
    record = nb.lab.devices.get(ident(1))
    record.data["a"] = after
    record.custom_fields["a"] = after
    assert record.save() is True
    assert repr(bodies(wire)) == repr([{"data": {"a": after}, "custom_fields": {"a": after}}])


def test_the_order_of_content_types_is_no_change(nb, wire, table):
    record = nb.lab.devices.get(ident(1))
    assert record.update({"content_types": ["lab.b", "lab.a"]}) is False
    assert record.update({"content_types": ["lab.b", "lab.a", "lab.a"]}) is False  # Nautobot keeps each once
    assert record.update({"content_types": ["lab.b"]}) is True


def test_a_patch_that_landed_with_sorted_content_types_is_no_conflict(wire, table):
    failing = [reply({"detail": "gone"}, 502)]

    def change(call):
        table[0]["content_types"] = sorted(sent(call)["content_types"])
        return failing.pop()

    wire.on("PATCH", f"lab/devices/{ident(1)}/", change)
    record = make_api(wire, retries=2).endpoint("lab/devices").get(ident(1))
    assert record.update({"content_types": ["lab.c", "lab.a"]}) is True
    assert record.content_types == ["lab.a", "lab.c"]


def test_a_deep_copy_keeps_what_was_changed_in_place(nb, table):
    record = nb.lab.devices.get(ident(1))
    record.custom_fields["owner"] = "you"
    copied = copy.deepcopy(record)
    assert copied.updates() == record.updates() == {"custom_fields": {"owner": "you"}}
    copied.custom_fields["owner"] = "them"
    assert record.custom_fields["owner"] == "you"


# --- ids -----------------------------------------------------------------------------------------------------------------


def test_an_id_in_capitals_is_the_same_id(nb, wire, table):
    devices = nb.lab.devices
    chosen = str(uuid.uuid4())
    assert devices.create(name="a", id=chosen.upper()).id == chosen
    assert devices.create(name="b").id != chosen
    assert all("id" in body for body in bodies(wire))
    assert [record.name for record in devices.update([{"id": chosen.upper(), "name": "c"}])] == ["c"]
    assert devices.delete([chosen.upper()]) is True


def test_an_update_by_a_natural_key_writes_to_the_object_that_has_it(nb, wire, table):
    wire.on("GET", "lab/devices/d1_0000/", lambda call: reply(table[0]))
    wire.on("GET", "lab/devices/d9_0000/", reply({"detail": "Not found."}, 404))
    assert nb.lab.devices.update("d1_0000", {"name": "x"}) is True
    assert table[0]["name"] == "x"
    with pytest.raises(nbcore.InputError, match="no object 'd9_0000'"):
        nb.lab.devices.update("d9_0000", {"name": "x"})


def test_an_allocation_takes_data_or_keywords_and_none_for_none(nb, wire):
    wire.serve("lab/devices", [device(1)])
    notes = nb.lab.devices.get(ident(1)).notes
    with pytest.raises(nbcore.InputError, match="not both"):
        notes.create({"note": "x"}, text="y")
    assert notes.create([]) == []
    assert not bodies(wire)


def test_an_open_outcome_does_not_advise_to_try_again(wire, table):
    wire.on("POST", "lab/devices/", reply({"detail": "down"}, 502))
    wire.on("GET", "lab/devices/*/", reply({"detail": "down"}, 502))
    with pytest.raises(nbcore.AmbiguousWriteError) as caught:
        make_api(wire).endpoint("lab/devices").create(name="x")
    assert "try again" not in str(caught.value).lower()
    assert "before sending it again" in str(caught.value)
