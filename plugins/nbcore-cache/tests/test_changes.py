"""revalidate="changes": what others wrote is noticed through the server's change log, and nothing else is dropped."""

from __future__ import annotations

import time

import pytest

import nbcore
from nbcore.testing import make_api, reply
from nbcore_cache import Cache, CacheWarning

LIST = "dcim/devices/"


@pytest.fixture
def watch(connect):
    """An Api whose cache asks the log at every read."""

    def make(url="memory://", **settings):
        return connect(url, revalidate="changes", **{"burst": 0, **settings})

    return make


def test_what_others_changed_is_read_anew(server, watch, names):
    nb, cache = watch()
    assert names(nb)[0] == names(nb)[0] == "d0"
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == names(nb)[0] == "new"
    assert (cache.stats.hits, cache.stats.misses, cache.stats.drops) == (2, 2, 1)


def test_only_what_could_show_it_is_dropped(server, watch, names):
    nb, cache = watch()
    for _ in range(2):
        names(nb), names(nb, "dcim/locations"), names(nb, "extras/secrets"), nb.graphql.query("{ devices { name } }")
        server.told("extras.secret")
    # The secrets, and GraphQL, of which nobody knows what it shows.
    assert (cache.stats.hits, cache.stats.misses) == (2, 6)


@pytest.mark.parametrize("kind", ["bgp.peer", "extras.customfield"])
def test_a_change_of_a_type_without_known_bounds_drops_everything(server, watch, names, kind):
    nb, cache = watch()
    names(nb, "extras/secrets")
    server.told(kind)
    names(nb, "extras/secrets")
    assert cache.stats.hits == 0


def test_a_related_object_counts_too(server, watch, names):
    nb, cache = watch()
    names(nb)
    server.told("extras.secret")
    server.log[-1]["related_object_type"] = "dcim.device"
    names(nb)
    assert cache.stats.hits == 0


def test_two_clients_that_write_in_turn_never_read_what_is_old(server, connect, names):
    """Each write of one is seen by the next read of the other, and by their own."""
    clients = [connect(revalidate="changes", burst=0) for _ in range(2)]
    key = server.devices[0]["id"]
    for turn in range(20):
        writer = clients[turn % 2][0]
        writer.endpoint("dcim/devices").update(key, {"name": f"turn {turn}"})
        server.told("dcim.device")
        for nb, _ in clients:
            assert names(nb)[0] == names(nb)[0] == f"turn {turn}"
            assert nb.endpoint("dcim/devices").get(key).name == f"turn {turn}"
            assert nb.graphql.query("{ devices { name } }").data["devices"][0]["name"] == f"turn {turn}"
            assert names(nb, "extras/secrets") == ["s"]
    for _, cache in clients:
        assert cache.stats.hits >= 39  # the second read of each turn, and the secrets


def test_the_log_is_asked_once_a_burst(server, watch, names, monkeypatch):
    nb, cache = watch(burst=5)
    for _ in range(10):
        names(nb)
    begun = server.polls
    assert cache.stats.polls == 1
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == "d0"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    assert names(nb)[0] == "new"
    assert cache.stats.polls == 2
    assert server.polls > begun


def test_a_quiet_log_costs_one_small_request(server, watch, names):
    for _ in range(30):
        server.told("dcim.device")
    nb, _ = watch()
    names(nb)
    server.calls.clear()
    names(nb)
    (call,) = server.calls
    assert call.path == "extras/object-changes/"
    assert dict(call.params).items() >= {"limit": "1", "sort": "-time"}.items()
    assert "time__gte" in dict(call.params)


def test_a_write_of_ones_own_ends_the_burst(server, watch, names):
    nb, cache = watch(burst=60)
    names(nb)
    server.rename(server.devices, "by another", "dcim.device")
    nb.endpoint("extras/secrets").create(name="mine")
    assert names(nb)[0] == "by another"
    assert cache.stats.polls == 2


def test_a_change_that_appears_late_is_noticed(server, watch, names):
    """A long transaction: its changes have earlier times than changes that were seen before."""
    nb, _ = watch()
    server.told("extras.secret")
    names(nb)
    server.told("extras.secret")
    names(nb)
    server.devices[0]["name"] = "late"
    server.told("dcim.device", ago=90)
    assert names(nb)[0] == "late"


@pytest.mark.parametrize("count", [150, 1500])
def test_many_changes_at_once(server, watch, names, count):
    nb, cache = watch()
    names(nb)
    names(nb, "extras/secrets")
    for _ in range(count):
        server.told("extras.secret")
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == "new"
    server.calls.clear()
    names(nb)
    assert len(server.calls) == 1
    assert cache.stats.hits == 1


def test_a_log_that_is_cleaned_up(server, watch, names):
    for _ in range(5):
        server.told("extras.secret")
    nb, cache = watch()
    names(nb)
    server.log.clear()
    names(nb)
    server.calls.clear()
    names(nb)
    assert len(server.calls) == 1
    assert cache.stats.hits == 2
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == "new"


