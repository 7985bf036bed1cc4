"""RateLimit: the hook that waits until there is room for a request."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Iterable
from typing import Any

from nbcore import Call, InputError, RateLimitError, Reply, hookimpl
from nbcore.errors import describe, server_text, snippet

from . import rates as rates_of_text
from .buckets import Bucket, Memory, Shared, Unavailable, rates_of
from .errors import LimiterError, RateWaitError

_log = logging.getLogger("nbcore.ratelimit")


class RateLimit:
    """Lets no more requests out than its rates allow, in any period of their length; the others wait.

    One RateLimit is one limit for all Apis it is given to. With `url`, it is one limit for every process that uses the same Redis, `key`
    and rates. What waits beyond its call's deadline fails with RateWaitError before it is sent. Each attempt of a call counts; answers
    from a cache do not.

    Args:
        rates: such as "10/s", "600/5m", or several: "10/s,5000/h" or a list.
        url: the Redis that keeps the limit, such as "redis://127.0.0.1:6379/0"; None to keep it in this process.
        key: the limit's name in that Redis.

    Raises:
        InputError: a rate or an address that cannot be used.
        PluginError: there is a url, but no redis package.
    """

    _made: Bucket | None
    _lock: threading.Lock
    _line: threading.Lock

    def __init__(self, rates: str | Iterable[str], url: str | None = None, *, key: str = "default") -> None:
        if not key:
            raise InputError("key must be a name")
        self.rates = rates_of_text.parse(rates)
        self.url = url
        self.key = key
        self._forget()
        self._bucket()
        _alive.add(self)

    @hookimpl
    def nbcore_send(self, call: Call) -> None:
        """Wait for room; somebody else sends. What a cache answers or a guard refuses does so first, and costs nothing."""
        # One call of a process asks at a time, the others stand in line: all of them asking, and most in vain, would only load Redis.
        if not self._line.acquire(timeout=-1 if call.deadline is None else max(call.deadline - time.monotonic(), 0)):
            raise self._too_late(call, None)
        try:
            started = time.monotonic()
            while pause := self._take(call):
                if call.deadline is not None and time.monotonic() + pause > call.deadline:
                    raise self._too_late(call, pause)
                time.sleep(pause)
            if (waited := time.monotonic() - started) > 0.001:
                _log.debug("%s waited %.3f s for the rate limit %s", describe(call), waited, self)
        finally:
            self._line.release()

    @hookimpl
    def nbcore_error(self, call: Call, reply: Reply) -> RateLimitError | None:
        """A 429 in spite of this limit: the server's own is lower, or it counts what others send too."""
        if reply.status != 429 or reply.source != "server":
            return None
        wait = "" if reply.retry_after is None else f" The server asks to wait {reply.retry_after:g} s."
        return RateLimitError(
            f"{describe(call)} was answered 429 {reply.reason}: {snippet(server_text(reply)).rstrip('.')}. It was within the rate limit "
            f"{self}: the server's own is lower, or counts others too. Lower yours, or share one through Redis.{wait}",
            call,
            reply,
            retry_after=reply.retry_after,
        )

    def _take(self, call: Call) -> float:
        bucket = self._bucket()
        try:
            return bucket.take()
        except Unavailable as exc:
            raise LimiterError(
                f"{describe(call)} was not sent: the Redis of the rate limit, {getattr(bucket, 'where', '')}, does not answer ({exc}). "
                "Check NBCORE_RATELIMIT_URL.",
                call,
            ) from exc

    def _too_late(self, call: Call, pause: float | None) -> RateWaitError:
        when = "other calls stand before it" if pause is None else f"there is room in {pause:.1f} s"
        return RateWaitError(
            f"{describe(call)} was not sent: the rate limit {self} makes it wait beyond its deadline ({when}). "
            "Raise the deadline or the limit, or ask less at once.",
            call,
        )

    def _bucket(self) -> Bucket:
        with self._lock:
            if self._made is None:
                rates = rates_of(self.rates)
                self._made = Memory(rates) if self.url is None else Shared(rates, self.url, f"nbcore:ratelimit:{self.key}:{self}")
            return self._made

    def _forget(self) -> None:
        self._made = None
        self._lock = threading.Lock()
        self._line = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"rates": self.rates, "url": self.url, "key": self.key}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
        _alive.add(self)

    def __str__(self) -> str:
        return rates_of_text.shown(self.rates)

    def __repr__(self) -> str:
        return f"<RateLimit {self}{' shared' if self.url else ''}>"


_alive: weakref.WeakSet[RateLimit] = weakref.WeakSet()


def _reset_all() -> None:
    for limit in list(_alive):
        limit._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
