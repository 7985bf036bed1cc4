"""Every hook fires, with the arguments it documents; a failing one is named and breaks no other."""

from __future__ import annotations

import inspect
import re
import threading

import pytest

import nbcore
from nbcore import Call, Change, Options, Reply, hookimpl
from nbcore.client import ApiBase
from nbcore.plugins import hookspecs
from nbcore.reading import Query, Route
from nbcore.testing import Wire, make_api, reply, row

NAMES = hookspecs.names()
WATCHING = ["nbcore_retrying", "nbcore_page", "nbcore_changed", "nbcore_ready", "nbcore_close"]
ROW = row("lab/devices", "lab.device", name="d1")


def read(nb):
    return list(nb.endpoint("lab/devices").all())


@pytest.fixture
def wire():
    made = Wire()
    made.serve("lab/devices", [ROW])
    return made


# --- each fires ----------------------------------------------------------------------------------------------------------


def refused(nb, wire):
    wire.on("GET", "lab/devices/", {"detail": "no"}, status=403)
    with pytest.raises(nbcore.PermissionDeniedError):
        read(nb)


def retried(nb, wire):
    answers = [reply({}, 429, {"Retry-After": "0"}), reply({"count": 0, "next": None, "previous": None, "results": []})]
    wire.on("GET", "lab/devices/", lambda call: answers.pop(0))
    assert read(nb.with_options(retries=1)) == []


def exported(nb, wire):
    with pytest.raises(nbcore.InputError, match="no installed package makes tablet tables"):
        nb.exporters.export("tablet", nb.endpoint("lab/devices").all(), ("name",))


FIRES = {
    "nbcore_configure_session": (lambda nb, wire: nb.http_session, {"session": "Session", "options": Options}),
    "nbcore_auth": (lambda nb, wire: nb.token, {"options": Options}),
    "nbcore_send": (lambda nb, wire: read(nb), {"call": Call}),
    "nbcore_retrying": (retried, {"call": Call, "failure": Exception, "attempt": int, "delay": float}),
    "nbcore_page": (lambda nb, wire: read(nb), {"call": Call, "fetched": int, "total": int}),
    "nbcore_error": (refused, {"call": Call, "reply": Reply}),
    "nbcore_changed": (lambda nb, wire: nb.endpoint("lab/devices").create(name="x"), {"change": Change}),
    "nbcore_extend_records": (lambda nb, wire: read(nb), {}),
    "nbcore_project": (lambda nb, wire: nb.endpoint("lab/devices").all().values("name"), {"route": Route, "query": Query, "fields": tuple}),
    "nbcore_exporters": (exported, {}),
    "nbcore_ready": (lambda nb, wire: None, {"api": ApiBase}),
    "nbcore_close": (lambda nb, wire: nb.close(), {"api": ApiBase}),
}


def test_every_hook_has_a_row_here():
    assert set(FIRES) == set(NAMES)


def recorder(name, seen):
    """A plugin with one hook, which keeps what it is given."""
    arguments = [item for item in inspect.signature(getattr(hookspecs.Hooks, name)).parameters if item != "self"]
    code = f"def {name}(self, {', '.join(arguments)}): seen.append(dict({', '.join(f'{item}={item}' for item in arguments)}))"
    namespace = {"seen": seen}
    exec(code, namespace)
    return type("Recorder", (), {name: hookimpl(namespace[name], tryfirst=True)})()


@pytest.mark.parametrize("name", NAMES)
def test_each_hook_fires_with_what_it_documents(wire, name):
    seen: list[dict[str, object]] = []
    act, arguments = FIRES[name]
    with make_api(wire, recorder(name, seen)) as nb:
        if name != "nbcore_ready":
            seen.clear()
        act(nb, wire)
        assert seen, f"{name} did not fire"
        assert set(seen[0]) == set(arguments)
        for argument, kind in arguments.items():
            value = seen[0][argument]
            assert type(value).__name__ == kind if isinstance(kind, str) else isinstance(value, kind), argument


def test_hooks_fire_for_a_request_and_not_for_a_record(wire):
    wire.serve("lab/devices", [row("lab/devices", "lab.device", name=f"d{number}") for number in range(50)])
    seen: list[str] = []
    plugins = [recorder(name, made) for name in NAMES if (made := _Named(name, seen)) is not None]
    with make_api(wire, *plugins) as nb:
        seen.clear()
        assert len(read(nb)) == 50
    assert {"nbcore_send", "nbcore_page", "nbcore_extend_records", "nbcore_close"} <= set(seen)
    assert len(seen) == len(set(seen)), "a hook fired more than once for one request"


class _Named(list):
    def __init__(self, name, seen):
        super().__init__()
        self.name, self.seen = name, seen

    def append(self, _item):
        self.seen.append(self.name)


