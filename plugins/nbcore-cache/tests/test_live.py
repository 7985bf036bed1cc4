"""Against the real Nautobot: two clients that write in turn, and what is kept held against what the server says now."""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

import nbcore
from nbcore_cache import Cache

pytestmark = pytest.mark.integration

WATCHED = ("tenancy/tenants", "ipam/namespaces", "extras/statuses", "extras/roles", "extras/secrets", "dcim/rack-groups")


@pytest.fixture
def client(live_settings, tmp_path):
    """Makes an Api with a cache in one file; all share it."""
    made = []

    def make(**options):
        cache = Cache(f"sqlite:///{tmp_path}/cache.sqlite", **options)
        made.append(nbcore.Api(**live_settings, deadline=300, plugins=[cache]))
        return made[-1], cache

    yield make
    for nb in made:
        nb.close()


@pytest.fixture
def scratch(live):
    """Creates objects that are deleted afterwards."""
    made = []

    def create(path, **fields):
        made.append((path, live.endpoint(path).create(**fields).id))
        return made[-1][1]

    yield create
    for path, key in reversed(made):
        with contextlib.suppress(nbcore.NotFoundError):
            live.request("DELETE", f"{path}/{key}/")


def read(nb, path, **params):
    """The rows that a route has now, by id."""
    rows = nb.request("GET", f"{path}/", params={"limit": 0, **params})["results"]
    return {row["id"]: row for row in rows}


def assert_as_on_server(nb, live, path, **params):
    """What the cache gives is what the server says; others write too, so a difference must stay to count."""
    for _ in range(4):
        cached, real = read(nb, path, **params), read(live, path, **params)
        if cached == real:
            return
        time.sleep(0.5)
    wrong = [(cached.get(key), real.get(key)) for key in {*cached, *real} if cached.get(key) != real.get(key)]
    raise AssertionError(f"{path} {params}: kept {wrong[0][0]}, on the server {wrong[0][1]}")


@pytest.fixture(params=["memory", "sqlite", "redis", "one sqlite", "one redis"])
def pair(request, live_settings, tmp_path):
    """Two Apis with their caches, revalidated at each read: each with a storage of its own, or both with one."""
    kind = request.param.rpartition(" ")[2]
    urls = {"memory": ["memory://"] * 2, "sqlite": [f"sqlite:///{tmp_path}/{name}.sqlite" for name in "ab"]}.get(kind)
    if urls is None:
        if not os.environ.get("NBCORE_TEST_REDIS"):
            pytest.skip("NBCORE_TEST_REDIS is not set; make test-integration sets it")
        urls = [f"{os.environ['NBCORE_TEST_REDIS']}/{number}" for number in (5, 6)]
    if request.param != kind:
        urls = [urls[0]] * 2
    caches = [Cache(url, revalidate="changes", burst=0) for url in urls]
    clients = [(nbcore.Api(**live_settings, deadline=300, plugins=[cache]), cache) for cache in caches]
    yield clients
    for nb, cache in clients:
        cache.clear()
        nb.close()


@pytest.fixture
def settled(live):
    """Waits until little was changed of late: after a burst of changes everything is dropped, rightly, and there are no hits to count."""
    for _ in range(30):
        since = (datetime.now(UTC) - timedelta(seconds=125)).isoformat()
        if live.endpoint("extras/object-changes").filter(time__gte=since).count() < 200:
            return
        time.sleep(5)
    pytest.fail("others change the server all the time")


def test_two_clients_writing_in_turn_with_revalidate_changes(settled, pair, scratch, live):
    """No read is older than the last change seen."""
    name = f"cache-{uuid.uuid4().hex[:8]}"
    group = scratch("tenancy/tenant-groups", name=name)
    key = scratch("tenancy/tenants", name=name, tenant_group=group, description="0")
    for turn in range(1, 6):
        writer = pair[turn % 2][0]
        writer.endpoint("tenancy/tenants").update(key, {"description": str(turn)})
        for nb, _ in pair:
            assert nb.endpoint("tenancy/tenants").get(key).description == str(turn)
            assert read(nb, "tenancy/tenants", name=name)[key]["description"] == str(turn)
            answer = nb.graphql.query(f'{{ tenants(name: ["{name}"]) {{ description }} }}')
            assert answer.data == {"tenants": [{"description": str(turn)}]}
            read(nb, "extras/secrets")
    late = f"{name}-late"
    live.endpoint("tenancy/tenants").update(key, {"name": late})  # a third, without a cache
    for nb, cache in pair:
        assert list(read(nb, "tenancy/tenants", name=late)) == [key]
        assert read(nb, "tenancy/tenants", name=name) == {}
        assert cache.stats.hits > 0
        assert cache.stats.failures == 0


