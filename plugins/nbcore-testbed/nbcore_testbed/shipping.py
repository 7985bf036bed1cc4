"""Makes the dump that the wheel carries, so that a first start does not have to run a thousand migrations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import database, kept, places, testbed, versions
from .errors import UsageError
from .nautobots import Nautobot
from .progress import step
from .state import State


def write(nautobot: str | None, apps: Sequence[str] | None, folder: Path | None) -> Path:
    """Write the migrated and empty database of these versions, and what it was made of beside it.

    Args:
        nautobot: the release or the series; the newest supported when left out.
        apps: the apps; the default ones when left out.
        folder: where to; the package's own folder when left out.

    Returns:
        The file.

    Raises:
        TestbedError: the database could not be made.
    """
    release, series = versions.resolve(nautobot)
    target = folder or places.SHIPPED
    if not target.is_dir():
        raise UsageError(f"{target} is not a folder.")
    state = State("dump", release=release, requirements=versions.requirements(release, series, apps), seed="none", token=testbed.TOKEN)
    made: list[Path] = []

    def dump(state: State, found: Nautobot) -> None:
        file = target / kept.name(found.installed)
        database.migrate_afresh(state, found)
        with step(f"writing {file}"):
            kept.write(state, database.TEMPLATE, file, found.installed)
        file.chmod(0o644)
        file.with_suffix(".json").chmod(0o644)
        made.append(file)

    testbed.with_servers(state, dump, series)
    return made[0]
