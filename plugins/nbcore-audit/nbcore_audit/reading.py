"""Reading a log back: each write with its outcome and the changes that the server confirmed."""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from .log import backups

_TRIES = 20


@dataclass(slots=True)
class Entry:
    """One attempt of a write.

    Attributes:
        intent: the line written before it was sent.
        outcome: the line written after; None when there is none: the process died first, or the write is still on its way.
        changes: the lines of the objects that the server confirmed as changed.
    """

    intent: dict[str, Any]
    outcome: dict[str, Any] | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def time(self) -> datetime.datetime:
        """When it was about to be sent, in UTC."""
        return datetime.datetime.fromisoformat(self.intent["time"])

    @property
    def result(self) -> str:
        """`done`, `refused` (4xx), `failed` (5xx), `unsent`, `unknown`; "" without an outcome."""
        return str(self.outcome["result"]) if self.outcome else ""

    @property
    def object_types(self) -> list[str]:
        """The types of the objects, as far as they are known."""
        lines = [self.intent, self.outcome or {}, *self.changes]
        return list(dict.fromkeys(line["object_type"] for line in lines if line.get("object_type")))

    @property
    def ids(self) -> list[str]:
        """The ids of the objects it names or made."""
        found = [*self.intent.get("ids", ()), *((self.outcome or {}).get("ids", ())), *(line["id"] for line in self.changes)]
        return list(dict.fromkeys(found))

    def about(self, text: str) -> bool:
        """Whether it is about an object: by type ("dcim.device"), route ("dcim/devices"), or id (or its beginning)."""
        if text in self.object_types or text.strip("/") in (self.intent.get("endpoint"), self.intent["path"].strip("/")):
            return True
        return len(text) >= 4 and any(key.startswith(text.lower()) or key == text for key in self.ids)

    def by(self, user: str) -> bool:
        """Whether the token or the process that sent it belongs to a user."""
        return user in (self.intent.get("user"), self.intent.get("os_user"))

    def data(self) -> dict[str, Any]:
        """All its lines as one JSON object."""
        return {"intent": self.intent, "outcome": self.outcome, "changes": self.changes}


def read(file: str | os.PathLike[str], broken: list[str] | None = None) -> list[Entry]:
    """The writes in a log and its old files, in the order in which they were about to be sent.

    Args:
        file: the log's file.
        broken: gets the place of each line that cannot be read, as `FILE:NUMBER`.

    Raises:
        OSError: there is no such file, or it cannot be read.
    """
    entries: dict[tuple[str, int], Entry] = {}
    last: dict[str, Entry] = {}
    for place, line in _lines(os.fspath(file)):
        try:
            event = json.loads(line)
            kind, call = event["event"], event["call"]
            if kind == "intent":
                last[call] = entries[call, event["attempt"]] = Entry(event)
            elif kind == "outcome" and (call, event["attempt"]) in entries:
                entries[call, event["attempt"]].outcome = event
            elif kind == "change" and call in last:
                last[call].changes.append(event)
        except (ValueError, LookupError, TypeError):
            if broken is not None:
                broken.append(place)
    return list(entries.values())


def _lines(path: str) -> Iterator[tuple[str, bytes]]:
    newest, older = _files(path)
    try:
        for old in older:
            stream = _opened(old)
            if stream is None:
                continue  # dropped meanwhile
            with stream:
                if newest is not None and os.path.samestat(os.fstat(stream.fileno()), os.fstat(newest.fileno())):
                    break  # renamed meanwhile; what comes after it is newer than this reading
                yield from _numbered(old, stream)
        if newest is not None:
            yield from _numbered(path, newest)
    finally:
        if newest is not None:
            newest.close()


def _files(path: str) -> tuple[BinaryIO | None, list[str]]:
    """The file, open, and at least all that are older: also while a writer rotates them.

    Listing a folder is sure to show only what was there before it began, so it comes last.
    """
    newest = _opened(path)
    for _ in range(_TRIES):
        if newest is not None or not backups(path):
            break
        time.sleep(0.005)  # between renaming the file and beginning the next
        newest = _opened(path)
    older = backups(path)
    if newest is None:
        if not older:
            open(path, "rb").close()  # raises why
    else:
        try:
            renamed = not os.path.samestat(os.stat(path), os.fstat(newest.fileno()))
        except FileNotFoundError:
            renamed = True
        if renamed:
            older = backups(path)
    return newest, older


def _opened(path: str) -> BinaryIO | None:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None


def _numbered(name: str, stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(stream, 1):
        if line.endswith(b"\n"):
            yield f"{name}:{number}", line
        elif line.strip():
            yield f"{name}:{number} (cut short)", b""
