"""What a write through the same Api drops, and what it leaves."""

from __future__ import annotations

import contextlib
import threading

import pytest

import nbcore
from nbcore.testing import make_api, reply, row
from nbcore_cache import Cache

WRITES = {
    "create": lambda devices, _key: devices.create(name="new"),
    "create several": lambda devices, _key: devices.create([{"name": "new"}]),
    "update": lambda devices, key: devices.update(key, {"name": "new"}),
    "save": lambda devices, key: devices.get(key).update({"name": "new"}),
    "bulk update": lambda devices, key: devices.update([{"id": key, "name": "new"}]),
    "delete": lambda devices, key: devices.get(key).delete(),
    "bulk delete": lambda devices, key: devices.delete([key]),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_seen_at_once(server, connect, names, write):
    nb, _ = connect()
    key = server.devices[0]["id"]
    before = names(nb), nb.endpoint("dcim/devices").get(key).name, nb.graphql.query("{ devices { name } }").data
    WRITES[write](nb.endpoint("dcim/devices"), key)
    now = [item["name"] for item in server.devices]
    found = nb.endpoint("dcim/devices").get(key)
    assert names(nb) == now != before[0]
    assert (found and found.name) == next((item["name"] for item in server.devices if item["id"] == key), None)
    assert nb.graphql.query("{ devices { name } }").data == {"devices": [{"name": name} for name in now]}


def test_it_drops_what_could_show_the_object_and_no_more(server, connect, names):
    nb, _ = connect()
    lists = {"dcim/devices": {}, "dcim/locations": {}, "extras/secrets": {}, "plugins/bgp/peers": {}}
    for path in lists:
        names(nb, path)
    server.calls.clear()
    nb.endpoint("dcim/devices").update(server.devices[0]["id"], {"serial": "1"})
    server.calls.clear()
    for path in lists:
        names(nb, path)
    # A location counts its devices; nothing is known of a plugin's rows; a secret has nothing to do with devices.
    assert server.sent() == ["dcim/devices/", "dcim/locations/", "plugins/bgp/peers/"]


@pytest.mark.parametrize(
    ("params", "stays"),
    [
        ({"name": "s"}, True),
        ({"name__ic": "s", "limit": 5, "sort": "name"}, True),
        ({"depth": 0, "exclude_m2m": "true"}, True),
        ({"depth": 1}, False),
        ({"include": "relationships"}, False),
        ({"q": "s"}, False),
        ({"has_devices": "true"}, False),
        ({"name__device": "x"}, False),
        ({"name": "none of that name"}, False),
    ],
)
def test_a_list_whose_filter_may_reach_further_is_dropped_by_any_write(server, connect, params, stays):
    nb, cache = connect()
    rows = {"count": 1, "next": None, "previous": None, "results": server.secrets if "none" not in str(params) else []}
    server.on("GET", "extras/secrets/", rows)
    nb.request("GET", "extras/secrets/", params=params)
    nb.endpoint("dcim/devices").create(name="x")
    nb.request("GET", "extras/secrets/", params=params)
    assert cache.stats.hits == stays


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "plugins/bgp/peers/"),
        ("POST", "ipam/prefixes/x/available-ips/"),
        ("POST", "extras/jobs/x/run/"),
        ("POST", "extras/custom-fields/"),
        ("PATCH", "users/permissions/x/"),
    ],
)
def test_a_write_without_known_bounds_drops_everything(server, connect, names, method, path):
    nb, cache = connect()
    names(nb, "extras/secrets")
    server.on(method, path, {"id": "1"})
    nb.request(method, path, body={})
    names(nb, "extras/secrets")
    assert cache.stats.hits == 0


@pytest.mark.parametrize(("read", "written", "hits"), [("3.2", "3.2", 1), ("9.9", "3.2", 0), ("3.2", "9.9", 0)])
def test_another_version_of_nautobot_has_no_known_bounds(server, connect, names, read, written, hits):
    nb, cache = connect()
    rows = {"count": 1, "next": None, "previous": None, "results": server.secrets}
    server.on("GET", "extras/secrets/", reply(rows, headers={"API-Version": read}))
    server.on("POST", "dcim/devices/", reply(row("dcim/devices"), 201, headers={"API-Version": written}))
    names(nb, "extras/secrets")
    nb.endpoint("dcim/devices").create(name="x")
    names(nb, "extras/secrets")
    assert cache.stats.hits == hits


