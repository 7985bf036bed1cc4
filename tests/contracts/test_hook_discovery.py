"""Hook packages: inert until configured, reported by name when they fail, traced on request."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

MARK = "from nbcore import hookimpl\n"
WATCH = """
    import os
    from nbcore import hookimpl

    class Watch:
        def __init__(self, word):
            self.word = word

        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            print("sent by", self.word)
            return (yield)

    def make(options):
        given = options.settings.get("watch", {}).get("word") or os.environ.get("NBCORE_WATCH_WORD")
        return Watch(given) if given else None
"""
READ = """
    import warnings
    warnings.simplefilter("always")
    wire = Wire()
    wire.serve("lab/devices", [row("lab/devices", name="d1")])
    with warnings.catch_warnings(record=True) as caught:
        try:
            nb = make_api(wire{more})
            names = [r.name for r in nb.endpoint("lab/devices").all()]
            found = [[i.name, i.state, i.distribution, i.version, i.error] for i in nb.plugin_report() if i.distribution.endswith("-dist")]
        except nbcore.PluginError as error:
            names, found = [], str(error)
    print(json.dumps([names, found, [str(w.message) for w in caught if w.category is nbcore.PluginWarning]]))
"""


@pytest.mark.parametrize(
    ("more", "env", "word"),
    [
        ("", {}, None),
        (", settings={'watch': {'word': 'settings'}}", {}, "settings"),
        ("", {"NBCORE_WATCH_WORD": "environment"}, "environment"),
        (", disable=['watch']", {"NBCORE_WATCH_WORD": "environment"}, None),
    ],
    ids=str,
)
def test_a_package_is_inert_until_it_is_configured(site, more, env, word):
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    done = site.python(READ.format(more=more), env=env)
    assert done.returncode == 0, done.stderr
    assert ("sent by" in done.stdout) is (word is not None)
    assert word is None or f"sent by {word}" in done.stdout
    state = "disabled" if "disable" in more else "active" if word else "inert"
    assert f'["watch", "{state}", "watch-dist", "1.0", ""]' in done.stdout


def test_a_hook_of_a_newer_nbcore_may_be_optional(site):
    source = MARK + "class P:\n    @hookimpl(optionalhook=True)\n    def nbcore_of_tomorrow(self): ...\n"
    source += "    @hookimpl\n    def nbcore_close(self, api): ...\ndef make(options): return P()"
    site.install("new-dist", source, hooks={"new": "new_dist:make"})
    names, report, warned = site.run(READ.format(more=""))
    assert (names, warned) == (["d1"], [])
    assert report[0][:2] == ["new", "active"]


def test_settings_for_a_plugin_that_is_not_installed(site):
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    names, text, _ = site.run(READ.format(more=", settings={'wach': {}, 'watch': {'word': 'x'}}"))
    assert names == []
    assert "'wach'" in text
    assert "watch" in text


def test_settings_for_a_disabled_plugin(site):
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    _, text, _ = site.run(READ.format(more=", settings={'watch': {}}, disable=['watch']"))
    assert "'watch'" in text


FAILURES = {
    "a failing import": ("import no_such_module_here", "no_such_module_here"),
    "an assertion at import": ("assert False, 'not here'", "not here"),
    "no such name": ("other = 1", "make"),
    "an exception in its factory": ("def make(options):\n    raise RuntimeError('no license')", "no license"),
    "a factory of another kind": ("make = 7", "int"),
    "a misspelt hook": (
        MARK + "class P:\n    @hookimpl\n    def nbcore_sends(self, call): ...\ndef make(options): return P()",
        "'nbcore_sends'; did you mean 'nbcore_send'?",
    ),
    "a misspelt specname": (
        MARK + "class P:\n    @hookimpl(specname='nbcore_chnaged')\n    def on_change(self, change): ...\ndef make(options): return P()",
        "nbcore_chnaged",
    ),
    "a wrong argument": (
        MARK + "class P:\n    @hookimpl\n    def nbcore_send(self, request): ...\ndef make(options): return P()",
        "request",
    ),
    "a forgotten mark": ("class P:\n    def nbcore_send(self, call): ...\ndef make(options): return P()", "hookimpl"),
    "a class for an object": (
        MARK + "class P:\n    @hookimpl\n    def nbcore_close(self, api): ...\ndef make(options): return P",
        "P is a class",
    ),
    "no hook at all": ("def make(options): return object()", "no hook"),
    "a newer nbcore": (
        MARK + "class P:\n    nbcore_requires = '99.1'\n    @hookimpl\n    def nbcore_close(self, api): ...\ndef make(options): return P()",
        "nbcore 99.1 or newer",
    ),
}


@pytest.mark.parametrize("failure", list(FAILURES))
def test_a_package_that_fails_is_named_and_breaks_nothing_else(site, failure):
    source, hint = FAILURES[failure]
    site.install("broken-dist", source, hooks={"broken": "broken_dist:make"}, version="1.2")
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    names, report, warned = site.run(READ.format(more=", settings={'watch': {'word': 'w'}}"))
    assert names == ["d1"]
    states = {name: (state, dist, version, error) for name, state, dist, version, error in report}
    assert states["watch"] == ("active", "watch-dist", "1.0", "")
    assert states["broken"][:3] == ("failed", "broken-dist", "1.2")
    assert hint in states["broken"][3]
    (text,) = warned
    assert "'broken' of broken-dist 1.2" in text
    assert hint in text


@pytest.mark.parametrize("failure", list(FAILURES))
@pytest.mark.parametrize("how", ["strict", "configured"])
def test_it_is_an_error_when_it_was_asked_for(site, failure, how):
    source, hint = FAILURES[failure]
    site.install("broken-dist", source, hooks={"broken": "broken_dist:make"})
    more = ", strict_plugins=True" if how == "strict" else ", settings={'broken': {}}"
    names, text, warned = site.run(READ.format(more=more))
    assert names == warned == []
    assert "'broken' of broken-dist 1.0" in text
    assert hint in text


@pytest.mark.parametrize("variable", ["NBCORE_BROKEN", "NBCORE_BROKEN_FILE"])
def test_it_is_an_error_when_the_environment_asks_for_it(site, variable):
    site.install("broken-dist", FAILURES["a failing import"][0], hooks={"broken": "broken_dist:make"})
    _, text, _ = site.run(READ.format(more=""), env={variable: "x"})
    assert "'broken' of broken-dist 1.0" in text


@pytest.mark.parametrize("name", ["cache", "trace"])
def test_the_cores_own_environment_asks_for_no_plugin(site, name):
    if any(point.name == name for point in entry_points(group="nbcore.hooks")):
        pytest.skip(f"a package of the name {name!r} is installed; the core's own tests run this where none is")
    site.install("broken-dist", FAILURES["a failing import"][0], hooks={name: "broken_dist:make"})
    names, report, warned = site.run(READ.format(more=f", allow=[{name!r}]"), env={"NBCORE_CACHE_DIR": "x", "NBCORE_TRACE_HOOKS": "1"})
    assert names == ["d1"]
    assert report[0][1] == "failed"
    assert len(warned) == 1


def test_two_distributions_that_claim_one_name_are_both_named(site):
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    site.install("other-dist", WATCH, hooks={"other": "other_dist:make"})
    site.install("watcher-dist", WATCH, hooks={"watch": "watcher_dist:make"}, version="2.0")
    names, _, warned = site.run(READ.format(more=""))
    assert names == ["d1"]  # the others work
    _, text, _ = site.run(READ.format(more=", strict_plugins=True"))
    for said in (text, warned[0]):
        assert "watch-dist 1.0" in said
        assert "watcher-dist 2.0" in said


def test_an_app_and_a_hook_package_may_share_a_name(site):
    source = WATCH + "\n    from nbcore import AppSpec\n    app = AppSpec('watch', 'plugins/watch')\n"
    site.install("watch-dist", source, apps={"watch": "watch_dist:app"}, hooks={"watch": "watch_dist:make"})
    names, report, _ = site.run(READ.format(more=", settings={'watch': {'word': 'w'}}"))
    assert names == ["d1"]
    assert sorted(state for _, state, *_ in report) == ["active", "found"]


def test_the_order_of_the_report_is_the_order_of_registration(site):
    for name in ("one", "two"):
        site.install(f"{name}-dist", WATCH.replace("watch", name).replace("WATCH", name.upper()), hooks={name: f"{name}_dist:make"})
    found = site.run("""
        from nbcore import hookimpl
        class Given:
            @hookimpl
            def nbcore_close(self, api): ...
        nb = make_api(Wire(), Given(), settings={"one": {"word": "1"}, "two": {"word": "2"}})
        active = ("bgp", "frames", "graphql")
        print(json.dumps([[i.name, i.order] for i in nb.plugin_report() if i.order is not None and i.name not in active]))
    """)
    assert [name for name, _ in found if name != "Wire"] in (["one", "two", "Given"], ["two", "one", "Given"])
    orders = [order for _, order in found]
    assert orders == sorted(set(orders))


TRACED = """
    wire = Wire()
    wire.serve("lab/devices", [row("lab/devices")])
    nb = make_api(wire, settings={"watch": {"word": "w"}})
    list(nb.endpoint("lab/devices").all())
    print(1)
"""


@pytest.mark.parametrize(("switch", "traced"), [("1", True), ("0", False), ("", False)])
def test_a_switch_traces_each_hook_call_with_its_plugin_and_duration(site, switch, traced):
    site.install("watch-dist", WATCH, hooks={"watch": "watch_dist:make"})
    done = site.python(TRACED, env={"NBCORE_TRACE_HOOKS": switch})
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if "nbcore_send" in line]
    assert bool(lines) is traced
    if traced:
        (line,) = [line for line in lines if "watch" in line]
        assert " ms" in line
        assert "a-token-for-tests" not in done.stderr
