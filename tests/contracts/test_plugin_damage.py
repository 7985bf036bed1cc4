"""Nothing that is installed ends the user's program or hides the other plugins, and what is reported is what runs."""

from __future__ import annotations

import time

import pytest

GOOD = """
    from nbcore import AppSpec, EndpointSpec
    app = AppSpec("zoo", "plugins/zoo", (EndpointSpec("animals"),))
"""
FARM = GOOD.replace("zoo", "farm")
USE = """
    import warnings
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        nb = make_api(Wire())
        there = [name for name in ("zoo", "farm", "barn") if hasattr(nb, name)]
    names = ("zoo", "farm", "barn", "bad")
    rows = [[i.name, i.state, i.distribution, i.version, i.target, i.error] for i in nb.plugin_report() if i.name in names]
    print(json.dumps([there, sorted(rows), [str(w.message) for w in caught]]))
"""
MARK = "from nbcore import hookimpl\n"
ENDS = [
    "raise SystemExit",
    "raise SystemExit(3)",
    "import sys; sys.exit('no license')",
    "raise GeneratorExit",
    "class E(BaseException): ...\nraise E",
]


@pytest.mark.parametrize("end", ENDS)
def test_an_app_that_ends_python_at_import_is_left_out(site, end):
    site.install("zoo-dist", end, apps={"zoo": "zoo_dist:app"}, version="1.2")
    site.install("farm-dist", FARM, apps={"farm": "farm_dist:app"})
    there, rows, warned = site.run(USE)
    assert there == ["farm"]
    assert rows[1][:4] == ["zoo", "failed", "zoo-dist", "1.2"]
    assert any("'zoo' of zoo-dist 1.2" in text for text in warned)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("where", ["import", "factory", "attribute", "ready"])
def test_a_hook_package_that_ends_python_is_left_out(site, end, where):
    inner = end.replace("\n", "\n" + " " * 8)
    source = {
        "import": end,
        "factory": f"def make(options):\n        {inner}",
        "attribute": f"class P:\n    @property\n    def nbcore_send(self):\n        {inner}\ndef make(options): return P()",
        "ready": f"{MARK}class P:\n    @hookimpl\n    def nbcore_ready(self, api):\n        {inner}\ndef make(options): return P()",
    }[where]
    if where == "ready" and "SystemExit" not in end and "sys.exit" not in end:
        pytest.skip("only an exit is kept from the program once a plugin runs")
    site.install("bad-dist", source, hooks={"bad": "bad_dist:make"}, version="1.2")
    site.install("farm-dist", FARM, apps={"farm": "farm_dist:app"})
    there, rows, warned = site.run(USE)
    assert there == ["farm"]
    state = {row[0]: row[1] for row in rows}["bad"]
    assert state == ("active" if where == "ready" else "failed")
    assert where == "ready" or any("'bad' of bad-dist 1.2" in text for text in warned)


def test_one_that_was_asked_for_is_an_error_that_names_it(site):
    site.install("bad-dist", "raise SystemExit(0)", hooks={"bad": "bad_dist:make"}, version="1.2")
    done = site.python("make_api(Wire(), settings={'bad': {}})")
    assert done.returncode == 1
    assert "PluginError: plugin 'bad' of bad-dist 1.2" in done.stderr
    assert "SystemExit" in done.stderr


def test_ctrl_c_while_a_plugin_is_imported_is_the_users(site):
    site.install("bad-dist", "raise KeyboardInterrupt", hooks={"bad": "bad_dist:make"})
    assert "KeyboardInterrupt" in site.python("make_api(Wire())").stderr.splitlines()[-1]


def test_a_slow_import_is_told(site):
    site.install("zoo-dist", "import time\ntime.sleep(3.2)\n" + GOOD.replace("\n    ", "\n"), apps={"zoo": "zoo_dist:app"}, version="1.2")
    there, _, warned = site.run(USE)
    assert there == ["zoo"]
    assert any("'zoo' of zoo-dist 1.2 (zoo_dist:app) took 3." in text for text in warned)


# --- what stevedore keeps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", ["[]", "{}", "{", "", "null", "7", '{"groups": []}', '{"groups": {"nbcore.apps": [["x"]]}}', "\udcff", "[" * 100_000]
)
def test_a_damaged_file_of_stevedore_hides_nothing(site, content):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    site.run("import stevedore.extension\nstevedore.ExtensionManager('nbcore.apps')\nprint(1)", flags=("-W", "ignore"))
    files = list((site.folder / "cache" / "python-entrypoints").iterdir())
    for file in files:
        file.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert site.run(USE)[0] == ["zoo"]
    assert files


