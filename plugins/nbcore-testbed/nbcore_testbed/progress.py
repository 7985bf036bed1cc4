"""Says on standard error what is being done, and afterwards how long it took."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

_quiet = False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Say nothing inside the block."""
    global _quiet
    before, _quiet = _quiet, True
    try:
        yield
    finally:
        _quiet = before


def say(text: str, end: str = "\n") -> None:
    """Print a line of progress."""
    if not _quiet:
        print(text, end=end, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Print what the block does, then the seconds that it took.

    Args:
        what: the work, as in "starting PostgreSQL".
    """
    say(f"testbed: {what} ...", end="")
    started = time.monotonic()
    try:
        yield
    except BaseException:
        say(" failed")
        raise
    say(f" {time.monotonic() - started:.1f} s")
