"""Store: answers, marks and notes in one of requests-cache's storages. It survives corrupt files, forks and a storage that is away.

A mark is a word that stands for the state of something ("the devices of this server"). Whoever changes that gives it a new word;
an answer is kept with the words that stood when it was asked for, and is good as long as they still stand. So an answer that was
on its way during a write is never good afterwards, in any thread or process, whatever order things are stored in.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from nbcore import InputError

from .entries import Packed, digest
from .storage import check, connect, file_of

_log = logging.getLogger("nbcore.cache")
_T = TypeVar("_T")
_WORD = re.compile(r"\d{1,12}(\.\d{1,9})? [0-9a-f]{32}")
_PURGE_EVERY = 500
_OPENINGS = 50
# A storage that is away is not waited for at every read.
_PAUSE = 2.0
# SQLite connections that a forked child must not touch, nor close.
_inherited: list[Any] = []


class CacheWarning(UserWarning):
    """The cache could not be used as it is; the reads went to the server."""


class StoreError(Exception):
    """The storage cannot be used now."""


class Store:
    """The storage at a URL. Safe to use from several threads; several processes may use one file or one Redis.

    Args:
        url: where.

    Raises:
        InputError: a URL of no known form, or a file that cannot be written.
    """

    def __init__(self, url: str) -> None:
        self.url = check(url)
        self._lock = threading.RLock()
        self._answers: Any = None
        self._marks: Any = None
        self._errors: tuple[type[Exception], ...] = ()
        self._puts = 0
        self._warned = self._failed = float("-inf")
        try:
            self._guarded(lambda: None)
        except StoreError as exc:
            raise InputError(f"the cache file {file_of(url)} cannot be used: {exc.__cause__ or exc}") from exc
        except ValueError as exc:
            raise InputError(f"the cache's url cannot be read: {exc}") from exc

    # --- answers and notes -------------------------------------------------------------------------------------------

    def get(self, key: str) -> bytes | None:
        """A kept answer, or None."""
        return self._guarded(lambda: _read(self._answers, key))

    def put(self, key: str, value: Packed) -> None:
        """Keep an answer."""

        def write() -> None:
            self._answers[key] = value
            self._puts += 1
            if self._puts % _PURGE_EVERY == 0 and hasattr(self._answers, "purge"):
                self._answers.purge()

        self._guarded(write)

    def note(self, name: str) -> bytes | None:
        """A note that was left, or None."""
        return self._guarded(lambda: _read(self._marks, digest(f"note {name}")))

    def leave(self, name: str, text: str) -> None:
        """Leave a note."""
        self._guarded(lambda: self._write_mark(digest(f"note {name}"), text))

    def drop(self, key: str) -> None:
        """Drop an answer that cannot be read, and say so in the log: it costs no more than asking once."""
        _log.warning(self._damaged("an answer"))
        self._guarded(lambda: self._answers.__delitem__(key))

    def damaged(self, what: str) -> None:
        """Say that something in the storage is not what was stored there. It is dropped, so this is said once of each."""
        self.warn(self._damaged(what), always=True)

    def _damaged(self, what: str) -> str:
        return f"{what} in the cache {self.url.rpartition('@')[2]} is damaged; it is dropped, and the server is asked"

    def clear(self) -> None:
        """Drop every answer, of every server and identity. Marks stay."""
        self._guarded(lambda: self._answers.clear())

    # --- marks -------------------------------------------------------------------------------------------------------

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The words of marks; one that has none gets one."""

        def read() -> dict[str, str]:
            found = {}
            for name in names:
                word = (_read(self._marks, digest(name)) or b"").decode("utf-8", "replace")
                if not _WORD.fullmatch(word):
                    if word:
                        self.damaged("a mark")
                    # "0": not the time of a change. An evicted mark thus never gets an earlier word back.
                    word = f"0 {uuid.uuid4().hex}"
                    self._write_mark(digest(name), word)
                found[name] = word
            return found

        return self._guarded(read)

    def change(self, names: Iterable[str]) -> None:
        """Give marks a new word: answers that depend on one of them are good no more."""
        word = f"{time.time():.3f} {uuid.uuid4().hex}"

        def write() -> None:
            for name in names:
                self._write_mark(digest(name), word)

        self._guarded(write)

    def _write_mark(self, key: str, text: str) -> None:
        self._marks[key] = text.encode()

    # --- the connection ----------------------------------------------------------------------------------------------

    def _guarded(self, work: Callable[[], _T]) -> _T:
        """Do something with the storage; a corrupt file is set aside first, any other trouble is a StoreError."""
        with self._lock:
            if time.monotonic() - self._failed < _PAUSE:
                raise StoreError("it failed a moment ago")
            try:
                return self._attempt(work)
            except Exception as exc:
                if not isinstance(exc, (*self._errors, sqlite3.Error, OSError)):
                    raise
                self._failed = time.monotonic()
                raise StoreError(f"{type(exc).__name__}: {exc}") from exc

    def _attempt(self, work: Callable[[], _T]) -> _T:
        try:
            self._open()
            return work()
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.OperationalError):
                raise
            self._set_aside(exc)
        self._open()
        return work()

    def _open(self) -> None:
        if self._answers is not None:
            return
        for opening in range(1, _OPENINGS + 1):
            try:
                self._answers, self._marks, self._errors = connect(self.url)
                return
            except sqlite3.OperationalError as exc:
                # Several processes that make one file at once: SQLite does not wait while its journal mode changes.
                if "locked" not in str(exc) or opening == _OPENINGS:
                    raise
                time.sleep(0.02)

    def _set_aside(self, problem: sqlite3.DatabaseError) -> None:
        """Rename a corrupt file, unless another process has already done so."""
        path = file_of(self.url)
        assert path is not None  # noqa: S101  only SQLite raises these errors
        self.close()
        with contextlib.suppress(OSError):
            before = path.stat().st_ino
            if _is_sound(path) or path.stat().st_ino != before:
                return
            aside = path.with_name(f"{path.name}.corrupt-{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:4]}")
            path.rename(aside)
            for ending in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
            self.warn(f"the cache file {path} is corrupt ({problem}); it is set aside as {aside.name}, and a new one is begun", always=True)

    def warn(self, text: str, *, always: bool = False) -> None:
        """Say what is wrong, but not more than once a minute."""
        now = time.monotonic()
        if always or now - self._warned >= 60:
            if not always:
                self._warned = now
            _log.warning(text)
            warnings.warn(text, CacheWarning, stacklevel=2)

    def close(self) -> None:
        """Close what is open; the next use opens it again. What is in memory stays."""
        with self._lock:
            if self.url == "memory://" or self._answers is None:
                return
            for storage in (self._answers, self._marks):
                with contextlib.suppress(Exception):
                    storage.close()
            self._answers = self._marks = None

    def after_fork(self) -> None:
        """In a forked child: no lock or SQLite connection of the parent is used again."""
        self._lock = threading.RLock()
        if self.url != "memory://" and self._answers is not None:
            _inherited.extend((self._answers, self._marks))
            self._answers = self._marks = None


def _read(storage: Any, key: str) -> bytes | None:
    try:
        found = storage[key]
    except KeyError:
        return None
    return bytes(found) if isinstance(found, (bytes, bytearray, memoryview)) else str(found).encode()


def _is_sound(path: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5)) as connection:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False
