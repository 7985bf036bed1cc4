"""What a record is as text, in a dict, in a set, and serialized."""

from __future__ import annotations

import json

import pytest

from .lab import asked, device, ident, place, reference, status


@pytest.fixture
def record(nb, wire):
    wire.serve("lab/devices", [device(1, places=[reference(place(1))])])
    found = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    return found


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"display": "D", "name": "n", "label": "l"}, "D"),
        ({"display": "", "name": "n", "label": "l"}, "n"),
        ({"name": "n", "label": "l"}, "n"),
        ({"label": "l"}, "l"),
        ({"display": None, "name": None}, ""),
        ({}, ""),
        ({"name": 7}, "7"),
    ],
)
def test_its_text_is_display_else_name_else_label(nb, fields, text):
    assert str(nb.endpoint("lab/things").make({"id": ident(1), "url": "http://h/api/lab/things/1/", **fields})) == text


def test_its_repr_has_class_text_and_id(record):
    assert repr(record) == f"<Device 'D1' {ident(1)}>"


def test_equal_by_route_and_id(nb, record):
    again = nb.lab.devices.make(device(1, name="other"))
    assert record == again
    assert hash(record) == hash(again)
    assert len({record, again, nb.lab.devices.make(device(2))}) == 2
    assert record != nb.lab.devices.make(device(2))
    assert record != nb.lab.places.make(place(1, id=ident(1)))
    assert record != ident(1)
    assert nb.lab.devices.make({"name": "x"}) != nb.lab.devices.make({"name": "x"})


def test_a_reference_equals_the_object(nb, record):
    assert record.place == nb.lab.places.make(place(1))


def test_dict_is_the_data_as_it_came(record, wire):
    assert dict(record) == device(1, places=[reference(place(1))])
    assert json.loads(json.dumps(dict(record))) == dict(record)
    assert not wire.calls


def test_dict_stays_plain_after_fields_were_read(record):
    before = dict(record)
    for name in before:
        getattr(record, name)
    assert dict(record) == before


def test_dict_has_the_edits(record):
    record.name = "new"
    record.custom_fields["list"].append(2)
    record.extra = 1
    found = dict(record)
    assert (found["name"], found["custom_fields"]["list"], found["extra"]) == ("new", [1, 2], 1)


def test_iteration_gives_pairs(record):
    assert dict(list(record)) == dict(record)
    assert next(iter(record))[0] == "id"


def test_brackets_give_plain_data(record, wire):
    assert record["name"] == "d1"
    assert record["place"] == reference(place(1))
    assert record["face"] == {"value": "front", "label": "Front"}
    assert record["position"] is None
    assert "name" in record
    assert "nonesuch" not in record
    assert not wire.calls


def test_serialize_is_as_it_would_be_written(record, wire):
    found = record.serialize()
    assert found["place"] == place(1)["id"]
    assert found["places"] == [place(1)["id"]]
    assert found["status"] == status("Active")["id"]
    assert found["face"] == "front"
    assert found["tags"] == []
    assert found["custom_fields"] == {"owner": "me", "list": [1]}
    assert found["data"] == {"id": 1, "url": None, "value": 2, "label": "x"}
    assert found["id"] == ident(1)
    assert set(found) == set(dict(record))
    json.dumps(found)
    assert not wire.calls


def test_serialize_has_edits_and_init_has_not(record):
    record.name = "new"
    record.face = "rear"
    assert (record.serialize()["name"], record.serialize()["face"]) == ("new", "rear")
    assert (record.serialize(init=True)["name"], record.serialize(init=True)["face"]) == ("d1", "front")


def test_serialize_nested_is_the_id(record):
    assert record.serialize(nested=True) == ident(1)
    assert record.place.serialize(nested=True) == place(1)["id"]


def test_serialize_gives_a_copy(record):
    record.serialize()["custom_fields"]["list"].append(2)
    dict(record)["custom_fields"]["list"].append(2)
    assert record.updates() == {}
    assert record.custom_fields["list"] == [1]


def test_a_record_of_a_list_and_of_its_own_route_are_the_same(nb, record, wire):
    (listed,) = nb.lab.devices.all()
    assert dict(listed) == dict(record)
    assert listed.has_details
    assert record.has_details
    assert not record.place.has_details
    assert asked(wire) == ["GET lab/devices/?limit=1000"]


def test_it_knows_its_api_and_endpoint(nb, record):
    assert record.api is nb
    assert record.endpoint is nb.lab.devices
    assert record.url == device(1)["url"]
