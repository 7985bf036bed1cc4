"""Against the real Nautobot: two clients that write in turn, and what is kept held against what the server says now."""

from __future__ import annotations

import contextlib
import statistics
import time
import uuid

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


def test_two_clients_writing_in_turn_with_revalidate_changes(client, scratch, live, tmp_path, live_settings):
    """No read is older than the last change seen."""
    other = Cache(f"sqlite:///{tmp_path}/other.sqlite", revalidate="changes", burst=0)
    clients = [client(revalidate="changes", burst=0)]
    clients.append((nbcore.Api(**live_settings, plugins=[other]), other))
    name = f"cache-{uuid.uuid4().hex[:8]}"
    group = scratch("tenancy/tenant-groups", name=name)
    key = scratch("tenancy/tenants", name=name, tenant_group=group, description="0")
    for turn in range(1, 6):
        writer = clients[turn % 2][0]
        writer.endpoint("tenancy/tenants").update(key, {"description": str(turn)})
        for nb, _ in clients:
            assert nb.endpoint("tenancy/tenants").get(key).description == str(turn)
            assert read(nb, "tenancy/tenants", name=name)[key]["description"] == str(turn)
            answer = nb.graphql.query(f'{{ tenants(name: ["{name}"]) {{ description }} }}')
            assert answer.data == {"tenants": [{"description": str(turn)}]}
            read(nb, "extras/secrets")
    late = f"{name}-late"
    live.endpoint("tenancy/tenants").update(key, {"name": late})  # a third, without a cache
    for nb, cache in clients:
        assert list(read(nb, "tenancy/tenants", name=late)) == [key]
        assert read(nb, "tenancy/tenants", name=name) == {}
        assert cache.stats.hits > 0
        assert cache.stats.failures == 0
    clients[1][0].close()


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
        vlan = make("ipam/vlans", vid=7, name=f"c-{tag}", status=status, locations=[top], tenant=tenant)
        prefix = make("ipam/prefixes", prefix="10.9.0.0/16", namespace=namespace, status=status, vlan=vlan, locations=[top])
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
