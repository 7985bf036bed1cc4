"""RecordSet: lazy, read once, a sequence; and what it sends for a part."""

from __future__ import annotations

import gc
import weakref

import pytest

import nbcore
from nbcore.testing import make_api, reference, reply, row

from .lab import asked, device, ident, place


@pytest.fixture
def found(nb, wire):
    wire.serve("lab/devices", [device(number) for number in range(1, 8)])
    return nb.lab.devices.all()


def ids(records):
    return [record.id for record in records]


def test_it_is_read_once_and_kept(found, wire):
    assert ids(found) == ids(found) == [ident(number) for number in range(1, 8)]
    assert len(found) == 7
    assert next(iter(found)) is found[0]
    assert bool(found)
    assert asked(wire) == ["GET lab/devices/?limit=1000"]


def test_all_reads_anew(found, wire):
    list(found)
    list(found.all())
    assert len(wire.calls) == 2


def test_it_is_a_sequence(found):
    first = found[0]
    assert first in found
    assert found.index(first) == 0
    assert list(reversed(found))[-1] == first
    assert found[-1].id == ident(7)
    assert ids(found[::3]) == [ident(1), ident(4), ident(7)]
    assert found == list(found)
    assert found == tuple(found)
    assert found != list(found)[:3]
    assert found != 7
    assert ids(found + [first]) == [*ids(found), first.id]  # noqa: RUF005  the operator is what is tested
    assert ids([first] + found) == [first.id, *ids(found)]  # noqa: RUF005


@pytest.mark.parametrize(
    ("ask", "request_"),
    [
        (lambda found: ids(found[2:4]), "limit=2&offset=2"),
        (lambda found: ids(found[:3]), "limit=3"),
        (lambda found: found[0], "limit=1"),
        (lambda found: found[5], "limit=1&offset=5"),
        (lambda found: found.first(), "limit=1"),
        (lambda found: found.exists(), "limit=1"),
        (lambda found: found.count(), "limit=1"),
        (lambda found: ids(found[1:5][1:3]), "limit=2&offset=2"),
    ],
    ids=["slice", "head", "first index", "index", "first", "exists", "count", "slice of a slice"],
)
def test_a_part_asks_for_that_part(found, wire, ask, request_):
    ask(found)
    assert asked(wire) == [f"GET lab/devices/?{request_}"]


def test_parts_are_right(found):
    assert ids(found[2:4]) == [ident(3), ident(4)]
    assert ids(found[5:100]) == [ident(6), ident(7)]
    assert ids(found[7:]) == []
    assert ids(found[3:3]) == []
    assert ids(found[1:5][1:3]) == [ident(3), ident(4)]
    assert found[4].id == ident(5)
    assert found[2:5].count() == 3
    assert found[5:100].count() == 2
    assert found.last().id == ident(7)
    with pytest.raises(IndexError, match="no row 7"):
        _ = found[7]


def test_a_part_of_what_was_read_sends_nothing(found, wire):
    list(found)
    before = len(wire.calls)
    assert (found.count(), found.first().id, found.last().id, found.exists()) == (7, ident(1), ident(7), True)
    assert ids(found[2:4]) == [ident(3), ident(4)]
    assert len(wire.calls) == before


def test_empty(nb, wire):
    wire.serve("lab/devices", [])
    found = nb.lab.devices.all()
    assert (list(found), len(found), bool(found), found.first(), found.last(), found.exists(), found.count()) == (
        [],
        0,
        False,
        None,
        None,
        False,
        0,
    )
    assert found == []


def test_iterator_keeps_nothing(found, wire):
    assert ids(found.iterator()) == ids(found.iterator())
    assert len(wire.calls) == 2
    assert "not read" in repr(found)


def test_pages_come_one_at_a_time(nb, wire):
    wire.serve("lab/devices", [device(number) for number in range(1, 8)])
    pages = nb.lab.devices.filter(limit=3).pages()
    assert ids(next(pages)) == [ident(1), ident(2), ident(3)]
    assert len(wire.calls) == 1
    assert [ids(page) for page in pages] == [[ident(4), ident(5)], [ident(6), ident(7)]]


def test_repr_sends_nothing(found, wire):
    assert repr(found) == "<RecordSet lab/devices (not read)>"
    assert repr(found.filter(name="d1", place=None)) == "<RecordSet lab/devices?name=d1&place=None (not read)>"
    assert not wire.calls
    list(found)
    assert repr(found) == "<RecordSet lab/devices (7 records)>"


