"""The entry point: a Telemetry where the settings or the environment ask for one. It imports nothing heavy before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import Options

    from .telemetry import Telemetry

_OFF = ("", "0", "false", "no", "off")


def plugin(options: Options) -> Telemetry | None:
    """The Telemetry that `settings={"otel": {...}}` or NBCORE_OTEL=1 asks for; None without either, or beside one that was given.

    Raises:
        InputError: a setting that does not exist.
    """
    settings = options.settings.get("otel")
    if settings is None and os.environ.get("NBCORE_OTEL", "").strip().lower() in _OFF:
        return None
    if any(type(item).__module__ == "nbcore_otel.telemetry" for item in options.plugins):
        return None
    if unknown := sorted(set(settings or {}) - {"tracer_provider", "meter_provider", "propagate"}):
        raise InputError(f"otel has no setting {unknown[0]!r}; it has: tracer_provider, meter_provider, propagate")
    from .telemetry import Telemetry

    return Telemetry(**(settings or {}))
