"""A cache of its own for each test, the command in this process, and stand-ins for servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbcore_testbed import places, processes
from nbcore_testbed.processes import Process
from nbcore_testbed.state import State


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("NBCORE_TESTBED_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package index that cannot be reached, by uv or by pip."""
    index = "http://127.0.0.1:9/simple"
    for name, value in {
        "UV_INDEX_URL": index, "UV_DEFAULT_INDEX": index, "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(cache / "uv"),
        "PIP_INDEX_URL": index, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def command(cache: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python -m nbcore_testbed` in a process of its own, with that cache."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "nbcore_testbed", *arguments], capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    """Start a Python program as a server is started."""
    started: list[Process] = []

    def start(program: str) -> Process:
        started.append(processes.spawn([sys.executable, "-c", program], tmp_path / f"server-{len(started)}.log"))
        return started[-1]

    yield start
    for process in started:
        processes.end(process, 0)


@pytest.fixture
def bed(cache: Path) -> Callable[..., State]:
    """A testbed of that name, as a start that came up leaves it."""

    def make(name: str, **found: Process) -> State:
        state = State(name, release="3.2.7", url="http://127.0.0.1:9", ready=True, processes=found)
        data = places.folder("beds", name, "postgres")
        (data / "PG_VERSION").write_text("18")
        state.postgres_folder = str(data)
        state.write()
        return state

    return make
