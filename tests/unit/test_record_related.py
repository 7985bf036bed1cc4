"""What other rooms and packages may ask of a record without a request: its data, the records that a field refers to, newer data."""

from __future__ import annotations

import pytest

from .lab import Place, device, ident, place, reference


@pytest.fixture
def records(nb, wire):
    wire.serve("lab/places", [place(1), place(2)])
    wire.serve("lab/devices", [device(number, places=[reference(place(1)), reference(place(2))]) for number in (1, 2)])
    found = list(nb.lab.devices.all())
    wire.calls.clear()
    return found


def test_related_gives_the_record_of_a_reference(records, wire):
    one, two = records
    assert type(one.related("place")) is Place
    assert one.related("place") is one.place is two.related("place")
    assert [item.id for item in one.related("places")] == [place(1)["id"], place(2)["id"]]
    assert one.related("tags") == []
    assert not wire.calls


@pytest.mark.parametrize("field", ["name", "position", "face", "custom_fields"])
def test_a_field_without_a_reference_has_no_related_record(records, field):
    assert records[0].related(field) is None


def test_related_does_not_see_what_is_assigned(records):
    records[0].place = place(2)["id"]
    assert records[0].related("place").id == place(1)["id"]


def test_related_of_a_field_that_is_not_there(records, wire):
    with pytest.raises(KeyError):
        records[0].related("nonesuch")
    assert not wire.calls


def test_accepted_data_keeps_edits_and_saved_data_ends_them(records, wire):
    record = records[0]
    record.name = "mine"
    record.accept({"serial": "theirs"})
    assert (record.name, record.serial, record.updates()) == ("mine", "theirs", {"name": "mine"})
    record.accept({"name": "mine"}, saved=True)
    assert (record.name, record.raw["name"], record.updates()) == ("mine", "mine", {})
    assert not wire.calls


def test_a_field_is_loaded_for_all_that_were_read_together(records, wire):
    one, two = records
    one.place.load_field("name")
    assert two.place.raw["name"] == "p1"
    assert len(wire.calls) == 1
    one.place.load_field("name")
    one.place.load_field("nonesuch")
    one.load_field("nonesuch")
    assert len(wire.calls) == 1


def test_what_is_json(records):
    assert [records[0].is_json_field(name) for name in ("data", "custom_fields", "place", "name")] == [True, True, False, False]


def test_what_holds_numbers_is_asked_once(records, wire):
    wire.on("OPTIONS", "lab/devices/", {"actions": {"POST": {"rank": {"type": "decimal"}, "name": {"type": "string"}}}})
    assert not records[0].is_number_field("rank")
    assert not wire.calls
    assert [one.is_number_field(name, ask=True) for one in records for name in ("rank", "name")] == [True, False] * 2
    assert records[1].is_number_field("rank")
    assert len(wire.calls) == 1


def test_an_object_of_no_route_refers_to_nothing(nb):
    assert nb.lab.devices.make({"id": ident(1), "x": 1}).related("x") is None
