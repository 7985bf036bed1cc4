"""Ports of loopback."""

from __future__ import annotations

import contextlib
import socket

from .errors import PortTaken


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def must_be_free(port: int) -> None:
    """Refuse a port that is in use.

    Raises:
        PortTaken: it is.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            text = f"Port {port} of 127.0.0.1 cannot be used: {error}."
            raise PortTaken(f"{text} Give another --port, or leave it out for a free one.") from None


def port_taken(error: Exception) -> bool:
    """Whether a server ended because somebody took its port between the look and its start."""
    return "already in use" in str(error)


def connects(port: int) -> bool:
    """Whether something listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
