"""Ctrl-C, close() and a cancelled await end what is in flight: no process lives on until a server answers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import nbcore

from .loopback import TOKEN, Answer, rows

SOON = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0  # seconds; more on a busy machine
# Each prints "waiting" once its requests are at the server, which answers nothing.
PARTS = {
    "a read": 'list(nb.endpoint("lab/devices").all())',
    "a parallel read": 'list(nb.endpoint("lab/slow").all())',
    "a bulk write": 'nb.endpoint("lab/devices").create([{"name": str(n)} for n in range(100)], chunk_size=10)',
    "a parallel bulk write": (
        'nb.endpoint("lab/devices").create([{"name": str(n)} for n in range(100)], chunk_size=10, parallel=True, journal="journal")'
    ),
    "aio": "asyncio.run(gathered())",
    "aio, a loop": "asyncio.run(looped())",
    "a retry sleep": 'nb.endpoint("lab/busy").count()',
    "a retry sleep on threads": "asyncio.run(busy())",
    "threads of the user": "threaded()",
}
SCRIPT = """
import asyncio, sys, threading
import nbcore

nb = nbcore.Api({url!r}, {token!r}, threading={threading}, page_size=10, retries=5, timeout=(5, 30))

async def gathered():
    await asyncio.gather(*(nb.aio.endpoint("lab/devices").get(name=str(n)) for n in range(20)))

async def looped():
    async for _ in nb.aio.endpoint("lab/slow").all():
        pass

async def busy():
    await nb.aio.endpoint("lab/busy").count()

def threaded():
    for _ in nb.connection.map(lambda n: nb.endpoint("lab/devices").count(), range(8)):
        pass

try:
    {part}
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise
"""


@pytest.fixture
def silent(server):
    """A server that has the first page of lab/slow, and answers no other request before the test is over."""
    over = threading.Event()

    def wait(request):
        over.wait(20)
        return Answer(breaks="close")

    def first(request):
        asked = dict(request.params)
        if "offset" in asked or asked["limit"] == "1":
            return wait(request)
        return {"count": 100, "next": "more", "previous": None, "results": rows(100)[: int(asked["limit"])]}

    server.on("GET", "lab/slow/", first)
    server.on("GET", "lab/busy/", Answer({"detail": "wait"}, 503, {"Retry-After": "30", "API-Version": "3.2"}))
    server.otherwise(wait)
    yield server
    over.set()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a child there")
@pytest.mark.parametrize("part", PARTS)
def test_ctrl_c_ends_the_process(silent, tmp_path, part):
    script = SCRIPT.format(url=silent.url, token=TOKEN, part=PARTS[part], threading=part.startswith("a parallel") or "loop" in part)
    command = [sys.executable, "-W", "ignore", "-c", script]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 15
        wanted = 2 if "parallel" in part or "threads of" in part or part.startswith("aio") else 1
        while len(silent.requests) < wanted and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=10)
        finally:
            process.kill()
    assert time.monotonic() - begun < SOON, errors
    assert process.returncode == -signal.SIGINT, errors
    assert "KeyboardInterrupt" in errors
    assert "Exception ignored" not in errors


def in_a_thread(work):
    """Begin some work on a thread; its outcome comes into the list."""
    outcome = []

    def run():
        try:
            outcome.append(work())
        except BaseException as exc:
            outcome.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def arrived(server, number=1):
    until = time.monotonic() + 10
    while len(server.requests) < number and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("threading_", [False, True])
def test_close_ends_a_read(silent, connect, threading_):
    nb = connect(threading=threading_, retries=3, page_size=10)
    thread, outcome = in_a_thread(lambda: list(nb.endpoint("lab/slow").all()))
    arrived(silent, 2)
    nb.close()
    thread.join(SOON)
    assert isinstance(outcome[0], nbcore.ProtocolError)
    assert "its Api was closed" in str(outcome[0])


def test_close_ends_a_pause_before_another_attempt(silent, connect):
    nb = connect(retries=3)
    thread, outcome = in_a_thread(lambda: nb.endpoint("lab/busy").count())
    arrived(silent)
    time.sleep(0.2)
    nb.close()
    thread.join(SOON)
    assert isinstance(outcome[0], nbcore.CallError)
    assert len(silent.requests) == 1


def test_close_leaves_a_write_in_doubt(silent, connect, tmp_path):
    nb = connect(retries=3)
    items = [{"name": str(number)} for number in range(4)]
    thread, outcome = in_a_thread(lambda: nb.endpoint("lab/devices").create(items, chunk_size=2, journal=str(tmp_path / "j")))
    arrived(silent)
    nb.close()
    thread.join(SOON)
    assert isinstance(outcome[0], nbcore.AmbiguousWriteError)
    assert [entry.state for entry in nbcore.Journal.load(str(tmp_path / "j"), nb)] == ["unknown", "unknown", "waiting", "waiting"]
    assert len(silent.requests) == 1


def test_an_api_that_was_closed_can_be_used_again(server, connect):
    server.serve("lab/devices", rows(3))
    nb = connect(threading=True)
    for _ in range(2):
        assert len(list(nb.endpoint("lab/devices").all())) == 3
        assert asyncio.run(nb.aio.endpoint("lab/devices").count()) == 3
        nb.close()


async def looped(nb):
    async for _ in nb.aio.endpoint("lab/slow").all():
        pass


@pytest.mark.parametrize("threading_", [False, True])
@pytest.mark.parametrize("max_workers", [1, 4])
def test_a_time_out_of_asyncio_ends_what_is_in_flight(silent, connect, threading_, max_workers):
    nb = connect(threading=threading_, max_workers=max_workers, page_size=10, retries=3)

    async def main():
        started = time.monotonic()
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(nb.aio.endpoint("lab/slow").filter().list(), 0.2)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(looped(nb), 0.2)
        silent.serve("lab/fast", rows(3))
        # The threads are free again: more calls than there are threads were given up.
        assert await nb.aio.endpoint("lab/fast").count() == 3
        return time.monotonic() - started

    assert asyncio.run(main()) < 0.8 + SOON


def test_after_a_cancelled_await_nothing_more_is_sent(silent, connect):
    nb = connect(retries=5)

    async def main():
        task = asyncio.create_task(nb.aio.endpoint("lab/busy").count())
        while not silent.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.3)

    asyncio.run(main())
    assert len(silent.requests) == 1
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("nbcore") and not thread.daemon] == []


def test_threads_end_with_their_api(server):
    server.serve("lab/devices", rows(30))
    before = threading.active_count()
    for _ in range(5):
        nb = nbcore.Api(server.url, TOKEN, threading=True, page_size=10)
        assert len(list(nb.endpoint("lab/devices").all())) == 30
        del nb
    import gc

    gc.collect()
    until = time.monotonic() + 5
    while any(thread.name.startswith("nbcore") for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(thread.name.startswith("nbcore") for thread in threading.enumerate()), before
