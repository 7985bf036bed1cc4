"""A cache for nbcore: reads are answered from SQLite, Redis or memory; what a write touches is dropped.

nb = nbcore.api(url, token, plugins=[nbcore_cache.Cache("sqlite:///nautobot.sqlite", ttl=600, revalidate="changes")])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cache import Cache
    from .stats import Stats
    from .store import CacheWarning

__all__ = ["Cache", "CacheWarning", "Stats"]


def __getattr__(name: str) -> Any:
    # nbcore imports this package whenever an Api is made; requests-cache only comes in with a Cache.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = {"Cache": "cache", "CacheWarning": "store", "Stats": "stats"}[name]
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
