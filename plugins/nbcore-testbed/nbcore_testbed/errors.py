"""The errors of the testbed; each text says what happened and what to do.

TestbedError
UsageError              an argument that cannot be meant
UnknownVersion      the index has no such version of Nautobot or of an app
WrongPython         no Python on this machine runs that Nautobot
InstallError            packages could not be installed
NoSpace                 the disk is full, or nearly so
PortTaken               the port that was asked for is in use
ServerEnded             a server ended by itself, or did not answer in time
NotRunning              there is no testbed of that name
Busy                    another command works on the same testbed
"""

from __future__ import annotations

__all__ = [
    "Busy",
    "InstallError",
    "NoSpace",
    "NotRunning",
    "PortTaken",
    "ServerEnded",
    "TestbedError",
    "UnknownVersion",
    "UsageError",
    "WrongPython",
]


class TestbedError(Exception):
    """Anything that keeps the testbed from doing what it was asked to do."""

    __test__ = False  # pytest would take the class for a test by its name


class UsageError(TestbedError):
    """An argument that cannot be meant."""


class UnknownVersion(UsageError):
    """The index has no such version of Nautobot or of an app."""


class WrongPython(UsageError):
    """No Python on this machine runs that Nautobot."""


class InstallError(TestbedError):
    """Packages could not be installed."""


class NoSpace(TestbedError):
    """The disk is full, or nearly so."""


class PortTaken(TestbedError):
    """The port that was asked for is in use."""


class ServerEnded(TestbedError):
    """A server ended by itself, or did not answer in time."""


class NotRunning(TestbedError):
    """There is no testbed of that name."""


class Busy(TestbedError):
    """Another command works on the same testbed."""
