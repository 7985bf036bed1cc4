"""What the tests of the core and of every plugin share beside the fixtures of nbcore.testing: a real Nautobot; and the faults' sum."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import nbcore

_faults: Counter[str] = Counter()
_cases: set[int] = set()


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

    with nbcore.Api(**live_settings) as api:
        yield api


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what tests/faults injected, in whichever process."""
    told: dict[str, Any] = dict(report.user_properties)
    if report.when == "call":
        _cases.update(told.get("fault cases", ()))
    _faults.update(told.get("faults", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what became of them."""
    if _faults["injected"]:
        parts = (f"{_faults[name]} {name}" for name in ("injected", "as promised", "lost", "duplicated", "leaked"))
        terminalreporter.write_sep("=", f"{len(_cases)} kinds of fault, {', '.join(parts)}")
