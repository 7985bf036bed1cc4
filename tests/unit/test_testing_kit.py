"""nbcore.testing: what plugin authors test with does what it says, and its checks find what is wrong."""

from __future__ import annotations

import pytest

import nbcore
from nbcore import ActionSpec, AppSpec, EndpointSpec, Record, Reply
from nbcore.testing import check_app, make_api, reference, reply, row

from .lab import LAB, asked


def test_a_served_route_reads_creates_changes_and_deletes(nb, wire):
    table = wire.serve("lab/devices", [row("lab/devices", name="a"), row("lab/devices", name="b")])
    devices = nb.lab.devices
    assert [record.name for record in devices.filter(name="a")] == ["a"]
    made = devices.create(name="c")
    assert made.update({"name": "d"})
    assert devices.get(made.id).name == "d"
    assert made.delete()
    assert devices.get(made.id) is None
    assert devices.delete([table[0]["id"]])
    assert [item["name"] for item in table] == ["b"]


def test_an_answer_may_be_json_bytes_a_reply_a_function_or_an_error(nb, wire):
    wire.on("GET", "a/b/", {"x": 1})
    assert nb.request("GET", "a/b/") == {"x": 1}
    wire.on("GET", "a/b/", b"[1]")
    assert nb.request("GET", "a/b/") == [1]
    wire.on("GET", "a/b/", Reply(200, "OK", {}, b"2"))
    assert nb.request("GET", "a/b/") == 2
    wire.on("GET", "a/b/", lambda call: {"asked": call.path})
    assert nb.request("GET", "a/b/") == {"asked": "a/b/"}
    wire.on("GET", "a/b/", nbcore.TimeoutError("too late"))
    with pytest.raises(nbcore.TimeoutError, match="too late"):
        nb.request("GET", "a/b/")
    wire.on("GET", "a/b/", {"detail": "no"}, status=403)
    with pytest.raises(nbcore.PermissionDeniedError):
        nb.request("GET", "a/b/")


def test_an_unknown_route_is_as_nautobots(nb, wire):
    with pytest.raises(nbcore.RouteNotFoundError):
        nb.request("GET", "a/b/")
    assert asked(wire) == ["GET a/b/"]


def test_rows_and_references(nb):
    made = row("lab/places", "lab.place", name="x")
    assert set(reference(made)) == {"id", "object_type", "url"}
    assert nb.wrap(made).endpoint.path == "lab/places"


def test_a_reply_is_json_with_a_version():
    made = reply({"a": 1}, 201, {"X-Y": "z"})
    assert (made.status, made.json(), made.header("x-y"), made.header("API-Version")) == (201, {"a": 1}, "z", "3.2")


def test_check_app_passes_a_sound_app():
    check_app(LAB)


class NoRepr(Record):
    __slots__ = ()

    def __repr__(self):
        return ""


def endpoints(*specs):
    return AppSpec("some", "plugins/some", specs)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("text", "not an AppSpec"),
        (AppSpec("not-python", "plugins/not-python"), "attribute"),
        (AppSpec("some", "plugins/other"), "last part"),
        (endpoints(EndpointSpec("With-Capitals")), "slug"),
        (endpoints(EndpointSpec("/things/")), "slug"),
        (endpoints(EndpointSpec("things", record=dict)), "Record class"),
        (endpoints(EndpointSpec("things", record=NoRepr)), "repr"),
        (endpoints(EndpointSpec("things", actions=(ActionSpec("run"), ActionSpec("run")))), "twice"),
        (endpoints(EndpointSpec("things", actions=(ActionSpec("run", methods=()),))), "no method"),
    ],
    ids=str,
)
def test_check_app_names_what_is_wrong(spec, problem):
    with pytest.raises(AssertionError, match=problem):
        check_app(spec)


def test_an_app_with_two_endpoints_of_one_name_cannot_be_made():
    with pytest.raises(ValueError, match="two endpoints"):
        endpoints(EndpointSpec("things"), EndpointSpec("things"))


def test_hooks_see_what_the_wire_sees(wire):
    seen = []

    class Sees:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            seen.append(call.path)
            return (yield)

    with make_api(wire, Sees()) as nb:
        wire.on("GET", "a/b/", {})
        nb.request("GET", "a/b/")
    assert seen == ["a/b/"]
    assert len(wire.calls) == 1
