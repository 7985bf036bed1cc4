"""The cases that test_differential.py compares with a real Nautobot, on the sandbox alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbcore_sandbox import Sandbox

CASES = Path(__file__).parent / "cases"
OBJECTS = [json.loads(line) for line in (CASES / "objects.jsonl").read_text().splitlines()]
Send = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def send() -> Send:
    box = Sandbox(seed=False, token="t")
    names = [*(item[0] for item in OBJECTS), "spare", "bulk1", "bulk2", "bulk3"]
    ids = {name: f"{number:08d}-0000-4000-8000-000000000000" for number, name in enumerate(names)}

    def send(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        text = json.dumps(body) if body is not None else ""
        for name, key in ids.items():
            path, text = path.replace("{" + name + "}", key), text.replace("{" + name + "}", key)
        status, _, content = box.handle(method, path.replace("~", "zz"), {"Authorization": "Token t"}, text.replace("~", "zz").encode())
        assert status != 501, (method, path, body, content)
        return status, json.loads(content) if content else None

    for name, route, fields in OBJECTS:
        assert send("POST", f"/api/{route}/", {"id": ids[name], **fields})[0] == 201, (name, fields)
    assert send("PATCH", "/api/dcim/devices/{dev0}/", {"primary_ip4": "{ip0}"})[0] == 200
    return send


def lines(name: str) -> list[str]:
    return (CASES / name).read_text().splitlines()


@pytest.mark.parametrize("path", lines("reads.txt"))
def test_reads(send: Send, path: str) -> None:
    assert send("GET", path)[0] in (200, 400, 404, 500)


@pytest.mark.parametrize("path", [f"dcim/devices/?{query}" for query in lines("device_filters.txt")] + lines("filters.txt"))
def test_filters(send: Send, path: str) -> None:
    status, body = send("GET", f"/api/{path}")
    assert status in (200, 400, 500)
    assert status != 200 or set(body) == {"count", "next", "previous", "results"}


@pytest.mark.parametrize("case", lines("refused.jsonl"))
def test_refused(send: Send, case: str) -> None:
    route, body = json.loads(case)
    assert send("POST", f"/api/{route}/", body if body is not None else None)[0] in (400, 500)


@pytest.mark.parametrize("case", lines("created.jsonl"))
def test_created(send: Send, case: str) -> None:
    route, body = json.loads(case)
    assert send("POST", f"/api/{route}/", {"id": "{spare}", **body})[0] == 201
    assert send("DELETE", f"/api/{route}/{{spare}}/")[0] == 204


def test_changes_and_allocation(send: Send) -> None:
    device = {"device_type": "{type}", "role": "{role}", "status": "Active", "location": "{ams}", "name": "~x"}
    assert send("POST", "/api/dcim/devices/", {"id": "{spare}", **device})[0] == 201
    for method, path, body in map(json.loads, lines("changes.jsonl") + lines("allocation.jsonl")):
        send(method, path, body)
    assert send("DELETE", "/api/dcim/devices/{spare}/")[0] == 204
