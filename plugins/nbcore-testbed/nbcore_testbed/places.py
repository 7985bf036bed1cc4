"""The folders of the testbed. All of them are outside the checkout, and belong to the user who runs it.

    CACHE/                      NBCORE_TESTBED_CACHE, or ~/.cache/nbcore-testbed
        programs/DIGEST/        PostgreSQL and Redis, from their wheels
        nautobots/DIGEST/       a virtual environment for each set of Nautobot and apps
        databases/              dumps: migrated-DIGEST.dump, seeded-DIGEST.dump
        pycache/                compiled modules, so that no package folder is written to
        beds/NAME/              one running testbed: its state, logs, settings, database and media

An older testbed used other names in the same folder (venv, state.json, logs, root); neither touches what the other made.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
from pathlib import Path

from .errors import NoSpace, TestbedError, UsageError

INSIDE = Path(__file__).resolve().parent / "inside"
SHIPPED = Path(__file__).resolve().parent / "dumps"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


def cache() -> Path:
    """The folder of everything that the testbed keeps."""
    text = os.environ.get("NBCORE_TESTBED_CACHE")
    return Path(text).expanduser().absolute() if text else Path.home() / ".cache" / "nbcore-testbed"


def folder(*parts: str) -> Path:
    """A folder below the cache, made when it is missing, and closed to other users.

    Raises:
        TestbedError: it cannot be made, it is a link, or it belongs to somebody else.
    """
    path = cache()
    try:
        path.mkdir(parents=True, exist_ok=True)
        for part in parts:
            path = path / part
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o700)
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                raise TestbedError(f"{path} is not a folder of yours. Remove it, or choose another cache with NBCORE_TESTBED_CACHE.")
            if found.st_mode & 0o077:
                path.chmod(0o700)
    except OSError as error:
        raise TestbedError(f"{path} cannot be made: {error}. Choose another cache with NBCORE_TESTBED_CACHE.") from None
    return path


def bed(name: str) -> Path:
    """The folder of one testbed.

    Raises:
        UsageError: the name could not be that of a folder.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a testbed. Use small letters, digits, '-' and '_', 41 at most.")
    return folder("beds", name)


def create(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file that only its owner reads; a link or a file of that name is replaced, not followed."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
    return path


def open_log(path: Path) -> int:
    """Open an empty log that only its owner reads, and give its descriptor."""
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW, 0o600)


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"({error})"


def digest(*texts: str) -> str:
    """Twelve letters that stand for these texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def need(megabytes: int, what: str) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        NoSpace: less is free.
    """
    free = shutil.disk_usage(folder()).free // 1_000_000
    if free < megabytes:
        raise NoSpace(
            f"{what} needs about {megabytes} MB, and the disk of {cache()} has {free} MB free. Free some, or choose another disk with "
            "NBCORE_TESTBED_CACHE."
        )
