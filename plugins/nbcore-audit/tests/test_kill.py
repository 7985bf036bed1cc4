"""kill -9 in the middle of 1,000 writes from 8 threads in each of 2 processes, against a server that knows what reached it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nbcore_audit import read
from nbcore_audit.log import backups

WRITES, THREADS, PROCESSES = 1000, 8, 2
WRITER = """
import sys, threading
import nbcore
url, log, name, threads, count, max_bytes = *sys.argv[1:4], *map(int, sys.argv[4:])
nb = nbcore.api(url, token="t" * 40, settings={"audit": {"file": log, "max_bytes": max_bytes}})
devices = nb.endpoint("dcim/devices")
def work(thread):
    for number in range(thread, count, threads):
        devices.create(name=f"{name}-{number}", comments="x" * (number * 31 % 1500))
print("ready", flush=True)
sys.stdin.readline()
running = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
[thread.start() for thread in running]; [thread.join() for thread in running]
"""


class Server(ThreadingHTTPServer):
    """A loopback server that remembers the names in the bodies that reached it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reached: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """A killed client breaks its connections."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.reached.append(body["name"])
        identity = str(uuid.uuid4())
        self.answer(201, {"id": identity, **body, "object_type": "dcim.device", "url": f"{self.server.url}/api/dcim/devices/{identity}/"})

    def do_GET(self) -> None:
        self.answer(200, {"count": 1, "next": None, "previous": None, "results": [{"display": "tttttt (ada)"}]})

    def answer(self, status: int, data: dict) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("API-Version", "3.2")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def start(server: Server, log: Path, max_bytes: int) -> list[subprocess.Popen]:
    """The writers, let go together once both are ready."""
    share = str(WRITES // PROCESSES)
    command = [sys.executable, "-c", WRITER, server.url, log]
    writers = [
        subprocess.Popen([*command, f"p{n}", str(THREADS), share, str(max_bytes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(PROCESSES)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
        writer.stdout.close()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.close()
    return writers


def enough(reached: list[str], after: int) -> bool:
    """Whether so many writes have reached the server, of both processes; none may come near its end."""
    shares = [sum(name.startswith(f"p{n}-") for name in reached) for n in range(PROCESSES)]
    return all(shares) and (sum(shares) >= after or max(shares) > 0.8 * WRITES / PROCESSES)


def lines(log: Path) -> list[dict]:
    """Every line of the log and its old files; one that is torn, or does not end, fails. A killed process may leave spaces."""
    found = []
    for name in [*backups(str(log)), str(log)]:
        content = Path(name).read_bytes()
        assert not content.rpartition(b"\n")[2].strip(), f"{name} ends in {content[-200:]!r}"
        found += [json.loads(text) for text in content.splitlines() if text.strip()]
    return found


@pytest.mark.parametrize(("after", "max_bytes"), [(150, 0), (300, 0), (450, 100_000)])
def test_kill(server, tmp_path, after, max_bytes):
    log = tmp_path / "writes.jsonl"
    writers = start(server, log, max_bytes)
    end = time.monotonic() + 60
    while not enough(server.reached, after) and time.monotonic() < end:
        time.sleep(0.002)
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
    assert [writer.wait(10) for writer in writers] == [-signal.SIGKILL] * PROCESSES
    time.sleep(0.3)  # what is in the sockets still reaches the server
    reached = list(server.reached)
    assert 100 < len(reached) < WRITES
    found = lines(log)
    intents = [line for line in found if line["event"] == "intent"]
    assert set(reached) <= {line["fields"]["name"] for line in intents}
    assert {line["pid"] for line in intents} == {writer.pid for writer in writers}
    done = {line["call"] for line in found if line["event"] == "outcome"}
    unfinished = [entry for entry in read(log) if not entry.result]
    assert len(unfinished) == len(intents) - len(done)
    assert len(unfinished) <= THREADS * PROCESSES
    assert bool(backups(str(log))) == bool(max_bytes)


def test_without_a_kill_everything_is_there(server, tmp_path):
    log = tmp_path / "writes.jsonl"
    assert [writer.wait(120) for writer in start(server, log, 200_000)] == [0] * PROCESSES
    assert len(server.reached) == WRITES
    broken: list[str] = []
    entries = read(log, broken)
    assert not broken
    assert sorted(entry.intent["fields"]["name"] for entry in entries) == sorted(server.reached)
    assert all(entry.result == "done" and len(entry.changes) == 1 and entry.intent["user"] == "ada" for entry in entries)
    assert len(lines(log)) == 3 * WRITES
