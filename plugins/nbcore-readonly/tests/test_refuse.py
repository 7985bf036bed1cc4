"""Refusing writes."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import nbcore
from nbcore.testing import Wire, make_api, row
from nbcore_readonly import ReadOnly, ReadOnlyError

DEVICE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def wire() -> Wire:
    made = Wire()
    made.serve("dcim/devices", [row("dcim/devices", "dcim.device", id=DEVICE, name="a")])
    for path in ("graphql/", f"extras/graphql-queries/{DEVICE}/run/", "core/render-jinja-template/", f"extras/jobs/{DEVICE}/run/"):
        made.on("POST", path, {"data": {}})
    return made


WRITES = {
    "create": lambda nb: nb.endpoint("dcim/devices").create(name="x"),
    "create many": lambda nb: nb.endpoint("dcim/devices").create([{"name": "x"}]),
    "update": lambda nb: nb.endpoint("dcim/devices").update(DEVICE, {"name": "x"}),
    "save": lambda nb: nb.endpoint("dcim/devices").get(DEVICE).update({"name": "x"}),
    "bulk update": lambda nb: nb.endpoint("dcim/devices").bulk_update([{"id": DEVICE, "name": "x"}]),
    "delete": lambda nb: nb.endpoint("dcim/devices").get(DEVICE).delete(),
    "bulk delete": lambda nb: nb.endpoint("dcim/devices").delete([DEVICE]),
    "job": lambda nb: nb.request("POST", f"extras/jobs/{DEVICE}/run/", endpoint="extras/jobs", action="run", operation="run", body={}),
    "put": lambda nb: nb.request("PUT", f"dcim/devices/{DEVICE}/", body={}),
    "another method": lambda nb: nb.request("PURGE", f"dcim/devices/{DEVICE}/"),
    "lower case": lambda nb: nb.request("post", "dcim/devices/", body={}),
    "said to be a query": lambda nb: nb.request("POST", "dcim/devices/", body={}, operation="graphql"),
    "a query's name": lambda nb: nb.request("POST", "extras/graphql-queries/a.b/run/", body={}),
    "below a query": lambda nb: nb.request("POST", "extras/graphql-queries/a/b/run/", body={}),
    "a query's update": lambda nb: nb.request("PATCH", "graphql/", body={}),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("first", [True, False])
def test_a_write_is_refused_wherever_the_guard_stands(wire, name, first):
    plugins = (ReadOnly(), wire) if first else (wire, ReadOnly())
    with make_api(*plugins) as nb, pytest.raises(ReadOnlyError, match=r"was not sent: this Api is read-only \(plugins=\[ReadOnly\(\)\]\)"):
        WRITES[name](nb)
    assert [call.method for call in wire.calls if call.method != "GET"] == []


def test_what_reads_passes(wire):
    with make_api(wire, ReadOnly()) as nb:
        assert len(nb.endpoint("dcim/devices").all()) == 1
        assert nb.graphql.query("{ a }").data == {}
        for path in (f"extras/graphql-queries/{DEVICE}/run/", "core/render-jinja-template/"):
            assert nb.request("POST", path, body={}) == {"data": {}}
        wire.on("OPTIONS", "dcim/devices/", {"actions": {"POST": {"name": {"type": "string"}}}})
        assert nb.endpoint("dcim/devices").choices() == {}


def test_more_routes_can_be_allowed(wire):
    wire.on("POST", "plugins/search/1/find/", {"found": 1})
    with make_api(wire, ReadOnly(allow=["plugins/search/*/find/"])) as nb:
        assert nb.request("POST", "plugins/search/1/find/", body={}) == {"found": 1}
        with pytest.raises(ReadOnlyError):
            nb.request("POST", "plugins/search/1/other/", body={})
        with pytest.raises(ReadOnlyError):
            nb.request("DELETE", "plugins/search/1/find/")


def test_a_refusal_is_final_and_of_nbcores_tree(wire):
    with make_api(wire, ReadOnly(), retries=3) as nb, pytest.raises(nbcore.CallError) as caught:
        nb.endpoint("dcim/devices").update(DEVICE, {"name": "x"})
    assert type(caught.value) is ReadOnlyError
    assert caught.value.call.method == "PATCH"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("guard", [ReadOnly(), ReadOnly("record")])
def test_no_other_plugin_sees_what_does_not_leave(wire, guard):
    seen = []

    class Watcher:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            seen.append(call.method)
            return (yield)

    with make_api(wire, guard, Watcher()) as nb:
        if guard.mode == "record":
            nb.endpoint("dcim/devices").create(name="x")
        else:
            with pytest.raises(ReadOnlyError):
                nb.endpoint("dcim/devices").create(name="x")
    assert set(seen) <= {"GET"}


@pytest.mark.parametrize("value", ["1", "true", "on", "recrod", "refuse"])
def test_by_environment(wire, monkeypatch, value):
    monkeypatch.setenv("NBCORE_READONLY", value)
    with make_api(wire) as nb, pytest.raises(ReadOnlyError, match=r"read-only \(NBCORE_READONLY\)"):
        nb.endpoint("dcim/devices").create(name="x")


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
def test_inert_without_configuration(wire, monkeypatch, value):
    monkeypatch.setenv("NBCORE_READONLY", value)
    with make_api(wire) as nb:
        assert nb.endpoint("dcim/devices").create(name="x").name == "x"
        assert {info.name: info.state for info in nb.plugin_report() if info.group == "nbcore.hooks"}["readonly"] == "inert"


def test_nothing_is_imported_where_nothing_asks_for_it():
    program = "import sys, nbcore; nbcore.api('http://x.test'); print(sorted(n for n in sys.modules if n.startswith('nbcore_readonly')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['nbcore_readonly', 'nbcore_readonly.hooks']\n"


@pytest.mark.parametrize(
    ("settings", "text"),
    [({"mode": "recrod"}, "'recrod'"), ({"mod": 1}, "unexpected keyword argument 'mod'"), ({"allow": "graphql/"}, "allow must be a list")],
)
def test_settings_that_cannot_be_used(settings, text):
    with pytest.raises(nbcore.PluginError, match=text):
        make_api(settings={"readonly": settings})


def test_settings_win_over_the_environment(wire, monkeypatch):
    monkeypatch.setenv("NBCORE_READONLY", "0")
    with make_api(wire, settings={"readonly": {}}) as nb, pytest.raises(ReadOnlyError, match=r'settings\["readonly"\]'):
        nb.endpoint("dcim/devices").create(name="x")


def test_copies_of_an_api_stay_guarded(wire):
    nb = make_api(wire, ReadOnly())
    for copied in (nb.with_options(retries=1), nb.with_options(settings={})):
        with pytest.raises(ReadOnlyError):
            copied.endpoint("dcim/devices").create(name="x")
    guard = pickle.loads(pickle.dumps(ReadOnly("record", allow=["x/"])))
    assert (guard.mode, guard.allow, guard.calls) == ("record", ("x/",), [])


def test_a_guard_that_was_not_told_its_api_refuses_also_in_a_dry_run(wire):
    class Deaf(ReadOnly):
        @nbcore.hookimpl
        def nbcore_ready(self):
            """Not told."""

    with make_api(wire, Deaf("record")) as nb, pytest.raises(ReadOnlyError, match="a dry run could not answer it"):
        nb.endpoint("dcim/devices").create(name="x")
    assert wire.calls == []
