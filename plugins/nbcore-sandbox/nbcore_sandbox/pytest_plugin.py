"""Fixtures for tests of scripts that use nbcore, found by pytest through its entry point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbcore import Api

    from .server import SandboxServer


@pytest.fixture
def sandbox() -> Iterator[Api]:
    """An Api on an in-memory Nautobot of its own, with the sample network."""
    import nbcore

    with nbcore.api("sandbox://") as api:
        yield api


@pytest.fixture
def sandbox_server() -> Iterator[SandboxServer]:
    """An in-memory Nautobot behind a loopback HTTP server: `.url`, `.token`, and the requests it `.received`."""
    from .server import SandboxServer

    with SandboxServer() as server:
        yield server
