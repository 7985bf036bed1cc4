"""Filters with more values than fit one request line: asked in parts where that asks the same, and explained where it cannot be."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

import nbcore
from nbcore.testing import reference

from .lab import device, ident, place, status

MANY = 200


@pytest.fixture
def devices(nb, wire):
    """A list that breaks the connection when a request line is too long, as uWSGI does."""
    wire.serve("lab/devices", [device(number, name=f"device-number-{number:04d}", serial=f"{number % 7}") for number in range(1, MANY + 1)])

    def answer(call, listed):
        if len(urlencode(call.params)) > 1800:
            raise nbcore.ProtocolError("GET lab/devices/: the connection broke.", call)
        return listed(call)

    wire.wrap("GET", "lab/devices/", answer)
    return nb.lab.devices


def names(count=MANY):
    return [f"device-number-{number:04d}" for number in range(1, count + 1)]


def test_one_of_many_texts_is_asked_in_parts(devices, wire):
    assert [record.name for record in devices.filter(name=names())] == names()
    assert len(wire.calls) > 1
    assert devices.filter(name=names()).count() == MANY
    assert devices.filter(name=[*names(), *names()], serial="3").count() == sum(number % 7 == 3 for number in range(1, MANY + 1))


def test_two_long_lists_are_both_asked_in_parts(devices):
    serials = [f"a serial number with many characters {number}" for number in range(60)] + ["3", "4"]
    found = devices.filter(name=names(), serial=serials)
    assert [record.serial in ("3", "4") for record in found] == [True] * found.count()
    assert found.count() == sum(number % 7 in (3, 4) for number in range(1, MANY + 1))


def test_the_rest_of_the_query_counts_too(devices):
    """A long filter beside a list that fits by itself."""
    assert devices.filter(name=names(40), serial=["1", "x" * 700]).count() == sum(number % 7 == 1 for number in range(1, 41))


def test_values_are_counted_as_they_are_sent(devices, wire):
    """`/` and `:` take three characters each."""
    assert devices.filter(name=[*names(3), *(f"::::::::::::/{number}" for number in range(60))]).count() == 3


def test_a_part_of_the_rows_of_a_long_list(devices):
    found = devices.filter(id=[ident(number) for number in range(1, MANY + 1)])
    assert [record.id for record in found[:5]] == [ident(number) for number in range(1, 6)]
    assert [record.id for record in found[60:130]] == [ident(number) for number in range(61, 131)]
    assert found[150].id == ident(151)
    assert found.first().id == ident(1)
    assert found.last().id == ident(MANY)
    assert found.count() == MANY
    assert found[10:20].count() == 10


def test_an_object_that_matches_two_values_comes_once(nb, wire):
    """A tag list, a tree of locations, an address with and without its mask: one object may match values of two requests."""
    places = [reference(place(number)) for number in range(1, 101)]
    wire.serve("lab/devices", [device(number, groups=[places[number], places[100 - number]]) for number in range(1, 100)])
    found = nb.lab.devices.filter(groups=[item["id"] for item in places])
    assert len({record.id for record in found}) == len(list(found)) == found.all().count() == 99
    assert len(found.all()[:50]) == 50
    assert [record.id for record in found.all()[70:]] == [record.id for record in found][70:]
    assert sum("/devices/" in call.path for call in wire.calls) > 3


@pytest.mark.parametrize("name", ["name__n", "name__nic", "tags", "content_types", "tags__n", "assigned_object_type"])
def test_all_or_none_of_many_is_never_asked_in_parts(nb, wire, name):
    wire.on("GET", "lab/devices/", {"count": 0, "next": None, "results": []})
    values = [f"value-{number}" for number in range(300)]
    list(nb.lab.devices.filter(**{name: values}))
    (call,) = wire.calls
    assert [value for key, value in call.params if key == name] == values


@pytest.mark.parametrize("name", ["name__ic", "name__isw", "name__re", "address", "role", "mtu__gt", "device_type", "cf_site"])
def test_one_of_many_is_asked_in_parts_for_every_lookup_that_means_it(nb, wire, name):
    wire.on("GET", "lab/devices/", {"count": 0, "next": None, "results": []})
    values = [f"value-{number}" for number in range(300)]
    list(nb.lab.devices.filter(**{name: values}))
    assert [value for call in wire.calls for key, value in call.params if key == name] == values
    assert all(len(urlencode(call.params)) <= 1800 for call in wire.calls)


def test_what_cannot_be_asked_in_parts_says_that_the_line_is_too_long(devices):
    with pytest.raises(nbcore.ProtocolError, match=r"request line is too long.*\d{4} characters.*name__n cannot be asked in parts"):
        list(devices.filter(name__n=names()))


@pytest.mark.parametrize("said", [414, 431, 400])
def test_a_status_for_a_long_line_says_so(nb, wire, said):
    wire.on("GET", "lab/devices/", b"<h1>Request-URI Too Large</h1>", status=said)
    with pytest.raises(nbcore.RequestError, match=r"request line is too long"):
        nb.lab.devices.filter(tags=[f"value-{number}" for number in range(300)]).count()
    with pytest.raises(nbcore.RequestError) as caught:
        nb.lab.devices.filter(tags="one").count()
    assert "too long" not in str(caught.value)


def test_the_status_of_a_related_object_by_a_long_list(devices):
    assert devices.filter(status=[ident(number) for number in range(100)] + [status("Active")["id"]]).count() == MANY
