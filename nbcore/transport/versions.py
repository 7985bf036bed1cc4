"""REST API versions: asked in the Accept header, answered in API-Version."""

from __future__ import annotations

from ..messages import Call


def accept(call: Call) -> str:
    """The Accept header of a call: its media type, with the version it asks for."""
    if call.api_version is None or not call.accept.startswith("application/json"):
        return call.accept
    return f"{call.accept}; version={call.api_version}"
