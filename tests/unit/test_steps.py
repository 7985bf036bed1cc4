"""The two steps of an endpoint that an app package may override: every create, update and allocation passes them."""

from __future__ import annotations

import warnings

import pytest

import nbcore
from nbcore.testing import make_api, reply, row, sent

from .lab import ident

PATH = "shop/parts"
BELOW = f"shop/bins/{ident(1)}/free-parts/"


class Parts(nbcore.Endpoint):
    """Prices are sent in cents, and a list needs a second request for each label; what was done is noted in `seen`."""

    def prepare_items(self, items, operation, many):
        self.seen.append((operation, many, [item["name"] for item in items]))
        if any(item["name"] == "forbidden" for item in items):
            raise nbcore.InputError("not this name; nothing was sent")
        return [{name: value * 100 if name == "price" else value for name, value in item.items()} for item in items]

    def finish_rows(self, rows, items, operation):
        if self.failing:
            self.api.request("POST", "shop/labels/")
        return [{**one, "asked": item.get("price"), "by": operation} for one, item in zip(rows, items, strict=True)]


SPEC = nbcore.AppSpec(
    "shop",
    "shop",
    (
        nbcore.EndpointSpec("parts", endpoint=Parts),
        nbcore.EndpointSpec(
            "bins",
            actions=(
                nbcore.ActionSpec("free-parts", methods=("POST",), returns="records", allocates=True, creates=PATH, query=("first",)),
            ),
        ),
    ),
)


@pytest.fixture
def table(wire):
    wire.serve("shop/bins", [row("shop/bins", id=ident(1))])
    return wire.serve(PATH, [], "shop.part")


@pytest.fixture
def nb(wire, table):
    with make_api(wire, SPEC) as made:
        made.shop.parts.seen, made.shop.parts.failing = [], False
        yield made


def told(records):
    return [(one.name, one.price, one["asked"], one["by"]) for one in records]


@pytest.mark.parametrize("parallel", [False, True])
def test_creates_pass_them(nb, wire, parallel):
    assert told([nb.shop.parts.create(name="a", price=1)]) == [("a", 100, 1, "create")]
    several = nb.shop.parts.create([{"name": "b", "price": 2}, {"name": "c", "price": 3}], chunk_size=1, parallel=parallel)
    assert told(several) == [("b", 200, 2, "create"), ("c", 300, 3, "create")]
    assert sorted(nb.shop.parts.seen[1:]) == [("create", True, ["b"]), ("create", True, ["c"])]
    assert nb.shop.parts.seen[0] == ("create", False, ["a"])


def test_updates_pass_them(nb, wire):
    one, two = nb.shop.parts.create([{"name": "a", "price": 1}, {"name": "b", "price": 1}])
    nb.shop.parts.seen.clear()
    one.name, one.price = "x", 5
    assert one.save()
    assert told([one]) == [("x", 500, 5, "update")]
    assert nb.shop.parts.update(two.id, {"name": "y", "price": 6}) is True
    assert told(nb.shop.parts.bulk_update([{"id": one.id, "name": "z", "price": 7}])) == [("z", 700, 7, "update")]
    assert nb.shop.parts.seen == [("update", False, ["x"]), ("update", False, ["y"]), ("update", True, ["z"])]
    assert [sent(call) for call in wire.calls if call.path == f"{PATH}/{one.id}/"] == [{"name": "x", "price": 500}]


@pytest.mark.parametrize("lost", [False, True])
def test_allocations_pass_them(nb, wire, table, lost):
    def allocate(call):
        made = [row(PATH, **item) for item in (sent(call) if isinstance(sent(call), list) else [sent(call)])]
        table.extend(made)
        return nbcore.ProtocolError("reset") if lost else reply(made if isinstance(sent(call), list) else made[0], 201)

    wire.on("POST", BELOW, allocate)
    free = nb.shop.bins.get(ident(1)).free_parts
    assert told([free.create(name="a", price=1, first="7")]) == [("a", 100, 1, "allocate")]
    assert told(free.create([{"name": "b", "price": 2}, {"name": "c", "price": 3}])) == [
        ("b", 200, 2, "allocate"),
        ("c", 300, 3, "allocate"),
    ]
    posts = [call for call in wire.calls if call.method == "POST"]
    assert [dict(call.params) for call in posts] == [{"first": "7"}, {}]
    assert nb.shop.parts.seen == [("allocate", False, ["a"]), ("allocate", True, ["b", "c"])]


