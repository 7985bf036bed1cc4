"""What the tests of the core and of every plugin share beside the fixtures of nbcore.testing: the real Nautobot of `make testbed`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import nbcore


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
