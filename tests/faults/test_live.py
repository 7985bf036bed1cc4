"""The same writes on a real Nautobot, through a proxy that fails one request in five, before it was done or after."""

from __future__ import annotations

import threading
import uuid

import pytest

import nbcore

from .proxy import Proxy

pytestmark = pytest.mark.integration
PATH = "dcim/manufacturers"
ADDRESSES = nbcore.ActionSpec("available-ips", methods=("GET", "POST"), returns="records", allocates=True, creates="ipam/ip-addresses")


@pytest.fixture
def proxy(live_settings):
    with Proxy(live_settings["url"], share=0.2, seed=5) as made:
        yield made


@pytest.fixture
def through(proxy, live_settings):
    with nbcore.Api(proxy.url, live_settings["token"], retries=8, max_workers=4, deadline=120) as made:
        yield made


@pytest.fixture
def name(live):
    """The beginning of the names of what a test creates; it is deleted afterwards."""
    mark = f"faults-{uuid.uuid4().hex[:8]}"
    yield mark
    left = [record.id for record in live.endpoint(PATH).filter(name__isw=mark)]
    live.endpoint(PATH).delete(left)


@pytest.mark.parametrize("parallel", [False, True])
def test_a_thousand_objects_are_created_changed_and_deleted_once(proxy, through, live, name, parallel):
    number = 1000 if parallel else 300
    items = [{"name": f"{name}-{index:04d}"} for index in range(number)]
    made = through.endpoint(PATH).create(items, chunk_size=25, parallel=parallel)
    assert [record.name for record in made] == [item["name"] for item in items]
    there = live.endpoint(PATH).filter(name__isw=name, consistency="strict")
    assert sorted(record.id for record in there) == sorted(record.id for record in made)
    for record in made:
        record.description = "changed"
    assert len(through.endpoint(PATH).bulk_update(made, chunk_size=25, parallel=parallel)) == number
    assert {record.description for record in live.endpoint(PATH).filter(name__isw=name)} == {"changed"}
    assert through.endpoint(PATH).delete(made, chunk_size=25, parallel=parallel)
    assert live.endpoint(PATH).filter(name__isw=name).count() == 0
    assert proxy.injected >= 10, "the proxy did not fail often enough to prove anything"


def test_single_writes_through_the_proxy(proxy, through, live, name):
    made = [through.endpoint(PATH).create(name=f"{name}-{index}") for index in range(40)]
    for record in made:
        record.description = f"d-{record.name}"
        assert record.save() is True
    there = {record.id: record.description for record in live.endpoint(PATH).filter(name__isw=name)}
    assert there == {record.id: f"d-{record.name}" for record in made}
    for record in made:
        assert record.delete() is True
    assert live.endpoint(PATH).filter(name__isw=name).count() == 0
    assert proxy.injected >= 10


def test_eight_threads_allocate_from_one_prefix(proxy, through, live):
    second, third = uuid.uuid4().int % 200, uuid.uuid4().int % 250
    prefix = live.endpoint("ipam/prefixes").create(prefix=f"10.{second}.{third}.0/24", status="Active", type="pool")
    taken: list[list[str]] = [[] for _ in range(8)]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        action = nbcore.Action(through.endpoint("ipam/prefixes"), ADDRESSES, f"ipam/prefixes/{prefix.id}/available-ips/")
        try:
            for index in range(6):
                found = action.create({"status": "Active"}) if index % 2 else action.create([{"status": "Active"}] * 2)
                taken[number] += [record.address for record in (found if isinstance(found, list) else [found])]
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = live.endpoint("ipam/ip-addresses").filter(parent=prefix.id)
    try:
        assert not failures
        addresses = [address for part in taken for address in part]
        assert len(set(addresses)) == len(addresses) == 8 * 9
        assert sorted(record.address for record in there) == sorted(addresses)
        assert proxy.injected >= 5
    finally:
        live.endpoint("ipam/ip-addresses").delete(there)
        prefix.delete()


def test_strict_reading_while_others_write(through, live, name):
    """What is there throughout comes once, whatever else is created and deleted meanwhile."""
    kept = {record.id for record in live.endpoint(PATH).create([{"name": f"{name}-kept-{index:03d}"} for index in range(120)])}
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            live.endpoint(PATH).create(name=f"{name}-churn-{number}").delete()

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(4):
            found = [record.id for record in through.endpoint(PATH).filter(name__isw=name, limit=20, consistency="strict")]
            assert len(found) == len(set(found))
            assert kept <= set(found)
    finally:
        stop.set()
        thread.join()
