"""A property that fails inside shows what failed, and a word that is none of those that are known is refused where it stands."""

from __future__ import annotations

import functools
import io
import pathlib

import pytest

import nbcore
from nbcore import ActionSpec, AppSpec, EndpointSpec
from nbcore.testing import make_api, reply, row

from .lab import ident

PATH = "shop/parts"


class Part(nbcore.Record):
    __slots__ = ()

    @property
    def data(self):
        return self.no_such_field

    @property
    def name(self):
        return self.nor_this_one

    @property
    def deeper(self):
        return {}.no_such_method

    @property
    def holder(self):
        return self.room.name

    @property
    def label(self):
        return "fine"


class Parts(nbcore.Endpoint):
    @property
    def run(self):
        return self.missing_here

    @functools.cached_property
    def kept(self):
        return None.gone

    @property
    def _own(self):
        return self.spec.no_such_part


class Shop(nbcore.App):
    @property
    def parts(self):
        return None.no_parts

    @functools.cached_property
    def stock(self):
        return self.spec.no_stock


class Tracing(nbcore.Action):
    @property
    def last(self):
        return self.owner.no_such_thing


class MyApi(nbcore.Api):
    @property
    def main(self):
        return self.options.no_such_option


SPEC = AppSpec(
    "shop", "shop", (EndpointSpec("parts", Part, actions=(ActionSpec("run", on="endpoint"), ActionSpec("data")), endpoint=Parts),)
)


@pytest.fixture
def nb(wire):
    wire.serve(
        PATH,
        [
            row(
                PATH,
                id=ident(1),
                name="a",
                data={},
                room={"id": ident(5), "object_type": "shop.room", "url": f"/api/shop/rooms/{ident(5)}/"},
            )
        ],
    )
    return make_api(wire, SPEC, lazy="off")


SHOWN = {
    "a field": (lambda nb: nb.shop.parts.all()[0].data, "no field 'no_such_field'"),
    "a field that it hides": (lambda nb: nb.shop.parts.all()[0].name, "no field 'nor_this_one'"),
    "a method": (lambda nb: nb.shop.parts.all()[0].deeper, "'dict' object has no attribute 'no_such_method'"),
    "a field that is not loaded": (lambda nb: nb.shop.parts.all()[0].holder, 'lazy="off"'),
    "an endpoint": (lambda nb: nb.shop.parts.run, "has no 'missing_here'"),
    "an endpoint, kept": (lambda nb: nb.shop.parts.kept, "'NoneType' object has no attribute 'gone'"),
    "an endpoint, of its own": (lambda nb: nb.shop.parts._own, "no attribute 'no_such_part'"),
    "an action": (lambda nb: Tracing(nb.shop.parts, ActionSpec("x"), "shop/parts/x/").last, "no attribute 'no_such_thing'"),
}


@pytest.mark.parametrize(("read", "told"), SHOWN.values(), ids=SHOWN)
def test_a_property_that_fails_shows_what_failed(nb, read, told):
    with pytest.raises(AttributeError) as caught:
        read(nb)
    assert told in str(caught.value)


def test_a_property_that_works_is_read(nb):
    assert nb.shop.parts.all()[0].label == "fine"


@pytest.mark.parametrize(("name", "told"), [("parts", "no attribute 'no_parts'"), ("stock", "no attribute 'no_stock'")])
def test_an_apps_property_that_fails_shows_what_failed(wire, name, told):
    nb = make_api(wire, AppSpec("shop", "shop", (EndpointSpec("parts"),), app=Shop))
    with pytest.raises(AttributeError, match=told):
        getattr(nb.shop, name)
    assert not wire.calls


def test_an_apis_property_that_fails_shows_what_failed():
    with pytest.raises(AttributeError, match="no attribute 'no_such_option'"):
        _ = MyApi("https://nautobot.test", "token").main


# --- words that decide ---------------------------------------------------------------------------------------------------

