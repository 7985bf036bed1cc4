"""What a running testbed is made of, kept in its folder, and the lock that lets one command at a time work on it."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import places
from .errors import Busy
from .processes import Process, lives
from .progress import say


@dataclass
class State:
    """One testbed, as its state file has it.

    Args:
        name: the testbed's name.
        release: the release of Nautobot.
        requirements: what is installed: Nautobot, then the apps.
        apps: the Django apps of these, with their versions, as found in the installed packages.
        seed: small, large, none, or the path of a file.
        seed_digest: changes with what the seed makes.
        workers: the number of uWSGI's processes.
        token: the token of the user admin.
        url: the address of Nautobot, without a slash at its end.
        redis: the address of Redis, with its password.
        redis_port: the port of Redis.
        redis_password: the password of Redis.
        postgres_port: the port of PostgreSQL.
        postgres_password: the password of its user postgres.
        postgres_folder: the folder of its database.
        postgres_major: its major version.
        programs: where the programs are: postgres (a folder) and redis (a file).
        python: the Python of the virtual environment.
        owner: the test run that started it; empty when a command did.
        ready: whether it came up.
        processes: what was started, in that order.
    """

    name: str
    release: str = ""
    requirements: tuple[str, ...] = ()
    apps: dict[str, str] = field(default_factory=dict)
    seed: str = "small"
    seed_digest: str = ""
    workers: int = 2
    token: str = ""
    url: str = ""
    redis: str = ""
    redis_port: int = 0
    redis_password: str = ""
    postgres_port: int = 0
    postgres_password: str = ""
    postgres_folder: str = ""
    postgres_major: int = 0
    programs: dict[str, str] = field(default_factory=dict)
    python: str = ""
    owner: str = ""
    ready: bool = False
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The testbed's own folder."""
        return places.bed(self.name)

    def log(self, name: str) -> Path:
        """The log of one of its servers."""
        return places.folder("beds", self.name, "logs") / f"{name}.log"

    def write(self) -> None:
        """Keep it; whatever ends this command, the next one knows what runs."""
        places.create(self.folder / "state.json", json.dumps(dataclasses.asdict(self), indent=2))

    def ended(self) -> list[str]:
        """The names of the servers that should run and do not."""
        return [name for name, process in self.processes.items() if not lives(process)]


def read(name: str) -> State | None:
    """The testbed of that name; None when none was started, or when its file is damaged beyond use."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
        found: dict[str, Any] = json.loads((places.bed(name) / "state.json").read_text(encoding="utf-8"))
        known = {one.name for one in dataclasses.fields(State)}
        found = {key: value for key, value in found.items() if key in known} | {"name": name}
        found["processes"] = {key: Process(int(value["pid"]), str(value["born"])) for key, value in found["processes"].items()}
        found["requirements"] = tuple(found["requirements"])
        return State(**found)
    return None


def names() -> list[str]:
    """Every testbed that was started and not taken down."""
    return sorted(path.parent.name for path in places.folder("beds").glob("*/state.json"))


@contextlib.contextmanager
def locked(path: Path, what: str, seconds: float = 900) -> Iterator[None]:
    """Hold a lock file inside the block; the system lets go of it when the process ends, however it ends.

    Args:
        path: the lock file.
        what: what it stands for, as in "the testbed 'default'".
        seconds: how long to wait for another process that holds it.

    Raises:
        Busy: it was not to be had in time.
    """
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+", encoding="utf-8") as file:
        deadline, told = time.monotonic() + seconds, False
        while not _taken(file.fileno()):
            holder = path.read_text(encoding="utf-8").strip() or "unknown"
            if time.monotonic() > deadline:
                raise Busy(f"Another command (process {holder}) still works on {what} after {seconds:.0f} s. Wait for it, or end it.")
            if not told:
                told = True
                say(f"testbed: waiting for another command (process {holder}), which works on {what}")
            time.sleep(0.2)
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
