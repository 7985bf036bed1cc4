"""The entry point: a ReadOnly where settings or the environment ask for one, else None."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import Options

    from .readonly import ReadOnly

_OFF = frozenset({"", "0", "false", "no", "off"})


def plugin(options: Options) -> ReadOnly | None:
    """The guard that `settings={"readonly": {...}}` (the arguments of ReadOnly) or NBCORE_READONLY asks for.

    NBCORE_READONLY is `record` for a dry run; 0, false, no or off for nothing; any other value refuses writes, a misspelt one too.

    Raises:
        InputError: an unknown setting, or a value that cannot be used.
    """
    given = options.settings.get("readonly")
    said = os.environ.get("NBCORE_READONLY", "").strip().lower()
    if given is None and said in _OFF:
        return None
    from .readonly import ReadOnly

    if given is None:
        return ReadOnly("record" if said == "record" else "refuse", source="NBCORE_READONLY")
    try:
        return ReadOnly(**{"source": 'settings["readonly"]', **given})
    except TypeError as exc:
        raise InputError(f'settings["readonly"] cannot be used: {exc}') from None
