"""A folder that stands for site-packages, with nothing of the person who runs the tests in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..distributions import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")
