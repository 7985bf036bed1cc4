"""What every fault case has: the server, a canary that must see nothing, and a count of what became of each injected fault."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import nbcore
from nbcore import Api
from nbcore.transport import retry

from .server import FaultServer

# Of this process alone: a client of another test run, whose server was at a port of ours before, is not taken for a leak.
TOKEN = f"a-secret-token-of-forty-{uuid.uuid4().hex[:16]}"
LIMIT = 8.0  # seconds: no case lasts longer, whatever the server does
WORKERS = 4
COUNTS: Counter[str] = Counter()


class World:
    """The server of one case, and what was promised to the client about it."""

    def __init__(self, server: FaultServer, canary: FaultServer, threaded: bool) -> None:
        self.server = server
        self.canary = canary
        self.threaded = threaded
        self.store = server.store
        self.made: list[Api] = []
        self.kept: list[Any] = []  # records of writes that were confirmed
        self.errors: list[BaseException] = []
        self.started = time.monotonic()

    def connect(self, url: str = "", **options: Any) -> Api:
        settings: dict[str, Any] = {
            "retries": 3,
            "deadline": 5.0,
            "timeout": (1.0, 2.0),
            "threading": self.threaded,
            "max_workers": WORKERS,
        }
        self.made.append(Api(url or self.server.url, TOKEN, **{**settings, **options}))
        return self.made[-1]

    def each(self, work: Callable[[int], Any]) -> list[Any]:
        """The results, or errors, of the work: once, or on four threads at once."""
        results: list[Any] = [None] * (WORKERS if self.threaded else 1)

        def run(index: int) -> None:
            try:
                results[index] = work(index)
            except BaseException as exc:
                results[index] = exc
                self.errors.append(exc)

        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(results))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * LIMIT)
            assert not thread.is_alive(), "a call did not end"
        return results

    def ok(self, work: Callable[[int], Any]) -> list[Any]:
        """The results of work that must succeed."""
        results = self.each(work)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return results

    def fails(self, kind: type[BaseException] | tuple[type[BaseException], ...], work: Callable[[int], Any]) -> list[Any]:
        """The errors of work that must fail so, each with a text that names the request."""
        errors = self.each(work)
        for error in errors:
            assert isinstance(error, kind), f"{error!r} is not {kind}"
            assert isinstance(error, nbcore.NbcoreError)
        return errors

    def check(self) -> None:
        """Nothing lost, nothing twice, the token only at its origin, in time, and errors of nbcore alone."""
        assert time.monotonic() - self.started < 2 * LIMIT, "it took too long"
        for error in self.errors:
            shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
            if TOKEN in shown.replace(f"TOKEN = '{TOKEN}'", "") or TOKEN in str(error):
                COUNTS["leaked"] += 1
                raise AssertionError("the token is in an error")
            assert isinstance(error, nbcore.NbcoreError), f"not an error of nbcore: {error!r}"
            assert len(str(error)) > 20, f"an error that says nothing: {error!r}"
        if any(TOKEN in request.headers.get("authorization", "") for request in self.canary.requests):
            COUNTS["leaked"] += 1
            raise AssertionError("the token went to another origin")
        for path, table in self.store.tables.items():
            names = [row["name"] for row in table.values()]
            twice = len(names) - len(set(names))
            COUNTS["duplicated"] += twice
            assert not twice, f"{path}: created twice"
        for record in self.kept:
            if record.id not in self.store.tables[record.endpoint.path]:
                COUNTS["lost"] += 1
                raise AssertionError(f"{record!r} was confirmed and is not there")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No setting of the person who runs the tests reaches them, and back-off is short."""
    for name in (
        "NAUTOBOT_URL",
        "NAUTOBOT_TOKEN",
        "NBCORE_PLUGINS",
        "NBCORE_DISABLE",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NBCORE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(retry, "_BASE", 0.01)


@pytest.fixture(params=[False, True], ids=["sequential", "threaded"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with FaultServer(listen=not request.node.get_closest_marker("not_listening")) as server, FaultServer() as canary:
        made = World(server, canary, request.param)
        yield made
        try:
            made.check()
        finally:
            for api in made.made:
                api.close()


def cases(marker: pytest.Mark) -> set[int]:
    """The numbers of the matrix in a marker: `case(1, "3-8")`; promises of security have none."""
    found: set[int] = set()
    for part in marker.args:
        first, _, last = str(part).partition("-")
        if first.isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    # The figures travel with the report: tests may run in several processes (the root's conftest adds them up).
    report = yield
    if (marker := item.get_closest_marker("case")) is not None and report.when != "setup":
        told = dict(COUNTS)
        COUNTS.clear()
        if report.when == "call":
            told |= {"injected": 1, "as promised": int(report.passed)}
            report.user_properties.append(("fault cases", sorted(cases(marker))))
        elif report.failed:
            told["as promised"] = -1
        report.user_properties.append(("faults", told))
    return report


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(*numbers): the cases of the fault matrix that a test plays, such as 3 or '3-8'")
    config.addinivalue_line("markers", "not_listening: the server refuses connections at first")