@pytest.mark.parametrize("pair", ["memory", "one sqlite", "one redis"], indirect=True)
def test_reads_during_the_writes_of_both_never_go_back(pair, scratch):
    """Each client reads all the time while both write in turn: never what is older than a confirmed write, or than an earlier read."""
    name = f"cache-{uuid.uuid4().hex[:8]}"
    key = scratch("tenancy/tenants", name=name, description="0")
    confirmed, ended = [0], threading.Event()
    seen = [[], []]  # (confirmed before the read, what was read)

    def reader(number):
        nb = pair[number][0]
        while not ended.is_set():
            before = confirmed[0]
            found = nb.endpoint("tenancy/tenants").get(key).description
            listed = read(nb, "tenancy/tenants", name=name)[key]["description"]
            seen[number] += [(before, int(found)), (before, int(listed))]

    readers = [threading.Thread(target=reader, args=(number,)) for number in range(2)]
    for thread in readers:
        thread.start()
    try:
        for turn in range(1, 9):
            pair[turn % 2][0].endpoint("tenancy/tenants").update(key, {"description": str(turn)})
            confirmed[0] = turn
            enough, end = [len(reads) + 4 for reads in seen], time.monotonic() + 30
            while any(len(reads) < least for reads, least in zip(seen, enough, strict=True)) and time.monotonic() < end:
                time.sleep(0.01)
    finally:
        ended.set()
        for thread in readers:
            thread.join()
    for reads, (_, cache) in zip(seen, pair, strict=True):
        values = [value for _, value in reads]
        assert all(value >= before for before, value in reads)
        assert values == sorted(values)
        assert values[-1] == 8
        assert len(reads) >= 32
        assert cache.stats.hits > 0
        assert cache.stats.failures == 0


@pytest.mark.parametrize("revalidate", [None, "changes"])
def test_what_is_kept_is_what_the_server_says(client, scratch, live, revalidate):
    """Writes of many kinds, after each of which lists of many types are held against the server's."""
    nb, cache = client(revalidate=revalidate, burst=0)
    # Without the log, only this client's writes are known: then only its own objects are looked at.
    tag = uuid.uuid4().hex[:8]
    status = scratch(
        "extras/statuses", name=f"c-{tag}", content_types=["dcim.location", "dcim.rack", "ipam.prefix", "ipam.vlan", "ipam.ipaddress"]
    )
    kind = scratch("dcim/location-types", name=f"c-{tag}", content_types=["dcim.rack", "dcim.rackgroup", "ipam.vlan", "ipam.prefix"])
    ours = {
        "dcim/locations": {"location_type": kind},
        "dcim/location-types": {"id": kind},
        "extras/statuses": {"id": status},
        "dcim/racks": {"status": status},
        "ipam/vlans": {"status": status},
        "ipam/prefixes": {"status": status},
        "ipam/ip-addresses": {"status": status},
    }
    if revalidate:
        ours |= {path: {} for path in WATCHED if path not in ours}

    def check():
        for path, params in ours.items():
            assert_as_on_server(nb, live, path, **params)

    def make(path, **fields):
        key = nb.endpoint(path).create(**fields).id
        made.append((path, key))
        return key

    made = []
    try:
        check()
        tenant = make("tenancy/tenants", name=f"c-{tag}")
        top = make("dcim/locations", name=f"top {tag}", location_type=kind, status=status, tenant=tenant)
        rooms = make("dcim/rack-groups", name=f"c-{tag}", location=top)
        rack = make("dcim/racks", name=f"c-{tag}", location=top, rack_group=rooms, status=status)
        namespace = make("ipam/namespaces", name=f"c-{tag}")
        vlan = make("ipam/vlans", vid=7, name=f"c-{tag}", status=status, tenant=tenant)
        prefix = make("ipam/prefixes", prefix="10.9.0.0/16", namespace=namespace, status=status, vlan=vlan)
        make("ipam/ip-addresses", address="10.9.1.1/24", namespace=namespace, status=status)
        check()
        make("ipam/prefixes", prefix="10.9.1.0/24", namespace=namespace, status=status)  # the address moves to it
        for path, key, change in (
            ("dcim/locations", top, {"name": f"renamed {tag}"}),
            ("tenancy/tenants", tenant, {"name": f"renamed {tag}"}),
            ("extras/statuses", status, {"name": f"renamed {tag}"}),
            ("ipam/prefixes", prefix, {"vlan": None}),
        ):
            nb.endpoint(path).update(key, change)
            check()
        nb.endpoint("ipam/vlans").update(vlan, {"vid": 8})
        nb.endpoint("dcim/racks").update(rack, {"u_height": 20})
        check()
        before = cache.stats.hits
        check()
        assert cache.stats.hits > before
    finally:
        for path, key in reversed(made):
            nb.endpoint(path).delete([key])
    check()


def test_a_hit_costs_under_a_tenth_of_a_read(client, live):
    nb, cache = client()

    def seconds(api):
        found = []
        for _ in range(9):
            started = time.perf_counter()
            api.request("GET", "dcim/devices/", params={"limit": 50})
            found.append(time.perf_counter() - started)
        return statistics.median(found)

    real = seconds(live)
    assert seconds(nb) < real / 10
    assert cache.stats.hits == 8
