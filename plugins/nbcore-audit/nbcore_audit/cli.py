"""The command `nbcore-audit`: shows a log."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from .reading import Entry, read

_SPAN = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0, or 2 when the log cannot be read."""
    chosen = _parser().parse_args(arguments)
    path = chosen.file or os.environ.get("NBCORE_AUDIT_FILE")
    if not path:
        print("nbcore-audit: name the log's file, or set NBCORE_AUDIT_FILE", file=sys.stderr)
        return 2
    broken: list[str] = []
    try:
        entries = [entry for entry in read(path, broken) if _wanted(entry, chosen)]
    except OSError as exc:
        print(f"nbcore-audit: {path} cannot be read: {exc.strerror or exc}", file=sys.stderr)
        return 2
    try:
        for entry in entries:
            print(json.dumps(entry.data()) if chosen.json else shown(entry))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has seen enough; without this the interpreter complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    unfinished = sum(not entry.result for entry in entries)
    if not chosen.json:
        print(f"{len(entries)} writes{f', {unfinished} without an outcome' if unfinished else ''}", file=sys.stderr)
    for place in broken:
        print(f"nbcore-audit: {place} is not a line of an audit log", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nbcore-audit", description="The log of writes that nbcore-audit keeps.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="show the writes in a log and its old files")
    show.add_argument("file", nargs="?", help="the log's file; NBCORE_AUDIT_FILE when left out")
    show.add_argument(
        "--object", metavar="TEXT", help='only of an object: type ("dcim.device"), route ("dcim/devices"), or id or its beginning'
    )
    show.add_argument("--user", metavar="NAME", help="only of a user: the token's, or the operating system's")
    show.add_argument(
        "--since", metavar="TIME", type=_time, help='only from a time on: "2026-11-23", "2026-11-23T20:45" (UTC), or "2h", "7d" ago'
    )
    show.add_argument("--until", metavar="TIME", type=_time, help="only before a time")
    show.add_argument("--unfinished", action="store_true", help="only intents without an outcome: these may or may not have happened")
    show.add_argument("--json", action="store_true", help="each write as a line of JSON with its intent, outcome and changes")
    return parser


def _time(text: str) -> datetime.datetime:
    if found := _SPAN.fullmatch(text):
        return datetime.datetime.now(datetime.UTC) - datetime.timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        value = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is no time; give "2026-11-23T20:45", or a span such as "2h"') from None
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def _wanted(entry: Entry, chosen: argparse.Namespace) -> bool:
    return (
        (chosen.object is None or entry.about(chosen.object))
        and (chosen.user is None or entry.by(chosen.user))
        and (chosen.since is None or entry.time >= chosen.since)
        and (chosen.until is None or entry.time < chosen.until)
        and not (chosen.unfinished and entry.result)
    )


def shown(entry: Entry) -> str:
    """A write for people: a line of what, who and how it ended, then a line for each changed object."""
    intent, outcome = entry.intent, entry.outcome
    attempt = f" (attempt {intent['attempt']})" if intent["attempt"] > 1 else ""
    what = f"{intent['method']} {intent['path']}{attempt}"
    who = f"{intent.get('user') or '?'} ({intent.get('os_user')}@{intent.get('host')} {intent.get('pid')})"
    if outcome is None:
        end = "NO OUTCOME"
    else:
        parts = [outcome["result"], str(outcome.get("status", "")), f"{outcome['seconds']:.3f} s", outcome.get("error", "")]
        end = " ".join(filter(None, parts))
    first = f"{entry.time:%Y-%m-%d %H:%M:%S}Z  {who}  {what}  {end}"
    return "\n".join([first, *(f"    {_change(line)}" for line in entry.changes)]) if entry.changes else f"{first}{_fields(intent)}"


def _change(line: dict[str, Any]) -> str:
    before, after = line.get("before") or {}, line.get("after") or {}
    head = f"{line['action']} {line.get('object_type') or line['endpoint']} {line['id']}"
    if line["action"] == "delete":
        name = before.get("display") or before.get("name")
        return f"{head} {json.dumps(name)}" if name else head
    names = list(after) if line["action"] == "update" else [name for name in ("display", "name") if name in after][:1]
    return " ".join(
        [
            head,
            *(
                f"{name}: {_short(before[name])} -> {_short(after[name])}" if name in before else f"{name}: {_short(after[name])}"
                for name in names
            ),
        ]
    )


def _fields(intent: dict[str, Any]) -> str:
    return f"\n    fields: {_short(intent['fields'])}" if intent.get("fields") else ""


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