def test_a_call_says_the_object_type_once_it_is_known(wire):
    seen = []

    class Sees:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            seen.append((call.method, call.endpoint, call.object_type))
            return (yield)

    with make_api(wire, Sees()) as nb:
        (record,) = nb.endpoint("lab/devices").all()
        record.update({"name": "new"})
    assert seen == [("GET", "lab/devices", ""), ("PATCH", "lab/devices", record.object_type)]


def test_ready_comes_once_before_any_request_and_close_at_the_end(wire):
    order = []

    class Lives:
        @hookimpl
        def nbcore_ready(self, api):
            order.append(("ready", len(wire.calls), api.base_url))

        @hookimpl
        def nbcore_close(self, api):
            order.append(("close", len(wire.calls)))

    with make_api(wire, Lives()) as nb:
        read(nb)
    assert order == [("ready", 0, "https://nautobot.test/api"), ("close", 1)]


def test_page_tells_how_far_a_read_is(wire):
    wire.serve("lab/devices", [row("lab/devices", name=f"d{number}") for number in range(7)])
    seen: list[dict[str, object]] = []
    with make_api(wire, recorder("nbcore_page", seen), page_size=3) as nb:
        read(nb)
    assert [(item["fetched"], item["total"]) for item in seen] == [(3, 7), (5, 7), (7, 7)]


def test_hooks_of_a_parallel_read_run_on_its_threads(wire):
    wire.serve("lab/devices", [row("lab/devices", name=f"d{number}") for number in range(30)])
    seen = set()

    class Threads:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            seen.add(threading.current_thread().name)
            return (yield)

    with make_api(wire, Threads(), page_size=3, threading=True) as nb:
        read(nb)
    assert any(name.startswith("nbcore") for name in seen)


def test_each_attempt_is_another_send_of_the_same_call(wire):
    answers = [reply({}, 503, {"Retry-After": "0"}), reply({}, 503, {"Retry-After": "0"}), reply({"a": 1})]
    wire.on("GET", "a/b/", lambda call: answers.pop(0))
    with make_api(wire, retries=2) as nb:
        assert nb.request("GET", "a/b/") == {"a": 1}
    assert [call.attempt for call in wire.calls] == [1, 2, 3]
    assert len({call.id for call in wire.calls}) == 1


# --- what they may do ----------------------------------------------------------------------------------------------------


def test_a_wrapper_may_answer_in_the_servers_place_or_refuse(wire):
    class ReadOnly:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            if call.writes:
                raise nbcore.PluginError("read-only")
            return (yield)

    with make_api(wire, ReadOnly()) as nb:
        assert len(read(nb)) == 1
        with pytest.raises(nbcore.PluginError, match="read-only"):
            nb.endpoint("lab/devices").create(name="x")
    assert {call.method for call in wire.calls} == {"GET"}


def test_a_package_may_say_what_an_answer_means(wire):
    class Teapot:
        @hookimpl
        def nbcore_error(self, call, reply):
            return nbcore.AllocationError("short and stout", call, reply) if reply.status == 418 else None

    wire.on("GET", "a/b/", {"detail": "x"}, status=418)
    wire.on("GET", "a/c/", {"detail": "x"}, status=409)
    with make_api(wire, Teapot()) as nb:
        with pytest.raises(nbcore.AllocationError, match="short and stout"):
            nb.request("GET", "a/b/")
        with pytest.raises(nbcore.StatusConflictError):
            nb.request("GET", "a/c/")


def test_plugins_of_one_api_are_not_those_of_another(wire):
    seen: list[dict[str, object]] = []
    with make_api(wire, recorder("nbcore_send", seen)), make_api(wire) as other:
        read(other)
    assert seen == []


# --- documents -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_hook_is_documented_and_typed(name):
    hook = getattr(hookspecs.Hooks, name)
    text = inspect.getdoc(hook)
    assert text
    assert len(text.split()) >= 6
    signature = inspect.signature(hook)
    assert all(item.annotation is not item.empty for item in signature.parameters.values() if item.name != "self")
    assert signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", NAMES)
def test_each_hook_says_what_it_may_do(name):
    """All hooks of a kind say so: those that watch, and those whose first answer is used."""
    text = inspect.getdoc(getattr(hookspecs.Hooks, name))
    assert ("atches only" in text) is (name in WATCHING)
    first = getattr(hookspecs.Hooks, name).nbcore_spec["firstresult"]
    assert bool(re.search(r"first answer", text)) is first


def test_the_hooks_of_the_reference_are_the_hooks_there_are():
    assert [name for name in vars(hookspecs.Hooks) if name.startswith("nbcore_")] == NAMES
    assert len(NAMES) == len(set(NAMES)) >= 10
