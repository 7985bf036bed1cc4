"""Files for multipart requests, from whatever a caller has at hand."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path
from typing import BinaryIO, TypeAlias

from nbcore import InputError

File: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | tuple[str, bytes]"
Part: TypeAlias = tuple[str, bytes, str]


def part(file: File, default: str = "file") -> Part:
    """A file as (name, content, media type).

    Args:
        file: a path, bytes, a file opened in binary mode, or (name, bytes).
        default: the name of bytes that have none.

    Raises:
        InputError: a file opened as text, or something else; OSError where a path cannot be read.
    """
    if isinstance(file, (str, os.PathLike)):
        path = Path(file)
        name, content = path.name, path.read_bytes()
    elif isinstance(file, bytes):
        name, content = default, file
    elif isinstance(file, tuple):
        name, content = file
    elif hasattr(file, "read"):
        given = getattr(file, "name", default)
        name, content = os.path.basename(given) if isinstance(given, str) else default, file.read()
    else:
        raise InputError(f"a file is a path, bytes, a file opened in binary mode or (name, bytes), not {type(file).__name__}")
    if not isinstance(content, bytes):
        raise InputError(f"{name!r} is opened as text; open it in binary mode ('rb')")
    return name, content, mimetypes.guess_type(name)[0] or "application/octet-stream"
