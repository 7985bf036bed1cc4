"""Endpoints are read: filter, all, get, count, choices; with the requests they send."""

from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import uuid

import pytest

import nbcore
from nbcore.testing import reply

from .lab import asked, device, ident, place


def answers(rows):
    """The answer of a list route to whatever is asked of it."""
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


@pytest.fixture
def devices(nb, wire):
    wire.serve("lab/devices", [device(number, name=f"d{number % 3}") for number in range(1, 8)])
    return nb.lab.devices


# --- filter and all ------------------------------------------------------------------------------------------------------


def test_all_is_filter_without_a_filter(devices, wire):
    assert devices.all() == devices.filter()
    assert asked(wire) == ["GET lab/devices/?limit=1000"] * 2


def test_all_takes_filters_too(devices):
    assert [record.name for record in devices.all(name="d1")] == ["d1", "d1", "d1"]


def test_nothing_is_sent_before_rows_are_needed(devices, wire):
    wire.on("GET", "lab/devices/", answers([]))
    found = devices.filter("x", name="d1").filter(role="leaf").sort("-name")
    repr(found)
    assert not wire.calls
    list(found)
    assert len(wire.calls) == 1
    assert sorted(wire.calls[0].params) == [("limit", "1000"), ("name", "d1"), ("q", "x"), ("role", "leaf"), ("sort", "-name")]


