"""nbcore-readonly: refuses writes, or records them for a dry run.

import nbcore, nbcore_readonly
nb = nbcore.api(plugins=[nbcore_readonly.ReadOnly()])     # or NBCORE_READONLY=1, or NBCORE_READONLY=record
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import ReadOnlyError
    from .readonly import ReadOnly, recorded

__all__ = ["ReadOnly", "ReadOnlyError", "recorded"]

# Loaded at first use: every Api that finds this package installed imports it, also where nothing configures it.
_HOMES = {"ReadOnly": "readonly", "ReadOnlyError": "errors", "recorded": "readonly"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
