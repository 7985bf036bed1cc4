"""An Api on a wire in memory, with the made-up app `lab`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbcore import Api
from nbcore.testing import Wire, make_api

from .lab import LAB


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in ("NAUTOBOT_URL", "NAUTOBOT_TOKEN", "NAUTOBOT_VALIDATE_CERTS", "NBCORE_PLUGINS", "NBCORE_DISABLE", "NBCORE_TRACE_HOOKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NBCORE_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def make(wire: Wire) -> Iterator[Callable[..., Api]]:
    """Makes Apis on the wire, and closes them."""
    made: list[Api] = []

    def one(*plugins: Any, **options: Any) -> Api:
        made.append(make_api(wire, LAB, *plugins, **options))
        return made[-1]

    yield one
    for api in made:
        api.close()


@pytest.fixture
def nb(make: Callable[..., Api]) -> Api:
    return make()
