"""The entry point: a Cache where the settings or the environment ask for one. It imports nothing heavy before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import Options

    from .cache import Cache

_NUMBERS = {"ttl": "NBCORE_CACHE_TTL", "burst": "NBCORE_CACHE_BURST"}


def plugin(options: Options) -> Cache | None:
    """The Cache that `settings={"cache": {...}}` or NBCORE_CACHE_URL asks for; None without either, or beside one that was given.

    Raises:
        InputError: a setting that cannot be used.
    """
    given = options.settings.get("cache")
    address = os.environ.get("NBCORE_CACHE_URL")
    if (given is None and not address) or any(type(item).__module__ == "nbcore_cache.cache" for item in options.plugins):
        return None
    arguments: dict[str, Any] = {**_environment(address), **(given or {})}
    if unknown := sorted(set(arguments) - {"url", "ttl", "revalidate", "burst", "logged"}):
        raise InputError(f"the cache has no setting {unknown[0]!r}; it has: url, ttl, revalidate, burst, logged")
    from .cache import Cache

    return Cache(**arguments)


def _environment(address: str | None) -> dict[str, Any]:
    """The settings that the environment holds."""
    found: dict[str, Any] = {"url": address} if address else {}
    for name, variable in _NUMBERS.items():
        if text := os.environ.get(variable):
            try:
                found[name] = float(text)
            except ValueError:
                raise InputError(f"{variable} must be seconds, not {text!r}") from None
    if text := os.environ.get("NBCORE_CACHE_REVALIDATE"):
        found["revalidate"] = text
    return found
