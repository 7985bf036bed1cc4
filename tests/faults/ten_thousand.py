"""Ten thousand devices created on a real Nautobot through a proxy that fails one request in ten; killed half-way, resumed from the journal.

    python tests/faults/ten_thousand.py run --number 10000        the whole proof: starts, kills, resumes, counts, deletes
    python tests/faults/ten_thousand.py create URL JOURNAL ...     what is killed

NBCORE_TEST_URL and NBCORE_TEST_TOKEN name the Nautobot (`make testbed` prints them). With --kind manufacturers the objects are small ones.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import nbcore
from tests.faults.proxy import Proxy

SETTINGS: dict[str, Any] = {"retries": 8, "deadline": 300, "timeout": (5, 120), "max_workers": 2}
PATHS = {"devices": "dcim/devices", "manufacturers": "dcim/manufacturers"}


def items(nb: nbcore.Api, kind: str, mark: str, number: int) -> list[dict[str, Any]]:
    """What is to be created: devices like one that is there."""
    if kind == "manufacturers":
        return [{"name": f"{mark}-{index:05d}"} for index in range(number)]
    like = nb.endpoint(PATHS[kind]).all()[0]
    shared = {name: like[name]["id"] for name in ("role", "device_type", "location", "status")}
    return [{"name": f"{mark}-{index:05d}", **shared} for index in range(number)]


def create(url: str, journal: str, kind: str, mark: str, number: int) -> None:
    """The process that is killed: a bulk create with a journal."""
    with nbcore.Api(url, os.environ["NBCORE_TEST_TOKEN"], **SETTINGS) as nb:
        made = nb.endpoint(PATHS[kind]).create(items(nb, kind, mark, number), parallel=True, chunk_size=50, journal=journal)
        print(f"created {len(made)} without being killed")


def done(journal: Path) -> int:
    """How many items the journal says are created, read while another process writes it."""
    try:
        text = journal.read_bytes()
    except OSError:
        return 0
    return sum(line.count(b",") - 1 for line in text.splitlines() if line.startswith(b'{"state":"created"'))


def run(kind: str, number: int, share: float, seed: int, keep: bool) -> int:
    """The whole proof; the exit status."""
    url, token = os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"]
    mark = f"tt-{uuid.uuid4().hex[:6]}"
    journal = Path(os.environ.get("TMPDIR", "/tmp")) / f"{mark}.journal"
    started = time.monotonic()
    with (
        Proxy(url, share, seed) as proxy,
        nbcore.Api(proxy.url, token, **SETTINGS) as nb,
        nbcore.Api(url, token, timeout=(5, 120)) as direct,
    ):
        child = subprocess.Popen([sys.executable, __file__, "create", proxy.url, str(journal), kind, mark, str(number)])
        while child.poll() is None and done(journal) < number // 2:
            time.sleep(0.2)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait()
        known = nbcore.Journal.load(journal, nb)
        there = direct.endpoint(PATHS[kind]).filter(name__isw=mark).count()
        print(f"killed after {time.monotonic() - started:.0f} s: the journal says {known!r}; the server holds {there}", flush=True)
        made = known.resume(parallel=True, chunk_size=50)
        took = time.monotonic() - started
        names = direct.endpoint(PATHS[kind]).filter(name__isw=mark).values_list("name", flat=True)
        ids = {record.id for record in made}
        exact = len(made) == len(ids) == len(names) == len(set(names)) == number and ids == {entry.id for entry in known}
        print(
            f"resumed: {len(made)} records, {len(ids)} ids, {len(names)} on the server, {len(set(names))} distinct names, in {took:.0f} s"
        )
        print(f"{proxy.requests} requests went through the proxy, {proxy.injected} failed: {proxy.failed}")
        print("exact: each once" if exact else "NOT EXACT")
        if not keep:
            direct.endpoint(PATHS[kind]).delete(sorted(ids))
            print(f"deleted; left: {direct.endpoint(PATHS[kind]).filter(name__isw=mark).count()}")
    journal.unlink()
    return 0 if exact else 1


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    whole = commands.add_parser("run")
    whole.add_argument("--number", type=int, default=10_000)
    whole.add_argument("--kind", choices=sorted(PATHS), default="devices")
    whole.add_argument("--share", type=float, default=0.1)
    whole.add_argument("--seed", type=int, default=1)
    whole.add_argument("--keep", action="store_true", help="leave what was created")
    child = commands.add_parser("create")
    for name in ("url", "journal", "kind", "mark", "number"):
        child.add_argument(name)
    given = parser.parse_args()
    if given.command == "create":
        create(given.url, given.journal, given.kind, given.mark, int(given.number))
        return 0
    return run(given.kind, given.number, given.share, given.seed, given.keep)


if __name__ == "__main__":
    sys.exit(main())
