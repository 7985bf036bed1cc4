"""Sandboxes by name, for several Apis that share one: `sandbox://lab`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sandbox import Sandbox

_named: dict[str, Sandbox] = {}
_lock = threading.Lock()


def register(name: str, sandbox: Sandbox) -> Sandbox:
    """Make a sandbox reachable as `sandbox://<name>` by every Api of this process.

    Args:
        name: its name, in small letters, digits and hyphens.
        sandbox: the sandbox; one that had the name before loses it.

    Returns:
        The sandbox.
    """
    with _lock:
        _named[name.lower()] = sandbox
    return sandbox


def unregister(name: str) -> None:
    """Forget a name; nothing happens where it is not known."""
    with _lock:
        _named.pop(name.lower(), None)


def find(name: str) -> Sandbox | None:
    """The sandbox of a name, or None."""
    with _lock:
        return _named.get(name.lower())


def names() -> list[str]:
    """The names there are."""
    with _lock:
        return sorted(_named)
