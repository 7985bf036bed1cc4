"""requests-cache's storages in Redis. Imported only for a cache that is there."""

from __future__ import annotations

from typing import Any

import redis
from requests_cache.backends.base import BaseStorage
from requests_cache.backends.redis import RedisDict, RedisHashDict


class RedisStorage(RedisDict):
    """RedisDict without a command that Redis' client warns of."""

    def __setitem__(self, key: str, item: Any) -> None:
        self.connection.set(self._bkey(key), self.serialize(item), ex=item.expires_delta)


def connect_redis(
    url: str, namespace: str, wait: float
) -> tuple[BaseStorage[str, Any], BaseStorage[str, Any], tuple[type[Exception], ...]]:
    """The storages for answers and for marks, and the errors they may raise; nothing is sent yet."""
    link = redis.Redis.from_url(url, socket_timeout=wait, socket_connect_timeout=wait)
    answers = RedisStorage(namespace, connection=link, serializer=None)
    return answers, RedisHashDict(namespace, "marks", connection=link, serializer=None), (redis.RedisError, OSError)
