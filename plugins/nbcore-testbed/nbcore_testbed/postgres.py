"""PostgreSQL for one testbed: a cluster of its own on a free port of loopback, made anew at each start.

Its data is not synced to disk: a cluster lives as long as its testbed, and what is worth keeping is kept as dumps.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import places, processes
from .errors import NoSpace, ServerEnded, TestbedError
from .packages import clean_environment
from .ports import free_port, port_taken
from .state import State

_SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 100,
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0,
    "shared_buffers": "256MB", "work_mem": "32MB", "maintenance_work_mem": "128MB", "max_wal_size": "1GB", "jit": "off",
}  # fmt: skip


def start(state: State) -> None:
    """Make a cluster and start it.

    Raises:
        ServerEnded: it did not start.
    """
    state.postgres_password = secrets.token_hex(16)
    if os.geteuid() == 0:
        folder = _folder_for_root(state)
    else:
        folder = state.folder / "postgres"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        state.postgres_folder = str(folder)
    state.write()
    _initdb(state, folder)
    for attempt in range(3):
        state.postgres_port = free_port()
        options = [word for key, value in (_SETTINGS | {"port": state.postgres_port}).items() for word in ("-c", f"{key}={value}")]
        words = [_program(state, "postgres"), "-D", folder / "data", *options]
        state.processes["postgres"] = processes.spawn(words, state.log("postgres"), env=_environment(), user=_user())
        state.write()
        try:
            processes.wait_for(state.processes["postgres"], lambda: _answers(state), "PostgreSQL", state.log("postgres"), 60)
        except ServerEnded as error:
            if attempt == 2 or not port_taken(error):
                raise
        else:
            return


def stop(state: State) -> None:
    """Stop it; SIGINT is its fast stop, which ends the sessions of others."""
    if "postgres" in state.processes:
        processes.ask(state.processes["postgres"], signal.SIGINT)
        processes.end(state.processes["postgres"])


def remove(state: State) -> None:
    """Remove the cluster's folder, and with it everything in the databases."""
    if state.postgres_folder:
        shutil.rmtree(state.postgres_folder, ignore_errors=True)


def sql(state: State, *statements: str, database: str = "postgres") -> str:
    """Run statements, each by itself, and give what they print.

    Raises:
        TestbedError: one of them failed.
    """
    words = [word for statement in statements for word in ("-c", statement)]
    return run(state, "psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", database, *words)


def run(state: State, program: str, *words: object) -> str:
    """Run one of PostgreSQL's own programs against the cluster, and give what it prints.

    Raises:
        NoSpace: the disk is full.
        TestbedError: it failed.
    """
    command = [_program(state, program), "-h", "127.0.0.1", "-p", state.postgres_port, "-U", "postgres", *words]
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/",
        env=_environment() | {"PGPASSWORD": state.postgres_password},
    )  # fmt: skip
    if "No space left" in done.stderr:
        raise NoSpace(f"The disk of {state.postgres_folder} is full. Free some; see the cache in {places.cache()} too.")
    if done.returncode:
        raise TestbedError(f"{program} of PostgreSQL failed: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def _answers(state: State) -> bool:
    try:
        return sql(state, "select 1") == "1"
    except TestbedError:
        return False


def _initdb(state: State, folder: Path) -> None:
    password = places.create(folder / "password", state.postgres_password + "\n")
    if os.geteuid() == 0:
        os.chown(password, _nobody().pw_uid, _nobody().pw_gid)
    # From 17 on, PostgreSQL knows the letters of Unicode itself; before, the system's locale of that name does.
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if state.postgres_major >= 17 else ["--locale=C.UTF-8"]
    words = [
        _program(state, "initdb"), "-A", "scram-sha-256", f"--pwfile={password}", "-U", "postgres", "-E", "UTF8", *locale, "--no-sync",
        "-D", folder / "data",
    ]  # fmt: skip
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, cwd="/", env=_environment(), **(_user() or {})
    )
    password.unlink()
    if "No space left" in done.stderr:
        raise NoSpace(f"The disk of {folder} is full. Free some.")
    if done.returncode:
        raise ServerEnded(f"PostgreSQL could not make its database in {folder}:\n{done.stderr.strip()[-2000:]}")


def _program(state: State, name: str) -> Path:
    return Path(state.programs["postgres"]) / name


def _environment() -> dict[str, str]:
    return clean_environment() | {"LC_ALL": "C"}


# --- as root ------------------------------------------------------------------------------------------------------
# PostgreSQL refuses to run as root. Root runs it as `nobody`, who has no access to root's cache: so its data and a copy of the
# programs are in a new folder below /var/tmp, which only root can change and everybody can pass through.


def _folder_for_root(state: State) -> Path:
    places.need(300, "A database")
    base = "/var/tmp" if os.access("/var/tmp", os.W_OK) else None  # noqa: S108  (mkdtemp makes a new name, for its owner alone)
    folder = Path(tempfile.mkdtemp(prefix="nbcore-testbed-", dir=base))
    state.postgres_folder = str(folder)
    state.write()
    folder.chmod(0o711)
    source = Path(state.programs["postgres"])
    if not _reachable(source):
        # The programs look for their libraries beside them: PACKAGE/pginstall/bin, PACKAGE.libs.
        package = source.parents[1]
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, folder / "programs" / name, symlinks=True)
        _open_to_all(folder / "programs")
        state.programs["postgres"] = str(folder / "programs" / source.relative_to(package.parent))
    cluster = folder / "cluster"
    cluster.mkdir(mode=0o700)
    os.chown(cluster, _nobody().pw_uid, _nobody().pw_gid)
    return cluster


def _reachable(folder: Path) -> bool:
    """Whether every user may read the folder."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _nobody() -> pwd.struct_passwd:
    for name in ("nobody", "postgres", "daemon"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise TestbedError("PostgreSQL refuses to run as root, and this system has no user `nobody` to run it as. Run the testbed as a user.")


def _user() -> dict[str, Any] | None:
    """Arguments of Popen that run a program as somebody else, when this is root."""
    if os.geteuid() != 0:
        return None
    return {"user": _nobody().pw_uid, "group": _nobody().pw_gid, "extra_groups": []}
