"""`record["role"]`: a dict of what is loaded, whose missing keys load as the attribute would, for all records that were read together."""

from __future__ import annotations

import copy
import json
import pickle

import jinja2
import pytest

import nbcore
from nbcore.testing import reference

from .lab import asked, device, place

ROWS = [device(number, place=reference(place(number % 3)), groups=[reference(place(7)), reference(place(8))]) for number in range(1, 10)]
PLACES = [place(number, parent=reference(place(number + 100)) if number < 100 else None) for number in (0, 1, 2, 7, 8, 100, 101, 102)]


@pytest.fixture
def records(nb, wire):
    wire.serve("lab/devices", ROWS)
    wire.serve("lab/places", PLACES)
    return list(nb.lab.devices.all())


def test_it_is_what_the_server_sent_until_something_else_is_asked(records, wire):
    record = records[0]
    assert record["place"] == ROWS[0]["place"]
    assert json.loads(json.dumps(record["place"])) == ROWS[0]["place"]
    assert isinstance(record["place"], dict)
    assert "name" not in record["place"]
    assert len(wire.calls) == 1


def test_a_missing_key_loads_for_all_records(records, wire):
    assert [record["place"]["name"] for record in records] == [f"p{number % 3}" for number in range(1, 10)]
    assert len(wire.calls) == 2
    assert [record["place"]["parent"]["name"] for record in records] == [f"p{number % 3 + 100}" for number in range(1, 10)]
    assert len(wire.calls) == 3
    assert records[0]["groups"][1]["name"] == records[0]["groups"][1].get("name") == "p8"
    assert asked(wire)[1].startswith("GET lab/places/?id=")


def test_it_holds_what_the_attribute_loaded(records, wire):
    assert records[0].place.name == "p1"
    assert dict(records[1]["place"])["name"] == "p2"
    assert json.loads(json.dumps(records[0]["place"])) == json.loads(json.dumps(dict(PLACES[1])))
    assert len(wire.calls) == 2


def test_templates_and_formats(records, wire):
    assert "{d[place][name]} {d[place][parent][name]}".format(d=records[0]) == "p1 p101"
    template = jinja2.Template("{% for d in rows|selectattr('place.name', 'equalto', 'p2') %}{{ d.name }} {% endfor %}")
    assert template.render(rows=records).split() == ["d2", "d5", "d8"]
    grouped = jinja2.Template("{% for key, rows in rows|groupby('place.parent.name') %}{{ key }}:{{ rows|length }} {% endfor %}")
    assert grouped.render(rows=records).split() == ["p100:3", "p101:3", "p102:3"]
    assert len(wire.calls) == 3


def test_what_no_object_has(records):
    with pytest.raises(KeyError):
        records[0]["place"]["nothing"]
    assert records[0]["place"].get("nothing", 5) == 5
    assert jinja2.Template("<{{ d['place'].nothing }}>").render(d=records[0]) == "<>"


def test_an_assigned_object_in_brackets(records, wire):
    records[0].place = records[1].place
    assert records[0]["place"]["name"] == "p2"


def test_what_is_done_to_it_does_not_change_the_record(records):
    records[0]["place"]["name"]
    held = records[0]["place"]
    held["name"] = "changed"
    assert records[0].place.name == records[0]["place"]["name"] == "p1"
    assert records[0].updates() == {}


def test_copies_are_plain(records):
    for made in (copy.deepcopy, lambda held: pickle.loads(pickle.dumps(held))):
        assert type(made(records[0]["place"])) is dict
        assert made(records[0]["place"]) == records[0]["place"]


def test_lazy_off(make, wire):
    wire.serve("lab/devices", ROWS)
    (record, *_) = make(lazy="off").lab.devices.all()
    with pytest.raises(nbcore.NotLoadedError):
        record["place"]["name"]
    assert len(wire.calls) == 1
