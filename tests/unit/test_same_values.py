"""What counts as the same value: one table, and every way to write agrees on each of its lines."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import uuid
from decimal import Decimal
from enum import Enum

import pytest

import nbcore
from nbcore import Choice
from nbcore.testing import Wire, make_api, reply, row, sent

from .lab import LAB, device, ident, place, reference, status

UTC = datetime.UTC
PLACES = [place(1, region=reference(row("lab/regions", id=ident(31)))), place(2)]
REGION = row("lab/regions", id=ident(31), name="north", display="north")
TAGS = [row("lab/tags", id=ident(41 + number), name=name, display=name.upper()) for number, name in enumerate(("core", "edge", "spare"))]
LINKS = [row("lab/links", id=ident(51), display="1.2.3.4/24")]  # objects without a name
HELD = device(
    1,
    vid=3990,
    name="leaf",
    code="010",
    blank=" x ",
    version="1.10",
    latitude="12.500000",
    length="5",
    enabled=True,
    mac_address="00:11:22:AA:BB:CC",
    installed="2026-01-02",
    seen="2026-01-02T03:04:05Z",
    local="2026-01-02T04:04:05.250000+01:00",
    host="a.example.com",
    address="2001:db8::1/64",
    object_id=ident(9),
    place=reference(PLACES[0]),
    link=reference(LINKS[0]),
    parent=None,
    tags=[reference(TAGS[0]), reference(TAGS[1])],
    none=[],
    face={"value": "front", "label": "Front"},
    width={"value": 19, "label": "19 inches"},
    content_types=["lab.a", "lab.b"],
    custom_fields={"owner": "me", "list": [1, 2], "deep": {"a": {"b": True}}},
    data={"id": 1, "flag": True, "text": "1"},
)


class Face(Enum):
    FRONT = "front"


SAME = [
    ("vid", 3990),
    ("vid", "3990"),
    ("vid", " 03990 "),
    ("vid", 3990.0),
    ("vid", Decimal("3990.00")),
    ("name", " leaf\n"),
    ("blank", " x "),
    ("latitude", 12.5),
    ("latitude", Decimal("12.50")),
    ("latitude", "12.500000"),
    ("length", 5),
    ("length", 5.0),
    ("enabled", "true"),
    ("enabled", "True"),
    ("enabled", "on"),
    ("enabled", 1),
    ("mac_address", "00-11-22-aa-bb-cc"),
    ("mac_address", "0011.22aa.bbcc"),
    ("mac_address", "001122aabbcc"),
    ("mac_address", "0:11:22:aa:bb:cc"),
    ("installed", datetime.date(2026, 1, 2)),
    ("seen", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("seen", datetime.datetime(2026, 1, 2, 3, 4, 5)),  # noqa: DTZ001  without a zone it is in the server's
    ("seen", "2026-01-02T03:04:05+00:00"),
    ("seen", "2026-01-02T05:04:05.000+02:00"),
    ("seen", "2026-01-02 03:04:05"),
    ("local", "2026-01-02T03:04:05.25Z"),
    ("local", datetime.datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)),
    ("address", "2001:DB8:0::1/64"),
    ("address", ipaddress.ip_interface("2001:db8::1/64")),
    ("object_id", uuid.UUID(ident(9))),
    ("object_id", ident(9).upper()),
    ("place", PLACES[0]["id"]),
    ("place", PLACES[0]["id"].upper()),
    ("place", uuid.UUID(PLACES[0]["id"])),
    ("place", PLACES[0]),
    ("place", reference(PLACES[0])),
    ("place", {"id": PLACES[0]["id"]}),
    ("place", "p1"),
    ("place", {"name": "p1"}),
    ("place", {"name": "p1", "region": {"name": "north"}}),
    ("place", {"name": "p1", "region": REGION["id"]}),
    ("place", {"region__name": "north"}),
    ("link", "1.2.3.4/24"),
    ("parent", None),
    ("tags", [TAGS[1]["id"], TAGS[0]["id"]]),
    ("tags", {TAGS[1]["id"], TAGS[0]["id"]}),
    ("tags", [TAGS[0]["id"], TAGS[1]["id"], TAGS[0]["id"]]),
    ("tags", ["edge", "core"]),
    ("tags", ("core", "edge", "core")),
    ("tags", ["core", {"name": "edge"}]),
    ("tags", [TAGS[0], {"name": "edge"}, "edge"]),
    ("none", ()),
    ("face", "front"),
    ("face", Face.FRONT),
    ("face", Choice("front", "another label")),
    ("face", {"value": "front", "label": "Front"}),
    ("width", "19"),
    ("content_types", ["lab.b", "lab.a", "lab.b"]),
    ("content_types", {"lab.a", "lab.b"}),
    ("custom_fields", {"owner": "me"}),
    ("custom_fields", {}),
    ("custom_fields", {"deep": {"a": {"b": True}}, "list": (1, 2)}),
    ("data", {"id": 1, "flag": True, "text": "1"}),
]

OTHER = [
    ("vid", 3991),
    ("vid", "3990x"),
    ("vid", True),
    ("vid", None),
    ("name", "Leaf"),
    ("name", ""),
    ("code", 10),
    ("code", "10"),
    ("code", Decimal(10)),
    ("version", "1.1"),
    ("blank", "x"),
    ("latitude", 12.6),
    ("latitude", True),
    ("latitude", float("1e30")),
    ("enabled", False),
    ("enabled", "false"),
    ("enabled", "maybe"),
    ("enabled", 2),
    ("enabled", None),
    ("mac_address", "00:11:22:aa:bb:cd"),
    ("mac_address", "00:11:22:aa:bb"),
    ("installed", datetime.date(2026, 1, 3)),
    ("seen", datetime.datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)),
    ("seen", "2026-01-02T03:04:05+01:00"),
    ("name", "00:11:22:AA:BB:CC"),
    ("host", "A.Example.COM"),
    ("address", "2001:db8::2/64"),
    ("address", "2001:db8::1"),
    ("object_id", ident(8)),
    ("place", PLACES[1]["id"]),
    ("place", None),
    ("place", ""),
    ("place", True),
    ("place", "P1"),
    ("place", {"name": "p1", "region": {"name": "south"}}),
    ("place", {"name": "p1", "nonsense": 1}),
    ("place", {"region__name": "south"}),
    ("parent", PLACES[0]["id"]),
    ("tags", []),
    ("tags", "core"),
    ("tags", None),
    ("tags", [TAGS[0]["id"]]),
    ("tags", [TAGS[0]["id"], TAGS[0]["id"]]),
    ("tags", ["core", "core"]),
    ("tags", ["core", "Edge"]),
    ("tags", ["core", "edge", "spare"]),
    ("tags", [TAGS[0]["id"], TAGS[1]["id"], TAGS[2]["id"]]),
    ("none", [TAGS[0]["id"]]),
    ("face", "Front"),
    ("face", "rear"),
    ("width", 20),
    ("content_types", ["lab.a"]),
    ("content_types", ["lab.a", "lab.b", "lab.c"]),
    ("custom_fields", {"owner": "you"}),
    ("custom_fields", {"list": [True, 2]}),
    ("custom_fields", {"list": [2, 1]}),
    ("custom_fields", {"other": None}),
    ("custom_fields", {"deep": {"a": {"b": 1}}}),
    ("data", {"id": 1, "flag": 1, "text": "1"}),
    ("data", {"id": 1, "flag": True, "text": 1}),
    ("data", {"id": 1, "flag": True}),
]


def by_id(table):
    return {one["id"]: one for one in table}


RELATED = by_id([*PLACES, REGION, *TAGS, *LINKS, status("Active")])


def expanded(value, depth):
    """A value of the server as it is with a depth."""
    if isinstance(value, list):
        return [expanded(item, depth) for item in value]
    if depth == 0 or not isinstance(value, dict) or value.get("id") not in RELATED:
        return value
    return {name: expanded(item, depth - 1) for name, item in RELATED[value["id"]].items()}


@pytest.fixture
def wire():
    wire = Wire()
    wire.serve("lab/devices", [HELD])
    for path, rows in {"places": PLACES, "regions": [REGION], "tags": TAGS, "links": LINKS, "statuses": [status("Active")]}.items():
        wire.serve(f"lab/{path}", rows)

    def detail(call):
        return {name: expanded(value, int(dict(call.params).get("depth", 0))) for name, value in HELD.items()}

    wire.on("GET", f"lab/devices/{ident(1)}/", detail)
    return wire


def written(wire):
    return [call for call in wire.calls if call.method in ("PATCH", "POST")]


def by_saving(wire, name, value):
    record = make_api(wire, LAB).lab.devices.get(ident(1))
    record[name] = value
    assert record.save() == bool(written(wire))


def by_updating(wire, name, value):
    assert make_api(wire, LAB).lab.devices.get(ident(1)).update({name: value}) == bool(written(wire))


def by_updating_or_creating(wire, name, value):
    _, created = make_api(wire, LAB).lab.devices.update_or_create({name: value}, id=ident(1))
    assert not created


def by_syncing(wire, name, value):
    key = "serial" if name == "id" else "id"
    plan = make_api(wire, LAB).lab.devices.sync([{key: HELD[key], name: value}], key=key)
    assert not plan.creates
    assert len(plan.updates) + len(plan.unchanged) == 1
    plan.apply()


def by_updating_in_bulk(wire, name, value):
    endpoint = make_api(wire, LAB).lab.devices
    record = endpoint.get(ident(1))
    record[name] = value
    assert len(endpoint.bulk_update([record])) == len(written(wire))


WAYS = [by_saving, by_updating, by_updating_or_creating, by_syncing, by_updating_in_bulk]


def listed(table):
    """The lines of a table; a set has another text in each process, and cannot name a test."""
    shown = [f"{name}={sorted(value) if isinstance(value, set) else value!r:.60}" for name, value in table]
    return [pytest.param(*line, id=text) for line, text in zip(table, shown, strict=True)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "value"), listed(SAME))
def test_the_same_is_not_written(wire, way, name, value):
    way(wire, name, value)
    assert not written(wire)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "value"), listed(OTHER))
def test_another_value_is_written_once(wire, way, name, value):
    way(wire, name, value)
    (call,) = written(wire)
    body = sent(call)
    assert list(body[0] if isinstance(body, list) else body) == ([name] if not isinstance(body, list) else [name, "id"])


def attempts(wire, name, value):
    """How often a PATCH is sent whose answers are lost, and which the server did not do, or did already."""
    wire.on("PATCH", f"lab/devices/{ident(1)}/", reply({"detail": "gone"}, 502))
    with contextlib.suppress(nbcore.CallError):
        make_api(wire, LAB, retries=1).lab.devices.update(ident(1), {name: value})
    return len(written(wire))


@pytest.mark.parametrize(("name", "value"), listed(SAME))
def test_after_a_lost_answer_the_same_is_taken_for_written(wire, monkeypatch, name, value):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert attempts(wire, name, value) == 1


@pytest.mark.parametrize(("name", "value"), listed(OTHER))
def test_after_a_lost_answer_another_value_is_sent_again(wire, monkeypatch, name, value):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert attempts(wire, name, value) == 2


# --- what is asked to tell -----------------------------------------------------------------------------------------------

TYPES = {"actions": {"POST": {"latitude": {"type": "decimal"}, "version": {"type": "string"}, "code": {"type": "string"}}}}


@pytest.mark.parametrize("way", WAYS)
def test_two_texts_are_one_number_where_the_field_holds_numbers(wire, way):
    wire.on("OPTIONS", "lab/devices/", TYPES)
    way(wire, "latitude", "12.5")
    assert not written(wire)
    assert len([call for call in wire.calls if call.method == "OPTIONS"]) == 1
    way(wire, "version", "1.1")
    assert len(written(wire)) == 1


def test_a_route_that_tells_no_types_is_asked_once(wire):
    wire.serve("lab/devices", [device(number, latitude="12.500000") for number in range(1, 31)])
    records = list(make_api(wire, LAB).lab.devices.all())
    for record in records:
        record.latitude = "12.5"
        assert record.updates() == {"latitude": "12.5"}
    assert all(record.save() for record in records)
    assert len([call for call in wire.calls if call.method == "OPTIONS"]) == 1


@pytest.fixture
def many(wire):
    fields = {name: HELD[name] for name in ("place", "tags", "status", "link")}
    wire.serve("lab/devices", [device(number, **fields) for number in range(1, 31)])
    return wire


NAMED = {"status": "Active", "tags": ["edge", "core"], "place": {"name": "p1", "region": {"name": "north"}}}
PATHS = ["lab/devices/", "lab/statuses/", "lab/tags/", "lab/places/", "lab/regions/"]


def test_names_are_loaded_once_for_all_that_were_read_together(many):
    for record in make_api(many, LAB).lab.devices.all():
        assert record.update(NAMED) is False
    assert [call.path for call in many.calls] == PATHS


def test_names_are_loaded_once_for_a_plan(many):
    plan = make_api(many, LAB).lab.devices.sync([{"id": ident(number), **NAMED} for number in range(1, 31)], key="id")
    assert len(plan.unchanged) == 30
    assert [call.path for call in many.calls] == PATHS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", ident(1)),
        ("status", status("Active")["id"]),
        ("tags", [TAGS[0]["id"], TAGS[1]["id"]]),
        ("tags", ["core"]),
        ("tags", [TAGS[2]["id"], "core"]),
        ("tags", []),
        ("place", None),
    ],
)
def test_where_ids_tell_no_name_is_loaded(many, name, value):
    (record, *_) = make_api(many, LAB).lab.devices.all()
    record.update({name: value})
    assert {call.path for call in many.calls if call.method == "GET"} == {"lab/devices/"}


def test_updates_loads_nothing(many):
    (record, *_) = make_api(many, LAB).lab.devices.all()
    many.calls.clear()
    for name, value in NAMED.items():
        record[name] = value
    assert record.updates() == NAMED
    assert not many.calls


@pytest.mark.parametrize("code", [403, 404])
def test_what_cannot_be_read_is_written(many, code):
    many.on("GET", "lab/statuses/", reply({"detail": "no"}, code))
    (record, *_) = make_api(many, LAB).lab.devices.all()
    assert record.update({"status": "Active"}) is True


def test_what_is_in_a_list_already_is_no_change_when_it_is_added(many):
    nb = make_api(many, LAB)
    (record, *_) = nb.lab.devices.all()
    record.tags.append(nb.lab.tags.get(TAGS[0]["id"]))
    record.tags.append("edge")
    record.tags.append({"name": "core"})
    assert record.save() is False
    record.tags.append("spare")
    assert record.save() is True


def test_a_left_out_field_is_loaded_to_compare_it(many):
    (record, *_) = records = list(make_api(many, LAB).lab.devices.all())
    many.serve("lab/devices", [{**dict(one), "groups": [reference(PLACES[0])]} for one in records])
    many.calls.clear()
    assert record.update({"groups": [PLACES[0]["id"]]}) is False
    assert [dict(call.params).get("exclude_m2m") for call in many.calls] == ["false"]
    assert record.update({"groups": [PLACES[1]["id"]]}) is True
