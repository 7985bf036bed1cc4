"""The limit shared through a real Redis."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

import nbcore
from nbcore.testing import Wire, make_api
from nbcore_ratelimit import LimiterError, RateLimit, RateWaitError

redis = pytest.importorskip("redis")

WORKER = """
import sys, time, nbcore
from nbcore.testing import Wire, make_api
from nbcore_ratelimit import RateLimit
wire = Wire(); wire.on("GET", "status/", lambda call: print(time.time()) or {"ok": 1})
class Late:
    @nbcore.hookimpl
    def nbcore_send(self, call): return wire.nbcore_send(call)
nb = make_api(Late(), RateLimit("20/s", sys.argv[1], key=sys.argv[2]))
for _ in range(25): nb.request("GET", "status/")
"""


@pytest.fixture
def url() -> str:
    found = os.environ.get("NBCORE_TEST_REDIS")
    if not found:
        pytest.skip("NBCORE_TEST_REDIS is not set; make test-integration sets it")
    return found


@pytest.fixture
def key(url) -> Iterator[str]:
    name = f"test-{uuid.uuid4()}"
    yield name
    with redis.Redis.from_url(url) as client:
        for item in client.scan_iter(f"nbcore:ratelimit:{name}:*"):
            client.delete(item)


class Late(Wire):
    """A wire that comes as late as the core's own sending."""

    @nbcore.hookimpl
    def nbcore_send(self, call):
        return super().nbcore_send(call)


@pytest.fixture
def wire() -> Wire:
    made = Late()
    made.on("GET", "status/", {"ok": 1})
    made.on("POST", "dcim/devices/", {"id": "1"})
    return made


@pytest.mark.integration
def test_processes_share_the_limit(url, key):
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, url, key], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    times = sorted(float(line) for worker in workers for line in worker.communicate(timeout=60)[0].splitlines())
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert len(times) == 75
    # What is counted is the moment of leaving, a little before it is printed.
    assert max(sum(start <= moment < start + 0.6 for moment in times) for start in times) <= 20
    assert times[-1] - times[0] > 2.5  # three processes with a limit each would be done in one


@pytest.mark.integration
def test_a_process_that_is_held_up_lets_none_too_many_through(url, key):
    with redis.Redis.from_url(url) as client:
        seconds, micros = client.time()
        now = seconds * 1000 + micros // 1000
        client.zadd(f"nbcore:ratelimit:{key}:2/h", {"one": now + 500, "two": now + 900})  # counted while this process was held up
    with make_api(Late(), RateLimit("2/h", url, key=key), deadline=2) as nb, pytest.raises(RateWaitError):
        nb.request("GET", "status/")


@pytest.mark.integration
def test_a_wait_beyond_the_deadline(url, key, wire):
    with make_api(wire, RateLimit("2/h", url, key=key), deadline=2) as nb:
        nb.request("GET", "status/")
        nb.request("GET", "status/")
    with make_api(wire, RateLimit("2/h", url, key=key), deadline=2) as nb, pytest.raises(RateWaitError, match=r"room in 3[56]\d\d"):
        nb.request("GET", "status/")
    with make_api(wire, RateLimit("2/h", url, key=f"{key}:other"), deadline=2) as nb:
        nb.request("GET", "status/")
    with redis.Redis.from_url(url) as client:
        client.delete(f"nbcore:ratelimit:{key}:other:2/h")


@pytest.mark.integration
def test_redis_holds_no_more_than_the_period_and_forgets_it(url, key, wire):
    limit = RateLimit("50/s", url, key=key)
    with make_api(wire, limit) as nb, redis.Redis.from_url(url) as client:
        for _ in range(120):
            nb.request("GET", "status/")
        name = f"nbcore:ratelimit:{key}:50/s"
        assert 0 < client.zcard(name) <= 51  # the last of the period before may still be there
        assert 0 < client.pttl(name) <= 2000


@pytest.mark.integration
def test_a_redis_that_lost_its_scripts_is_told_them_again(url, key, wire):
    with make_api(wire, RateLimit("2/h", url, key=key), deadline=2) as nb, redis.Redis.from_url(url) as client:
        nb.request("GET", "status/")
        client.script_flush()
        nb.request("GET", "status/")
        with pytest.raises(RateWaitError):
            nb.request("GET", "status/")


@pytest.mark.integration
def test_by_environment_the_key_is_the_servers(url, servers, monkeypatch):
    monkeypatch.setenv("NBCORE_RATELIMIT", "3/h")
    monkeypatch.setenv("NBCORE_RATELIMIT_URL", url)
    name = f"nbcore:ratelimit:{servers[0].removeprefix('http://')}:3/h"
    with make_api(url=servers[0]) as nb, redis.Redis.from_url(url) as client:
        try:
            nb.request("GET", "status/")
            assert client.zcard(name) == 1
        finally:
            client.delete(name)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redis_that_does_not_answer_is_named_without_its_password(wire, method):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with make_api(wire, RateLimit("1/s", f"redis://me:s3cr3t@127.0.0.1:{port}/0")) as nb, pytest.raises(LimiterError) as caught:
        nb.request(method, "status/" if method == "GET" else "dcim/devices/", body={} if method == "POST" else None)
    assert f"was not sent: the Redis of the rate limit, redis://127.0.0.1:{port}/0, does not answer" in str(caught.value)
    assert isinstance(caught.value, nbcore.ConnectError)
    assert "s3cr3t" not in f"{caught.value}{caught.value.__cause__}"
    assert wire.calls == []
