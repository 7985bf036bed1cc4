"""nbcore-progress: a progress bar for long reads.

import nbcore, nbcore_progress
nb = nbcore.api(plugins=[nbcore_progress.Progress()])     # or NBCORE_PROGRESS=1
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bar import Progress

__all__ = ["Progress"]


def __getattr__(name: str) -> Any:
    # rich is imported when a bar is wanted, not by every Api that finds this package installed.
    if name == "Progress":
        from .bar import Progress

        return Progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
