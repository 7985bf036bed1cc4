"""What the wire tests share: a server on loopback, a second one that must see nothing, and Apis that are closed at the end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbcore import Api

from .loopback import TOKEN, Loopback


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in (
        *("NAUTOBOT_URL", "NAUTOBOT_TOKEN", "NAUTOBOT_VALIDATE_CERTS", "NBCORE_PLUGINS", "NBCORE_DISABLE", "NBCORE_TRACE_HOOKS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NBCORE_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


@pytest.fixture
def canary() -> Iterator[Loopback]:
    """A server of another origin."""
    with Loopback() as made:
        made.otherwise({"count": 0, "next": None, "previous": None, "results": []})
        yield made


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of loopback that refuses connections: bound, and not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def connect(server: Loopback) -> Iterator[Callable[..., Api]]:
    """Makes Apis of the server on loopback, and closes them."""
    made: list[Api] = []

    def make(url: str = "", token: str | None = TOKEN, **options: Any) -> Api:
        made.append(Api(url or server.url, token, **options))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture
def nb(connect: Callable[..., Api]) -> Api:
    return connect()
