"""What a field of a record is: a reference, a choice, or plain JSON; and data that is named like a method."""

from __future__ import annotations

import json

import pytest

import nbcore
from nbcore import Choice, Record

from .lab import Device, Place, asked, device, ident, place, reference


@pytest.fixture
def one(nb, wire):
    """Makes a record of a row, as a list gives it."""

    def make(**fields):
        wire.serve("lab/devices", [device(1, **fields)])
        wire.serve("lab/places", [place(1), place(2)])
        found = nb.lab.devices.all()[0]
        wire.calls.clear()
        return found

    return make


# --- references ----------------------------------------------------------------------------------------------------------


def test_a_record_is_of_the_class_that_its_route_declares(one):
    assert type(one()) is Device
    assert one(name="abc").shout == "ABC"


def test_a_related_object_is_of_the_class_of_its_own_route(one, wire):
    record = one()
    assert type(record.place) is Place
    assert record.place.id == place(1)["id"]
    assert record.place.endpoint.path == "lab/places"
    assert not wire.calls


def test_a_related_object_has_the_actions_of_its_route(one, nb):
    other = one(parent=reference(device(2)))
    assert other.parent.available_items.path == f"lab/devices/{ident(2)}/available-items/"
    assert other.parent.trace.spec.name == "trace"


def test_a_reference_to_a_route_without_a_package_is_generic(one):
    record = one(thing={"id": ident(5), "object_type": "x.thing", "url": f"http://h/api/plugins/x/things/{ident(5)}/"})
    assert type(record.thing) is Record
    assert record.thing.endpoint.path == "plugins/x/things"


def test_a_list_of_references_is_a_list_of_records(one, wire):
    record = one(places=[reference(place(1)), reference(place(2))])
    assert [type(item) for item in record.places] == [Place, Place]
    assert record.places[0] is record.places[0]
    assert not wire.calls


def test_a_reference_that_came_with_its_fields_is_not_loaded(one, wire):
    record = one(place=place(1, name="deep"))
    assert record.place.name == "deep"
    assert not wire.calls


@pytest.mark.parametrize("url", [None, "", 7, "http://elsewhere.test/page", "/dcim/devices/"])
def test_what_has_no_url_of_the_api_is_plain(one, url):
    value = {"id": ident(5), "object_type": "x.thing", "url": url}
    record = one(thing=value)
    assert record.thing == record["thing"] == value
    assert record.serialize()["thing"] == value


# --- choices -------------------------------------------------------------------------------------------------------------


def test_a_choice_is_equal_to_its_value(one):
    face = one().face
    assert isinstance(face, Choice)
    assert (face.value, face.label, str(face)) == ("front", "Front", "Front")
    assert face == "front"
    assert face in ("front", "rear")
    assert face == {"value": "front", "label": "Front"}
    assert dict(face) == {"value": "front", "label": "Front"}
    assert face["value"] == "front"
    assert {face: 1}["front"] == 1


def test_different_choices_differ(one):
    front, rear = one().face, one(face={"value": "rear", "label": "Front"}).face
    assert front != rear
    assert front != "rear"
    assert front != "Front"
    assert len({front, rear, Choice("front", "other label")}) == 2


def test_number_choices(one):
    record = one(mtu={"value": 4, "label": "IPv4"})
    assert record.mtu == 4
    assert record.mtu != "4"


def test_a_list_of_choices(one):
    record = one(modes=[{"value": "a", "label": "A"}, {"value": "b", "label": "B"}])
    assert record.modes == ["a", "b"]
    assert record.modes[0].label == "A"


# --- plain JSON ----------------------------------------------------------------------------------------------------------

SHAPES = [
    {"id": 1, "name": "x"},
    {"url": "http://h/", "name": "x"},
    {"id": 7, "url": None},
    {"value": 1, "label": "x", "more": 2},
    {"value": 1},
    {"save": 1, "notes": 2, "updates": 3, "id": None},
    [{"id": 1}, {"id": 2}],
    [[1], [2]],
    [],
    {},
    {"deep": {"er": {"id": 1, "list": [{"url": None}]}}},
]


