"""The error of this package."""

from __future__ import annotations

from nbcore import CallError


class ReadOnlyError(CallError):
    """A write that was refused; nothing was sent."""