def test_it_has_no_hash(found):
    with pytest.raises(TypeError, match="unhashable"):
        hash(found)


# --- rows that move while they are read ----------------------------------------------------------------------------------


def moving(wire, tables):
    """A list route whose table is another at every request; the last stays."""
    seen = iter(tables)
    state = {"table": next(seen)}

    def listed(call):
        asked_for = dict(call.params)
        table = state["table"]
        state["table"] = next(seen, table)
        start, limit = int(asked_for.get("offset", 0)), int(asked_for["limit"])
        more = "more" if start + limit < len(table) else None
        return reply({"count": len(table), "next": more, "previous": None, "results": table[start : start + limit]})

    wire.on("GET", "lab/devices/", listed)


ROWS = [device(number) for number in range(1, 10)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ROWS[:7], ROWS[1:7]),
        (ROWS[1:7], ROWS[:7]),
        (ROWS[:7], [*ROWS[1:7], ROWS[8]]),
        (ROWS[:7], [ROWS[6], *ROWS[:6]]),
        (ROWS[:7], []),
    ],
    ids=["deleted", "inserted", "deleted and inserted", "renamed", "emptied"],
)
@pytest.mark.parametrize("threading", [False, True])
def test_rows_that_moved_once_are_read_again(make, wire, before, after, threading):
    moving(wire, [before, after])
    found = make(page_size=3, threading=threading).lab.devices.all()
    assert ids(found) == [row["id"] for row in after]


def test_rows_that_keep_moving_are_an_error_and_no_wrong_list(make, wire):
    moving(wire, [ROWS[number % 3 :] for number in range(60)])
    with pytest.raises(nbcore.DriftError, match=r"lab/devices.*moved"):
        list(make(page_size=3).lab.devices.all())
    assert len(wire.calls) < 30


def test_a_streamed_read_is_read_again_too(make, wire):
    """Every object that is there throughout comes once."""
    moving(wire, [ROWS[:7], ROWS[1:7]])
    found = [record.id for record in make(page_size=3).lab.devices.all().iterator()]
    assert len(found) == len(set(found))
    assert {row["id"] for row in ROWS[1:7]} <= set(found)


def test_a_streamed_read_that_never_settles_names_the_remedy(make, wire):
    moving(wire, [ROWS[:7], *[ROWS[first : first + 7] for first in range(1, 40)]])
    with pytest.raises(nbcore.DriftError, match=r'lab/devices: rows moved during 3 reads.*consistency="strict"'):
        list(make(page_size=3).lab.devices.all().sort("name").iterator())


def test_a_loop_goes_on_from_what_bool_read(make, wire):
    wire.serve("lab/devices", ROWS[:7])
    nb = make(page_size=3)
    rows = nb.lab.devices.all()
    assert rows
    assert bool(rows)
    assert asked(wire) == ["GET lab/devices/?limit=3"]
    alone = len(list(nb.lab.devices.all())) and len(wire.calls) - 1
    wire.calls.clear()
    assert [record.id for record in rows] == [row["id"] for row in ROWS[:7]]
    assert len(wire.calls) == alone - 1
    assert not nb.lab.devices.filter(name="nobody")
    streamed = nb.lab.devices.all()
    wire.calls.clear()
    assert streamed
    assert [record.id for record in streamed.iterator()] == [row["id"] for row in ROWS[:7]]
    assert len(wire.calls) == alone
    assert streamed.count() == 7


def test_a_loop_after_bool_reads_again_where_rows_moved(make, wire):
    moving(wire, [ROWS[:7], ROWS[1:7]])
    rows = make(page_size=3).lab.devices.all()
    assert rows
    assert [record.id for record in rows] == [row["id"] for row in ROWS[1:7]]


@pytest.mark.parametrize(
    "use",
    [
        lambda rows: rows.exists(),
        lambda rows: rows.ids(),
        lambda rows: rows.values("name", prefer="rest"),
        lambda rows: rows.count(),
        bool,
    ],
    ids=["exists", "ids", "values", "count", "bool"],
)
def test_what_needs_no_related_object_does_not_read_them_ahead(nb, wire, use):
    wire.serve("lab/devices", ROWS[:3])
    assert use(nb.lab.devices.all().prefetch("place"))
    assert len(wire.calls) == 1


