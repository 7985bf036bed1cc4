"""Which reads are answered from the cache, for whom, and which never."""

from __future__ import annotations

import pickle
import time

import pytest

import nbcore
from nbcore.testing import make_api, reply, row
from nbcore_cache import Cache

LIST = "dcim/devices/"
ROWS = {"count": 0, "next": None, "previous": None, "results": []}


def test_the_second_read_is_not_sent(server, connect, names):
    nb, cache = connect()
    assert names(nb) == names(nb) == ["d0", "d1", "d2"]
    assert server.sent() == [LIST]
    assert (cache.stats.hits, cache.stats.misses, cache.stats.stored, cache.stats.ratio) == (1, 1, 1, 0.5)


def test_a_hit_says_that_it_is_one(connect):
    nb, _ = connect()
    first, second = (nb.request("GET", LIST, returns="reply") for _ in range(2))
    assert (first.source, second.source) == ("server", "cache")
    assert (second.status, second.content, second.url) == (first.status, first.content, first.url)
    assert second.header("API-Version") == "3.2"


@pytest.mark.parametrize("form", ["memory://", "sqlite:///{}/cache.sqlite"])
def test_get_options_and_graphql_are_reads(server, connect, form, tmp_path):
    nb, cache = connect(form.format(tmp_path))
    server.on("OPTIONS", LIST, {"actions": {"POST": {"face": {"choices": [{"value": "front", "display": "Front"}]}}}})
    for _ in range(2):
        assert nb.endpoint("dcim/devices").get(server.devices[0]["id"]).name == "d0"
        assert nb.with_options().endpoint("dcim/devices").choices()["face"]
        assert nb.graphql.query("{ devices { name } }").data["devices"][0] == {"name": "d0"}
        assert nb.graphql.query("query($a: String) { devices { name } }", {"a": "1"}).data
        assert nb.graphql.query("query($a: String) { devices { name } }", {"a": "2"}).data
    assert (cache.stats.hits, cache.stats.misses) == (5, 5)


def test_an_answer_ends(server, connect, names, monkeypatch):
    nb, _ = connect(ttl=60)
    names(nb)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 59)
    names(nb)
    assert server.sent() == [LIST]
    monkeypatch.setattr(time, "time", lambda: now + 61)
    names(nb)
    assert server.sent() == [LIST, LIST]


def test_parameters_count_and_their_order_does_not(server, connect):
    nb, cache = connect()
    for params in ({"name": "d0", "limit": 1}, {"limit": 1, "name": "d0"}, {"name": ["d1", "d2"]}, {"name": ["d2", "d1"]}, {}):
        nb.request("GET", LIST, params=params)
    assert (cache.stats.hits, cache.stats.misses) == (1, 4)


def test_two_users_never_share(server, connect, names):
    cache = Cache()
    one, _ = connect(cache=cache, token="one")
    two, _ = connect(cache=cache, token="two")
    nobody, _ = connect(cache=cache, token="")
    for nb in (one, two, nobody, one, two, nobody):
        names(nb)
    assert server.sent() == [LIST] * 3
    assert (cache.stats.hits, cache.stats.misses) == (3, 3)


def test_copies_of_one_user_share(server, connect, names):
    nb, _ = connect()
    names(nb)
    names(nb.with_options(max_workers=2))
    assert server.sent() == [LIST]


def test_servers_versions_and_sessions_do_not_share(server, connect, names):
    cache = Cache()
    plain, _ = connect(cache=cache)
    other, _ = connect(cache=cache, url="memory://", api_version="3.2")
    elsewhere = make_api(server, cache, url="http://other.test", token="a-token")
    deep, _ = connect(cache=cache)
    deep.http_session.params = {"depth": 1}
    for nb in (plain, other, elsewhere, deep):
        names(nb)
    assert cache.stats.hits == 0
    assert len(server.sent()) == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"detail": "no"}, 403), nbcore.PermissionDeniedError),
        (reply({"detail": "gone"}, 404), nbcore.NotFoundError),
        (reply({"detail": "busy"}, 429), nbcore.RateLimitError),
        (reply(b'{"count": 1, "resul'), nbcore.ContentError),
        (reply(b"<html>", headers={"content-type": "text/html"}), nbcore.ContentError),
        (reply(None), nbcore.ContentError),
    ],
)
def test_errors_are_never_kept(server, connect, names, answer, error):
    nb, cache = connect()
    server.on("GET", LIST, answer)
    for _ in range(2):
        with pytest.raises(error):
            names(nb)
    assert (cache.stats.hits, cache.stats.stored) == (0, 0)
    server.on("GET", LIST, ROWS)
    assert names(nb) == []