def test_a_filter_named_again_replaces_the_earlier(devices, wire):
    wire.on("GET", "lab/devices/", answers([]))
    list(devices.filter(name="a", role=["x", "y"]).filter(role="z"))
    assert asked(wire) == ["GET lab/devices/?name=a&role=z&limit=1000"]


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, ["true"]),
        (False, ["false"]),
        (0, ["0"]),
        (7, ["7"]),
        (1.5, ["1.5"]),
        ("text & more", ["text & more"]),
        (["a", 1, True], ["a", "1", "true"]),
        (("a", "b"), ["a", "b"]),
        ({"a"}, ["a"]),
        ((name for name in "ab"), ["a", "b"]),
        (uuid.UUID(ident(1)), [ident(1)]),
        (decimal.Decimal("1.50"), ["1.50"]),
        (datetime.date(2026, 1, 2), ["2026-01-02"]),
        (datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC), ["2026-01-02T03:04:00+00:00"]),
        (Colour.RED, ["red"]),
        (ipaddress.ip_address("10.0.0.1"), ["10.0.0.1"]),
        (ipaddress.ip_interface("10.0.0.1/24"), ["10.0.0.1/24"]),
        (ipaddress.ip_network("10.0.0.0/24"), ["10.0.0.0/24"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_as_query_text(devices, wire, value, text):
    wire.on("GET", "lab/devices/", answers([]))
    list(devices.filter(field=value))
    assert [value for name, value in wire.calls[0].params if name == "field"] == text


def test_a_record_is_its_id_in_a_filter(devices, wire, nb):
    wire.on("GET", "lab/devices/", answers([]))
    record = nb.wrap(place(1))
    list(devices.filter(place=record, places=[record, record]))
    assert [value for _, value in wire.calls[0].params][:3] == [record.id] * 3


def test_limit_is_the_page_size(devices, wire):
    assert len(devices.filter(limit=3)) == 7
    assert asked(wire) == [f"GET lab/devices/?limit=3{offset}" for offset in ("", "&offset=2", "&offset=4")]


def test_limit_with_offset_is_one_page(devices, wire):
    assert [record.id for record in devices.filter(limit=2, offset=3)] == [ident(4), ident(5)]
    assert asked(wire) == ["GET lab/devices/?limit=2&offset=3"]


def test_limit_zero_is_the_usual_page(devices, wire):
    assert len(devices.filter(limit=0)) == 7
    assert asked(wire) == ["GET lab/devices/?limit=1000"]


def test_include_depth_and_exclude_m2m_of_one_call(devices, wire):
    list(devices.filter(include=["config_context", "computed_fields"], exclude_m2m=False, depth=2))
    assert asked(wire) == ["GET lab/devices/?include=config_context&include=computed_fields&exclude_m2m=false&depth=2&limit=1000"]


def test_an_id_named_twice_in_a_long_list_is_there_once(nb, wire):
    rows = [device(number) for number in range(150)]
    wire.serve("lab/devices", rows)
    wanted = [row["id"] for row in rows] * 2
    assert len(nb.lab.devices.filter(id=wanted)) == 150


# --- get -----------------------------------------------------------------------------------------------------------------


def test_get_by_id_is_one_request_of_the_detail_route(devices, wire):
    assert devices.get(ident(2)).name == "d2"
    assert asked(wire) == [f"GET lab/devices/{ident(2)}/"]


def test_get_by_filter_asks_for_two_rows_at_the_most(devices, wire):
    assert devices.get(id=ident(2)).id == ident(2)
    assert devices.get(name="none") is None
    with pytest.raises(ValueError, match="more than one"):
        devices.get(name="d1")
    with pytest.raises(nbcore.MultipleObjectsError):
        devices.get()
    assert {dict(call.params)["limit"] for call in wire.calls} == {"2"}
    assert len(wire.calls) == 4


def test_get_by_a_natural_key_that_the_server_takes(devices, wire):
    wire.on("GET", "lab/devices/d-one/", device(1))
    assert devices.get("d-one").id == ident(1)


def test_get_of_an_id_in_another_case(devices, wire):
    upper = "ABCDEF00-0000-4000-8000-000000000001"
    wire.on("GET", f"lab/devices/{upper}/", device(1, id=upper.lower()))
    assert devices.get(upper).id == upper.lower()


def test_get_of_another_error_is_raised(devices, wire):
    wire.on("GET", f"lab/devices/{ident(1)}/", {"detail": "no"}, status=403)
    with pytest.raises(nbcore.PermissionDeniedError):
        devices.get(ident(1))


def test_get_with_reading_options(devices, wire):
    devices.get(ident(1), depth=1, include="config_context")
    assert asked(wire) == [f"GET lab/devices/{ident(1)}/?depth=1&include=config_context"]


# --- count ---------------------------------------------------------------------------------------------------------------


def test_count_is_one_request_for_one_row(devices, wire):
    assert devices.count() == 7
    assert devices.count(name="d1") == 3
    assert asked(wire) == ["GET lab/devices/?limit=1", "GET lab/devices/?name=d1&limit=1"]


# --- choices -------------------------------------------------------------------------------------------------------------

OPTIONS = {
    "actions": {
        "POST": {
            "name": {"type": "string"},
            "face": {"type": "choice", "choices": [{"value": "front", "display": "Front"}, {"value": "rear", "display": "Rear"}]},
            "modes": {"type": "list", "child": {"choices": [{"value": "a", "display": "A"}]}},
        }
    }
}


def test_choices_are_the_values_of_the_fields_that_have_some(devices, wire):
    wire.on("OPTIONS", "lab/devices/", OPTIONS)
    assert devices.choices() == {
        "face": [{"value": "front", "display": "Front"}, {"value": "rear", "display": "Rear"}],
        "modes": [{"value": "a", "display": "A"}],
    }


@pytest.mark.parametrize("answer", [{"actions": {}}, {"name": "Device List"}, {"actions": {"PUT": {}}}, [], "text"], ids=str)
def test_choices_of_a_read_only_token_are_an_error_that_says_so(devices, wire, answer):
    wire.on("OPTIONS", "lab/devices/", answer)
    with pytest.raises(nbcore.NbcoreError, match="may not add"):
        devices.choices()


# --- versions ------------------------------------------------------------------------------------------------------------


def test_every_call_takes_a_version_of_its_own(devices, wire, make):
    wire.on("OPTIONS", "lab/devices/", OPTIONS)
    list(devices.all(api_version="3.1"))
    list(devices.filter(name="d1", api_version="3.1"))
    devices.get(ident(1), api_version="3.1")
    devices.get(id=ident(1), api_version="3.1")
    devices.count(api_version="3.1")
    devices.choices(api_version="3.1")
    devices.create({"name": "x"}, api_version="3.1")
    assert {call.api_version for call in wire.calls} == {"3.1"}


def test_not_acceptable_lists_the_versions_there_are(devices, wire):
    text = 'Invalid version in "Accept" header. Supported versions are 2.4, 3.0, 3.1, 3.2'
    wire.on("GET", "lab/devices/", reply({"detail": text}, 406))
    with pytest.raises(nbcore.VersionError, match=r"2\.4, 3\.0, 3\.1, 3\.2") as caught:
        list(devices.filter(api_version="1.0"))
    assert list(caught.value.supported) == ["2.4", "3.0", "3.1", "3.2"]
