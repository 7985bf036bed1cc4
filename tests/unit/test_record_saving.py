"""What save() sends: the difference in meaning, once, and the server's answer is the new state."""

from __future__ import annotations

import datetime
import uuid

import pytest

import nbcore
from nbcore.testing import reply

from .lab import device, ident, place, reference, sent, status


@pytest.fixture
def table(wire):
    wire.serve("lab/places", [place(1), place(2)])
    wire.serve("lab/statuses", [status("Active"), status("Planned")])
    return wire.serve("lab/devices", [device(1, places=[reference(place(1)), reference(place(2))], rank=1, flag=True)])


@pytest.fixture
def record(nb, wire, table):
    found = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    return found


def patches(wire):
    return [sent(call) for call in wire.calls if call.method == "PATCH"]


# --- what is a change ----------------------------------------------------------------------------------------------------


def test_nothing_changed_and_nothing_is_sent(record, wire):
    assert record.updates() == {}
    assert record.save() is False
    assert record.update({"name": "d1"}) is False
    assert not wire.calls


def test_an_assigned_field_is_sent_alone(record, wire, table):
    record.name = "new"
    assert record.updates() == {"name": "new"}
    assert record.save() is True
    assert patches(wire) == [{"name": "new"}]
    assert table[0]["name"] == "new"


SAME = {
    "a reference by its record": lambda record: setattr(record, "place", record.place),
    "a reference by its id": lambda record: setattr(record, "place", place(1)["id"]),
    "a reference by its UUID": lambda record: setattr(record, "place", uuid.UUID(place(1)["id"])),
    "a reference by its dict": lambda record: setattr(record, "place", reference(place(1))),
    "a choice by its value": lambda record: setattr(record, "face", "front"),
    "a choice by its Choice": lambda record: setattr(record, "face", record.face),
    "a choice by its dict": lambda record: setattr(record, "face", {"value": "front", "label": "Front"}),
    "references in another order": lambda record: setattr(record, "places", [place(2)["id"], place(1)["id"]]),
    "references as a set": lambda record: setattr(record, "places", {place(2)["id"], place(1)["id"]}),
    "references as records": lambda record: setattr(record, "places", list(reversed(record.places))),
    "custom fields as they are": lambda record: setattr(record, "custom_fields", {"owner": "me", "list": [1]}),
    "a value there and back": lambda record: (setattr(record, "name", "x"), setattr(record, "name", "d1")),
    "a list there and back": lambda record: (record.custom_fields["list"].append(2), record.custom_fields["list"].pop()),
    "none": lambda record: setattr(record, "position", None),
}


@pytest.mark.parametrize("case", list(SAME))
def test_the_same_in_another_form_is_no_change(record, wire, case):
    SAME[case](record)
    assert record.updates() == {}
    assert record.save() is False
    assert not wire.calls


@pytest.mark.parametrize("name", ["Active", {"name": "Active"}])
def test_a_reference_by_its_name_is_compared_with_what_it_names(record, wire, name):
    assert record.update({"status": name}) is False
    assert patches(wire) == []
    assert record.update({"status": "Planned"}) is True
    assert patches(wire) == [{"status": "Planned"}]


@pytest.mark.parametrize(
    "value",
    [
        [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}],
        [{"value": "a", "label": "A"}, {"other": 1}],
        [reference(place(1)), {"other": 1}],
        {"a": {"value": 1, "label": "x"}},
        {"value": 1, "label": "x"},
        [[{"value": 1, "label": "x"}]],
    ],
    ids=["choices", "mixed", "mixed references", "a choice inside", "a choice", "deep"],
)
@pytest.mark.parametrize("field", ["anything", "data", "custom_fields"])
def test_reading_is_no_change(nb, wire, table, field, value):
    table[0][field] = value
    record = nb.lab.devices.get(ident(1))
    for name, _ in list(record):
        getattr(record, name), record[name]
    assert record.updates() == {}
    assert record.save() is False


def test_json_that_looks_like_a_choice_or_a_reference_is_written_as_it_is(record, wire):
    record.data = {"value": 5, "label": "five", "list": [reference(place(1))]}
    assert record.updates() == {"data": {"value": 5, "label": "five", "list": [reference(place(1))]}}
    record.data = {"value": 5, "label": "five"}
    record.custom_fields = reference(place(1))
    record.save()
    assert patches(wire) == [{"data": {"value": 5, "label": "five"}, "custom_fields": reference(place(1))}]