def test_graphql_errors_are_never_kept(server, connect):
    nb, cache = connect()
    server.on("POST", "graphql/", {"errors": [{"message": "no"}], "data": {"devices": None}})
    for _ in range(2):
        with pytest.raises(nbcore.GraphQLError):
            nb.graphql.query("{ devices { name } }")
    assert cache.stats.stored == 0


def test_broken_answers_that_are_retried_are_asked_again(server, connect, names, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    nb, cache = connect(retries=1)
    answers = [reply(b'{"count": 1'), ROWS]
    server.on("GET", LIST, lambda _call: answers.pop(0))
    assert names(nb) == names(nb) == []
    assert (cache.stats.hits, cache.stats.misses, cache.stats.stored) == (1, 2, 1)


@pytest.mark.parametrize(
    "path", ["extras/job-results/x/", "users/tokens/", "users/config/", "status/", "dcim/devices/x/napalm/", "extras/secrets/x/check/"]
)
def test_what_is_live_or_secret_is_never_kept(server, connect, path):
    nb, cache = connect()
    server.on("GET", path, {"nautobot-version": "3.2", "key": "secret"})
    nb.request("GET", path)
    nb.request("GET", path)
    assert server.sent(path) == 2
    assert cache.stats.misses == cache.stats.stored == 0


def test_only_json_is_kept(server, connect):
    nb, _ = connect()
    server.on("GET", "dcim/racks/x/elevation/", b"<svg/>", headers={"content-type": "image/svg+xml"})
    for _ in range(2):
        assert nb.request("GET", "dcim/racks/x/elevation/", returns="text") == "<svg/>"
    assert len(server.sent()) == 2


def test_what_another_plugin_answers_is_not_kept(server, names):
    class Recorded:
        @nbcore.hookimpl
        def nbcore_send(self, call):
            return nbcore.Reply(200, "OK", {"content-type": "application/json"}, b'{"recorded": true}', source="recorded")

    cache = Cache()
    nb = make_api(server, cache, Recorded())
    assert nb.request("GET", "dcim/racks/") == nb.request("GET", "dcim/racks/") == {"recorded": True}
    assert (cache.stats.misses, cache.stats.stored) == (2, 0)


def test_a_fresh_read_is_sent_and_kept(server, connect):
    nb, _ = connect()
    nb.request("GET", LIST)
    server.devices[0]["name"] = "new"
    assert nb.request("GET", LIST)["results"][0]["name"] == "d0"
    assert nb.request("GET", LIST, fresh=True)["results"][0]["name"] == "new"
    assert nb.request("GET", LIST)["results"][0]["name"] == "new"
    assert len(server.sent()) == 2


def test_pages_of_different_times_are_read_again(server, connect, names):
    """A page that is kept beside one that is newer would be a list that never was."""
    nb, _ = connect()
    assert names(nb, limit=2) == ["d0", "d1", "d2"]
    nb.request("GET", LIST, params={"limit": 2})
    server.devices.insert(0, row("dcim/devices", "dcim.device", name="new"))
    nb.request("GET", LIST, params={"limit": 2, "offset": 1}, fresh=True)
    assert names(nb, limit=2) == ["new", "d0", "d1", "d2"]


def test_the_token_is_nowhere_in_the_file(server, connect, names, tmp_path):
    token = "0123456789abcdef-the-token"
    nb, cache = connect(f"sqlite:///{tmp_path}/cache.sqlite", token=token, revalidate="changes")
    names(nb)
    nb.endpoint("dcim/devices").create(name="x")
    names(nb)
    assert cache.stats.stored == 2
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"results" in held
    assert token.encode() not in held


def test_a_cache_in_an_api_can_be_pickled(server, connect, names, tmp_path):
    cache = Cache(f"sqlite:///{tmp_path}/cache.sqlite", ttl=7, revalidate="changes", burst=2, logged=["plugins/bgp/"])
    copied = pickle.loads(pickle.dumps(cache))
    assert vars(copied).items() >= {"url": cache.url, "ttl": 7, "revalidate": "changes", "burst": 2, "logged": ("plugins/bgp/",)}.items()


def test_a_closed_api_can_be_used_again(server, connect, names, tmp_path):
    nb, _ = connect(f"sqlite:///{tmp_path}/cache.sqlite")
    with nb:
        names(nb)
    names(nb)
    assert len(server.sent()) == 1


def test_clear_drops_everything(server, connect, names):
    nb, cache = connect()
    names(nb)
    cache.clear()
    names(nb)
    assert len(server.sent()) == 2


@pytest.mark.parametrize("arguments", [{"ttl": 0}, {"ttl": "5"}, {"ttl": True}, {"burst": -1}, {"revalidate": "always"}])
def test_settings_that_cannot_be_used_are_named(arguments):
    with pytest.raises(nbcore.InputError, match=next(iter(arguments))):
        Cache(**arguments)
