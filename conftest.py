"""What the tests of the core and of every plugin share: a wire in memory, and the real Nautobot of `make testbed`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import nbcore

Answer = Any  # JSON, or a function of the Call that returns JSON; (status, JSON) for another status than 200 or 201


class Wire:
    """A server in memory: what each route answers, and the calls that came."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.calls: list[nbcore.Call] = []
        self.url = "http://127.0.0.1:9"

    def on(self, method: str, path: str, answer: Answer) -> None:
        """Answer `METHOD path` so; the query is not looked at."""
        self.answers[method, path] = answer

    def rows(self, path: str, *rows: dict[str, Any]) -> None:
        """A list route with these rows: the list with paging, and each row's own route."""

        def listed(call: nbcore.Call) -> dict[str, Any]:
            asked = dict(call.params)
            start = int(asked.get("offset", 0))
            return {"count": len(rows), "next": None, "previous": None, "results": list(rows)[start : start + int(asked.get("limit", 50))]}

        self.on("GET", f"{path}/", listed)
        for row in rows:
            self.on("GET", f"{path}/{row['id']}/", row)

    def sent(self) -> list[str]:
        """The calls so far as `METHOD path?query`."""
        return [f"{call.method} {call.path}{'?' if call.params else ''}{'&'.join('='.join(pair) for pair in call.params)}" for call in self.calls]

    def plugin(self) -> Any:
        """The hook plugin that answers in the server's place."""
        from nbcore import Reply, hookimpl

        wire = self

        class InMemory:
            @hookimpl(tryfirst=True)
            def nbcore_send(self, call: nbcore.Call) -> nbcore.Reply:
                wire.calls.append(call)
                answer = wire.answers.get((call.method, call.path), (404, {"detail": "Not found."}))
                if callable(answer):
                    answer = answer(call)
                status, data = answer if isinstance(answer, tuple) else (201 if call.method == "POST" else 200, answer)
                content = b"" if data is None else json.dumps(data).encode()
                headers = {"api-version": "3.2", "content-type": "application/json"}
                return Reply(status, "", headers, content, f"{wire.url}/api/{call.path}", 0.0, "memory")

        return InMemory()


@pytest.fixture
def wire() -> Wire:
    """A server in memory."""
    return Wire()


@pytest.fixture
def make_api(wire: Wire) -> Iterator[Callable[..., nbcore.Api]]:
    """Makes an Api that talks to the wire in memory."""
    import nbcore

    made: list[nbcore.Api] = []

    def make(**settings: Any) -> nbcore.Api:
        plugins = (wire.plugin(), *settings.pop("plugins", ()))
        made.append(nbcore.Api(wire.url, token="in-memory", plugins=plugins, **settings))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture(scope="session")
def live_settings() -> dict[str, str]:
    """The address and token of the real Nautobot."""
    url = os.environ.get("NBCORE_TEST_URL")
    if not url:
        pytest.skip("NBCORE_TEST_URL is not set; make test-integration starts a Nautobot and sets it")
    return {"url": url, "token": os.environ["NBCORE_TEST_TOKEN"]}


@pytest.fixture
def live(live_settings: dict[str, str]) -> Iterator[nbcore.Api]:
    """An Api of the real Nautobot."""
    import nbcore

    with nbcore.Api(**live_settings, deadline=300) as api:
        yield api