def test_a_custom_field_that_is_not_there(nb, wire):
    wire.serve("lab/devices", ROWS[:3])
    with pytest.raises(nbcore.UnknownFieldError, match=r"custom_fields__ownr.*did you mean 'custom_fields__owner'"):
        nb.lab.devices.all().values("custom_fields__ownr")
    assert nb.lab.devices.all().values_list("custom_fields__owner", flat=True) == ["me"] * 3


def test_what_is_mistyped_gets_a_hint(nb, wire):
    wire.serve("lab/devices", ROWS[:3])
    device = nb.lab.devices.all()[0]
    with pytest.raises(AttributeError, match=r"no field 'postion'; did you mean 'position'"):
        device.postion  # noqa: B018
    with pytest.raises(AttributeError, match=r"has no 'values'; a list of its objects has: \.all\(\)\.values"):
        nb.lab.devices.values  # noqa: B018
    with pytest.raises(AttributeError, match=r"has no 'craete'; did you mean 'create'"):
        nb.lab.devices.craete  # noqa: B018


def test_explain_tells_of_no_value_strict_and_parts(nb, wire):
    told = str(nb.lab.devices.filter(position=None, consistency="strict", name=[f"device-{number:04d}" for number in range(200)]).explain())
    assert "position=(none)" in told
    assert "sort=id" in told
    assert "in 3 requests" in told
    assert wire.calls == []


# --- set-level writes ----------------------------------------------------------------------------------------------------


def test_update_changes_all_that_match(nb, wire):
    table = wire.serve("lab/devices", [device(number, name="old" if number % 2 else "kept") for number in range(1, 6)])
    changed = nb.lab.devices.filter(name="old").update(name="new")
    assert [record.name for record in changed] == ["new"] * 3
    assert [row["name"] for row in table] == ["new", "kept", "new", "kept", "new"]
    assert asked(wire) == ["GET lab/devices/?name=old&limit=1000", "PATCH lab/devices/"]


def test_delete_deletes_all_that_match(nb, wire):
    table = wire.serve("lab/devices", [device(number, name="old" if number % 2 else "kept") for number in range(1, 6)])
    assert nb.lab.devices.filter(name="old").delete() is True
    assert [row["name"] for row in table] == ["kept", "kept"]


def test_everything_is_said_in_words(nb, wire):
    table = wire.serve("lab/devices", [device(1), device(2)])
    assert len(nb.lab.devices.all().update(everything=True, name="x")) == 2
    assert nb.lab.devices.all().delete(everything=True) is True
    assert table == []


def test_nothing_matches_and_nothing_is_written(nb, wire):
    wire.serve("lab/devices", [device(1)])
    assert nb.lab.devices.filter(name="none").update(name="x") == []
    assert nb.lab.devices.filter(name="none").delete() is True
    assert {call.method for call in wire.calls} == {"GET"}


def test_a_streamed_page_is_let_go_and_what_is_kept_loads_together(nb, wire):
    place = [row("lab/places", "lab.place", name=f"p{number}") for number in range(4)]
    wire.serve("lab/places", place)
    wire.serve("lab/things", [row("lab/things", "lab.thing", name=f"t{n}", place=reference(place[n])) for n in range(4)])
    gc.disable()
    try:
        kept, gone = [], []
        for index, record in enumerate(nb.endpoint("lab/things").filter(limit=100).iterator()):
            (gone if index % 2 else kept).append(weakref.ref(record) if index % 2 else record)
        del record
        assert [found() for found in gone] == [None, None]
    finally:
        gc.enable()
    wire.calls.clear()
    assert [item.place.name for item in kept] == ["p0", "p2"]
    assert len([call for call in wire.calls if call.path == "lab/places/"]) == 1


# --- names that are not there -------------------------------------------------------------------------------------------

MISSPELT = {
    "values": lambda found: found.values("nmae"),
    "values of a related object": lambda found: found.values_list("place__nmae"),
    "only": lambda found: list(found.only("nmae")),
    "sort": lambda found: list(found.sort("-nmae")),
    "sort of the iterator": lambda found: list(found.sort("serial", "nmae").iterator()),
    "prefetch": lambda found: list(found.prefetch("nmae")),
    "prefetch below": lambda found: list(found.prefetch("place__nmae")),
}


