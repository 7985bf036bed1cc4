"""Every hook fires, with the arguments it documents; a failing one is named and breaks no other."""

from __future__ import annotations

import inspect
import logging
import pickle
import re
import threading

import nbcore
import pytest
from nbcore import Call, Change, Options, Reply, hookimpl, hookspecs
from nbcore.testing import Wire, make_api, reply, row

NAMES = hookspecs.names()
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


FIRES = {
    "nbcore_configure_session": (lambda nb, wire: nb.http_session, {"session": "Session", "options": Options}),
    "nbcore_auth": (lambda nb, wire: nb.token, {"options": Options}),
    "nbcore_send": (lambda nb, wire: read(nb), {"call": Call}),
    "nbcore_retrying": (retried, {"call": Call, "failure": Exception, "attempt": int, "delay": float}),
    "nbcore_page": (lambda nb, wire: read(nb), {"call": Call, "fetched": int, "total": int}),
    "nbcore_error": (refused, {"call": Call, "reply": Reply}),
    "nbcore_changed": (lambda nb, wire: nb.endpoint("lab/devices").create(name="x"), {"change": Change}),
    "nbcore_extend_records": (lambda nb, wire: read(nb), {}),
    "nbcore_ready": (lambda nb, wire: None, {"api": nbcore.Api}),
    "nbcore_close": (lambda nb, wire: nb.close(), {"api": nbcore.Api}),
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
    assert order == [("ready", 0, "http://nautobot.test/api"), ("close", 1)]


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


# --- and when they fail --------------------------------------------------------------------------------------------------

WATCHING = ["nbcore_retrying", "nbcore_page", "nbcore_changed", "nbcore_ready", "nbcore_close"]


def failing(name):
    arguments = [item for item in inspect.signature(getattr(hookspecs.Hooks, name)).parameters if item != "self"]
    namespace: dict[str, object] = {}
    exec(f"def {name}(self, {', '.join(arguments)}): raise RuntimeError('it broke')", namespace)
    return type("Failing", (), {name: hookimpl(namespace[name])})()


@pytest.mark.parametrize("name", WATCHING)
def test_a_hook_that_watches_and_fails_is_named_and_breaks_nothing(wire, caplog, name):
    before: list[dict[str, object]] = []
    after: list[dict[str, object]] = []
    with caplog.at_level(logging.ERROR), make_api(wire, recorder(name, before), failing(name), recorder(name, after)) as nb:
        FIRES[name][0](nb, wire)
        nb.close()
    assert before, "a plugin registered earlier was not called"
    assert after
    assert "Failing" in caplog.text
    assert name in caplog.text
    assert "it broke" in caplog.text


@pytest.mark.parametrize("name", ["nbcore_send", "nbcore_error", "nbcore_auth", "nbcore_configure_session"])
def test_a_hook_that_takes_part_and_fails_is_heard(wire, name):
    wire.on("GET", "lab/devices/", {"detail": "no"}, status=403)
    plugin = failing(name)
    getattr(type(plugin), name).nbcore_impl["tryfirst"] = True
    ask = {"nbcore_auth": lambda nb: nb.token, "nbcore_configure_session": lambda nb: nb.http_session}.get(name, read)
    with make_api(wire, plugin) as nb, pytest.raises(RuntimeError, match="it broke"):
        ask(nb)


def returning(name, value):
    arguments = [item for item in inspect.signature(getattr(hookspecs.Hooks, name)).parameters if item != "self"]
    namespace = {"value": value}
    exec(f"def {name}(self, {', '.join(arguments)}): return value", namespace)
    return type("Odd", (), {name: hookimpl(namespace[name], tryfirst=True)})()


@pytest.mark.parametrize(
    ("name", "value"),
    [("nbcore_send", {"status": 200}), ("nbcore_send", "text"), ("nbcore_error", "text"), ("nbcore_error", 7), ("nbcore_auth", b"secret")],
)
def test_a_wrong_type_is_a_plugin_error_that_names_hook_and_type(wire, name, value):
    wire.on("GET", "lab/devices/", {"detail": "no"}, status=403)
    ask = (lambda nb: nb.token) if name == "nbcore_auth" else read
    with make_api(wire, returning(name, value)) as nb, pytest.raises(nbcore.PluginError, match=rf"{name}.*{type(value).__name__}"):
        ask(nb)


@pytest.mark.parametrize("value", [["lab.device"], {"lab.device": "text"}, {"lab.device": dict}, "text"], ids=str)
def test_extensions_of_a_wrong_type_are_named_and_break_nothing(wire, value):
    class Good(nbcore.Record):
        __slots__ = ()
        good = True

    with make_api(wire, returning("nbcore_extend_records", {"lab.device": Good}), returning("nbcore_extend_records", value)) as nb:
        with pytest.warns(nbcore.PluginWarning, match="Odd"):
            (record,) = read(nb)
        assert record.good
        assert record.name == "d1"


def test_extensions_that_fail_are_named_and_break_nothing(wire):
    with make_api(wire, failing("nbcore_extend_records")) as nb, pytest.warns(nbcore.PluginWarning, match=r"Failing.*it broke"):
        assert [record.name for record in read(nb)] == ["d1"]


@pytest.mark.parametrize(
    ("plugin", "hint"), [("text", "no hook"), (7, "no hook"), (object(), "no hook"), (None, "no hook"), (type("P", (), {}), "class")], ids=str
)
def test_what_is_no_plugin_is_refused(plugin, hint):
    with pytest.raises(nbcore.PluginError, match=hint):
        make_api(Wire(), plugin)


def test_a_misspelt_hook_given_by_hand_is_refused_with_a_suggestion():
    class Misspelt:
        @hookimpl
        def nbcore_change(self, change): ...

    with pytest.raises(nbcore.PluginError, match=r"Misspelt.*'nbcore_change'; did you mean 'nbcore_changed'"):
        make_api(Wire(), Misspelt())


def test_one_plugin_given_twice_is_refused():
    plugin = recorder("nbcore_close", [])
    with pytest.raises(nbcore.PluginError, match="Recorder"):
        make_api(Wire(), plugin, plugin)


def test_an_api_with_plugins_is_pickled_with_them(wire):
    nb = make_api(Picklable())
    again = pickle.loads(pickle.dumps(nb))
    assert again.request("GET", "a/b/") == {"pickled": True}


class Picklable:
    @hookimpl
    def nbcore_send(self, call):
        return reply({"pickled": True})


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