WORDS = {
    "a method in lower case": lambda: ActionSpec("run", methods=("post",)),
    "a method that is none": lambda: ActionSpec("run", methods=("FETCH",)),
    "a text for methods": lambda: ActionSpec("run", methods="POST"),
    "on": lambda: ActionSpec("run", on="records"),
    "returns": lambda: ActionSpec("run", returns="record"),
    "key": lambda: EndpointSpec("parts", key="id"),
}


@pytest.mark.parametrize("declare", WORDS.values(), ids=WORDS)
def test_a_declaration_with_an_unknown_word_is_refused(declare):
    with pytest.raises(ValueError, match="not "):
        declare()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_action_of_any_single_method_can_be_called(wire, method):
    spec = AppSpec("shop", "shop", (EndpointSpec("parts", actions=(ActionSpec("act", on="endpoint", methods=(method,)),)),))
    wire.on(method, f"{PATH}/act/", {"done": True})
    assert make_api(wire, spec).shop.parts.act() == {"done": True}
    assert [call.method for call in wire.calls] == [method]


def test_an_unknown_form_of_an_answer_is_refused(wire):
    with pytest.raises(nbcore.InputError, match="returns must be"):
        make_api(wire).request("GET", "shop/parts/", returns="jsn")
    assert not wire.calls


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize("path", ["shop/parts/", "extras/graphql-queries/", "graphql/more/", "/graphql/"])
def test_a_write_that_is_called_a_query_is_a_write(wire, monkeypatch, method, path):
    monkeypatch.setattr("time.sleep", lambda _: None)
    call = nbcore.Call(method, path, operation="graphql")
    assert (call.queries, call.writes, call.idempotent) == (False, True, False)
    wire.on(method, path, reply(b"<html>bad gateway</html>", 502))
    with pytest.raises(nbcore.AmbiguousWriteError):
        make_api(wire, retries=3).request(method, path, body={"name": "x"}, operation="graphql")
    assert len(wire.calls) == 1