@pytest.mark.parametrize("read", MISSPELT.values(), ids=MISSPELT)
def test_a_field_that_is_not_there_is_an_error_with_a_suggestion(nb, wire, read):
    wire.serve("lab/places", [place(1)])
    wire.serve("lab/devices", [device(1), device(2)])
    with pytest.raises(nbcore.UnknownFieldError, match=r"has no field 'nmae' \(did you mean 'name'\?\)"):
        read(nb.lab.devices.all())


def test_a_sort_by_a_related_field_is_refused_since_the_server_ignores_it(nb, wire):
    wire.serve("lab/devices", [device(1), device(2)])
    with pytest.raises(nbcore.UnknownFieldError, match="the server ignores a sort by it"):
        list(nb.lab.devices.all().sort("place__name"))


def test_a_sort_by_what_the_server_computes_is_refused_since_it_ignores_it(nb, wire):
    wire.serve("lab/devices", [device(1), device(2)])
    with pytest.raises(nbcore.InputError, match="the server ignores a sort by 'display'"):
        list(nb.lab.devices.all().sort("-display"))


def test_the_fields_that_are_there_can_be_sorted_by_and_read_ahead(nb, wire):
    wire.serve("lab/places", [place(1)])
    wire.on("GET", "lab/devices/", {"count": 2, "next": None, "previous": None, "results": [device(1), device(2)]})
    found = nb.lab.devices.all().sort("pk", "-name", "place").prefetch("place").only("name", "place__name")
    assert [record.place.name for record in found] == ["p1", "p1"]


def test_what_is_not_loaded_is_not_taken_for_missing(wire):
    wire.serve("lab/places", [place(1)])
    wire.serve("lab/devices", [device(1)])
    with pytest.raises(nbcore.NotLoadedError):
        make_api(wire, lazy="off").endpoint("lab/devices").all().values("place__name")


# --- how rows are read, and what explain() says of it -----------------------------------------------------------------------


@pytest.fixture
def by_rest(wire):
    """An Api where no package reads fields by GraphQL, installed or not."""
    wire.serve("lab/places", [place(1)])
    wire.serve("lab/devices", [device(number) for number in range(1, 6)])
    return make_api(wire, disable=["graphql"], page_size=2).endpoint("lab/devices")


def test_fields_come_by_rest_where_no_package_reads_them(by_rest, wire):
    assert by_rest.all().values("name", "place__name")[0] == {"name": "d1", "place__name": "p1"}
    assert [record.place.name for record in by_rest.all().only("name", "place__name")] == ["p1"] * 5
    assert {call.method for call in wire.calls} == {"GET"}


def test_explain_says_which_package_is_missing_and_sends_nothing(by_rest, wire):
    told = by_rest.all().explain("name", "place__name")
    assert (told.route, told.requests) == (
        "rest",
        ("GET lab/devices/?limit=2 (a page of 2 rows each)", "GET of the distinct objects at place, 35 ids a request"),
    )
    assert "pip install nbcore-graphql" in told.reason
    assert by_rest.all().only("name", "place__name").explain() == told
    assert not wire.calls


def test_every_form_of_a_strict_read_is_strict(by_rest, wire):
    strict = by_rest.filter(name=["d1", "d2", "d3"], consistency="strict")
    forms = [
        list,
        lambda rows: list(rows.iterator()),
        lambda rows: rows.values("name", prefer="rest"),
        lambda rows: list(rows.batches("name")),
    ]
    for form in (*forms, lambda rows: list(rows.only("name"))):
        wire.calls.clear()
        assert len([*form(strict.all())]) > 1
        assert {dict(call.params)["sort"] for call in wire.calls} == {"id"}
    for fields in ((), ("name",)):
        told = strict.explain(*fields)
        assert "sort=id" in told.requests[0]
        assert 'consistency="strict"' in told.reason


def test_explain_names_filters_without_a_value_and_what_is_read_ahead(by_rest):
    told = by_rest.filter(name="d1", position=None).prefetch("place").explain()
    assert told.requests[0] == "GET lab/devices/?name=d1&position=(none)&limit=2 (a page of 2 rows each)"
    assert told.requests[1] == "GET of the distinct objects at place, 35 ids a request"


def test_what_was_read_is_explained_as_kept(by_rest, wire):
    rows = by_rest.all()
    list(rows)
    wire.calls.clear()
    assert (rows.explain("name").route, rows.explain().requests) == ("none", ())
    assert rows.values("name")[0] == {"name": "d1"}
    assert not wire.calls
