"""The sandbox over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import requests

import nbcore
from nbcore_sandbox import Sandbox, SandboxServer


def test_it_answers_over_one_kept_connection(sandbox_server: SandboxServer) -> None:
    parts = urllib.parse.urlsplit(sandbox_server.url)
    wire = http.client.HTTPConnection(parts.netloc)
    headers = {"Authorization": f"Token {sandbox_server.token}"}
    sockets = set()
    for _ in range(3):
        wire.request("GET", "/api/dcim/devices/?limit=1", headers=headers)
        reply = wire.getresponse()
        body = json.loads(reply.read())
        assert (reply.status, reply.version, body["count"]) == (200, 11, 44)
        assert body["results"][0]["url"].startswith(sandbox_server.url)
        sockets.add(id(wire.sock))
    assert len(sockets) == 1
    wire.request("POST", "/api/dcim/manufacturers/", json.dumps({"name": "Nokia"}), headers | {"Content-Type": "application/json"})
    reply = wire.getresponse()
    assert (reply.status, json.loads(reply.read())["name"]) == (201, "Nokia")
    wire.request("DELETE", "/api/dcim/manufacturers/", json.dumps([]), headers | {"Content-Type": "application/json"})
    reply = wire.getresponse()
    assert (reply.status, reply.read()) == (204, b"")
    wire.close()


def test_it_tells_what_it_received_without_the_token(sandbox_server: SandboxServer) -> None:
    headers = {"Authorization": f"Token {sandbox_server.token}"}
    requests.post(f"{sandbox_server.url}/api/tenancy/tenants/", json={"name": "One"}, headers=headers, timeout=5)
    received = sandbox_server.received[-1]
    assert (received.method, received.path, received.status) == ("POST", "/api/tenancy/tenants/", 201)
    assert json.loads(received.body) == {"name": "One"}
    assert sandbox_server.token not in repr(sandbox_server.received)


def test_a_bad_token_is_403(sandbox_server: SandboxServer) -> None:
    reply = requests.get(f"{sandbox_server.url}/api/status/", headers={"Authorization": "Token bad"}, timeout=5)
    assert (reply.status_code, reply.json()) == (403, {"detail": "Invalid token"})


def test_many_clients_at_once() -> None:
    with SandboxServer(Sandbox(token="t")) as server, nbcore.api(server.url, "t") as nb, ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: nb.tenancy.tenants.create(name=f"tenant-{number}"), range(64)))
        assert len({record.id for record in made}) == 64
        assert nb.tenancy.tenants.count() == 64 + 3


def test_serve_prints_its_address_and_token() -> None:
    command = [sys.executable, "-m", "nbcore_sandbox.serve", "--port", "0", "--token", "t", "--empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            said = dict(process.stdout.readline().strip().split("=", 1) for _ in range(2))
            assert said["NAUTOBOT_TOKEN"] == "t"
            with nbcore.api(said["NAUTOBOT_URL"], "t") as nb:
                assert nb.status()["nautobot-version"] == "3.2.7"
                assert nb.dcim.devices.count() == 0
        finally:
            process.terminate()
