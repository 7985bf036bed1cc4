"""The cyclic garbage collector rests while much is made that stays."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def resting() -> Iterator[None]:
    """Let the collector rest inside of the `with` block, and leave it as it was found.

    For importing modules and for reading JSON: both make many objects, and next to no cycles that could be collected. The collector's
    passes over them take a twentieth of a start, and a quarter of a large read.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