CHANGED = {
    "another reference": (lambda record: setattr(record, "place", place(2)["id"]), {"place": place(2)["id"]}),
    "no reference": (lambda record: setattr(record, "place", None), {"place": None}),
    "another choice": (lambda record: setattr(record, "face", "rear"), {"face": "rear"}),
    "fewer references": (lambda record: setattr(record, "places", [place(1)["id"]]), {"places": [place(1)["id"]]}),
    "a removed reference": (lambda record: record.places.pop(), {"places": [place(1)["id"]]}),
    "an appended tag": (lambda record: record.tags.append("new"), {"tags": ["new"]}),
    "a custom field": (lambda record: record.custom_fields.update(owner="you"), {"custom_fields": {"owner": "you"}}),
    "custom fields by a dict of one": (
        lambda record: setattr(record, "custom_fields", {"owner": "you"}),
        {"custom_fields": {"owner": "you"}},
    ),
    "a custom field taken away": (lambda record: record.custom_fields.pop("owner"), {"custom_fields": {"owner": None}}),
    "inside a custom field": (lambda record: record.custom_fields["list"].append(2), {"custom_fields": {"list": [1, 2]}}),
    "inside a custom field in brackets": (lambda record: record["custom_fields"]["list"].append(2), {"custom_fields": {"list": [1, 2]}}),
    "inside JSON in brackets": (lambda record: record["data"].pop("id"), {"data": {"url": None, "value": 2, "label": "x"}}),
    "inside JSON": (lambda record: record.data.update(value=3), {"data": {"id": 1, "url": None, "value": 3, "label": "x"}}),
    "a number from none": (lambda record: setattr(record, "position", 0), {"position": 0}),
    "false from true": (lambda record: setattr(record, "flag", False), {"flag": False}),
    "true from one": (lambda record: setattr(record, "rank", True), {"rank": True}),
    "a date": (lambda record: setattr(record, "name", datetime.date(2026, 1, 2)), {"name": "2026-01-02"}),
    "a field it did not have": (lambda record: setattr(record, "comments", "x"), {"comments": "x"}),
    "an empty text": (lambda record: setattr(record, "name", ""), {"name": ""}),
}


@pytest.mark.parametrize("case", list(CHANGED))
def test_a_change_of_meaning_is_sent_and_nothing_else(record, wire, case):
    change, expected = CHANGED[case]
    change(record)
    assert record.updates() == expected
    assert record.save() is True
    assert patches(wire) == [expected]


def test_updates_sends_nothing(record, wire):
    record.place = place(2)["id"]
    record.status = "Planned"
    record.updates()
    assert not wire.calls


def test_several_by_update(record, wire):
    assert record.update({"name": "new", "serial": "s", "face": "front"}) is True
    assert patches(wire) == [{"name": "new", "serial": "s"}]


def test_a_related_object_is_not_written_with_it(record, wire):
    record.place.name = "edited"
    assert record.updates() == {}
    assert record.save() is False
    assert record.place.name == "edited"


# --- after it ------------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_new_state(record, wire):
    wire.on("PATCH", f"lab/devices/{ident(1)}/", device(1, name="NEW", serial="set by the server", place=reference(place(2))))
    assert record.place.id == place(1)["id"]
    record.name = "new"
    record.save()
    assert (record.name, record.serial, record.place.id) == ("NEW", "set by the server", place(2)["id"])
    assert record.updates() == {}


def test_a_second_save_sends_nothing(record, wire):
    record.name = "new"
    record.custom_fields["list"].append(2)
    assert record.save() is True
    assert record.save() is False
    assert len(patches(wire)) == 1


def test_reverting_is_a_change(record, wire):
    record.update({"name": "new"})
    record.update({"name": "d1"})
    assert patches(wire) == [{"name": "new"}, {"name": "d1"}]


def test_changes_inside_after_a_save_are_noticed(record, wire):
    record.custom_fields["list"].append(2)
    record.save()
    record.custom_fields["list"].append(3)
    assert record.save() is True
    assert patches(wire) == [{"custom_fields": {"list": [1, 2]}}, {"custom_fields": {"list": [1, 2, 3]}}]


def test_fields_that_only_answers_to_writes_have_are_no_change(record, wire, table):
    wire.on("PATCH", f"lab/devices/{ident(1)}/", {**table[0], "name": "new", "computed_fields": {}, "relationships": {}})
    record.update({"name": "new"})
    assert record.updates() == {}
    assert record.save() is False


def test_a_refused_save_keeps_the_edit(record, wire):
    wire.on("PATCH", f"lab/devices/{ident(1)}/", reply({"name": ["no"]}, 400))
    record.name = "bad"
    with pytest.raises(nbcore.ValidationError, match="no"):
        record.save()
    assert record.name == "bad"
    assert record.updates() == {"name": "bad"}


@pytest.mark.parametrize("answer", [None, "text", [], {}, device(2)], ids=["none", "text", "list", "empty", "another"])
def test_an_answer_that_is_not_the_object_is_an_error(record, wire, answer):
    wire.on("PATCH", f"lab/devices/{ident(1)}/", reply(answer if answer is not None else b"null"))
    record.name = "new"
    with pytest.raises(nbcore.CallError, match="lab/devices"):
        record.save()
    assert record.updates() == {"name": "new"}


TAKEN = {"actions": {"POST": {"name": {"read_only": False}, "rank": {"read_only": False}, "display": {"read_only": True}}}}


