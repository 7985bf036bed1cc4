"""Large documents of the server, kept on disk by server, version and plugins."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


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


def kept(folder: Path, kind: str, key: Any, make: Callable[[], Any], seconds: float | None = None) -> Any:
    """A document from disk, or made and kept there. A file that cannot be read or written only costs making it again.

    Args:
        folder: the cache folder.
        kind: the beginning of the file's name.
        key: what it depends on; any JSON value.
        make: makes it.
        seconds: how old it may be; None for any age.
    """
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
    path = folder / f"{kind}-{name}.json"
    with contextlib.suppress(OSError, ValueError):
        if seconds is None or time.time() - path.stat().st_mtime < seconds:
            return json.loads(path.read_bytes())
    document = make()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside it and renamed, so that another process never reads a half.
        handle, part = tempfile.mkstemp(dir=folder, prefix=path.name)
        with os.fdopen(handle, "w") as file:
            json.dump(document, file)
        os.replace(part, path)
    return document
