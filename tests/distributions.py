"""Throw-away distributions: a module and a dist-info folder, as pip leaves them, and a fresh Python that finds them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Site:
    """A folder that stands for site-packages.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.packages.mkdir(parents=True)

    def install(
        self,
        name: str,
        source: str = "",
        *,
        apps: Mapping[str, str] | None = None,
        hooks: Mapping[str, str] | None = None,
        version: str = "1.0",
    ) -> None:
        """Install a distribution `name` with a module of that name (`-` as `_`) and its entry points."""
        (self.packages / f"{name.replace('-', '_')}.py").write_text(textwrap.dedent(source))
        info = self.packages / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = []
        for group, points in (("nbcore.apps", apps), ("nbcore.hooks", hooks)):
            lines += [f"[{group}]", *(f"{point} = {target}" for point, target in (points or {}).items()), ""]
        (info / "entry_points.txt").write_text("\n".join(lines))

    def run(self, script: str, *, env: Mapping[str, str] | None = None, flags: tuple[str, ...] = ("-W", "error")) -> Any:
        """Run a script in a fresh Python; gives what it prints as its last line, as JSON.

        `nb` is not made for it: it makes its own Api. A traceback of the script fails the test.
        """
        done = self.python(script, env=env, flags=flags)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])

    def python(self, script: str, *, env: Mapping[str, str] | None = None, flags: tuple[str, ...] = ("-W", "error")) -> Any:
        """The finished process of a script in a fresh Python."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NBCORE_", "NAUTOBOT_"))}
        places = {
            "PYTHONPATH": os.pathsep.join([str(self.packages), str(ROOT)]),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "NBCORE_CACHE_DIR": str(self.folder / "documents"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        code = "import json, nbcore\nfrom nbcore.testing import Wire, make_api, row\n" + textwrap.dedent(script)
        return subprocess.run(
            [sys.executable, *flags, "-c", code],
            env={**kept, **places, **(env or {})},
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
        )
