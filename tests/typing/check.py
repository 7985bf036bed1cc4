"""Checks tests/typing with mypy and pyright: nothing is wrong in correct.py, and in mistakes.py just what its comments say.

python tests/typing/check.py        exit status 1, and what differs, where something does
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
CORRECT, MISTAKES = FOLDER / "correct.py", FOLDER / "mistakes.py"
_EXPECTED = re.compile(r"  # ([a-z-]+), (report\w+)(?:: (.+))?$")
Found = dict[tuple[int, str], str]  # line and code: text


def expected() -> tuple[Found, Found]:
    """What the comments in mistakes.py say: for mypy, with what its text must hold, and for pyright."""
    lines = enumerate(MISTAKES.read_text(encoding="utf-8").splitlines(), 1)
    marked = [(number, *found.groups("")) for number, line in lines if (found := _EXPECTED.search(line))]
    return {(number, code): text for number, code, _, text in marked}, {(number, rule): "" for number, _, rule, _ in marked}


def of_mypy(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, code and text of each error that mypy finds in a file."""
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", "--output=json", "--config-file=", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"mypy could not run: {done.stderr}{done.stdout}")
    for error in (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")):
        if error["severity"] == "error" and (ROOT / error["file"]).samefile(file):
            yield error["line"], error["code"], error["message"]


def of_pyright(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, rule and text of each error that pyright finds in a file."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    try:
        found = json.loads(done.stdout)["generalDiagnostics"]
    except ValueError:
        sys.exit(f"pyright could not run: {done.stderr}{done.stdout}")
    for error in found:
        if error["severity"] == "error":
            yield error["range"]["start"]["line"] + 1, error.get("rule", ""), error["message"]


def main() -> int:
    """Compare; tell what differs."""
    problems: list[str] = []
    for name, check, wanted in zip(("mypy", "pyright"), (of_mypy, of_pyright), expected(), strict=True):
        problems += [f"{CORRECT.name}:{line}: {name} refuses what is correct: {text} [{code}]" for line, code, text in check(CORRECT)]
        found = {(line, code): text for line, code, text in check(MISTAKES)}
        problems += [
            f"{MISTAKES.name}:{line}: {name} says {text} [{code}], and the line does not"
            for (line, code), text in sorted(found.items())
            if (line, code) not in wanted or wanted[line, code] not in text
        ]
        problems += [f"{MISTAKES.name}:{line}: {name} does not find [{code}]" for line, code in sorted(wanted.keys() - found.keys())]
    print("\n".join(problems) or f"mypy and pyright accept {CORRECT.name} and find {len(expected()[0])} mistakes in {MISTAKES.name}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
