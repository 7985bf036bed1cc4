"""OpenTelemetry for nbcore: a client span and a duration for every request that is sent.

nb = nbcore.api(url, token, plugins=[nbcore_otel.Telemetry()])  # or NBCORE_OTEL=1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .telemetry import Telemetry

__all__ = ["Telemetry"]


def __getattr__(name: str) -> Any:
    # nbcore imports this package whenever an Api is made; OpenTelemetry only comes in with a Telemetry.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .telemetry import Telemetry

    return Telemetry


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
