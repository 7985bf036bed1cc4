"""Starts servers that outlive the command, and stops them: only ever that very process, not a later one of its number."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import places
from .errors import ServerEnded


@dataclass(frozen=True)
class Process:
    """One server that was started.

    Args:
        pid: its number, which is also that of its process group.
        born: when it started, as `born` tells.
    """

    pid: int
    born: str


def spawn(words: Sequence[object], log: Path, env: Mapping[str, str] | None = None, user: Mapping[str, Any] | None = None) -> Process:
    """Start a server in a session of its own, so that it outlives this command.

    Args:
        words: the command.
        log: where its output goes.
        env: its environment; this process's when left out.
        user: arguments of Popen that name another user to run as.
    """
    descriptor = places.open_log(log)
    try:
        child = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, env=env, cwd="/", start_new_session=True, **(user or {}),
        )  # fmt: skip
    except OSError as error:
        raise ServerEnded(f"{words[0]} cannot be started: {error}.") from None
    finally:
        os.close(descriptor)
    # Popen would complain, when it is collected, that the server still runs.
    child.returncode = 0
    return Process(child.pid, born(child.pid))


def lives(process: Process) -> bool:
    """Whether that very process runs, rather than a later one of the same number."""
    seen, state = _look(process.pid)
    return bool(seen) and seen == process.born and state not in "ZX"


def born(pid: int) -> str:
    """When the process of that number started, in the system's own words; empty when there is none."""
    return _look(pid)[0]


def ask(process: Process, number: signal.Signals = signal.SIGTERM) -> None:
    """Tell a server to stop."""
    if lives(process):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)


def end(process: Process, seconds: float = 15) -> None:
    """Wait until a server that was asked to stop has ended, then kill what is left of its group."""
    deadline = time.monotonic() + seconds
    while lives(process) and time.monotonic() < deadline:
        _reap(process.pid)
        time.sleep(0.05)
    # A group outlives its leader, and keeps the number taken; a process of that number which was born later is somebody else's.
    if born(process.pid) in ("", process.born):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while lives(process) and time.monotonic() < deadline:
        _reap(process.pid)
        time.sleep(0.05)
    _reap(process.pid)


def wait_for(process: Process, ready: Callable[[], object], what: str, log: Path, seconds: float) -> None:
    """Wait until a server is ready.

    Raises:
        ServerEnded: it ended, or was not ready in time; the text has the end of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if not lives(process):
            raise ServerEnded(f"{what} ended while it started. The end of its log, {log}:\n{places.tail(log)}")
        if time.monotonic() > deadline:
            raise ServerEnded(f"{what} was not ready within {seconds:.0f} s. The end of its log, {log}:\n{places.tail(log)}")
        time.sleep(0.1)


def _reap(pid: int) -> None:
    """Let a child that has ended disappear, so that its number is not taken for a process."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _look(pid: int) -> tuple[str, str]:
    """When the process of that number started, and the letter of its state; two empty texts when there is none."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return "", ""
        # In ticks since the machine started, which alone would repeat after its next start.
        return f"{boot} {fields[19]}", fields[0]
    words = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]  # macOS has no /proc
    state, _, started = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    return started.strip(), state[:1]
