"""After a fork: children of an Api that was used get their own answers, and so does the parent."""

from __future__ import annotations

import os
import threading
import time

import pytest

from ..distributions import Site
from .loopback import TOKEN, Answer, rows

SCRIPT = """
import os, sys, time

nb = nbcore.Api({url!r}, {token!r}, threading={threading}, page_size=10)
endpoint = nb.endpoint("lab/devices")
ids = [record.id for record in endpoint.all()]

def wrong_answers(first):
    wrong = 0
    for number in range(first, first + 20):
        record = endpoint.get(ids[number])
        wrong += record is None or record.name != f"d{{number}}"
    wrong += [record.name for record in endpoint.all()] != [f"d{{number}}" for number in range(100)]
    return wrong

children = []
for number in range(4):
    child = os.fork()
    if not child:
        code = 99
        try:
            code = wrong_answers(20 * number)
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(json.dumps([wrong_answers(80), *codes]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("threading", [False, True])
def test_children_get_right_answers(server, tmp_path, threading):
    server.serve("lab/devices", rows(100))
    # Python 3.12 warns of any fork of a process with threads.
    flags = ("-W", "error", "-W", "ignore::DeprecationWarning")
    script = SCRIPT.format(url=server.url, token=TOKEN, threading=threading)
    assert Site(tmp_path / "site").run(script, flags=flags) == [0, 0, 0, 0, 0]
    assert len({request.connection for request in server.requests}) >= 5
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}


AFTER = """
import asyncio, os, sys, threading, time

nb = nbcore.Api({url!r}, {token!r}, threading=True, page_size=10, retries=1)
endpoint = nb.endpoint("lab/devices")

def in_a_child(work):
    child = os.fork()
    if not child:
        code = 99
        try:
            code = 0 if work() else 1
        finally:
            os._exit(code)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "hung"

async def count():
    return await endpoint_aio.count()

async def looped():
    return [record.name async for record in endpoint_aio.all()]

endpoint_aio = nb.aio.endpoint("lab/devices")
names = [f"d{{number}}" for number in range(100)]
right = lambda: asyncio.run(count()) == 100 and asyncio.run(looped()) == names and [r.name for r in endpoint.all()] == names
made = lambda: endpoint.create([{{"name": "x"}}, {{"name": "y"}}], chunk_size=1, parallel=True) is not None
codes = {{}}
"""
PARTS = {
    "after aio": """
asyncio.run(looped())
codes["aio"] = in_a_child(right)
""",
    "after a bulk": """
made()
codes["bulk"] = in_a_child(made)
codes["aio"] = in_a_child(right)
""",
    "in the middle of aio": """
async def middle():
    waits = [asyncio.create_task(nb.aio.endpoint("lab/slow").count()) for _ in range(6)]
    await asyncio.sleep(0.5)
    codes["middle"] = in_a_child(lambda: [r.name for r in endpoint.all()] == names and threaded())
    for wait in waits:
        wait.cancel()

def threaded():
    done = []
    thread = threading.Thread(target=lambda: done.append(right()))
    thread.start()
    thread.join()
    return done == [True]

asyncio.run(middle())
codes["parent"] = 0 if right() else 1
""",
    "in the middle of a bulk": """
assert endpoint.count() == 100  # requests is imported: Python itself cannot fork in the middle of an import
journal = os.path.join(os.getcwd(), "journal")
slow = lambda: nb.endpoint("lab/slow").create([{"name": str(n)} for n in range(8)], chunk_size=2, parallel=True, journal=journal)
writer = threading.Thread(target=slow, daemon=True)
writer.start()
time.sleep(0.5)
codes["bulk"] = in_a_child(made)
codes["aio"] = in_a_child(right)
lasting = os.fork()
if not lasting:
    time.sleep(20)
    os._exit(0)
nb.close()
writer.join(5)
codes["the journal is free"] = 0 if nbcore.Journal.load(journal, nb).save(journal) is None else 1
os.kill(lasting, 9)
""",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("part", PARTS)
def test_what_the_parent_used_or_is_using_works_in_the_child(server, tmp_path, part):
    server.serve("lab/devices", rows(100))
    over = threading.Event()

    def slow(request):
        over.wait(15)
        return Answer(breaks="close")

    server.on("GET", "lab/slow/", slow)
    server.on("POST", "lab/slow/", slow)
    server.on("POST", "lab/devices/", lambda request: Answer([{**rows(1)[0], **item} for item in request.json], 201))
    flags = ("-W", "error", "-W", "ignore::DeprecationWarning")
    script = f"{AFTER.format(url=server.url, token=TOKEN)}{PARTS[part]}\nprint(json.dumps(codes), flush=True)\nos._exit(0)\n"
    try:
        codes = Site(tmp_path / "site").run(script, flags=flags)
    finally:
        over.set()
    assert codes
    assert set(codes.values()) == {0}, codes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_group_that_a_thread_of_the_parent_is_loading_loads_in_the_child(server, tmp_path):
    """The parent's thread holds the group's lock, and is not in the child."""
    asked = []

    def related(request):
        asked.append(request)
        if len(asked) == 1:
            time.sleep(3)
        return {"count": 1, "next": None, "previous": None, "results": [{**rows(1)[0], "id": key}]}

    key = "10000000-0000-4000-8000-000000000001"
    link = {"id": key, "object_type": "lab.site", "url": f"{server.url}/api/lab/sites/{key}/"}
    server.serve("lab/devices", [{**row, "location": link} for row in rows(3)])
    server.on("GET", "lab/sites/", related)
    server.on("GET", f"lab/sites/{key}/", lambda request: related(request)["results"][0])
    script = (
        AFTER.format(url=server.url, token=TOKEN)
        + """
record = list(endpoint.all())[0]
threading.Thread(target=lambda: record.location.name, daemon=True).start()
time.sleep(1)
codes["group"] = in_a_child(lambda: record.location.name == "d0")
print(json.dumps(codes))
"""
    )
    assert Site(tmp_path / "site").run(script, flags=("-W", "ignore::DeprecationWarning")) == {"group": 0}
