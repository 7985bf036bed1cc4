"""AppendLog: a file of lines that several threads and processes append to, each line whole, rotated by size."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import re
import threading
import time
import weakref
from pathlib import Path
from typing import Any

from nbcore.plugins import open_private

# Every line begins so: what else is found at the end of a file without a line break was not written by this module.
HEAD = b'{"v":1,"event":"'
_BACKUP = re.compile(r"\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}Z$")
_BLOCK = 1 << 16
# Linux ends a write for a kill between pages of this size (or of a multiple), and never within one.
_PAGE = 4096


class AppendLog:
    """A file of lines.

    Each line is one write at the file's end under the file's lock (flock), so lines of other threads and processes never mix with it.
    A line of up to 4096 bytes stands within one page of the file, after spaces where it must, and so is there whole or not at all even when
    its process is killed. Of a longer one a killed process can leave a part; whoever appends next takes that part away.

    Args:
        path: the file; made with mode 0600 when it is not there. It may be no link, and must be this user's.
        max_bytes: begin a new file before this one grows beyond; 0 for never. The old one keeps its name with the time added.
        keep: how many old files stay; None for all.
        fsync: wait until each line is on the disk itself, not only with the system.
        patience: seconds to wait for the lock before TimeoutError.

    Raises:
        OSError: the file cannot be opened.
    """

    _lock: threading.Lock
    _fd: int | None
    _end: int  # the file's size after the last write of ours, which ended in a line break; -1 when it is not known

    def __init__(self, path: str, max_bytes: int = 0, keep: int | None = None, fsync: bool = False, patience: float = 10.0) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.keep = keep
        self.fsync = fsync
        self.patience = patience
        self._forget()
        _alive.add(self)
        self._fd = self._open()

    def append(self, line: bytes) -> None:
        """Write a line, without its line break; when this returns, it is in the file.

        Raises:
            OSError: it is not: the disk is full, the file cannot be opened, or the lock was not free in time.
        """
        until = time.monotonic() + self.patience
        if not self._lock.acquire(timeout=self.patience):
            raise TimeoutError(f"{self.path}: another thread of this process holds it for {self.patience} s")
        try:
            while True:
                fd = self._locked(until)
                try:
                    size = self._mend(fd)
                    data = line + b"\n"
                    room = _PAGE - size % _PAGE
                    if room < len(data) <= _PAGE:
                        data = b" " * room + data
                    if not (self.max_bytes and size and size + len(data) > self.max_bytes):
                        self._write(fd, data, size)
                        return
                    self._rotate()
                finally:
                    fcntl.flock(fd, fcntl.LOCK_UN)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the file; the next append opens it again."""
        with self._lock:
            self._drop()

    # --- the file ----------------------------------------------------------------------------------------------------

    def _open(self) -> int:
        return open_private(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)

    def _locked(self, until: float) -> int:
        """The file of this path, open and locked: not one that was renamed or deleted meanwhile."""
        while True:
            if self._fd is None:
                self._fd = self._open()
            pause = 0.0002
            while True:
                try:
                    fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise TimeoutError(f"{self.path}: another process holds its lock for {self.patience} s") from None
                    time.sleep(pause)
                    pause = min(pause * 2, 0.01)
            mine = os.fstat(self._fd)
            try:
                there = os.stat(self.path)
            except FileNotFoundError:
                there = None
            if there is not None and (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino):
                return self._fd
            self._drop()

    def _drop(self) -> None:
        fd, self._fd, self._end = self._fd, None, -1
        if fd is not None:
            os.close(fd)

    def _write(self, fd: int, data: bytes, size: int) -> None:
        try:
            done = os.write(fd, data)
            if done != len(data):
                raise OSError(f"{self.path}: only {done} of {len(data)} bytes could be written; is the disk full?")
            if self.fsync:
                os.fsync(fd)
        except BaseException:
            self._end = -1
            _cut(fd, size)
            raise
        self._end = size + len(data)

    def _mend(self, fd: int) -> int:
        """The file's size, after what a killed process left of a line is gone.

        Only a part that begins as a line of ours is taken away; anything else stays, and gets its line break.
        """
        size = os.fstat(fd).st_size
        if size in (0, self._end) or os.pread(fd, 1, size - 1) == b"\n":
            return size
        start = _last_line(fd, size)
        part = os.pread(fd, size - start, start).lstrip(b" ")
        if not part:
            return size  # a line was about to follow these spaces; now another does
        ours = part.startswith(HEAD) or HEAD.startswith(part)
        if not (ours and not _whole(part) and _cut(fd, start)):
            os.write(fd, b"\n")
        return os.fstat(fd).st_size

    def _rotate(self) -> None:
        """Rename the file, whose lock is held. Whoever waits for that lock then sees that the path has another file, and opens it."""
        now = datetime.datetime.now(datetime.UTC)
        while os.path.exists(target := f"{self.path}.{now:%Y-%m-%dT%H-%M-%S.%f}Z"):
            now += datetime.timedelta(microseconds=1)
        os.rename(self.path, target)
        if self.keep is not None:
            old = backups(self.path)
            for path in old[: max(len(old) - self.keep, 0)]:
                Path(path).unlink(missing_ok=True)
        if self.fsync:
            folder = os.open(os.path.dirname(self.path) or ".", os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    # --- processes ---------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._fd = None
        self._end = -1

    def _after_fork(self) -> None:
        """In a forked child: an inherited descriptor shares its lock with the parent's, so the child opens its own."""
        fd = self._fd
        self._forget()
        if fd is not None:
            os.close(fd)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_lock", "_fd", "_end")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()
        _alive.add(self)

    def __del__(self) -> None:
        if getattr(self, "_fd", None) is not None:
            self._drop()


def backups(path: str) -> list[str]:
    """The old files of a log, the oldest first."""
    folder = Path(path).parent
    name = Path(path).name
    return sorted(str(item) for item in folder.glob("*") if item.name.startswith(name) and _BACKUP.fullmatch(item.name[len(name) :]))


def _last_line(fd: int, size: int) -> int:
    """Where the part after the last line break begins."""
    at = size
    while at > 0:
        begin = max(at - _BLOCK, 0)
        found = os.pread(fd, at - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0


def _whole(part: bytes) -> bool:
    """Whether only the line break is missing."""
    try:
        json.loads(part)
    except ValueError:
        return False
    return True


def _cut(fd: int, size: int) -> bool:
    """Shorten a file; False where that is not allowed (a file with the append-only attribute)."""
    try:
        os.ftruncate(fd, size)
    except OSError:
        return False
    return True


_alive: weakref.WeakSet[AppendLog] = weakref.WeakSet()


def _reset_all() -> None:
    for log in list(_alive):
        log._after_fork()


os.register_at_fork(after_in_child=_reset_all)
