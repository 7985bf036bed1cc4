"""What the entry point names: the plugin where settings or NBCORE_PROGRESS ask for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbcore import Options


def plugin(options: Options) -> Any:
    """The plugin, or None while nothing asks for it."""
    settings = options.settings.get("progress")
    if settings is None and os.environ.get("NBCORE_PROGRESS", "") in ("", "0"):
        return None
    from .bar import Progress

    return Progress(**(settings or {}))
