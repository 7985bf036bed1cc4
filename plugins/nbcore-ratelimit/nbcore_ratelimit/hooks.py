"""The entry point: a RateLimit where settings or the environment ask for one, else None."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import Options

    from .limit import RateLimit

# A limit that is asked for by name is one for all Apis of this process to the same server: many scripts make an Api for each task.
_limits: dict[tuple[Any, ...], RateLimit] = {}


def plugin(options: Options) -> RateLimit | None:
    """The limit that `settings={"ratelimit": {"rates": ...}}` (the arguments of RateLimit) or NBCORE_RATELIMIT asks for.

    From the environment: NBCORE_RATELIMIT, NBCORE_RATELIMIT_URL and NBCORE_RATELIMIT_KEY. Settings win, one by one. The key is the
    server's name when it is not given.

    Raises:
        InputError: no rates, an unknown setting, or a value that cannot be used.
        PluginError: there is a url, but no redis package.
    """
    given = options.settings.get("ratelimit")
    names = {"rates": "NBCORE_RATELIMIT", "url": "NBCORE_RATELIMIT_URL", "key": "NBCORE_RATELIMIT_KEY"}
    found = {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)} | dict(given or {})
    if not found.get("rates"):
        if given is not None:
            raise InputError('settings["ratelimit"] names no rates, and NBCORE_RATELIMIT is not set')
        return None
    from .limit import RateLimit

    found.setdefault("key", urlsplit(options.url).netloc + urlsplit(options.url).path)
    identity = (options.url, *sorted((name, str(value)) for name, value in found.items()))
    if identity not in _limits:
        try:
            made = RateLimit(**found)
        except TypeError as exc:
            raise InputError(f"the settings of the rate limit cannot be used: {exc}") from None
        _limits.setdefault(identity, made)
    return _limits[identity]
