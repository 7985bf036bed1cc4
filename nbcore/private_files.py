"""Files that hold what a token may see: opened without following links, for their owner alone."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from typing import Literal

Others = Literal["mended", "told", "left"]
_log = logging.getLogger("nbcore.files")
_OTHERS = 0o077
_WRITTEN_BY_OTHERS = 0o022
_OWNER = 0o600
_LINK = "{} is a link, which somebody may have put there; remove it, or name the file that it leads to"


class FileWarning(UserWarning):
    """A file was not as it should be: it was mended, or not used."""


class UnsafeFileError(OSError):
    """A file that is not used: a link, no plain file, or another user's."""


def open_private(path: str | os.PathLike[str], flags: int, *, exclusive: bool = False, others: Others = "mended") -> int:
    """Open a file that is its owner's alone, and make it where the flags hold O_CREAT.

    Args:
        path: where it is.
        flags: those of os.open.
        exclusive: it must not be there yet.
        others: what becomes of a file that others may read or write: it is "mended"; or "left" as it is, and it is only "told" that others
            may write it.

    Returns:
        The file descriptor.

    Raises:
        UnsafeFileError: it is a link, no plain file, or another user's. Nothing was changed.
        FileExistsError: it is there already, and `exclusive`.
        OSError: it cannot be opened.
    """
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if os.path.islink(path):
        raise UnsafeFileError(_LINK.format(path))
    if exclusive:
        return os.open(path, flags | careful | os.O_CREAT | os.O_EXCL, _OWNER)
    try:
        handle = os.open(path, flags & ~os.O_CREAT | careful)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
        try:
            return os.open(path, flags | careful | os.O_EXCL, _OWNER)
        except FileExistsError:  # another process was quicker
            handle = os.open(path, flags & ~os.O_CREAT | careful)
    try:
        _check(path, os.fstat(handle), handle, others)
    except BaseException:
        os.close(handle)
        raise
    return handle


def check_private(path: str | os.PathLike[str]) -> None:
    """Check a file that another library opens, as open_private() does, without opening it.

    To open and close a file of SQLite beside SQLite would end the locks that this process has on it.

    Args:
        path: where it is. One that is not there is as it should be.

    Raises:
        UnsafeFileError: it is a link, no plain file, or another user's.
    """
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return
    if stat.S_ISLNK(about.st_mode):
        raise UnsafeFileError(_LINK.format(path))
    _check(path, about, path, "mended")


def _check(path: str | os.PathLike[str], about: os.stat_result, changed: int | str | os.PathLike[str], others: Others) -> None:
    """Refuse what is no plain file of this user."""
    if not stat.S_ISREG(about.st_mode):
        raise UnsafeFileError(f"{path} is no plain file; name another")
    if not hasattr(os, "geteuid"):
        return  # Windows: who may read a file is told by its folder
    if about.st_uid != os.geteuid():
        raise UnsafeFileError(f"{path} belongs to another user, who could read and change it; name another, or make it yours")
    if others == "mended" and about.st_mode & _OTHERS:
        os.chmod(changed, _OWNER)
        say_mended(path, about)
    elif others == "told" and about.st_mode & _WRITTEN_BY_OTHERS:
        warnings.warn(f"{path} can be written by others (mode {stat.S_IMODE(about.st_mode):04o}), so look at it", FileWarning, stacklevel=4)


def say_mended(path: object, before: os.stat_result) -> None:
    """Say that a file is its owner's alone now, where it was not before: in the log, and as a FileWarning where others could write it."""
    text = f"{path} could be read or written by others (mode {stat.S_IMODE(before.st_mode):04o}); it is now its owner's alone (0600)"
    if not hasattr(os, "geteuid"):
        return
    if before.st_mode & _WRITTEN_BY_OTHERS:
        warnings.warn(text, FileWarning, stacklevel=4)
    elif before.st_mode & _OTHERS:
        _log.warning(text)
