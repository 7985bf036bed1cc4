"""When the cache is active, and what is imported before."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import nbcore
from nbcore.options import make
from nbcore.testing import make_api
from nbcore_cache import Cache
from nbcore_cache.hooks import plugin


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    for name in [name for name in os.environ if name.startswith("NBCORE_CACHE_")]:
        monkeypatch.delenv(name)


def options(**more):
    return make("https://nautobot.test", "t", **more)


def test_it_stays_out_until_it_is_configured():
    assert plugin(options()) is None
    (info,) = [info for info in make_api().plugin_report() if info.name == "cache"]
    assert (info.state, info.distribution) == ("inert", "nbcore-cache")


def test_by_settings(server):
    nb = make_api(server, settings={"cache": {"ttl": 5}})
    for _ in range(2):
        assert len(nb.endpoint("dcim/devices").all()) == 3
    assert len(server.sent()) == 1


def test_by_environment(monkeypatch, tmp_path, server):
    monkeypatch.setenv("NBCORE_CACHE_URL", f"sqlite:///{tmp_path}/c.sqlite")
    monkeypatch.setenv("NBCORE_CACHE_TTL", "7.5")
    monkeypatch.setenv("NBCORE_CACHE_REVALIDATE", "changes")
    monkeypatch.setenv("NBCORE_CACHE_BURST", "3")
    cache = plugin(options())
    assert (cache.url, cache.ttl, cache.revalidate, cache.burst) == (f"sqlite:///{tmp_path}/c.sqlite", 7.5, "changes", 3)
    for _ in range(2):
        with make_api(server) as nb:
            assert len(nb.endpoint("dcim/devices").all()) == 3
    assert server.sent() == ["dcim/devices/"]
    assert (tmp_path / "c.sqlite").exists()


def test_settings_beat_the_environment(monkeypatch):
    monkeypatch.setenv("NBCORE_CACHE_URL", "memory://")
    monkeypatch.setenv("NBCORE_CACHE_TTL", "7.5")
    assert plugin(options(settings={"cache": {"ttl": 9}})).ttl == 9


def test_one_that_was_given_is_the_only_one(monkeypatch):
    monkeypatch.setenv("NBCORE_CACHE_URL", "memory://")
    assert plugin(options(plugins=[Cache()])) is None


@pytest.mark.parametrize(
    ("settings", "environment", "named"),
    [
        ({"time_to_live": 5}, {}, "time_to_live"),
        ({"ttl": -1}, {}, "ttl"),
        ({"url": "elsewhere"}, {}, "elsewhere"),
        ({}, {"NBCORE_CACHE_TTL": "long"}, "NBCORE_CACHE_TTL"),
        ({}, {"NBCORE_CACHE_REVALIDATE": "always"}, "revalidate"),
    ],
)
def test_what_cannot_be_used_is_named(monkeypatch, settings, environment, named):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(nbcore.PluginError, match=named) as caught:
        make_api(settings={"cache": settings})
    assert isinstance(caught.value.__cause__, nbcore.InputError)


def test_nothing_heavy_is_imported_before():
    code = (
        "import sys, nbcore; nbcore.Api('https://nautobot.test', 't'); assert 'nbcore_cache.hooks' in sys.modules;"
        "found = {'requests_cache', 'redis', 'sqlite3', 'nbcore_cache.cache'} & set(sys.modules); assert not found, found"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env={"PATH": ""})


def test_the_package_names_what_it_exports():
    import nbcore_cache

    assert set(nbcore_cache.__all__) <= set(dir(nbcore_cache))
    assert nbcore_cache.Stats().ratio == 0.0
    with pytest.raises(AttributeError, match="nothing"):
        _ = nbcore_cache.nothing
