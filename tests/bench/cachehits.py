"""What a hit costs beside a real read, as a ratio of one run.

    NBCORE_TEST_URL=... NBCORE_TEST_TOKEN=... [NBCORE_TEST_REDIS=redis://...] python tests/bench/cachehits.py [--reads 30]

Fails when a hit costs a tenth of a read or more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time

import nbcore
from nbcore_cache import Cache

READS = {
    "a page of 50 devices": {"limit": 50},
    "a page of 1,000 interfaces": {"limit": 1000},
}
ROUTES = {"a page of 50 devices": "dcim/devices/", "a page of 1,000 interfaces": "dcim/interfaces/"}


def seconds(nb: nbcore.Api, what: str, reads: int) -> float:
    """The median of some reads, the first left out."""
    found = []
    for _ in range(reads + 1):
        started = time.perf_counter()
        nb.request("GET", ROUTES[what], params=READS[what])
        found.append(time.perf_counter() - started)
    return statistics.median(found[1:])


def main() -> int:
    """Measure, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=30)
    reads: int = parser.parse_args().reads
    server = {"url": os.environ["NBCORE_TEST_URL"], "token": os.environ["NBCORE_TEST_TOKEN"]}
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        urls = ["memory://", f"sqlite:///{folder}/bench.sqlite", *filter(None, [os.environ.get("NBCORE_TEST_REDIS")])]
        for what in READS:
            with nbcore.Api(**server) as plain:
                real = seconds(plain, what, max(5, reads // 5))
            print(f"{what}: a real read takes {1000 * real:.1f} ms")
            for url in urls:
                for revalidate in (None, "changes"):
                    cache = Cache(url, ttl=600, revalidate=revalidate, burst=600)
                    with nbcore.Api(**server, plugins=[cache]) as nb:
                        hit = seconds(nb, what, reads)
                    if cache.stats.hits < reads:
                        raise SystemExit(f"only {cache.stats.hits} of {reads} reads were hits")
                    worst = max(worst, hit / real)
                    name = f"{url.partition('://')[0]}{' + changes' if revalidate else ''}"
                    print(f"  {name:18} hit {1000 * hit:7.2f} ms   ratio {hit / real:.4f}   1/{real / hit:.0f}")
    print(f"worst ratio {worst:.4f}: {'ok' if worst < 0.1 else 'NOT under a tenth'}")
    return 0 if worst < 0.1 else 1


if __name__ == "__main__":
    raise SystemExit(main())
