"""A journal on disk: written before what it tells of is sent, by one process at a time, and read back strictly.

One JSON value a line: a head, then each item with its id, then every change of state. A last line that a crash cut is ignored; a line that
is damaged elsewhere is an error. It holds the data of the items and no token, and is readable by its owner only.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ..errors import InputError
from ..values import encode

try:
    import fcntl
except ImportError:  # Windows: two processes are not kept from one journal there
    fcntl = None  # type: ignore[assignment]

STATES = frozenset({"waiting", "unknown", "created", "updated", "deleted", "unchanged", "failed"})
_DONE = STATES - {"waiting", "unknown", "failed"}
Line = dict[str, Any]


class JournalFile:
    """An open journal that lines are added to. Made by open()."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @classmethod
    def open(cls, path: str | Path, lines: Iterable[bytes], resumed: bool) -> JournalFile:
        """Write a journal anew and keep it open, locked against other processes.

        Args:
            path: where; the folder must be there.
            lines: what it says now.
            resumed: whether a journal that is not done may be there: the same one.

        Raises:
            InputError: another process has it, it holds something else than a journal that is done, or it cannot be written.
        """
        if not str(path):
            raise InputError("a journal needs the name of a file")
        part = f"{path}.part"
        try:
            with contextlib.ExitStack() as undo:
                file = undo.enter_context(open(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b"))
                _lock(file, path)
                undo.callback(Path(part).unlink, missing_ok=True)
                with _locked(path):
                    if not resumed:
                        _must_be_done(path)
                    file.truncate()
                    made = cls(file)
                    made.write(b"".join(lines))
                    # Renamed when it is whole, so that a journal that is written anew is never lost; its lock goes with it.
                    os.replace(part, path)
                undo.pop_all()
        except OSError as exc:
            raise InputError(f"the journal {path} cannot be written: {exc.strerror or exc}; nothing was sent") from None
        return made

    def write(self, line: bytes) -> None:
        """Add a line; it is on disk when this returns."""
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """End writing, and let other processes have it."""
        self._file.close()


def line_of(value: Mapping[str, Any]) -> bytes:
    """A line of the file."""
    return encode(value) + b"\n"


def read(path: str | Path) -> tuple[Line, list[Line], list[Line]]:
    """The head, the items and the changes of state in a file.

    Raises:
        InputError: the file is not there, no journal, or damaged.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as exc:
        raise InputError(f"the journal {path} cannot be read: {exc.strerror or exc}") from None
    texts = content.splitlines()
    lines = [_line(text) for text in texts]
    head = lines[0] if lines else None
    if not isinstance(head, dict) or head.get("nbcore") != "journal" or head.get("operation") not in ("create", "update", "delete"):
        raise InputError(f"{path} is not a journal of nbcore")
    if lines[-1] is None:
        lines.pop()  # cut while it was written: nothing was sent after it
    number = head.get("items")
    if isinstance(number, bool) or not isinstance(number, int) or not isinstance(head.get("path"), str):
        raise InputError(f"{path} is damaged: its first line names no items or no path")
    items, states = lines[1 : number + 1], lines[number + 1 :]
    for place, line in enumerate(lines[1:], 2):
        if line is None or not (_is_item(line) if place <= number + 1 else _is_state(line, number)):
            raise InputError(
                f"{path} is damaged in line {place}: what was sent cannot be known from it. Objects may have been created; the ids in its "
                "other lines tell which to look for"
            )
    if len(items) < number:
        raise InputError(f"{path} holds {len(items)} of {number} items: it was cut before anything was sent")
    return head, [line for line in items if line], [line for line in states if line]


def _line(text: bytes) -> Line | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _is_item(line: Line) -> bool:
    return isinstance(line.get("id"), str) and isinstance(line.get("item"), dict)


def _is_state(line: Line, number: int) -> bool:
    places = line.get("n")
    return (
        line.get("state") in STATES
        and isinstance(places, list)
        and all(isinstance(place, int) and 0 <= place < number for place in places)
        and all(isinstance(line.get(name, {}), dict) for name in ("errors", "ids"))
    )


def _must_be_done(path: str | Path) -> None:
    """Refuse to write over a journal that is not done, and over what is no journal."""
    if not Path(path).exists() or not Path(path).stat().st_size:
        return
    head, items, states = read(path)
    state = {place: line["state"] for line in states for place in line["n"]}
    if left := sum(1 for place in range(len(items)) if state.get(place) not in _DONE):
        raise InputError(
            f"{path} is the journal of a {head['operation']} of {head['path']} that is not done ({left} of {len(items)} items are left): "
            "Journal.load(file, nb).resume() goes on with it; or delete the file, or name another. Nothing was sent"
        )


@contextlib.contextmanager
def _locked(path: str | Path) -> Iterator[None]:
    """Hold the file that is there, if any, while it is replaced."""
    try:
        file = open(path, "rb")  # noqa: SIM115  closed below
    except FileNotFoundError:
        yield
        return
    with file:
        _lock(file, path)
        if os.fstat(file.fileno()).st_ino != Path(path).stat().st_ino:
            raise _in_use(path)
        yield


def _lock(file: IO[bytes], path: str | Path) -> None:
    """Lock a file, as long as it is open, against other processes and other journals of this one."""
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _in_use(path) from None


def _in_use(path: str | Path) -> InputError:
    return InputError(f"the journal {path} is in use by another process, or by another bulk write of this one; nothing was sent")
