"""Where the requests of the last period are counted: pyrate-limiter's buckets, in memory or in Redis."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

from pyrate_limiter import InMemoryBucket, Rate, RateItem, RedisBucket

from nbcore import InputError, PluginError

_PATIENCE = 5.0


class Unavailable(Exception):
    """The bucket's storage does not answer."""


class Bucket(Protocol):
    """A bucket."""

    def take(self) -> float:
        """Count a request where there is room: 0.0, or the seconds until there may be.

        Raises:
            Unavailable: the storage does not answer.
        """


def rates_of(rates: Iterable[tuple[int, int]]) -> list[Rate]:
    """pyrate-limiter's rates."""
    return [Rate(many, seconds * 1000) for many, seconds in rates]


class Memory:
    """The requests of this process."""

    def __init__(self, rates: list[Rate]) -> None:
        self._bucket = InMemoryBucket(rates)

    def take(self) -> float:
        """Count a request where there is room: 0.0, or the seconds until there may be."""
        now = time.monotonic_ns() // 1_000_000
        self._bucket.leak(now)
        return _seconds(self._bucket, RateItem("call", now))


class Shared:
    """The requests of every process that uses the same Redis and key, by the clock of that Redis.

    Args:
        rates: the rates.
        url: the address of the Redis.
        key: the name under which it keeps them.

    Raises:
        InputError: not the address of a Redis.
        PluginError: the redis package is not installed.
    """

    def __init__(self, rates: list[Rate], url: str, key: str) -> None:
        try:
            import redis
        except ImportError:
            raise PluginError('a shared rate limit needs the redis package: pip install "nbcore-ratelimit[redis]"') from None
        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._forgot: type[Exception] = redis.exceptions.NoScriptError
        self._rates = rates
        self._key = key
        self._keep = 2 * max(rate.interval for rate in rates)
        self._bucket: RedisBucket | None = None
        self.where = _where(url)
        try:
            self._redis: Any = redis.Redis.from_url(url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
        except ValueError as exc:
            raise InputError(f"{self.where} is not the address of a Redis: {exc}") from None

    def take(self) -> float:
        """Count a request where there is room: 0.0, or the seconds until there may be."""
        try:
            try:
                return self._take()
            except self._forgot:  # it was restarted: its scripts are gone
                self._bucket = None
                return self._take()
        except self._errors as exc:
            raise Unavailable(f"{type(exc).__name__}: {exc}") from exc

    def _take(self) -> float:
        if self._bucket is None:
            made = RedisBucket.init(self._rates, self._redis, self._key)
            self._bucket = made
        seconds, micros = self._redis.time()
        now = seconds * 1000 + micros // 1000
        wait = _seconds(self._bucket, RateItem("call", now))
        if not wait:
            # What has left every period goes, and all of it when nobody asks any more.
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.zremrangebyscore(self._key, 0, now - self._keep // 2 - 1)
                pipe.pexpire(self._key, self._keep)
                pipe.execute()
        return wait


def _seconds(bucket: InMemoryBucket | RedisBucket, item: RateItem) -> float:
    decision: Any = bucket.put_decision(item)
    return 0.0 if decision.allowed else max(decision.retry_after_ms or 0, 1) / 1000


def _where(url: str) -> str:
    """An address without its user information."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "the url"
