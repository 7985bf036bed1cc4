"""The error of this package."""

from __future__ import annotations

from nbcore import CallError


class AuditError(CallError):
    """The intent of a write could not be recorded, so the write was not sent; or the log cannot be opened."""
