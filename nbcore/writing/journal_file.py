"""The store that keeps a journal in a file: readable by its owner only, for one process at a time, and on disk before anything is sent."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ..contracts import JournalStore
from ..errors import InputError
from ..private_files import open_private, say_mended

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
    as long as they are held. Both are their owner's alone, and neither may be a link.

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
        _alive.add(self)

    def hold(self) -> None:
        """Lock the file against other processes, and against other bulk writes of this one.

        Raises:
            InputError: another process or bulk write has it, the folder cannot be written to, or one of its two files is a link, no plain
                file, or another user's.
        """
        with self._refusals(), contextlib.ExitStack() as undo:
            file = undo.enter_context(open(self._new_part(), "r+b"))
            self._lock(file)
            if not _is_at(file, self._part):
                raise self._in_use()  # another process took it for one that was left behind
            undo.callback(self._part.unlink, missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                former = undo.enter_context(open(open_private(self._path, os.O_RDWR, others="left"), "rb"))
                self._lock(former)
                if not _is_at(former, self._path):
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
            with open(open_private(self._path, os.O_RDONLY, others="told" if self._file is None else "left"), "rb") as file:
                return file.read().splitlines()
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
        if self._former is not None:
            say_mended(self, os.fstat(self._former.fileno()))

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

    def _new_part(self) -> int:
        """The file beside the place, made anew: one that a killed process left behind is removed first."""
        with contextlib.suppress(FileExistsError):
            return open_private(self._part, os.O_RDWR, exclusive=True)
        with contextlib.suppress(FileNotFoundError), open(open_private(self._part, os.O_RDWR, others="left"), "rb") as left:
            self._lock(left)
            if _is_at(left, self._part):
                self._part.unlink()
        return open_private(self._part, os.O_RDWR, exclusive=True)

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

    def _after_fork(self) -> None:
        """In a forked child: the file is the parent's. Here it is closed, so that this process does not keep it locked."""
        for file in filter(None, (self._file, self._former)):
            with contextlib.suppress(OSError):
                file.close()
        self._file = self._former = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JournalFile) and self._path.absolute() == other._path.absolute()

    def __hash__(self) -> int:
        return hash(self._path.absolute())

    def __str__(self) -> str:
        return str(self._path)


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether an open file is the one at a path, and not one that was replaced or removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except FileNotFoundError:
        return False


_alive: weakref.WeakSet[JournalFile] = weakref.WeakSet()


def _reset_all() -> None:
    for file in list(_alive):
        file._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