def test_cleaned_up_and_changed_at_once(server, watch, names):
    server.told("extras.secret")
    nb, _ = watch()
    names(nb)
    server.log.clear()
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == "new"


def test_a_later_process_hears_of_what_changed_meanwhile(server, watch, names, tmp_path):
    url = f"sqlite:///{tmp_path}/cache.sqlite"
    first, _ = watch(url)
    names(first)
    names(first, "extras/secrets")
    server.rename(server.devices, "new", "dcim.device")
    second, cache = watch(url)
    assert names(second)[0] == "new"
    assert names(second, "extras/secrets") == ["s"]
    assert cache.stats.hits == 1


def test_what_was_kept_without_the_log_is_not_trusted(server, connect, watch, names, tmp_path):
    url = f"sqlite:///{tmp_path}/cache.sqlite"
    plain, _ = connect(url)
    names(plain)
    server.rename(server.devices, "new", "dcim.device")
    nb, _ = watch(url)
    assert names(nb)[0] == "new"


def test_a_read_that_began_before_a_change_was_heard_of_is_not_used(server, watch, names):
    nb, _ = watch()

    def slow(_call):
        old = reply({"count": 1, "next": None, "previous": None, "results": [dict(server.devices[0])]})
        if server.devices[0]["name"] != "new":
            server.rename(server.devices, "new", "dcim.device")
            names(nb, "extras/secrets")  # another thread's read hears of it
        return old

    server.on("GET", LIST, slow)
    assert names(nb) == ["d0"]
    assert names(nb) == ["new"]


def test_a_token_that_may_not_read_the_log_has_no_cache(server, watch, names):
    server.on("GET", "extras/object-changes/", {"detail": "no"}, status=403)
    nb, cache = watch()
    with pytest.warns(CacheWarning, match="may not read extras/object-changes"):
        names(nb)
    server.calls.clear()
    names(nb)
    assert server.sent() == [LIST]
    assert server.polls == 0
    assert (cache.stats.hits, cache.stats.stored) == (0, 0)


@pytest.mark.parametrize(
    "answer", [reply({"detail": "x"}, 500), reply({"results": [{"id": "x"}], "count": 1}), reply([]), reply({"count": 0})]
)
def test_nothing_is_answered_while_the_log_cannot_be_asked(server, watch, names, answer):
    nb, cache = watch()
    names(nb)
    broken = [True]
    server.wrap("GET", "extras/object-changes/", lambda call, handler: answer if broken[0] else handler(call))
    server.devices[0]["name"] = "new"
    assert names(nb)[0] == "new"
    assert cache.stats.hits == 0
    broken[0] = False
    server.told("dcim.device")
    assert names(nb)[0] == "new"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("ipam/ip-address-to-interface/", {}),
        ("plugins/bgp/peers/", {}),
        ("dcim/", {}),
        ("dcim/devices/", {"include": "relationships"}),
        ("dcim/devices/", {"cr_peers__destination": "x"}),
        ("dcim/devices/", {"has_image_attachments": "true"}),
    ],
)
def test_what_the_log_says_nothing_about_is_not_kept(server, watch, path, params):
    nb, cache = watch()
    server.on("GET", path, {"count": 1, "next": None, "previous": None, "results": server.devices[:1]})
    nb.request("GET", path, params=params)
    nb.request("GET", path, params=params)
    assert server.sent(path) == 2
    assert cache.stats.stored == 0
    assert server.polls == 0


def test_graphql_of_what_the_log_says_nothing_about_is_not_kept(watch):
    nb, cache = watch()
    for query in ("{ job_results { id } }", "{ devices { rel_peers { id } } }", "{ devices { images { id } } }"):
        nb.graphql.query(query)
        nb.graphql.query(query)
    assert cache.stats.stored == 0


def test_routes_of_server_plugins_are_kept_when_they_are_said_to_be_logged(server, watch, names):
    nb, cache = watch(logged=["plugins/bgp/"])
    assert names(nb, "plugins/bgp/peers") == names(nb, "plugins/bgp/peers") == ["p"]
    assert cache.stats.hits == 1
    server.rename(server.peers, "new", "bgp.peer")
    assert names(nb, "plugins/bgp/peers") == ["new"]


def test_each_user_reads_the_log_alone(server, names):
    """One may see changes that the other may not."""
    cache = Cache(revalidate="changes", burst=0)
    one, two = (make_api(server, cache, token=token) for token in ("one", "two"))
    names(one), names(two)
    server.rename(server.devices, "new", "dcim.device")
    assert names(two)[0] == names(one)[0] == "new"


def test_the_log_is_asked_as_the_read_is(server, watch, names):
    """Through the same Api: hooks, retries and errors included, and never from the cache."""
    seen = []

    class Watch:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            seen.append((call.path, call.fresh))
            return (yield)

    cache = Cache(revalidate="changes", burst=0)
    names(make_api(server, cache, Watch()))
    assert ("extras/object-changes/", True) in seen
