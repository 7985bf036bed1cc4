"""Large documents of the server, kept on disk by server, version and plugins."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..private_files import FileWarning, UnsafeFileError, open_private


def cache_folder(given: str | None) -> Path:
    """Where documents are kept: the folder given, else the user's cache folder of the system."""
    if given:
        return Path(given)
    if sys.platform == "win32":
        root = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = str(Path.home() / "Library" / "Caches")
    else:
        root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "nbcore"


def kept(
    folder: Path, kind: str, key: Any, make: Callable[[], Any], seconds: float | None = None, good: Callable[[Any], bool] | None = None
) -> Any:
    """A document from disk, or made and kept there. A file that cannot be read or written only costs making it again.

    Args:
        folder: the cache folder.
        kind: the beginning of the file's name.
        key: what it depends on; any JSON value.
        make: makes it.
        seconds: how old it may be; None for any age.
        good: whether it can be used; one that is damaged is made again, and that is said.
    """
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
    path = folder / f"{kind}-{name}.json"
    with contextlib.suppress(OSError):
        try:
            if seconds is None or time.time() - path.lstat().st_mtime < seconds:
                return _read(path, good)
        except (UnsafeFileError, ValueError, RecursionError) as exc:
            what = exc if isinstance(exc, UnsafeFileError) else f"{path} is damaged ({exc})"
            warnings.warn(f"{what}; the server is asked again", FileWarning, stacklevel=3)
    document = make()
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, document)
    return document


def _read(path: Path, good: Callable[[Any], bool] | None) -> Any:
    with open(open_private(path, os.O_RDONLY), "rb") as file:
        document = json.loads(file.read())
    if good is not None and not good(document):
        raise ValueError("it holds something else")
    return document


def _write(path: Path, document: Any) -> None:
    """Write a document beside its place and rename it, so that another process never reads a half."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(document, file)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
