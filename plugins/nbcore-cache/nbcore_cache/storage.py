"""requests-cache's storages, by URL."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from requests_cache.backends.base import BaseStorage, DictStorage
from requests_cache.backends.sqlite import SQLiteDict

from nbcore import InputError
from nbcore.plugins import check_private, open_private

FORMS = "memory://, sqlite:///FILE, redis://HOST:PORT/DB, rediss://..., unix://..."
_WAIT = 5.0
_NAMESPACE = "nbcore-cache"


class SqliteStorage(SQLiteDict):
    """SQLiteDict whose writes end: with an error when the file stays locked or cannot be written, instead of waiting for ever.

    An invalidation that is lost without a word would let a stale answer through, so errors are raised, not rolled back silently.
    """

    @contextlib.contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        with self._lock:
            connection = self._connection
            assert connection is not None  # noqa: S101  connection() opens it before
            connection.execute("BEGIN IMMEDIATE")
            self._active_transaction = True
            try:
                yield
                connection.commit()
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
                raise
            finally:
                self._active_transaction = False

    def purge(self) -> None:
        """Delete what has ended."""
        with self.connection(commit=True) as connection:
            connection.execute(f"DELETE FROM {self.table_name} WHERE expires <= ?", (int(time.time()),))  # noqa: S608  our own name


class MemoryStorage(DictStorage):
    """A dict."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def purge(self) -> None:
        """Delete what has ended."""
        now = time.time()
        for key in [key for key, value in list(self.data.items()) if getattr(value, "expires_unix", now + 1) <= now]:
            self.data.pop(key, None)

    def close(self) -> None:
        """Nothing to close: what is in memory stays."""


def file_of(url: str) -> Path | None:
    """The file of a sqlite URL (requests-cache adds `.sqlite` to a name without an ending); None for other URLs."""
    if not url.startswith("sqlite:"):
        return None
    path = Path(url.removeprefix("sqlite:///")).expanduser().absolute()
    return path if path.suffix else path.with_name(f"{path.name}.sqlite")


def check(url: str) -> str:
    """The URL; InputError for one of no known form."""
    scheme, separator, rest = url.partition("://")
    named = scheme in ("redis", "rediss", "unix") or (scheme == "sqlite" and len(rest) > 1 and rest.startswith("/"))
    if not separator or not (named or url == "memory://"):
        raise InputError(f"the cache's url is {_without_password(url)!r}; it takes {FORMS}")
    return url


def connect(url: str) -> tuple[BaseStorage[str, Any], BaseStorage[str, Any], tuple[type[Exception], ...]]:
    """The storages for answers and for marks at a URL, and the errors they may raise."""
    if url == "memory://":
        return MemoryStorage(), MemoryStorage(), ()
    if (path := file_of(url)) is not None:
        _make_private(path)
        tables = [SqliteStorage(path, table, busy_timeout=int(_WAIT * 1000), serializer=None, wal=True) for table in ("answers", "marks")]
        return tables[0], tables[1], (sqlite3.Error, OSError)
    try:
        from .redis_storage import connect_redis
    except ImportError as exc:
        raise InputError("a cache in Redis needs the redis package: pip install nbcore-cache[redis]") from exc
    return connect_redis(url, _NAMESPACE, _WAIT)


def _make_private(path: Path) -> None:
    """The file, readable by its owner only: it holds what the token may see."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(open_private(path, os.O_RDWR, exclusive=True))
    except FileExistsError:
        check_private(path)
    for ending in ("-wal", "-shm", "-journal"):  # SQLite's own, beside it, which it opens wherever they lead
        check_private(f"{path}{ending}")


def _without_password(url: str) -> str:
    head, separator, rest = url.partition("://")
    return f"{head}{separator}{rest.rpartition('@')[2]}"
