"""The virtual environments of Nautobot and its apps, one for each set of versions, and what is found in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import packages, places
from .errors import InstallError, WrongPython
from .progress import step
from .state import locked
from .versions import Series


@dataclass(frozen=True)
class Nautobot:
    """An installed Nautobot.

    Args:
        requirements: what was asked for: Nautobot, then the apps.
        python: the Python of its virtual environment.
        apps: the Django modules of the apps, in the order in which they need each other, with their versions.
        installed: the same distributions with the versions that were installed.
    """

    requirements: tuple[str, ...]
    python: Path
    apps: dict[str, str]
    installed: tuple[str, ...]

    @property
    def server(self) -> Path:
        """The command nautobot-server."""
        return self.python.with_name("nautobot-server")


def prepare(requirements: tuple[str, ...], series: Series) -> Nautobot:
    """Install Nautobot and the apps, unless that was done before.

    Raises:
        WrongPython: no Python here runs that series.
        TestbedError: the installation failed.
    """
    name = places.digest(*requirements)
    target = places.folder("nautobots") / name
    marker = target / "nbcore-testbed.json"
    if not marker.exists():
        with locked(places.folder() / "nautobots.lock", "Nautobot's packages"):
            if not marker.exists():
                _install(requirements, series, target)
    found = json.loads(marker.read_text(encoding="utf-8"))
    return Nautobot(requirements, target / "bin" / "python", found["apps"], tuple(found["installed"]))


def _install(requirements: tuple[str, ...], series: Series, target: Path) -> None:
    places.need(1500, "A Nautobot with its packages and databases")
    python = find_python(series)
    with step(f"installing {', '.join(requirements)}"):
        packages.make_environment(python, target)
        own = target / "bin" / "python"
        packages.install(requirements, own, log=places.folder("logs-of-installing") / "nautobot.log")
        found = look(own, [text.partition("==")[0] for text in requirements])
        missing = [name for name in found["without_app"] if name != "nautobot"]
        if missing:
            shutil.rmtree(target, ignore_errors=True)
            raise InstallError(f"{', '.join(missing)} is no Nautobot app: none of its packages has a `config` that is a NautobotAppConfig.")
        places.create(target / "nbcore-testbed.json", json.dumps(found))


def look(python: Path, distributions: Sequence[str]) -> dict[str, Any]:
    """What the virtual environment holds; see inside/find_apps.py.

    Raises:
        InstallError: its Python does not run.
    """
    words = [str(python), "-I", str(places.INSIDE / "find_apps.py"), *distributions]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=packages.clean_environment())
    if done.returncode:
        raise InstallError(f"{python} does not run as it should:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def find_python(series: Series) -> str:
    """A Python that runs the series: this one, else the newest of those on PATH.

    Raises:
        WrongPython: there is none.
    """
    oldest, newest = series.python
    if oldest <= sys.version_info[:2] <= newest:
        return sys.executable
    for minor in range(newest[1], oldest[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _runs(found, (3, minor)):
            return found
    raise WrongPython(
        f"Nautobot {series.name} needs Python {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}; this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}, and PATH has no other. Install one of them (`uv python install "
        f"{newest[0]}.{newest[1]}`, then put it on PATH), or choose another version with --nautobot."
    )


def _runs(python: str, version: tuple[int, int]) -> bool:
    """Whether it is that Python, rather than a stand-in that says that it is missing."""
    words = [python, "-c", "import sys, venv; print(sys.version_info[:2] == " + repr(version) + ")"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ})
    return done.stdout.strip() == "True"
