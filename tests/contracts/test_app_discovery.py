"""App packages are found by their entry points: throw-away distributions in a fresh Python."""

from __future__ import annotations

import pytest

GOOD = """
    from nbcore import AppSpec, EndpointSpec, Record

    class Animal(Record):
        __slots__ = ()

        @property
        def loud(self):
            return str(self.name).upper()

    app = AppSpec("zoo", "plugins/zoo", (EndpointSpec("animals", record=Animal), EndpointSpec("big-cages")))
"""
USE = """
    wire = Wire()
    wire.serve("plugins/zoo/animals", [row("plugins/zoo/animals", "zoo.animal", name="ape")])
    nb = make_api(wire)
    print(json.dumps({
        "loud": [record.loud for record in nb.zoo.animals.all()],
        "url": nb.zoo.big_cages.url,
        "same": nb.plugins.zoo is nb.zoo,
        "in dir": "zoo" in dir(nb),
        "report": [[i.name, i.state, i.distribution, i.version, i.target] for i in nb.plugin_report() if i.name == "zoo"],
        "timed": [i.load_time > 0 for i in nb.plugin_report() if i.name == "zoo"],
    }))
"""


def test_a_good_package_appears(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"}, version="2.1")
    assert site.run(USE) == {
        "loud": ["APE"],
        "url": "https://nautobot.test/api/plugins/zoo/big-cages",
        "same": True,
        "in dir": True,
        "report": [["zoo", "active", "zoo-dist", "2.1", "zoo_dist:app"]],
        "timed": [True],
    }


def test_without_the_package_the_route_is_there_with_generic_records(site):
    found = site.run("""
        wire = Wire()
        wire.on("GET", "plugins/zoo/", {"animals": "x"})
        wire.serve("plugins/zoo/animals", [row("plugins/zoo/animals", name="ape")])
        nb = make_api(wire)
        print(json.dumps([[type(r).__name__, r.name] for r in nb.plugins.zoo.animals.all()] + [hasattr(nb, "zoo")]))
    """)
    assert found == [["Record", "ape"], False]


def test_constructing_an_api_imports_no_app_module(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    found = site.run("""
        import sys, importlib.metadata
        mine = {p.value.partition(":")[0] for p in importlib.metadata.entry_points(group="nbcore.apps")}
        wire = Wire()
        nb = make_api(wire)
        dir(nb), nb.plugin_report(), repr(nb), nb.endpoint("lab/things")
        first = sorted(mine & set(sys.modules))
        nb.zoo
        print(json.dumps([first, sorted(mine & set(sys.modules)), len(mine) >= 1]))
    """)
    assert found == [[], ["zoo_dist"], True]


FAILURES = {
    "a failing import": ("raise ImportError('needs libfoo')", "libfoo"),
    "a syntax error": ("def app(:", "SyntaxError"),
    "an assertion at import": ("assert False, 'not here'", "not here"),
    "no such name": ("other = 1", "app"),
    "a wrong type": ("app = {'name': 'zoo'}", "dict, not an AppSpec"),
    "a class for an object": ("from nbcore import AppSpec as app", "not an AppSpec"),
    "another name": ("from nbcore import AppSpec\napp = AppSpec('other', 'plugins/other')", "'other'"),
    "a newer nbcore": ("from nbcore import AppSpec\napp = AppSpec('zoo', 'plugins/zoo', requires='99.1')", "nbcore 99.1 or newer"),
    "a broken spec": (
        "from nbcore import AppSpec, EndpointSpec\napp = AppSpec('zoo', 'plugins/zoo', (EndpointSpec('a'), EndpointSpec('a')))",
        "two endpoints",
    ),
}


@pytest.mark.parametrize("failure", list(FAILURES))
def test_a_package_that_fails_is_named_and_breaks_nothing_else(site, failure):
    source, hint = FAILURES[failure]
    site.install("zoo-dist", source, apps={"zoo": "zoo_dist:app"}, version="1.2")
    site.install("farm-dist", GOOD.replace("zoo", "farm"), apps={"farm": "farm_dist:app"})
    found = site.run(
        """
        import warnings
        wire = Wire()
        wire.serve("plugins/farm/animals", [row("plugins/farm/animals", name="cow")])
        wire.serve("plugins/zoo/animals", [row("plugins/zoo/animals", name="ape")])
        nb = make_api(wire)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            texts = []
            for _ in range(2):
                try:
                    nb.zoo
                except AttributeError as error:
                    texts.append(str(error))
        (info,) = [info for info in nb.plugin_report() if info.name == "zoo"]
        print(json.dumps({
            "errors": texts,
            "warnings": [[w.category.__name__, str(w.message)] for w in caught],
            "report": [info.state, info.distribution, info.version, info.error],
            "others": [r.loud for r in nb.farm.animals.all()],
            "generic": [r.name for r in nb.endpoint("plugins/zoo/animals").all()],
        }))
        """
    )
    assert len(found["errors"]) == 2
    for text in found["errors"]:
        assert "'zoo' of zoo-dist 1.2 failed" in text
        assert hint in text
    ((category, text),) = found["warnings"]
    assert category == "PluginWarning"
    assert "zoo-dist 1.2" in text
    assert hint in text
    assert found["report"][:3] == ["failed", "zoo-dist", "1.2"]
    assert hint in found["report"][3]
    assert found["others"] == ["COW"]
    assert found["generic"] == ["ape"]


@pytest.mark.parametrize("failure", ["a failing import", "a wrong type", "a newer nbcore"])
def test_strict_plugins_makes_it_an_error(site, failure):
    source, hint = FAILURES[failure]
    site.install("zoo-dist", source, apps={"zoo": "zoo_dist:app"})
    found = site.run("""
        nb = make_api(Wire(), strict_plugins=True)
        try:
            nb.zoo
        except nbcore.PluginError as error:
            print(json.dumps(str(error)))
    """)
    assert "zoo-dist 1.0" in found
    assert hint in found


TWO = """
    try:
        nb = make_api(Wire(){more})
        print(json.dumps([nb.zoo.spec.path, [i.target for i in nb.plugin_report() if i.name == "zoo"]]))
    except nbcore.PluginError as error:
        print(json.dumps(str(error)))
"""


def two(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    site.install("farm-dist", GOOD, apps={"farm": "farm_dist:app"})
    site.install("wild-dist", GOOD, apps={"zoo": "wild_dist:app"}, version="3.0")


def test_two_distributions_that_claim_one_name_are_both_named(site):
    two(site)
    found = site.run(TWO.format(more=", strict_plugins=True"))
    assert "'zoo'" in found
    assert "zoo-dist 1.0" in found
    assert "wild-dist 3.0" in found


def test_a_spec_by_hand_settles_it(site):
    two(site)
    found = site.run(TWO.format(more=", nbcore.AppSpec('zoo', 'plugins/mine')"))
    assert found == ["plugins/mine", ["given"]]


def test_disabling_settles_it(site):
    two(site)
    found = site.run(TWO.format(more=", disable=['zoo']").replace("nb.zoo.spec.path", "hasattr(nb, 'zoo')").replace("i.target", "i.state"))
    assert found == [False, ["disabled"]]


def test_one_distribution_found_twice_is_no_clash(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    (site.packages / "zoo_dist-1.0.dist-info").rename(site.packages / "zoo_dist-0.9.dist-info")
    (site.packages / "zoo_dist.py").unlink()
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    assert site.run(TWO.format(more=""))[0] == "plugins/zoo"


@pytest.mark.parametrize(
    ("arguments", "env", "there"),
    [
        ("", {}, True),
        (", disable=['zoo']", {}, False),
        (", disable=['other']", {}, True),
        (", allow=['other']", {}, False),
        (", allow=['zoo']", {}, True),
        (", allow=[]", {}, False),
        ("", {"NBCORE_DISABLE": "other, zoo"}, False),
        ("", {"NBCORE_PLUGINS": "other"}, False),
        ("", {"NBCORE_PLUGINS": "zoo"}, True),
        (", allow=['zoo']", {"NBCORE_PLUGINS": "other"}, True),
        (", allow=['zoo']", {"NBCORE_DISABLE": "zoo"}, False),
        (", disable=['zoo']", {"NBCORE_DISABLE": "other"}, False),
    ],
    ids=str,
)
def test_allow_and_disable(site, arguments, env, there):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    script = f"""
        import sys
        nb = make_api(Wire(){arguments})
        there = hasattr(nb, "zoo")
        print(json.dumps([there, "zoo" in dir(nb), "zoo_dist" in sys.modules, [i.state for i in nb.plugin_report() if i.name == "zoo"]]))
    """
    state = "active" if there else "disabled"
    assert site.run(script, env=env) == [there, there, there, [state]]


def test_a_disabled_packages_name_is_not_suggested_and_its_route_is_generic(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    found = site.run("""
        wire = Wire()
        wire.serve("plugins/zoo/animals", [row("plugins/zoo/animals", name="ape")])
        nb = make_api(wire, disable=["zoo"])
        try:
            nb.zoo
        except AttributeError as error:
            text = str(error)
        print(json.dumps([text, [type(r).__name__ for r in nb.endpoint("plugins/zoo/animals").all()]]))
    """)
    assert "did you mean" not in found[0]
    assert found[1] == ["Record"]


def test_apis_of_one_process_may_differ(site):
    site.install("zoo-dist", GOOD, apps={"zoo": "zoo_dist:app"})
    found = site.run("""
        one, other = make_api(Wire()), make_api(Wire(), disable=["zoo"])
        print(json.dumps([hasattr(one, "zoo"), hasattr(other, "zoo"), hasattr(other.with_options(disable=[]), "zoo")]))
    """)
    assert found == [True, False, True]