def test_a_field_that_the_route_does_not_have_is_refused_before_it_is_sent(record, wire):
    wire.on("OPTIONS", "lab/devices/", TAKEN)
    for _ in range(2):
        with pytest.raises(nbcore.UnknownFieldError, match=r"nmae.*did you mean 'name'.*nothing was sent"):
            record.update({"nmae": "x"})
    assert [call.method for call in wire.calls] == ["OPTIONS"]


def test_where_nobody_can_tell_the_fields_it_is_sent(record, wire):
    wire.on("OPTIONS", "lab/devices/", reply({"detail": "no"}, 403))
    wire.on("PATCH", f"lab/devices/{ident(1)}/", device(1, secret="s"))
    record.secret = "s"
    assert record.save() is True


def listed(body):
    return body if isinstance(body, list) else [body]


IGNORED = {
    "create": lambda devices: devices.create(name="d9", nmae="x"),
    "create of a list": lambda devices: devices.create([{"name": "d9"}, {"name": "d8", "nmae": "x"}]),
    "update by id": lambda devices: devices.update(ident(1), {"nmae": "x"}),
    "update of a list": lambda devices: devices.update([{"id": ident(1), "rank": 2}, {"id": ident(2), "nmae": "x"}]),
}


@pytest.mark.parametrize("write", IGNORED.values(), ids=IGNORED)
def test_a_field_that_the_server_ignored_is_warned_of(nb, wire, write):
    def answer(call):
        body = sent(call)
        rows = [device(1, **{name: value for name, value in item.items() if name != "nmae"}) for item in listed(body)]
        return reply(rows if isinstance(body, list) else rows[0])

    for method, path in {"POST": "lab/devices/", "PATCH": "lab/devices/"}.items():
        wire.on(method, path, answer)
    wire.on("PATCH", f"lab/devices/{ident(1)}/", answer)
    wire.on("OPTIONS", "lab/devices/", TAKEN)
    with pytest.warns(nbcore.IgnoredFieldWarning, match=r"lab/devices: the server ignored field 'nmae' \(did you mean 'name'\?\)"):
        write(nb.lab.devices)
    assert [call.method for call in wire.calls] == [wire.calls[0].method, "OPTIONS"]


def test_a_field_that_cannot_be_written_is_warned_of(record, wire):
    wire.on("OPTIONS", "lab/devices/", TAKEN)
    wire.on("PATCH", f"lab/devices/{ident(1)}/", device(1, display="d1"))
    record.display = "another"
    with pytest.warns(nbcore.IgnoredFieldWarning, match="'display' \\(which is read-only\\)"):
        record.save()
    assert record.display == "d1"


def test_what_the_server_made_of_a_value_is_not_taken_for_ignored(record, wire, recwarn):
    wire.on("OPTIONS", "lab/devices/", TAKEN)
    wire.on("PATCH", f"lab/devices/{ident(1)}/", device(1, name="NEW-1"))
    record.name = "new"
    record.save()
    assert not recwarn.list


@pytest.mark.parametrize("name", ["id", "url"])
def test_what_a_record_is_cannot_be_changed(record, name):
    with pytest.raises(nbcore.InputError, match=name):
        setattr(record, name, "other")


def test_save_after_a_lazy_load_sends_the_edit(nb, wire, table):
    related = nb.lab.devices.get(ident(1)).place
    related.comments = "edited"
    assert related.display == "P1"
    assert related.save() is True
    assert patches(wire) == [{"comments": "edited"}]


def test_delete(record, wire, table):
    assert record.delete() is True
    assert table == []
    with pytest.raises(nbcore.NotFoundError):
        record.delete()


REFUSED = {
    "by the server": lambda wire: wire.on("PATCH", f"lab/devices/{ident(1)}/", reply({"status": ["no such"]}, 400)),
    "on the way": lambda wire: wire.on("PATCH", f"lab/devices/{ident(1)}/", nbcore.ConnectError("no connection")),
    "by Ctrl-C": lambda wire: wire.on("PATCH", f"lab/devices/{ident(1)}/", KeyboardInterrupt()),
}


@pytest.mark.parametrize("refuse", REFUSED.values(), ids=REFUSED)
def test_an_update_that_fails_leaves_nothing_pending(nb, wire, table, refuse):
    record = nb.lab.devices.get(ident(1))
    held, read = record.name, record.place
    record.comments = "mine"
    refuse(wire)
    with pytest.raises((nbcore.CallError, KeyboardInterrupt)):
        record.update({"name": "w", "status": "NoSuch", "place": ident(1002), "comments": "other"})
    assert (record.name, record.place, record.comments) == (held, read, "mine")
    assert record.updates() == {"comments": "mine"}
    wire.on("PATCH", f"lab/devices/{ident(1)}/", device(1, comments="mine", rank=7))
    assert record.update({"rank": 7}) is True
    assert patches(wire)[-1] == {"comments": "mine", "rank": 7}


@pytest.mark.parametrize("data", [{"name": "w", "id": ident(9)}, {"name": "w", "rank": object()}])
def test_an_update_that_cannot_be_sent_leaves_nothing_pending(record, data):
    with pytest.raises(nbcore.InputError):
        record.update(data)
    assert record.updates() == {}
    assert record.save() is False
