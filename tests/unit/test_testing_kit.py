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


@pytest.fixture
def things(nb, wire):
    wire.serve("lab/places", [row("lab/places", "lab.place", name="p")])
    place = reference(nb.endpoint("lab/places").get(name="p").raw)
    wire.serve(
        "lab/devices",
        [
            row("lab/devices", "lab.device", name="a", up=True, size=2, note=None, face={"value": "front", "label": "Front"}, tags=["x"]),
            row("lab/devices", "lab.device", name="b", up=False, size=None, note="n", place=place, tags=[], data={"a": 1}),
            row("lab/devices", "lab.device", name="c", up=True, size=1, note="m", place=place, tags=["x", "y"]),
        ],
    )
    return nb.endpoint("lab/devices")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"up": True}, "ac"),
        ({"up": False}, "b"),
        ({"up__isnull": False}, None),
        ({"size": 2}, "a"),
        ({"name": ["a", "c"]}, "ac"),
        ({"name": ["a", "c"], "up": False}, ""),
        ({"note": None}, "a"),
        ({"size": None}, "b"),
        ({"note__isnull": False}, "bc"),
        ({"tags": "x"}, "ac"),
        ({"tags": None}, "b"),
        ({"face": "front"}, "a"),
        ({"depth": 1, "include": "computed_fields", "exclude_m2m": False}, "abc"),
    ],
)
def test_lists_are_filtered_as_nautobot_does(things, filters, names):
    if names is None:
        with pytest.raises(nbcore.UnknownFilterError):  # a boolean filter has no __isnull
            list(things.filter(**filters))
    else:
        assert [record.name for record in things.filter(**filters)] == list(names)


def test_a_null_is_ignored_where_a_filter_is_a_boolean(nb, things):
    """So does Nautobot, which is why nbcore must not send it."""
    assert nb.request("GET", "lab/devices/", params={"up": "null"})["count"] == 3


def test_a_related_object_is_named_by_its_id(nb, things):
    place = nb.endpoint("lab/places").get(name="p")
    assert [record.name for record in things.filter(place=place)] == ["b", "c"]
    with pytest.raises(NotImplementedError, match="which object the filter place='p' of lab/devices names"):
        list(things.filter(place="p"))


@pytest.mark.parametrize("name", ["name__isw", "q", "nosuch", "place__name"])
def test_a_filter_that_the_wire_does_not_know_is_an_error(things, name):
    with pytest.raises(NotImplementedError, match=rf"does not know the filter '{name}' of lab/devices.*nbcore-sandbox"):
        list(things.filter(name="nobody", **{name: "a"}))


def test_nothing_matches_where_there_was_never_a_row(nb, wire):
    table = wire.serve("lab/devices", [])
    assert list(nb.endpoint("lab/devices").filter(whatever="x")) == []
    table.append(row("lab/devices", "lab.device", name="a"))
    assert [record.name for record in nb.endpoint("lab/devices").filter(name="a")] == ["a"]


def test_lists_are_sorted_by_plain_values(things):
    assert [record.name for record in things.all().sort("-name")] == ["c", "b", "a"]
    assert [record.name for record in things.all().sort("size")] == ["c", "a", "b"]
    assert [record.name for record in things.all().sort("-up", "-name")] == ["c", "a", "b"]
    with pytest.raises(NotImplementedError, match="cannot sort lab/devices by 'place'"):
        list(things.all().sort("place"))


def test_what_is_created_has_the_type_of_what_is_there_or_the_one_given(nb, wire, things):
    assert things.create(name="d").object_type == "lab.device"
    wire.serve("lab/places", [], "lab.place")
    assert nb.endpoint("lab/places").create(name="x").object_type == "lab.place"
    wire.serve("lab/places", [])
    with pytest.raises(NotImplementedError, match=r"wire\.serve\('lab/places', \[\], object_type="):
        nb.endpoint("lab/places").create(name="x")


def test_a_list_passes_over_what_is_not_there(nb, things):
    gone = "00000000-0000-4000-8000-000000000000"
    there = things.get(name="a").id
    changed = nb.request("PATCH", "lab/devices/", body=[{"id": gone, "size": 5}, {"id": there, "size": 6}])
    assert [item["size"] for item in changed] == [6]
    assert nb.request("DELETE", "lab/devices/", body=[{"id": gone}]) is None
    assert things.count() == 3


def test_a_route_can_be_wrapped(nb, wire, things):
    full = [True]
    wire.wrap("post", "lab/devices/", lambda call, handler: reply({"detail": "no"}, 403) if full[0] else handler(call))
    with pytest.raises(nbcore.PermissionDeniedError):
        things.create(name="d")
    full[0] = False
    assert things.create(name="d").name == "d"
    with pytest.raises(nbcore.InputError, match="nothing answers GET lab/nosuch/ yet"):
        wire.wrap("GET", "lab/nosuch/", lambda call, handler: None)


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
