"""The table of supported versions, and what `--nautobot` and `--app` mean by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbcore_testbed import database, kept, nautobots, places, versions
from nbcore_testbed.errors import UsageError, WrongPython


@pytest.mark.parametrize(
    ("asked", "release", "series"),
    [(None, versions.NEWEST.newest, versions.NEWEST.name), ("2.4", "2.4.44", "2.4"), ("2.4.3", "2.4.3", "2.4"), ("3.0", "3.0.11", "3.0")],
)
def test_what_is_meant(asked, release, series):
    found, of = versions.resolve(asked)
    assert (found, of.name) == (release, series)


@pytest.mark.parametrize("asked", ["", "3", "newest", "3.2.7; rm", "2.3", "1.6.4", "3.9"])
def test_what_cannot_be_meant(asked):
    with pytest.raises(UsageError, match=r"3\.\d"):
        versions.resolve(asked)


def test_a_newer_release_is_tried():
    release, series = versions.resolve("3.9.1")
    assert (release, series) == ("3.9.1", versions.NEWEST)
    assert not versions.supported(release)
    assert versions.supported("2.4.44")


def test_every_series_names_the_three_apps():
    for series in versions.SERIES:
        assert [text.partition("==")[0] for text in series.apps] == [
            "nautobot-bgp-models",
            "nautobot-dns-models",
            "nautobot-firewall-models",
        ]
        assert series.newest.startswith(f"{series.name}.")


def test_apps():
    series = versions.NEWEST
    assert versions.requirements("3.2.7", series, None) == ("nautobot==3.2.7", *series.apps)
    assert versions.requirements("3.2.7", series, ["none"]) == ("nautobot==3.2.7",)
    # A default app that is named without a version is the one of the table; another one is left to the index.
    assert versions.requirements("3.2.7", series, ["Nautobot_BGP.models", "nautobot-ssot==4.0.0", "nautobot-ui"]) == (
        "nautobot==3.2.7", "nautobot-bgp-models==3.2.0", "nautobot-ssot==4.0.0", "nautobot-ui",
    )  # fmt: skip
    both = versions.requirements("3.2.7", series, ["default", "nautobot-ssot", "nautobot-bgp-models==3.1.0"])
    assert both == ("nautobot==3.2.7", "nautobot-bgp-models==3.1.0", *series.apps[1:], "nautobot-ssot")


@pytest.mark.parametrize("app", ["", "-r requirements.txt", "nautobot ssot", "nautobot-ssot>=3", "git+https://example.com/x", "../x"])
def test_what_is_no_app(app):
    with pytest.raises(UsageError, match="DISTRIBUTION==VERSION"):
        versions.requirements("3.2.7", versions.NEWEST, [app])


def test_no_python_runs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    old = versions.Series("0.1", "0.1.0", ((2, 6), (2, 7)), ())
    with pytest.raises(WrongPython, match=r"needs Python 2\.6 to 2\.7; this is 3\."):
        nautobots.find_python(old)


def test_a_python_on_path_that_only_says_it_is_missing(monkeypatch, tmp_path):
    for minor in range(6, 8):
        (tmp_path / f"python3.{minor}").write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
        (tmp_path / f"python3.{minor}").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongPython):
        nautobots.find_python(versions.Series("0.1", "0.1.0", ((3, 6), (3, 7)), ()))


def test_seeds(tmp_path, monkeypatch):
    assert {database.Seed.of(name).name for name in ("small", "large", "none")} == {"small", "large", "none"}
    own = tmp_path / "mine.py"
    own.write_text("a = 1\n")
    monkeypatch.chdir(tmp_path)
    seed = database.Seed.of("mine.py")
    assert seed.name == str(own)
    before = seed.digest
    own.write_text("a = 2\n")
    assert seed.digest != before
    for wrong in ("huge", "missing.py", str(tmp_path)):
        with pytest.raises(UsageError, match="small, large, none"):
            database.Seed.of(wrong)


def test_the_package_carries_the_dump_of_what_it_starts_by_default():
    """Made by `python -m nbcore_testbed dump`; without it the first start would run a thousand migrations."""
    release, series = versions.resolve(None)
    wanted = versions.requirements(release, series, None)
    dump = places.SHIPPED / kept.name(wanted)
    assert dump.read_bytes().startswith(b"PGDMP")
    assert kept.nearest(wanted, 18) == dump


def test_the_nearest_dump(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(places, "SHIPPED", tmp_path)
    folder = places.folder("databases")

    def dump(name: str, *installed: str, major: int = 18) -> Path:
        (folder / f"migrated-{name}.json").write_text(json.dumps({"installed": installed, "major": major}))
        (folder / f"migrated-{name}.dump").touch()
        return folder / f"migrated-{name}.dump"

    assert kept.nearest(["nautobot==3.2.7"], 18) is None
    bare, one = dump("a", "nautobot==3.2.7"), dump("b", "nautobot==3.2.7", "one==1")
    dump("c", "nautobot==3.2.7", "one==2", "two==1")
    dump("d", "nautobot==3.2.6", "one==1", "two==1")
    dump("e", "nautobot==3.2.7", "one==1", "two==1", major=19)
    (folder / "migrated-f.json").write_text("{")
    assert kept.nearest(["nautobot==3.2.7", "one==1", "two==1"], 18) == one
    assert kept.nearest(["nautobot==3.2.7", "two==1"], 18) == bare
    one.unlink()
    assert kept.nearest(["nautobot==3.2.7", "one==1"], 18) == bare
