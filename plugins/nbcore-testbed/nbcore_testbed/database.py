"""The databases of a testbed: migrated once, seeded once, restored at each start and as often as tests ask for it.

A cluster holds `seeded`, which nobody connects to, and `nautobot`, a copy of it that Nautobot uses. PostgreSQL copies the files, so that
a reset takes a second.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import kept, places, postgres
from .errors import ServerEnded, TestbedError, UsageError
from .nautobots import Nautobot
from .progress import say, step
from .server import environment
from .state import State, locked

NAME = "nautobot"
TEMPLATE = "seeded"


@dataclass(frozen=True)
class Seed:
    """What a database is filled with.

    Args:
        name: small, large, none, or the absolute path of a Python file.
    """

    name: str

    @classmethod
    def of(cls, text: str) -> Seed:
        """The seed that `--seed` means.

        Raises:
            UsageError: it is neither one of the words nor a file.
        """
        if text in ("small", "large", "none"):
            return cls(text)
        path = Path(text).expanduser().absolute()
        if path.suffix == ".py" and path.is_file():
            return cls(str(path))
        raise UsageError(f"--seed {text}: give small, large, none, or a file that exists and ends in .py.")

    @property
    def digest(self) -> str:
        """Changes whenever what it makes may change."""
        parts = ("prepare.py", "nautobot_config.py", "jobs/*.py", *(("seeds/*.py",) if self.name in ("small", "large") else ()))
        files = [path for part in parts for path in sorted(places.INSIDE.glob(part))]
        if self.name.endswith(".py"):
            files.append(Path(self.name))
        return places.digest(self.name, *(path.read_text(encoding="utf-8") for path in files))


def build(state: State, nautobot: Nautobot) -> None:
    """Put the seeded database into the running cluster: from its dump, or by seeding, which makes that dump.

    Raises:
        TestbedError: a step failed.
    """
    seed = Seed.of(state.seed)
    base = places.digest(*nautobot.installed, *nautobot.apps, str(state.postgres_major))
    dump = places.folder("databases") / f"seeded-{Path(seed.name).stem}-{places.digest(base, seed.digest)}.dump"
    if dump.exists():
        with step("restoring the database"):
            _restore(state, dump, TEMPLATE)
    else:
        with locked(places.folder("locks") / f"database-{base}.lock", f"the database of Nautobot {state.release}", 3600):
            _seed(state, nautobot, dump)
    postgres.sql(
        state, f"alter database {TEMPLATE} with is_template true allow_connections false", f"create database {NAME} template {TEMPLATE}"
    )


def reset(state: State) -> None:
    """Give Nautobot a fresh copy of the seeded database, whoever is connected to the present one.

    The copy is made beside it first, so that Nautobot is without a database only while two of them change names.
    """
    fresh = f"{NAME}_fresh"
    postgres.sql(state, f"drop database if exists {fresh} with (force)", f"create database {fresh} template {TEMPLATE}")
    # A session may come back between these two; it is ended again, and the renaming tried again.
    for attempt in range(5):
        try:
            postgres.sql(state, f"drop database if exists {NAME} with (force)", f"alter database {fresh} rename to {NAME}")
            return
        except TestbedError:
            if attempt == 4:
                raise


def migrate(state: State, nautobot: Nautobot) -> None:
    """Make the database `seeded` with every table and no data, from the nearest dump that there is.

    What that lacks, prepare.py migrates before it seeds.
    """
    found = kept.nearest(nautobot.installed, state.postgres_major)
    if found:
        with step("restoring the migrated database"):
            _restore(state, found, TEMPLATE)
    else:
        migrate_afresh(state, nautobot)
        target = places.folder("databases") / f"migrated-{places.digest(*nautobot.installed, str(state.postgres_major))}.dump"
        kept.write(state, TEMPLATE, target, nautobot.installed)


def migrate_afresh(state: State, nautobot: Nautobot) -> None:
    """Make the database `seeded` by running every migration."""
    with step("migrating the database (several minutes, once for these versions)"):
        _drop(state, TEMPLATE)
        postgres.sql(state, f"create database {TEMPLATE}")
        manage(state, nautobot, TEMPLATE, "migrate", "--no-input", counting="  Applying ")


def manage(state: State, nautobot: Nautobot, database: str, *words: str, counting: str = "") -> None:
    """Run one command of nautobot-server.

    Args:
        state: the testbed, with a running database and Redis.
        nautobot: what was installed for it.
        database: the name of the database to work on.
        words: the command.
        counting: how the lines begin by which its progress is told; nothing is told when it is empty.

    Raises:
        ServerEnded: it failed; the text has the end of its output.
    """
    log = state.log("manage")
    descriptor = places.open_log(log)
    try:
        child = subprocess.Popen(
            [nautobot.server, *words],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment(state, database),
            cwd="/",
        )
    finally:
        os.close(descriptor)
    told = 0
    try:
        while child.poll() is None:
            time.sleep(0.2)
            seen = log.read_text(encoding="utf-8", errors="replace").count(counting) // 50 * 50 if counting else 0
            if seen > told:
                told = seen
                say(f" {told}", end="")
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode:
        raise ServerEnded(f"`nautobot-server {words[0]}` failed. The end of its log, {log}:\n{places.tail(log)}")


def _seed(state: State, nautobot: Nautobot, target: Path) -> None:
    if not target.exists():
        migrate(state, nautobot)
        with step(f"seeding ({state.seed})"):
            script = f"import runpy; runpy.run_path({str(places.INSIDE / 'prepare.py')!r}, run_name='__main__')"
            manage(state, nautobot, TEMPLATE, "nbshell", "--quiet-load", "--command", script)
        with step("keeping the seeded database for later starts"):
            kept.write(state, TEMPLATE, target)
        postgres.sql(state, "analyze", database=TEMPLATE)
    else:
        _restore(state, target, TEMPLATE)


def _restore(state: State, source: Path, database: str) -> None:
    _drop(state, database)
    postgres.sql(state, f"create database {database}")
    postgres.run(state, "pg_restore", "-j", "2", "--no-owner", "-d", database, source)
    postgres.sql(state, "analyze", database=database)


def _drop(state: State, database: str) -> None:
    postgres.sql(state, f"drop database if exists {database} with (force)")
