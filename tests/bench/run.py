"""make bench: whole processes side by side, as ratios of one run; a fast wrong answer fails.

    run.py [--testbed] [--rows 50000]
    run.py --loops

Without --testbed only the replay server is asked (the client's own cost). With it the real Nautobot of `make testbed SIZE=large` is
walked too (NBCORE_TEST_URL, NBCORE_TEST_TOKEN). pynautobot 3.2.0 and aiopynautobot 0.2.0 run in an environment of their own.
--loops runs the loops of pynautobot's documentation (loops.py) and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nbcore-bench"
OTHERS = ("pynautobot==3.2.0", "aiopynautobot==0.2.0")
# Users' modules are compiled once; where writing .pyc is turned off each process would compile nbcore anew.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
RUNS = 5
PAIRS = 15  # of starts, which are short and so differ much


def other_python() -> Path:
    """The interpreter of the environment of the other clients, made at the first run."""
    python = CACHE / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *OTHERS], check=True)
    return python


def client(name: str, job: str, url: str, token: str = "t", number: int = 0) -> dict[str, Any]:
    """Run one job in a process of its own."""
    python = sys.executable if name.startswith(("nbcore", "requests")) else other_python()
    command = [python, HERE / "client.py", name, job, url, token, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    if done.returncode:
        raise SystemExit(f"{name} {job} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    cost = f"{found['wall']:8.2f} s  cpu {found['cpu']:7.2f} s  {found['rss_mb']:6.0f} MB"
    print(f"  {name:14} {job:18} {cost}  {found['requests']:5} requests  {found['rows']} rows")
    return found


@contextlib.contextmanager
def replay(rows: int) -> Iterator[str]:
    """The replay server with so many devices."""
    server = subprocess.Popen([sys.executable, HERE / "replay.py", str(rows)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def ratio(what: str, value: float, wanted: str) -> None:
    print(f"=> {what}: {value:.2f} (wanted: {wanted})")


def same(left: dict[str, Any], right: dict[str, Any]) -> None:
    """Two jobs must have got the same."""
    if (left["rows"], left["digest"]) != (right["rows"], right["digest"]):
        raise SystemExit(f"the answers differ: {left} {right}")


def own_cost(rows: int) -> None:
    print(f"\nall() on {rows} replayed devices, three attributes of each")
    with replay(rows) as url:
        client("nbcore", "all", url)  # compiles what is not compiled, and warms the server
        in_turn = [[client(name, "all", url) for name in ("requests", "nbcore-std", "nbcore")] for _ in range(RUNS)]
        for _, standard, fast in in_turn:
            same(in_turn[0][0], standard)
            same(in_turn[0][0], fast)
        floor = in_turn[0][0]
        base, slow, quick = (statistics.median(run["cpu"] for run in runs) for runs in zip(*in_turn, strict=True))
        ratio(f"nbcore CPU to requests + json, medians of {RUNS}", slow / base, "at most 1.25")
        ratio(f"nbcore[fast] CPU to requests + json, medians of {RUNS}", quick / base, "at most 1.0")
        for other in ("pynautobot", "aiopynautobot"):
            found = client(other, "all", url)
            same(floor, found)
            ratio(f"{other} CPU to requests + json", found["cpu"] / base, "for comparison")
        ratio("iterator() peak MB", client("nbcore-std", "iterator", url)["rss_mb"], "under 64")
    with replay(rows * 10) as url:
        ratio(f"iterator() peak MB, {rows * 10} rows", client("nbcore-std", "iterator", url)["rss_mb"], "under 64, the same")


def start_up() -> None:
    print("\nstarting: whole processes")
    jobs = {
        "requests": "import requests",
        "nbcore": "import nbcore; nbcore.api('http://127.0.0.1:9', 't')",
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(15):
        for name, code in jobs.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
            times[name].append(time.perf_counter() - started)
    best = {name: statistics.median(found) for name, found in times.items()}
    print(f"  {best}")
    ratio("import nbcore and an Api, to import requests", best["nbcore"] / best["requests"], "at most 1.3")
    with replay(50) as url:
        read = "import {0}; nb = {0}.api({1!r}, 't'); assert len(list(nb.dcim.devices.all())) == 50"
        ours = [sys.executable, "-c", read.format("nbcore", url)]
        theirs = [other_python(), "-c", read.format("pynautobot", url)]
        cpu_time(ours), cpu_time(theirs)  # compiles what is not compiled
        pairs = [(cpu_time(ours), cpu_time(theirs)) for _ in range(PAIRS)]
    ours_ms, theirs_ms = (1000 * statistics.median(found) for found in zip(*pairs, strict=True))
    print(f"  medians of {PAIRS} pairs: nbcore {ours_ms:.0f} ms, pynautobot {theirs_ms:.0f} ms of CPU")
    ratio(
        "import, api() and one read, with every package: CPU to pynautobot 3.2",
        statistics.median(one / other for one, other in pairs),
        "at most 1.25",
    )


def cpu_time(command: list[str | Path]) -> float:
    """Seconds of CPU, user and system, that a process takes from its start to its end."""
    process = subprocess.Popen(command, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime


def program(name: str, *arguments: str) -> None:
    """Run another benchmark of this folder in a process of its own; it says itself what it wants, and fails where that is missed."""
    sys.stdout.flush()
    if subprocess.run([sys.executable, HERE / name, *arguments], check=False, env=ENVIRONMENT).returncode:
        raise SystemExit(f"{name} failed")


def hook_cost() -> None:
    print("\na read of a small page, with hook plugins")
    with replay(100_000) as url:
        program("hookcost.py", url)


def on_testbed(url: str, token: str) -> None:
    print("\nthe inventory walk on the real Nautobot: a name and six related names")
    client("nbcore", "walk", url, token, 5)  # both warm
    theirs = client("pynautobot", "walk", url, token, 100)
    ours = client("nbcore", "walk", url, token, 100)
    same(theirs, ours)
    ratio("requests at 100 rows", ours["requests"], "at most 14")
    ratio("times faster than pynautobot at 100 rows", theirs["wall"] / ours["wall"], "15")
    thousand = client("nbcore", "walk", url, token, 1000)
    ratio("times faster at 1,000 rows (pynautobot: ten times its 100)", 10 * theirs["wall"] / thousand["wall"], "50")
    ratio("requests at 1,000 rows", thousand["requests"], "not with the rows")
    client("nbcore", "values", url, token, 1000)
    values = client("nbcore", "values", url, token, 1000)
    same(thousand, values)
    ratio("values() times faster at 1,000 rows", 10 * theirs["wall"] / values["wall"], "300")
    print("\ninterfaces with type and device name")
    rest = client("nbcore", "interfaces-rest", url, token, 2000)
    graphql = client("nbcore", "interfaces-values", url, token, 50000)
    ratio("rows a second, values() to REST", (graphql["rows"] / graphql["wall"]) / (rest["rows"] / rest["wall"]), "50")
    print("\nthreads")
    one, several = client("nbcore", "list", url, token, 5000), client("nbcore", "list-threaded", url, token, 5000)
    same(one, several)
    ratio("threading=True to sequential", one["wall"] / several["wall"], "1.4")
    print("\na hit of nbcore-cache beside a real read")
    program("cachehits.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--testbed", action="store_true")
    parser.add_argument("--loops", action="store_true")
    parser.add_argument("--rows", type=int, default=50000)
    options = parser.parse_args()
    if options.loops:
        sys.exit(subprocess.run([sys.executable, HERE / "loops.py"], check=False).returncode)
    start_up()
    own_cost(options.rows)
    hook_cost()
    if options.testbed:
        on_testbed(os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"])


if __name__ == "__main__":
    main()
