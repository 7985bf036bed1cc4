"""Where the requests of the last period are counted: pyrate-limiter's buckets, in memory or in Redis."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

from pyrate_limiter import Decision, InMemoryBucket, Rate, RateItem, RedisBucket

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
        url: the address of the Redis (5 or newer).
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
        self.where = _where(url)
        try:
            client = redis.Redis.from_url(url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
        except ValueError as exc:
            raise InputError(f"{self.where} is not the address of a Redis: {exc}") from None
        self._bucket = ClockedBucket(rates, client, key)

    def take(self) -> float:
        """Count a request where there is room: 0.0, or the seconds until there may be."""
        try:
            return _seconds(self._bucket, RateItem("call", self._bucket.now()))
        except self._errors as exc:
            raise Unavailable(f"{type(exc).__name__}: {exc}") from exc


class ClockedBucket(RedisBucket):
    """pyrate-limiter's bucket in Redis, which here reads the clock in the step that counts.

    Its own script is told the time by the client, and does not see what others count after that time: a client that is held up in between
    lets one too many through. This one also takes away what is older than every period, and all of it when nobody asks any more.
    """

    def __init__(self, rates: list[Rate], client: Any, key: str) -> None:
        self._put: Any = client.register_script(_PUT)  # which Redis is told again when it has lost it
        super().__init__(rates, client, key, self._put.sha)

    def now(self) -> int:
        """Milliseconds; only differences of it are used."""
        return time.monotonic_ns() // 1_000_000

    def put(self, item: RateItem) -> bool:
        """Count an item where there is room."""
        sizes = [number for rate in self.rates for number in (rate.limit, rate.interval)]
        index, wait = self._put(keys=[self.bucket_key], args=[uuid.uuid4().hex, self.rates[-1].interval, *sizes])
        if index < 0:
            return self._record(item, Decision())
        return self._record(item, Decision(failing_rate=self.rates[index], retry_after_ms=int(wait)))


# Answers {-1, 0}, or the number of the rate that is full and the milliseconds until it has room.
_PUT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for i = 3, #ARGV, 2 do
    local limit, interval = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    if redis.call('ZCOUNT', KEYS[1], string.format('%.0f', now - interval), '+inf') >= limit then
        local first = redis.call('ZREVRANGE', KEYS[1], limit - 1, limit - 1, 'WITHSCORES')
        return {(i - 3) / 2, first[2] + interval - now + 1}
    end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - ARGV[2]))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] + 1000)
return {-1, 0}
"""


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