def test_a_resumed_create_passes_them_for_what_is_found_and_for_what_is_sent(nb, wire, table, tmp_path):
    def dies(call, handler):
        if len(table) < 2:
            handler(call)
            wire.on("GET", f"{PATH}/*/", nbcore.ProtocolError("reset"))
        return nbcore.ProtocolError("reset")

    wire.wrap("POST", f"{PATH}/", dies)
    items = [{"name": name, "price": 1} for name in "abcd"]
    with pytest.raises(nbcore.AmbiguousWriteError):
        nb.shop.parts.create(items, chunk_size=2, journal=tmp_path / "j")
    found = wire.serve(PATH, table)
    assert [one["price"] for one in found] == [100, 100]
    nb.shop.parts.seen.clear()
    made = nbcore.Journal.load(tmp_path / "j", nb).resume()
    assert told(made) == [(name, 100, 1, "create") for name in "abcd"]
    assert nb.shop.parts.seen == [("create", True, ["c", "d"])]


def test_what_is_refused_by_the_first_step_is_not_sent(nb, wire):
    for write in (
        lambda: nb.shop.parts.create(name="forbidden"),
        lambda: nb.shop.bins.get(ident(1)).free_parts.create(name="forbidden"),
        lambda: nb.shop.parts.create([{"name": "forbidden"}]),
    ):
        with pytest.raises(nbcore.InputError, match="nothing was sent") as caught:
            write()
    assert [entry.state for entry in caught.value.journal] == ["waiting"]
    assert {call.method for call in wire.calls} == {"GET"}


def test_a_second_step_that_fails_is_told_as_a_write_that_was_done(nb, wire, table, tmp_path):
    nb.shop.parts.failing = True
    with pytest.raises(nbcore.PartialResult, match=r"POST shop/parts/ was done, but what Parts.finish_rows\(\) does after it failed"):
        nb.shop.parts.create(name="a")
    with pytest.raises(nbcore.PartialResult, match="1 unknown") as caught:
        nb.shop.parts.create([{"name": "b"}], journal=tmp_path / "j")
    assert isinstance(caught.value.__cause__, nbcore.NotFoundError)
    assert [one["name"] for one in table] == ["a", "b"]
    nb.shop.parts.failing = False
    (made,) = nbcore.Journal.load(tmp_path / "j", nb).resume()
    assert (made.name, made["by"], len(table)) == ("b", "create", 2)


def test_a_first_step_that_loses_an_item_is_named(nb, wire, monkeypatch):
    class Losing(nbcore.Endpoint):
        def prepare_items(self, items, operation, many):
            return items[1:]

    spec = nbcore.AppSpec("shop", "shop", (nbcore.EndpointSpec("parts", endpoint=Losing),))
    with pytest.raises(nbcore.InputError, match=r"Losing.prepare_items\(\) must return one item for each"):
        make_api(wire, spec).shop.parts.create(name="a")
    assert not wire.calls


# --- warnings name who wrote -----------------------------------------------------------------------------------------------

WAYS = {
    "create": lambda parts, one: parts.create(name="b", nmae="x"),
    "create of a list": lambda parts, one: parts.create([{"name": "b"}, {"name": "c", "nmae": "x"}], chunk_size=1),
    "create in parallel": lambda parts, one: parts.create([{"name": "b"}, {"name": "c", "nmae": "x"}], chunk_size=1, parallel=True),
    "update by id": lambda parts, one: parts.update(one.id, {"nmae": "x"}),
    "update of a list": lambda parts, one: parts.bulk_update([{"id": one.id, "nmae": "x"}]),
    "upsert": lambda parts, one: parts.get_or_create({"nmae": "x"}, name="b"),
    "sync": lambda parts, one: parts.sync([{"name": "b", "nmae": "x"}], key="name").apply(),
    "save": lambda parts, one: one.save(),
    "update of a record": lambda parts, one: one.update({"label": "y"}),
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_a_warning_names_the_line_that_wrote(wire, write):
    """Not one of nbcore's own, whatever is between them."""
    wire.serve(PATH, [row(PATH, id=ident(1), name="a", label="x")])

    def _listed(data):
        return data if isinstance(data, list) else [data]

    def ignoring(call, handler):
        data = handler(call).json()
        rows = [{name: value for name, value in one.items() if name not in ("nmae", "label")} for one in _listed(data)]
        return reply(rows if isinstance(data, list) else rows[0])

    for method, path in [("PATCH", f"{PATH}/*/"), ("POST", f"{PATH}/"), ("PATCH", f"{PATH}/")]:
        wire.wrap(method, path, ignoring)
    fields = {"name": {"read_only": False}, "nmae": {"read_only": True}, "label": {"read_only": True}}
    wire.on("OPTIONS", f"{PATH}/", {"actions": {"POST": fields}})
    with make_api(wire) as nb:
        parts = nb.endpoint(PATH)
        one = parts.get(ident(1))
        one.label = "new"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            write(parts, one)
    assert [(warning.category, warning.filename) for warning in caught] == [(nbcore.IgnoredFieldWarning, __file__)]
