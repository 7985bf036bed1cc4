"""The same read faults with nbcore, pynautobot 3.2.0 and aiopynautobot 0.2.0: a table of what each makes of them (`make faults-compare`).

The other two run in an environment of their own, which is kept. Each case is one process of the client, given four seconds. "Exact" is the
data as the server holds it, or for a fault that never ends an error; "silent" is other data and no error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults import plays
from tests.faults.server import Exchange, Fault, FaultServer
from tests.faults.store import Request

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nbcore-bench"
OTHERS = ("pynautobot==3.2.0", "aiopynautobot==0.2.0")
CLIENTS = ("nbcore", "pynautobot", "aiopynautobot")
OUTCOMES = ("exact", "own error", "own error, empty text", "foreign exception", "silently wrong", "not finished")
PATH = "dcim/devices"
ROWS = 120
LIMIT = 4.0


def second(request: Request) -> bool:
    return request.path.startswith(PATH) and request.asked("offset") not in ("", "0")


def first(request: Request) -> bool:
    return request.path.startswith(PATH)


def lies(**changes: Any) -> Fault:
    """The page as it is, but for some of its fields."""

    def play(x: Exchange) -> None:
        _, page = x.commit()
        x.answer(200, {name: value for name, value in {**page, **changes}.items() if value != "leave out"})

    return play


def other_host(x: Exchange) -> None:
    """A `next` that names a host that is not there, as behind a proxy that is set up badly."""
    _, page = x.commit()
    if page["next"]:
        page["next"] = page["next"].replace("127.0.0.1", "127.0.0.2")
    x.answer(200, page)


ONCE: dict[str, Fault] = {
    "reset before headers": plays.reset,
    "closed before headers": plays.fin,
    "reset in the body": plays.reset_mid_body,
    "Content-Length too short": plays.short_length,
    "Content-Length too long": plays.long_length,
    "closed in a chunk": plays.fin_mid_chunk,
    "cut without a length": plays.close_delimited_cut,
    "500 OperationalError": plays.says(500, {"error": "gone", "exception": "OperationalError"}),
    "502": plays.html(502),
    "503, Retry-After 1": plays.says(503, {"detail": "later"}, Retry_After="1"),
    "504": plays.html(504),
    "429, Retry-After 1": plays.says(429, {"detail": "slow"}, Retry_After="1"),
    "429, Retry-After soon": plays.says(429, {"detail": "slow"}, Retry_After="soon"),
    "truncated JSON": plays.truncated,
    "empty second page": plays.says(200, {"count": ROWS, "next": None, "previous": None, "results": []}),
}
ALWAYS: dict[str, Fault] = {
    "kept connections are closed": plays.answer_then_close,
    "no answer": plays.hang,
    "body drips": plays.drip_body,
    "headers drip": plays.drip_headers,
    "150 headers": plays.headers(150),
    "a 70 KB header": plays.headers(1, 70_000),
    "429, Retry-After 3600": plays.says(429, {"detail": "slow"}, Retry_After="3600"),
    "503 for ever": plays.html(503),
    "401": plays.says(401, {"detail": "who"}),
    "403": plays.says(403, {"detail": "no"}),
    "HTML with 200": plays.html(200),
    "empty with 200": plays.says(200, b""),
    "null": plays.says(200, None),
    "a string": plays.says(200, "text"),
    "{}": plays.says(200, {}),
    "results null": plays.says(200, {"count": 3, "next": None, "previous": None, "results": None}),
    "no next": lies(next="leave out"),
    "count a thousand million": lies(count=10**9),
    "next on another host": other_host,
    "NaN": plays.says(200, b'{"count": 1, "next": null, "previous": null, "results": [{"id": "x", "name": NaN}]}'),
    "bad UTF-8": plays.says(200, b'{"count": 1, "next": null, "previous": null, "results": [{"id": "x", "name": "\xff"}]}'),
    "nested 100,000 deep": plays.says(200, b"[" * 100_000 + b"]" * 100_000),
    "bad gzip": plays.bad_gzip,
    "a proxy's HTML 404": plays.html(404),
}


def run(client: str, play: Fault, always: bool) -> tuple[str, str]:
    """What a client makes of a fault: the outcome, and the error's name and text."""
    with FaultServer() as server:
        rows = server.store.fill(ROWS, PATH)
        server.inject(first if always else second, play, times=None if always else 1)
        python = sys.executable if client == "nbcore" else other_python()
        started = [python, HERE / "compare_client.py", client, server.url]
        try:
            done = subprocess.run(started, capture_output=True, text=True, check=False, timeout=LIMIT + 2)
        except subprocess.TimeoutExpired:
            return "not finished", ""
    try:
        found = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return "not finished", done.stderr[-200:]
    if "names" in found:
        right = sorted(map(str, found["names"])) == sorted(row["name"] for row in rows)
        return ("exact" if right else "silently wrong"), f"{len(found['names'])} rows"
    kind = "own error" if found["own"] else "foreign exception"
    if found["own"] and not found["text"].strip():
        kind = "own error, empty text"
    return kind, f"{found['error']}: {found['text'][:80]}"


def other_python() -> Path:
    """The interpreter of the environment of the other clients, made at the first run."""
    python = CACHE / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *OTHERS], check=True)
    return python


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="with what each client said")
    given = parser.parse_args()
    cases = [
        (name, play, always) for group, always in ((ONCE, False), (ALWAYS, True)) for name, play in group.items() if given.only in name
    ]
    totals: dict[str, Counter[str]] = {client: Counter() for client in CLIENTS}
    print("| Fault | " + " | ".join(CLIENTS) + " |\n|---|" + "---|" * len(CLIENTS))
    for name, play, always in cases:
        cells = []
        for client in CLIENTS:
            outcome, said = run(client, play, always)
            totals[client][outcome] += 1
            cells.append(f"{outcome} ({said})" if given.verbose else outcome)
        print(f"| {name}{' (always)' if always else ''} | " + " | ".join(cells) + " |", flush=True)
    for outcome in OUTCOMES:
        print(f"| **{outcome}** | " + " | ".join(f"**{totals[client][outcome]}**" for client in CLIENTS) + " |")


if __name__ == "__main__":
    main()
