"""The fixtures of nbcore.testing, found by pytest through its entry point; nbcore itself is imported when one is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .client import Api
    from .testing import Wire


@pytest.fixture
def wire() -> Wire:
    """An in-memory server: `wire.serve(path, rows)`, `wire.on(method, path, answer)`, `wire.wrap(method, path, function)`, `wire.calls`."""
    from .testing import Wire

    return Wire()


@pytest.fixture
def nb(wire: Wire) -> Iterator[Api]:
    """An Api on the in-memory server."""
    from .testing import make_api

    with make_api(wire) as api:
        yield api
