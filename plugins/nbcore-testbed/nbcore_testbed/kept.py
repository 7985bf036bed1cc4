"""The migrated dumps that there are, in the wheel and in the cache, and the one that is nearest to what is wanted.

Beside each dump is a file of the same name that ends in .json, and says what it was made of.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from . import places, postgres
from .state import State


def name(installed: Sequence[str]) -> str:
    """What the wheel calls the dump of these distributions, the first of which is Nautobot."""
    return f"{installed[0].replace('==', '-')}-{places.digest(*installed)}.dump"


def nearest(installed: Sequence[str], major: int) -> Path | None:
    """The dump of the same Nautobot that has most of the apps and no other; migrating adds those that it lacks.

    Args:
        installed: Nautobot and the apps, as NAME==VERSION.
        major: the version of PostgreSQL, which reads no dump of a newer one.
    """
    found: list[tuple[int, Path]] = []
    for about in (*places.SHIPPED.glob("*.json"), *places.folder("databases").glob("migrated-*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(about.read_text(encoding="utf-8"))
            dump, made_of = about.with_suffix(".dump"), told["installed"]
            fits = made_of[0] == installed[0] and set(made_of) <= set(installed) and told["major"] <= major
            if fits and dump.exists():
                found.append((len(made_of), dump))
    return max(found)[1] if found else None


def write(state: State, database: str, target: Path, installed: Sequence[str] = ()) -> None:
    """Write a database into a file, whole or not at all.

    Args:
        state: the testbed, with a running database.
        database: its name.
        target: the file.
        installed: what it was migrated for, when it may serve as `nearest`.
    """
    part = target.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    try:
        postgres.run(state, "pg_dump", "-Fc", "-Z", "9", "-f", part, database)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if installed:
        places.create(target.with_suffix(".json"), json.dumps({"installed": list(installed), "major": state.postgres_major}) + "\n")
