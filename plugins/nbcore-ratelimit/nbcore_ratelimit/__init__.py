"""nbcore-ratelimit: a limit on how often nbcore asks Nautobot.

import nbcore, nbcore_ratelimit
nb = nbcore.api(plugins=[nbcore_ratelimit.RateLimit("10/s")])     # or NBCORE_RATELIMIT=10/s
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import LimiterError, RateWaitError
    from .limit import RateLimit

__all__ = ["LimiterError", "RateLimit", "RateWaitError"]

# Loaded at first use: every Api that finds this package installed imports it, also where nothing configures it.
_HOMES = {"LimiterError": "errors", "RateLimit": "limit", "RateWaitError": "errors"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
