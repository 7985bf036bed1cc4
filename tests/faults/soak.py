"""A soak: thousands of reads, creates, changes, deletes and allocations from several threads through random faults, then a comparison.

`make soak` runs it for a minute; `python tests/faults/soak.py --seconds 600 --seed 7` as you like. The same seed plays the same faults, as
far as threads come in the same order. It ends with 1 if anything is lost, duplicated, wrong, or answered by an error that is not nbcore's.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import nbcore
from nbcore.transport import retry
from tests.faults import plays
from tests.faults.server import Fault, FaultServer
from tests.faults.store import PREFIX, Request

PATH = "lab/devices"
BEFORE: tuple[Fault, ...] = (
    plays.reset, plays.fin, plays.html(502), plays.says(429, {"detail": "slow down"}, Retry_After="0.01"),
    plays.says(503, {"detail": "later"}, Retry_After="0.01"), plays.says(500, {"error": "gone", "exception": "OperationalError"}),
)  # fmt: skip
AFTER: tuple[Fault, ...] = (
    plays.committed(plays.reset), plays.committed(plays.fin), plays.committed(plays.html(502)), plays.committed(plays.html(504)),
    plays.reset_mid_body, plays.short_length, plays.long_length, plays.fin_mid_chunk, plays.truncated, plays.answer_then_close,
    plays.committed(plays.html(500)),
)  # fmt: skip
ADDRESSES = nbcore.ActionSpec("available-ips", methods=("POST",), returns="records", allocates=True, creates="lab/addresses")


class Soak:
    """One soak.

    Args:
        seconds: how long.
        seed: of the faults and of what the threads do.
        threads: how many.
        share: of the requests that fail.
    """

    def __init__(self, seconds: float, seed: int, threads: int = 6, share: float = 0.15) -> None:
        self.end = time.monotonic() + seconds
        self.threads = threads
        self.server = FaultServer()
        self.chance = random.Random(seed)
        self.seed = seed
        self.share = share
        self.done: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.held: list[dict[str, str]] = [{} for _ in range(threads)]
        self.open: set[str] = set()  # ids of writes whose outcome was left open
        self.addresses: list[str] = []
        self.lock = threading.Lock()
        self.server.inject(self._unlucky, self._fault, times=None)

    def _unlucky(self, request: Request) -> bool:
        return self.chance.random() < self.share

    def _fault(self, x: Any) -> None:
        (self.chance.choice(AFTER) if self.chance.random() < 0.6 else self.chance.choice(BEFORE))(x)

    def run(self) -> int:
        """Run it, and print what came out; the exit status."""
        retry._BASE = 0.002
        workers = [threading.Thread(target=self._work, args=(number,)) for number in range(self.threads)]
        with self.server:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        return self._compare()

    def _work(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        # Its own retry budget for each, so that a run of bad luck of one is not the others'.
        nb = nbcore.Api(self.server.url, "a-token", retries=8, timeout=(2, 5), deadline=30, threading=bool(number % 2), page_size=50)
        held = self.held[number]
        kinds: list[tuple[str, Callable[[], None]]] = [
            ("create", lambda: self._create(nb, held, number, 1)),
            ("create many", lambda: self._create(nb, held, number, chance.randint(2, 40))),
            ("read", lambda: self._read(nb, held, chance)),
            ("read all", lambda: self._read_all(nb)),
            ("update", lambda: self._update(nb, held, chance)),
            ("delete", lambda: self._delete(nb, held, chance)),
            ("allocate", lambda: self._allocate(nb)),
        ]
        weights = [4, 1, 8, 1, 5, 4, 3]
        with nb:
            while time.monotonic() < self.end:
                ((name, work),) = chance.choices(kinds, weights)
                try:
                    work()
                    self.done[name] += 1
                except nbcore.DriftError:
                    self.errors["DriftError"] += 1  # others write while pages are read
                except nbcore.NbcoreError as error:
                    self.errors[type(error).__name__] += 1
                    with self.lock:
                        self.open.update(getattr(error, "ids", ()) or [])
                        self.open.update(getattr(error, "missing", ()) or [])
                except Exception as error:
                    self.wrong.append(f"{name}: a foreign error, {error!r}")

    def _create(self, nb: nbcore.Api, held: dict[str, str], number: int, many: int) -> None:
        with self.lock:
            self.done["names"] += many
            first = self.done["names"]
        items = [{"name": f"t{number}-{first}-{index}", "description": "0"} for index in range(many)]
        made = nb.endpoint(PATH).create(items) if many > 1 else [nb.endpoint(PATH).create(items[0])]
        held.update((record.id, "0") for record in made)

    def _pick(self, held: dict[str, str], chance: random.Random) -> str | None:
        return chance.choice(sorted(held)) if held else None

    def _read(self, nb: nbcore.Api, held: dict[str, str], chance: random.Random) -> None:
        if (key := self._pick(held, chance)) is not None:
            record = nb.endpoint(PATH).get(key)
            if record is None or record.id != key or record.description != held[key]:
                self.wrong.append(f"read {key}: {record!r} is not what was written")

    def _read_all(self, nb: nbcore.Api) -> None:
        with self.lock:
            before = {key for part in self.held for key in list(part)}
        found = [record.id for record in nb.endpoint(PATH).all(consistency="strict")]
        if len(found) != len(set(found)):
            self.wrong.append("a list with a row twice")
        with self.lock:
            after = {key for part in self.held for key in list(part)}
        if lost := (before & after) - set(found) - self.open:
            self.wrong.append(f"a list without {len(lost)} rows that were there throughout")

    def _update(self, nb: nbcore.Api, held: dict[str, str], chance: random.Random) -> None:
        if (key := self._pick(held, chance)) is None:
            return
        record = nb.endpoint(PATH).get(key)
        if record is None:
            self.wrong.append(f"{key} is gone")
            return
        record.description = str(int(held[key]) + 1)
        try:
            record.save()
        except nbcore.NbcoreError:
            held.pop(key)
            self.open.add(key)
            raise
        held[key] = record.description

    def _delete(self, nb: nbcore.Api, held: dict[str, str], chance: random.Random) -> None:
        if len(held) < 50:
            return
        keys = chance.sample(sorted(held), chance.choice([1, 1, 5, 20]))
        for key in keys:
            held.pop(key)
        self.open.update(keys)  # until it is known that they are gone
        nb.endpoint(PATH).delete(keys)
        self.open.difference_update(keys)

    def _allocate(self, nb: nbcore.Api) -> None:
        action = nbcore.Action(nb.endpoint(PATH), ADDRESSES, f"lab/prefixes/{PREFIX}/available-ips/")
        found = action.create({"status": "active"})
        with self.lock:
            self.addresses.append(found.address)

    def _compare(self) -> int:
        """What the server holds against what the threads were told."""
        table = self.server.store.tables[PATH]
        told = {key: value for part in self.held for key, value in part.items()}
        lost = [key for key in told if key not in table]
        other = [key for key, value in told.items() if key in table and table[key]["description"] != value]
        more = [key for key in table if key not in told and key not in self.open]
        names = Counter(row["name"] for row in table.values())
        twice = [name for name, number in names.items() if number > 1]
        taken = Counter(self.addresses)
        taken_twice = [address for address, number in taken.items() if number > 1]
        unclaimed = len(self.server.store.tables["lab/addresses"]) - len(self.addresses)
        self.wrong += [f"{key} holds another value" for key in other] + [f"{key} should not be there" for key in more]
        actions = {name: number for name, number in self.done.items() if name != "names"}
        print(f"soak: seed {self.seed}, {self.threads} threads, {len(self.server.requests)} requests, {self.server.hits} faults")
        print(f"  done: {sum(actions.values())} ({', '.join(f'{name} {number}' for name, number in sorted(actions.items()))})")
        print(f"  errors of nbcore: {dict(self.errors) or 'none'}; outcome left open: {len(self.open)}; addresses unclaimed: {unclaimed}")
        print(f"  {len(told)} objects held: {len(lost)} lost, {len(twice) + len(taken_twice)} duplicated, {len(self.wrong)} wrong")
        for text in self.wrong[:10]:
            print(f"    {text}")
        return 1 if lost or twice or taken_twice or self.wrong or unclaimed > sum(self.errors.values()) else 0


def main() -> int:
    """Run a soak from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--share", type=float, default=0.15)
    given = parser.parse_args()
    return Soak(given.seconds, given.seed, given.threads, given.share).run()


if __name__ == "__main__":
    sys.exit(main())