@pytest.mark.parametrize("value", SHAPES, ids=json.dumps)
def test_json_without_the_shape_of_a_reference_or_a_choice_stays_plain(one, value):
    record = one(anything=value)
    assert record.anything == value
    assert isinstance(record.anything, type(value))
    assert record["anything"] == value
    assert record.serialize()["anything"] == value


@pytest.mark.parametrize(
    "field", ["data", "custom_fields", "config_context", "local_config_context_data", "computed_fields", "relationships"]
)
@pytest.mark.parametrize("value", [*SHAPES, {"value": 1, "label": "x"}, reference(place(1)), [reference(place(1))]], ids=json.dumps)
def test_a_declared_json_field_stays_plain_whatever_its_shape(one, wire, field, value):
    record = one(**{field: value})
    assert getattr(record, field) == value
    assert type(getattr(record, field)) is type(value)
    assert record.serialize()[field] == value
    assert record.updates() == {}
    assert json.loads(json.dumps(dict(record)))[field] == value
    assert not wire.calls


def test_scalars_are_what_json_says(one):
    record = one(number=1, real=1.5, flag=False, none=None, text="x")
    assert (record.number, record.real, record.flag, record.none, record.text) == (1, 1.5, False, None, "x")


# --- names ---------------------------------------------------------------------------------------------------------------

METHODS = [name for name in dir(Record) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("value", ["data", None, {"id": 1}])
def test_data_that_is_named_like_a_method_does_not_hide_it(one, name, value):
    plain, record = one(), one(**{name: value})
    assert type(getattr(record, name)) is type(getattr(plain, name))
    assert record[name] == value
    assert dict(record)[name] == value
    assert record.serialize()[name] == value


@pytest.mark.parametrize("name", ["save", "notes", "update"])
def test_such_a_field_is_written_by_its_name_in_brackets(one, wire, name):
    record = one(**{name: "old"})
    with pytest.raises(AttributeError, match="record"):
        setattr(record, name, "new")
    record[name] = "new"
    assert record[name] == "new"
    assert record.updates() == {name: "new"}
    assert record.save() is True


@pytest.mark.parametrize("name", ["_data", "__class__", "_set", "a-b", "class", "trace"])
def test_any_name_of_a_field_is_read_in_brackets(one, name):
    assert one(**{name: "value"})[name] == "value"


def test_a_null_or_missing_url_is_no_crash(nb, wire):
    rows = [device(1, url=None), {"id": ident(2), "name": "b"}, {"name": "no id"}, {}]
    wire.serve("lab/devices", rows)
    wire.on("GET", "lab/devices/", {"count": 4, "next": None, "previous": None, "results": rows})
    found = list(nb.lab.devices.all())
    assert [dict(record).get("name") for record in found] == ["d1", "b", "no id", None]
    for record in found:
        repr(record), str(record), dict(record), hash(record), record.serialize()
        assert not hasattr(record, "something")
    assert asked(wire) == ["GET lab/devices/?limit=1000"]


def test_a_missing_key_in_brackets_is_a_key_error_without_a_request(one, wire):
    record = one()
    with pytest.raises(KeyError):
        _ = record["nonesuch"]
    with pytest.raises(KeyError):
        _ = record.place["name"]
    assert not wire.calls


def test_packages_add_behaviour_to_records_of_others(make, wire):
    class Routed(nbcore.Record):
        __slots__ = ()

        @property
        def routing(self):
            return f"routing of {self.name}"

    class Adds:
        asked = 0

        @nbcore.hookimpl
        def nbcore_extend_records(self):
            self.asked += 1
            return {"lab.device": Routed}

    adds = Adds()
    nb = make(adds)
    wire.serve("lab/devices", [device(1), device(2, parent=reference(device(1)))])
    wire.serve("lab/places", [place(1)])
    first, second = nb.lab.devices.all()
    assert first.routing == "routing of d1"
    assert first.shout == "D1"
    assert isinstance(first, Device)
    assert second.parent.routing == "routing of d1"
    assert not hasattr(nb.lab.places.all()[0], "routing")
    assert adds.asked == 1
