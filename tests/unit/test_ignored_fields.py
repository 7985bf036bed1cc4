"""What the server ignores of a write is told, with the route that makes it where there is one; sync() does not plan it for ever."""

from __future__ import annotations

import warnings

import pytest

import nbcore
from nbcore import AppSpec, EndpointSpec
from nbcore.testing import make_api, reference, reply, row, sent

from .lab import ident

PATH = "shop/shelves"
ROOM, HALL = (row("shop/rooms", id=ident(50 + number), name=f"r{number}") for number in (1, 2))
SPEC = AppSpec(
    "shop",
    "shop",
    (
        EndpointSpec("shelves", m2m_fields=("rooms",), assigned_by={"rooms": "shop/room-assignments"}),
        EndpointSpec("rooms"),
    ),
)
FIELDS = {
    "id": {"read_only": False},
    "name": {"read_only": False},
    "comment": {"read_only": False},
    "owner": {"read_only": False},
    "custom_fields": {"read_only": False},
    "rooms": {"read_only": True},
    "parts": {"read_only": True},
    "part_count": {"read_only": True},
    "nearest": {"read_only": True},
    "last_updated": {"read_only": True},
}
WRITABLE = {name for name, field in FIELDS.items() if not field["read_only"]}


def shelf(number=1, **fields):
    held = {"name": f"s{number}", "comment": "", "owner": None, "custom_fields": {"colour": None}, "rooms": [], "parts": []}
    return row(PATH, id=ident(number), **{**held, "part_count": 0, "nearest": None, "last_updated": "2026-01-01T00:00:00Z", **fields})


def taken(body):
    """Of what is sent, what Nautobot writes: fields that can be written, and custom fields that there are."""
    found = {name: value for name, value in body.items() if name in WRITABLE}
    if "custom_fields" in found:
        found["custom_fields"] = {"colour": found["custom_fields"].get("colour")}
    return found


@pytest.fixture
def rows(wire):
    served = wire.serve(PATH, [shelf(1), shelf(2, rooms=[reference(ROOM)])])
    wire.serve("shop/rooms", [ROOM, HALL])

    def patched(call, handler):
        body = sent(call)
        for one in body if isinstance(body, list) else [body]:
            found = next(item for item in served if item["id"] == one.get("id", call.path.split("/")[2]))
            found.update(taken(one))
        if isinstance(body, list):
            return reply([item for item in served if item["id"] in {one["id"] for one in body}])
        return reply(found)

    def posted(call, handler):
        body = sent(call)
        made = [
            {**shelf(9), "url": f"https://nautobot.test/api/{PATH}/{one['id']}/", **taken(one)}
            for one in ([body] if isinstance(body, dict) else body)
        ]
        served.extend(made)
        return reply(made if isinstance(body, list) else made[0], 201)

    for path in (f"{PATH}/", f"{PATH}/*/"):
        wire.wrap("PATCH", path, patched)
    wire.wrap("POST", f"{PATH}/", posted)
    wire.on("OPTIONS", f"{PATH}/", {"actions": {"POST": FIELDS}})
    return served


@pytest.fixture
def shelves(wire, rows):
    with make_api(wire, SPEC) as nb:
        yield nb.shop.shelves


IGNORED = {
    "rooms": [HALL["id"]],
    "rooms by name": [{"name": "r2"}],
    "parts": [ident(77)],
    "part_count": 5,
    "nearest": ident(78),
    "last_updated": None,
    "custom_fields": {"color": "red"},
}
WAYS = {
    "save": lambda shelves, name, value: change(shelves.get(ident(2)), name, value),
    "update of a record": lambda shelves, name, value: shelves.get(ident(2)).update({name: value}),
    "update by id": lambda shelves, name, value: shelves.update(ident(2), {name: value}),
    "update of a list": lambda shelves, name, value: shelves.update([{"id": ident(2), name: value}]),
    "update of records": lambda shelves, name, value: shelves.bulk_update([change(shelves.get(ident(2)), name, value, save=False)]),
    "create": lambda shelves, name, value: shelves.create(name="n", **{name: value or "2020-01-01T00:00:00Z"}),
    "create of a list": lambda shelves, name, value: shelves.create([{"name": "n", name: value or "2020-01-01T00:00:00Z"}]),
    "upsert": lambda shelves, name, value: shelves.update_or_create({name: value}, name="s2"),
}