def test_a_package_that_is_installed_again_at_once_is_seen(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    assert site.run(USE)[0] == ["zoo"]
    info = site.packages / "zoo_dist-1.0.dist-info"
    (info / "entry_points.txt").write_text("[nbcore.apps]\nfarm = farm_dist:app\n")
    (site.packages / "farm_dist.py").write_text("from nbcore import AppSpec\napp = AppSpec('farm', 'plugins/farm')\n")
    (site.packages / "zoo_dist.py").unlink()
    assert site.run(USE)[0] == ["farm"]


def test_a_damaged_distribution_hides_no_other(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    site.install("barn-dist", "", apps={"barn": "barn_dist:app"})
    (site.packages / "barn_dist-1.0.dist-info" / "entry_points.txt").write_bytes(b"[nbcore.apps\nbarn \xff\xfe")
    (site.packages / "barn_dist-1.0.dist-info" / "METADATA").unlink()
    assert site.run(USE)[0] == ["zoo"]


# --- what looks installed and what runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("targets", [("zoo_dist:app", "zoo_dist:app"), ("zoo_old:app", "zoo_dist:app")])
def test_of_two_versions_on_the_path_the_one_that_runs_is_reported(site, targets):
    """The other one stands further back on the path, as that of the system behind a virtual environment."""
    site.install("zoo-dist", GOOD, apps={"zoo": targets[1]}, version="1.5")
    behind = type(site)(site.folder / "behind")
    behind.install("zoo-dist", GOOD.replace("plugins/zoo", "plugins/old"), apps={"zoo": targets[0]}, version="2.0")
    (behind.packages / "zoo_old.py").write_text("from nbcore import AppSpec\napp = AppSpec('zoo', 'plugins/old')\n")
    use = f"""
        import sys
        sys.path.append({str(behind.packages)!r})
        nb = make_api(Wire())
        print(json.dumps([nb.zoo.spec.path, [[i.state, i.version] for i in nb.plugin_report() if i.name == "zoo"]]))
    """
    assert site.run(use) == ["plugins/zoo", [["active", "1.5"]]]


def test_metadata_that_an_earlier_version_left_behind(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"}, version="1.9")
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"}, version="1.10")
    assert [row[3] for row in site.run(USE)[1]] == ["1.10"]


def test_a_frozen_application_without_metadata_says_what_to_collect(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    said, own, given = site.run("""
        import importlib.metadata, sys
        sys.frozen = True
        importlib.metadata.Distribution.discover = classmethod(lambda cls, **_: iter(()))
        nb = make_api(Wire())
        try:
            nb.dcim
        except AttributeError as error:
            said = str(error)
        spec = nbcore.AppSpec("zoo", "plugins/zoo", requires="0.1")
        print(json.dumps([said, nbcore.__version__, make_api(Wire(), spec).zoo.spec.path]))
    """)
    assert "frozen application" in said
    assert "--copy-metadata" in said
    assert "pip install" not in said
    assert (own, given) == ("unknown", "plugins/zoo")


@pytest.mark.parametrize("slug", ["name", "path", "spec", "api", "endpoint", "declared"])
def test_an_endpoint_that_an_attribute_hides_is_told(site, slug):
    site.install("zoo-dist", GOOD.replace("animals", slug), apps={"zoo": "zoo_dist:app"})
    found = site.run(f"""
        import warnings
        wire = Wire()
        wire.serve("plugins/zoo/{slug}", [row("plugins/zoo/{slug}", name="ape")])
        nb = make_api(wire)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nb.zoo, nb.zoo
        print(json.dumps([[str(w.message) for w in caught], nb.zoo.endpoint({slug!r}).get(name="ape").name]))
    """)
    (text,) = found[0]
    assert f"it is nb.zoo.endpoint('{slug}')" in text
    assert found[1] == "ape"


@pytest.mark.parametrize("hook", ["nbcore_page", "nbcore_retrying", "nbcore_changed", "nbcore_ready", "nbcore_close", "nbcore_exporters"])
@pytest.mark.parametrize("mark", ["wrapper=True", "hookwrapper=True", "wrapper=True, specname='{hook}'"])
def test_a_wrapper_that_would_never_be_called_is_refused(site, hook, mark):
    name = "watching" if "specname" in mark else hook
    source = f"{MARK}class P:\n    @hookimpl({mark.format(hook=hook)})\n    def {name}(self): yield\ndef make(options): return P()"
    site.install("bad-dist", source, hooks={"bad": "bad_dist:make"})
    _, rows, warned = site.run(USE)
    assert rows[0][1] == "failed"
    assert any("cannot be wrapped" in text for text in warned)


def test_the_report_of_500_packages_is_quick(site):
    for number in range(500):
        site.install(
            f"zoo-{number}",
            "def make(options): return None",
            hooks={f"zoo{number}": f"zoo_{number}:make"},
            apps={f"app{number}": f"zoo_{number}:app"},
        )
    started = time.monotonic()
    seconds, length = site.run("""
        import time
        nb = make_api(Wire())
        started = time.perf_counter()
        report = nb.plugin_report()
        print(json.dumps([time.perf_counter() - started, sum(i.distribution.startswith("zoo-") for i in report)]))
    """)
    assert length == 1000
    assert seconds < 5
    assert time.monotonic() - started < 30
