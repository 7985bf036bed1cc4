"""What hook plugins cost a request: hookcost.py URL [--requests 600]. The URL is a replay server's: little but the client's own cost shows.

Every set of plugins sends one request in turn, so that what else the machine does falls on all of them alike. Told is the median request,
in CPU time of this process: the server's is not in it.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbcore

WARM = 20


def audit(folder: str) -> Any:
    from nbcore_audit import Audit

    return Audit(Path(folder) / "writes.jsonl")


def cache(_: str) -> Any:
    from nbcore_cache import Cache

    return Cache("memory://", ttl=600)


def otel(_: str) -> Any:
    """With the SDK where it is there: without one, spans hold nothing and would seem cheaper than they are."""
    from nbcore_otel import Telemetry

    if importlib.util.find_spec("opentelemetry.sdk") is None:
        return Telemetry()
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    return Telemetry(TracerProvider(), MeterProvider())


def readonly(_: str) -> Any:
    from nbcore_readonly import ReadOnly

    return ReadOnly()


def ratelimit(_: str) -> Any:
    """A rate that nobody reaches."""
    from nbcore_ratelimit import RateLimit

    return RateLimit("1000000/s")


MADE: dict[str, Callable[[str], Any]] = {"audit": audit, "cache": cache, "otel": otel, "readonly": readonly, "ratelimit": ratelimit}
SETS = {
    "none": [],
    **{name: [name] for name in MADE},
    "all five": [*MADE],
    "all five, cache hits": [*MADE],
}


class Reader:
    """One Api with its plugins, and what its requests cost."""

    def __init__(self, url: str, name: str, folder: str) -> None:
        self.name = name
        self.same = name.endswith("hits")  # the page that is kept, or another one each time: then the cache misses, and keeps it
        self.nb = nbcore.Api(url, "t", plugins=[MADE[plugin](folder) for plugin in SETS[name]])
        self.asked = 0
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def read(self) -> None:
        """Read a page of one device."""
        self.asked += 1
        wall, cpu = time.perf_counter(), time.process_time()
        page = self.nb.request("GET", "dcim/devices/", params={"limit": 1, "offset": 0 if self.same else self.asked})
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)
        if len(page["results"]) != 1:
            raise SystemExit(f"{self.name}: a page without its device")

    def check(self) -> None:
        """A cache that answers where it must not, or the other way round, would make the figure a lie."""
        for plugin in self.nb.options.plugins:
            if (stats := getattr(plugin, "stats", None)) is not None and (stats.hits > 0) is not self.same:
                raise SystemExit(f"{self.name}: {stats}")


def main() -> None:
    """Measure, and print microseconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        readers = [Reader(options.url, name, folder) for name in SETS]
        for number in range(WARM + options.requests):
            for reader in readers[number % len(readers) :] + readers[: number % len(readers)]:
                reader.read()
        floor = statistics.median(readers[0].cpu[WARM:])
        for reader in readers:
            reader.check()
            cpu, wall = statistics.median(reader.cpu[WARM:]), statistics.median(reader.wall[WARM:])
            times = f"{1e6 * cpu:7.0f} us CPU  {1e6 * wall:7.0f} us in all"
            print(f"  {reader.name:22} {times}   ratio {cpu / floor:5.2f}   {1e6 * (cpu - floor):+7.0f} us a request")
            reader.nb.close()


if __name__ == "__main__":
    main()