def test_a_query_is_read_again(wire, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    wire.on("POST", "graphql/", reply(b"<html>bad gateway</html>", 502))
    with pytest.raises(nbcore.RetriesExhaustedError):
        make_api(wire, retries=2).request("POST", "graphql/", body={"query": "{ a }"}, operation="graphql")
    assert len(wire.calls) == 3


@pytest.mark.parametrize("operation", ["list", "get", "create", "allocate"])
def test_a_delete_without_a_body_is_done_whatever_it_is_called(wire, operation):
    wire.on("DELETE", f"{PATH}/{ident(1)}/", reply(None, 204))
    assert make_api(wire).request("DELETE", f"{PATH}/{ident(1)}/", operation=operation) is None


# --- files ---------------------------------------------------------------------------------------------------------------

FILES = {
    "bytes": lambda folder: b"\x89PNG",
    "a bytearray": lambda folder: bytearray(b"x"),
    "a path": lambda folder: folder / "a.png",
    "an open file": lambda folder: (folder / "a.png").open("rb"),
    "an open text": lambda folder: (folder / "a.png").open(),
    "a buffer": lambda folder: io.BytesIO(b"x"),
    "a text buffer": lambda folder: io.StringIO("x\ny"),
    "name and bytes": lambda folder: ("a.png", b"x"),
    "in a dict": lambda folder: {"image": b"x"},
}
WAYS = {
    "create": lambda parts, file: parts.create(name="a", image=file),
    "create of a list": lambda parts, file: parts.create([{"name": "a", "image": file}]),
    "update by id": lambda parts, file: parts.update(ident(1), {"image": file}),
    "update of a list": lambda parts, file: parts.update([{"id": ident(1), "image": file}]),
    "update": lambda parts, file: parts.all()[0].update({"image": file}),
    "save": lambda parts, file: save(parts.all()[0], file),
    "action": lambda parts, file: parts.api.endpoint("shop/more").get(ident(2)).detail_action("notes").create(image=file),
    "request": lambda parts, file: parts.api.request("POST", "shop/parts/", body={"image": file}),
}


def save(record, file):
    record.image = file
    return record.save()


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_file_in_a_write_says_how_files_are_sent(wire, tmp_path, way, file):
    pathlib.Path(tmp_path / "a.png").write_text("one\ntwo\n")
    wire.serve(PATH, [row(PATH, id=ident(1), name="a", image=None)])
    wire.serve("shop/more", [row("shop/more", id=ident(2))])
    parts = make_api(wire).endpoint(PATH)
    given = file(tmp_path)
    with pytest.raises(nbcore.InputError, match=r"has no JSON form; a file is taken by upload\(\).*multipart.*files="):
        way(parts, given)
    assert not [call for call in wire.calls if call.method != "GET" and call.body is None]
    if hasattr(given, "close"):
        assert given.read(), "it was read"
        given.close()


# --- one-item lists, and what is included --------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [5, "5", [5], ["5"], (5,), 5.0])
def test_a_page_size_of_one_item(wire, given):
    wire.serve(PATH, [])
    nb = make_api(wire)
    assert list(nb.endpoint(PATH).filter(limit=given, offset=[0])) == []
    assert dict(wire.calls[-1].params)["limit"] == "5"


@pytest.mark.parametrize("given", [2.7, "2.7", [2.7], [1, 2], [], True, -1, "x", float("inf"), float("nan"), [None]])
def test_what_is_no_page_size_is_refused(wire, given):
    with pytest.raises(nbcore.InputError, match="limit must be a whole number"):
        make_api(wire).endpoint(PATH).filter(limit=given)


def test_an_empty_include_undoes_the_default(wire):
    wire.serve(PATH, [row(PATH, id=ident(1))])
    parts = make_api(wire, include_default="config_context").endpoint(PATH)
    for read in (
        lambda **asked: list(parts.filter(**asked)),
        lambda **asked: parts.get(ident(1), **asked),
        lambda **asked: list(parts.all().filter(**asked)),
    ):
        read()
        assert ("include", "config_context") in wire.calls[-1].params
        read(include="")
        assert [value for name, value in wire.calls[-1].params if name == "include"] in ([], [""])


@pytest.mark.parametrize("filters", [{"name": ""}, {"name": [""]}, {"include": "", "name": ""}])
def test_other_empty_filters_stay_errors(wire, filters):
    with pytest.raises(nbcore.InputError, match="name=''"):
        make_api(wire).endpoint(PATH).filter(**filters)


# --- what the answer of a write holds ------------------------------------------------------------------------------------

WRITES = {
    "create": lambda parts: parts.create(name="b"),
    "create of a list": lambda parts: parts.create([{"name": "b"}]),
    "update": lambda parts: parts.update(ident(1), {"name": "b"}),
    "update of a list": lambda parts: parts.update([{"id": ident(1), "name": "b"}]),
    "save": lambda parts: parts.all()[0].update({"name": "b"}),
}
READ = {
    "exclude_m2m=False": ({"exclude_m2m": False}, {"exclude_m2m": "false"}),
    "exclude_m2m=True": ({"exclude_m2m": True}, {"exclude_m2m": "true"}),
    "include": ({"include_default": "config_context"}, {"include": "config_context"}),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize(("options", "asked"), READ.values(), ids=READ)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_is_answered_as_reads_are(wire, write, options, asked):
    wire.serve(PATH, [row(PATH, id=ident(1), name="a")])
    write(make_api(wire, **options).endpoint(PATH))
    (sent,) = [call for call in wire.calls if call.method in ("POST", "PATCH")]
    assert dict(sent.params) == asked


def test_filters_of_all_reads_are_sent_with_writes_and_others_are_not(wire):
    wire.serve(PATH, [row(PATH, id=ident(1), name="a")])
    nb = make_api(wire)
    nb.default_filters = {"exclude_m2m": False, "name": "a"}
    nb.endpoint(PATH).create(name="b")
    assert dict(wire.calls[-1].params) == {"exclude_m2m": "false"}
