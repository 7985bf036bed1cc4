from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from nbcore_sandbox import Sandbox

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def box() -> Sandbox:
    return Sandbox(token="t")


@pytest.fixture
def ask(box: Sandbox) -> Ask:
    """Send a request to the sandbox: the status and the decoded body of its answer."""

    def send(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {"Authorization": "Token t", "Host": "nautobot.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        status, _, answer = box.handle(method, f"/api/{path}", given, content)
        return status, json.loads(answer) if answer else None

    return send