@pytest.mark.parametrize("answer", [reply({"detail": "no"}, 500), nbcore.ProtocolError("reset")], ids=["error", "no answer"])
def test_a_write_that_may_have_happened_drops(server, connect, names, answer):
    nb, cache = connect()
    names(nb)
    if isinstance(answer, Exception):
        server.on("POST", "dcim/devices/", lambda call: nbcore.ProtocolError("reset", call))
    else:
        server.on("POST", "dcim/devices/", answer)
    with contextlib.suppress(nbcore.CallError):
        nb.endpoint("dcim/devices").create(name="x")
    server.devices[0]["name"] = "new"
    assert names(nb)[0] == "new"
    assert cache.stats.hits == 0


def test_a_write_drops_for_everybody_who_uses_the_storage(server, connect, names, tmp_path):
    url = f"sqlite:///{tmp_path}/cache.sqlite"
    one, _ = connect(url, token="one")
    two, _ = connect(url, token="two")
    names(two)
    one.endpoint("dcim/devices").create(name="new")
    assert "new" in names(two)


def test_a_write_to_another_server_drops_nothing(server, connect, names):
    nb, cache = connect()
    names(nb)
    make_api(server, cache, url="http://other.test").endpoint("dcim/devices").create(name="elsewhere")
    names(nb)
    assert cache.stats.hits == 1


def test_an_answer_that_was_on_its_way_during_a_write_is_not_used(server, connect, names):
    nb, cache = connect()

    def slow(_call):
        old = reply({"count": 1, "next": None, "previous": None, "results": [dict(server.devices[0])]})
        nb.endpoint("dcim/devices").update(server.devices[0]["id"], {"name": "new"})
        return old

    server.on("GET", "dcim/devices/", slow)
    assert names(nb) == ["d0"]
    server.on("GET", "dcim/devices/", {"count": 1, "next": None, "previous": None, "results": server.devices[:1]})
    assert names(nb) == ["new"]
    assert cache.stats.hits == 0


def test_the_servers_own_cache_of_display_is_waited_out(server, connect, names, monkeypatch):
    nb, cache = connect()
    nb.endpoint("dcim/locations").update(server.locations[0]["id"], {"name": "there"})
    names(nb, "dcim/locations")
    names(nb, "dcim/locations")
    assert cache.stats.stored == 0
    monkeypatch.setattr("nbcore_cache.cache._SETTLING", 0.0)
    names(nb, "dcim/locations")
    assert names(nb, "dcim/locations") == ["there"]
    assert (cache.stats.stored, cache.stats.hits) == (1, 1)


def test_a_job_that_ends_drops_everything(server, connect, names):
    nb, cache = connect()
    server.on("POST", "extras/jobs/x/run/", {"scheduled_job": None, "job_result": {"id": "j1"}}, status=201)
    nb.request("POST", "extras/jobs/x/run/", body={})
    names(nb, "extras/secrets")
    server.on("GET", "extras/job-results/j1/", {"id": "j1", "date_done": None})
    nb.request("GET", "extras/job-results/j1/")
    names(nb, "extras/secrets")
    assert cache.stats.hits == 1
    server.on("GET", "extras/job-results/j1/", {"id": "j1", "date_done": "2026-01-01T00:00:00Z"})
    nb.request("GET", "extras/job-results/j1/")
    server.secrets[0]["name"] = "by the job"
    assert names(nb, "extras/secrets") == ["by the job"]
    nb.request("GET", "extras/job-results/j1/")
    names(nb, "extras/secrets")
    assert cache.stats.hits == 2


@pytest.mark.parametrize("form", ["memory://", "sqlite:///{}/cache.sqlite"])
def test_no_thread_reads_what_is_older_than_a_finished_write(server, form, tmp_path):
    """Writers count a device's serial up; a reader never sees less than what was written before it began."""
    cache = Cache(form.format(tmp_path))
    nb = make_api(server, cache)
    key = server.devices[0]["id"]
    server.devices[0]["serial"] = 0
    done, stale, stop = [0], [], threading.Event()

    def write():
        for number in range(1, 150):
            nb.request("PATCH", f"dcim/devices/{key}/", body={"serial": number}, endpoint="dcim/devices")
            done[0] = number
            hits = cache.stats.hits
            while cache.stats.hits == hits and not stop.wait(0.0005):
                pass
        stop.set()

    def read():
        while not stop.is_set():
            least = done[0]
            rows = nb.request("GET", "dcim/devices/", params={"limit": 1})["results"]
            if rows[0]["serial"] < least:
                stale.append((least, rows[0]["serial"]))

    threads = [threading.Thread(target=work) for work in (write, read, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert stale == []
    assert cache.stats.hits > 0
    assert cache.stats.drops == 149
