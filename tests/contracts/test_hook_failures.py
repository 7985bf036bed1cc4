"""A plugin that fails is named, and breaks no other."""

from __future__ import annotations

import inspect
import logging
import pickle
import re
import traceback

import pytest

import nbcore
from nbcore import hookimpl
from nbcore.plugins import hookspecs
from nbcore.testing import Wire, make_api, reply

from .test_hooks import FIRES, ROW, WATCHING, read, recorder


@pytest.fixture
def wire():
    made = Wire()
    made.serve("lab/devices", [ROW])
    return made


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
    ("plugin", "hint"),
    [("text", "no hook"), (7, "no hook"), (object(), "no hook"), (None, "no hook"), (type("P", (), {}), "class")],
    ids=["text", "number", "object", "none", "class"],
)
def test_what_is_no_plugin_is_refused(plugin, hint):
    with pytest.raises(nbcore.PluginError, match=hint):
        make_api(Wire(), plugin)


@pytest.mark.parametrize("name", ["nbcore_send", "nbcore_error", "nbcore_auth"])
def test_a_hook_that_would_never_be_called_is_refused(name):
    plugin = returning(name, None)
    getattr(type(plugin), name).nbcore_impl.update(tryfirst=False, trylast=True)
    with pytest.raises(nbcore.PluginError, match=f"Odd.*{name} marked trylast"):
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


@pytest.mark.parametrize("name", ["nbcore_send", "nbcore_error", "nbcore_auth", "nbcore_configure_session"])
def test_what_a_hook_raises_names_its_plugin(wire, name):
    wire.on("GET", "lab/devices/", {"detail": "no"}, status=403)
    plugin = failing(name)
    getattr(type(plugin), name).nbcore_impl["tryfirst"] = True

    class Around:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            return (yield)

    ask = {"nbcore_auth": lambda nb: nb.token, "nbcore_configure_session": lambda nb: nb.http_session}.get(name, read)
    with make_api(wire, plugin, Around()) as nb, pytest.raises(RuntimeError, match="it broke") as caught:
        ask(nb)
    assert caught.value.__notes__ == [f"Raised by the plugin Failing in {name}."]


@pytest.mark.parametrize("name", ["graphql", "close", "version", "options"])
def test_an_app_cannot_take_the_name_of_an_attribute(name):
    with pytest.raises(nbcore.PluginError, match=rf"{name}.*has an attribute of this name"):
        make_api(Wire(), nbcore.AppSpec(name, f"plugins/{name}"))


def wrapping(name):
    arguments = [item for item in inspect.signature(getattr(hookspecs.Hooks, name)).parameters if item != "self"]
    namespace: dict[str, object] = {}
    exec(f"def {name}(self, {', '.join(arguments)}):\n    return (yield)", namespace)
    return type("Wrapping", (), {name: hookimpl(wrapper=True)(namespace[name])})()


REFUSED = [
    "nbcore_auth", "nbcore_retrying", "nbcore_page", "nbcore_changed", "nbcore_extend_records", "nbcore_exporters", "nbcore_ready",
    "nbcore_close",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrapper_that_would_not_be_called_is_refused(wire, name):
    with pytest.raises(nbcore.PluginError, match=f"{name} cannot be wrapped"):
        make_api(wire, wrapping(name))
    assert "cannot be wrapped" in inspect.getdoc(getattr(hookspecs.Hooks, name)).replace("\n", " ")


@pytest.mark.parametrize("name", sorted({*hookspecs.names()} - {*REFUSED}))
def test_the_other_hooks_take_wrappers(wire, name):
    with make_api(wire, wrapping(name)) as nb:
        assert read(nb)


def test_a_projection_may_be_marked_trylast(wire):
    class Last:
        @hookimpl(trylast=True)
        def nbcore_project(self):
            return nbcore.Projection("mine", "asked last")

    with make_api(wire, Last(), disable=["graphql"]) as nb:
        assert nb.endpoint("lab/devices").all().explain("name").route == "mine"


# --- wrappers that do not yield ---------------------------------------------------------------------------------------------


class Answering:
    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        if call.method == "GET":
            return reply({"count": 0, "results": [], "secret": "the body of an answer"})
        return (yield)


class Twice:
    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        yield
        return (yield)


class Judging:
    @hookimpl(wrapper=True)
    def nbcore_error(self, call, reply):
        if reply.status == 403:
            return ValueError(reply.text)
        return (yield)


class Shaping:
    @hookimpl(wrapper=True)
    def nbcore_configure_session(self, session):
        if session is None:
            yield


@pytest.mark.parametrize("plugin", [Answering(), Twice(), Judging(), Shaping()], ids=lambda plugin: type(plugin).__name__)
def test_a_wrapper_that_does_not_yield_once_is_named_and_shows_no_body(wire, plugin):
    if isinstance(plugin, Judging):
        wire.on("GET", "lab/devices/", {"secret": "the body of an answer"}, status=403)
    ask = (lambda nb: nb.http_session) if isinstance(plugin, Shaping) else read
    with (
        make_api(wire, plugin) as nb,
        pytest.raises(nbcore.PluginError, match=rf"{type(plugin).__name__}.*(did not yield|yields twice).*tryfirst") as caught,
    ):
        ask(nb)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
    assert "the body of an answer" not in shown
    error = caught.value
    assert (error.__cause__, error.__suppress_context__) == (None, True)
    assert error.__context__ is None or (error.__context__.__context__, error.__context__.__cause__) == (None, None)


def test_a_runtime_error_of_a_plugin_that_says_so_is_its_own(wire):
    class Saying:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            yield
            raise RuntimeError("the harvest did not yield")

    with make_api(wire, Saying()) as nb, pytest.raises(RuntimeError, match="the harvest"):
        read(nb)


class Plain:
    """No hook at all, and no repr of its own."""


class WithOdd:
    @hookimpl
    def nbcore_send(self, call, odd):
        """An argument that does not exist."""


class Twin:
    @hookimpl
    def nbcore_page(self, call):
        """Given twice."""


@pytest.mark.parametrize(
    "given", [(Plain(),), (WithOdd(),), (Twin(),) * 2, (Plain,), ("text",)], ids=["no hook", "argument", "twice", "class", "text"]
)
def test_a_given_plugin_that_fails_is_named_without_an_address(given):
    with pytest.raises(nbcore.PluginError, match=r"the plugin '[a-zA-Z]+' that was given failed") as caught:
        make_api(*given)
    shown = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert "unknown distribution" not in shown
    assert not re.search(r"0x[0-9a-f]{6}|@[0-9a-f]{6}", shown)
