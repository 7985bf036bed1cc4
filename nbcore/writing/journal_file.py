"""The store that keeps a journal in a file: readable by its owner only, for one process at a time, and on disk before anything is sent."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ..contracts import JournalStore
from ..errors import InputError

try:
    import fcntl
except ImportError:  # Windows: two processes are not kept from one journal there
    fcntl = None  # type: ignore[assignment]


def store_at(place: str | os.PathLike[str] | JournalStore) -> JournalStore:
    """The store that a caller means: a file by its path, or an object that is a store itself.

    Raises:
        InputError: an empty path, or what is neither a path nor a store.
    """
    if isinstance(place, (str, os.PathLike)):
        return JournalFile(place)
    if not all(callable(getattr(place, name, None)) for name in ("hold", "read", "replace", "add", "close")):
        raise InputError(f"a journal is kept in a file, given by its path, or in a JournalStore, not in {place!r:.80}")
    return place


class JournalFile:
    """A JournalStore that is a file with one line of JSON after the other.

    It is written beside its place first, as `<path>.part`, and then renamed: what is at its place is always whole. Both files are locked
    as long as they are held.

    Args:
        path: where the file is, or will be. Its folder must be there.

    Raises:
        InputError: the path is empty.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not str(path):
            raise InputError("a journal needs the name of a file")
        self._path = Path(path)
        self._part = Path(f"{path}.part")
        self._file: IO[bytes] | None = None
        self._whole = False  # whether what is written is at its place, and no more beside it
        self._former: IO[bytes] | None = None

    def hold(self) -> None:
        """Lock the file against other processes, and against other bulk writes of this one.

        Raises:
            InputError: another process or bulk write has it, or the folder cannot be written to.
        """
        with self._refusals(), contextlib.ExitStack() as undo:
            file = undo.enter_context(open(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o600), "r+b"))
            self._lock(file)
            undo.callback(self._part.unlink, missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                former = undo.enter_context(open(self._path, "rb"))
                self._lock(former)
                if os.fstat(former.fileno()).st_ino != self._path.stat().st_ino:
                    raise self._in_use()  # it was replaced between opening and locking it
                self._former = former
            self._file, self._whole = file, False
            undo.pop_all()

    def read(self) -> list[bytes]:
        """The lines in the file; none where there is no file, or an empty one.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise InputError(f"the journal {self} cannot be read: {exc.strerror or exc}") from None

    def replace(self, lines: Iterable[bytes]) -> None:
        """Write the file anew. What was there is lost only when all of the new one is on disk.

        Raises:
            InputError: it cannot be written.
        """
        file = self._held()
        with self._refusals():
            file.truncate()
            self._write(b"".join(line + b"\n" for line in lines))
            os.replace(self._part, self._path)  # the lock goes with it
            self._whole = True

    def add(self, line: bytes) -> None:
        """Add a line; it is on disk when this returns."""
        self._write(line + b"\n")

    def close(self) -> None:
        """Let others have the file; does nothing when it is not held."""
        if self._file is not None and not self._whole:
            self._part.unlink(missing_ok=True)
        for file in filter(None, (self._file, self._former)):
            file.close()
        self._file = self._former = None

    def _held(self) -> IO[bytes]:
        if self._file is None:
            raise InputError(f"the journal {self} is not held, so it cannot be written")
        return self._file

    def _write(self, content: bytes) -> None:
        file = self._held()
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

    def _lock(self, file: IO[bytes]) -> None:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise self._in_use() from None

    def _in_use(self) -> InputError:
        return InputError(f"the journal {self} is in use by another process, or by another bulk write of this one; nothing was sent")

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """Say what the system refused, in an InputError."""
        try:
            yield
        except OSError as exc:
            raise InputError(f"the journal {self} cannot be written: {exc.strerror or exc}; nothing was sent") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JournalFile) and self._path.absolute() == other._path.absolute()

    def __hash__(self) -> int:
        return hash(self._path.absolute())

    def __str__(self) -> str:
        return str(self._path)