def change(record, name, value, save=True):
    setattr(record, name, value)
    if save:
        assert record.save() is True
    return record


@pytest.mark.parametrize("given", IGNORED)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_the_server_ignores_is_told(shelves, way, given):
    name = given.partition(" ")[0]
    with pytest.warns(nbcore.IgnoredFieldWarning) as caught:
        way(shelves, name, IGNORED[given])
    (told,) = caught
    assert name in str(told.message)
    if name == "rooms":
        assert "objects of shop/room-assignments make it" in str(told.message)
    if name == "custom_fields":
        assert "'custom_fields.color' (did you mean 'colour'?)" in str(told.message)
    assert told.filename == __file__


TAKEN = {"name": "x", "comment": "  blanks  ", "owner": {"name": "somebody"}, "custom_fields": {"colour": "red"}}


@pytest.mark.parametrize("name", TAKEN)
def test_what_the_server_takes_is_not_warned_of(shelves, rows, wire, name):
    record = shelves.get(ident(1))

    def answer(call, handler):
        body = sent(call)
        made = {"comment": "blanks", "owner": reference(ROOM)}
        rows[0].update({field: made.get(field, value) for field, value in body.items()})
        return reply(rows[0])

    wire.wrap("PATCH", f"{PATH}/*/", answer)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert record.update({name: TAKEN[name]}) is True
    assert "OPTIONS" not in [call.method for call in wire.calls]


def test_sync_says_it_of_any_field_once_the_server_was_asked(shelves):
    desired = [{"name": "s2", "nearest": ident(78)}]
    with pytest.warns(nbcore.IgnoredFieldWarning, match="'nearest'"):
        shelves.sync(desired, key="name").apply()
    with pytest.raises(nbcore.UnknownFieldError, match=r"'nearest' \(which is read-only\) cannot be set"):
        shelves.sync(desired, key="name")


@pytest.mark.parametrize("given", [name for name in IGNORED if name != "nearest"])
def test_sync_says_what_cannot_be_set(shelves, given):
    name = given.partition(" ")[0]
    with pytest.raises(nbcore.UnknownFieldError, match=rf"{name}.*cannot be set.*Nothing was planned") as caught:
        shelves.sync([{"name": "s2", name: IGNORED[given]}], key="name")
    if name == "rooms":
        assert "shop/room-assignments" in str(caught.value)


@pytest.mark.parametrize("given", ["rooms", "custom_fields"])
def test_sync_says_it_of_new_objects_too(shelves, given):
    with pytest.raises(nbcore.UnknownFieldError, match=rf"{given}.*cannot be set"):
        shelves.sync([{"name": "new", given: IGNORED[given]}], key="name")


def test_sync_plans_nothing_for_what_is_so_already(shelves):
    assert not shelves.sync([{"name": "s2", "rooms": [ROOM["id"]], "last_updated": "2026-01-01T00:00:00Z", "part_count": 0}], key="name")


def test_where_the_server_cannot_be_asked_the_declaration_tells(shelves, wire):
    wire.on("OPTIONS", f"{PATH}/", reply({"detail": "no"}, 403))
    with pytest.warns(nbcore.IgnoredFieldWarning, match="shop/room-assignments"):
        shelves.update(ident(1), {"rooms": [ROOM["id"]]})
    with pytest.raises(nbcore.UnknownFieldError, match="shop/room-assignments"):
        shelves.sync([{"name": "s1", "rooms": [ROOM["id"]]}], key="name")


def test_objects_that_can_be_changed_and_not_added(shelves, wire):
    wire.on("OPTIONS", f"{PATH}/", {"actions": {"PUT": FIELDS}})
    with pytest.warns(nbcore.IgnoredFieldWarning, match=r"'part_count' \(which is read-only\)"):
        shelves.update(ident(1), {"part_count": 3})


def test_an_ignored_field_is_no_conflict_after_a_lost_answer(wire, rows):
    lost = []

    def lose(call, handler):
        handler(call)
        lost.append(call)
        raise nbcore.ProtocolError("the connection broke", call)

    wire.wrap("PATCH", f"{PATH}/*/", lose)
    record = make_api(wire, SPEC, retries=2).shop.shelves.get(ident(1))
    with pytest.warns(nbcore.IgnoredFieldWarning, match="'part_count'"):
        assert record.update({"comment": "new", "part_count": 7}) is True
    assert len(lost) == 1
    assert rows[0]["comment"] == "new"
