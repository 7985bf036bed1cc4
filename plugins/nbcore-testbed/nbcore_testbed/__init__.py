"""A real Nautobot from pip alone, to test against.

    python -m nbcore_testbed up          the command; see cli.py
    def test_mine(nautobot): ...         the pytest fixtures; see fixtures.py

    import nbcore_testbed
    state = nbcore_testbed.up(nautobot="2.4", seed="none")
    nbcore_testbed.down()

The modules, from the bottom: errors, progress, places (folders), ports, versions (the table of supported series); processes, state,
packages (the package index); programs (PostgreSQL and Redis from wheels), nautobots (virtual environments); postgres, redis, server
(uWSGI and Celery), kept (migrated dumps), database (migrate, seed, restore, reset); testbed (up, down, reset, status); cli, fixtures,
shipping (makes the dump of the wheel). The folder inside/ is what runs in Nautobot's own Python: settings, jobs and seeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import TestbedError

if TYPE_CHECKING:
    from .testbed import down, reset, running, up

__all__ = ["TestbedError", "down", "reset", "running", "up"]


def __getattr__(name: str) -> Any:
    """Import the functions when they are first used: pytest loads this package in every run, whether it is used or not."""
    if name in __all__:
        from . import testbed

        return getattr(testbed, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
