"""An in-memory Nautobot for demos and for the tests of scripts that use nbcore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .registry import register, unregister
    from .sandbox import Sandbox
    from .server import SandboxServer

__all__ = ["Sandbox", "SandboxServer", "register", "unregister"]
__version__ = "0.1.0"

_HOMES = {"Sandbox": "sandbox", "SandboxServer": "server", "register": "registry", "unregister": "registry"}


def __getattr__(name: str) -> Any:
    # Loaded when it is used: an installed sandbox that nobody asked for should cost an Api nothing.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
