"""nbcore-audit: an append-only log of every write.

import nbcore, nbcore_audit
nb = nbcore.api(plugins=[nbcore_audit.Audit("writes.jsonl")])     # or NBCORE_AUDIT_FILE=writes.jsonl
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit import Audit
    from .errors import AuditError
    from .reading import Entry, read

__all__ = ["Audit", "AuditError", "Entry", "read"]

# Loaded at first use: every Api that finds this package installed imports it, also where nothing configures it.
_HOMES = {"Audit": "audit", "AuditError": "errors", "Entry": "reading", "read": "reading"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
