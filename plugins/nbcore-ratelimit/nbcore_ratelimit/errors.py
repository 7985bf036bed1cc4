"""The errors of this package. Both say that nothing was sent, so both are ConnectErrors: any method may be tried again."""

from __future__ import annotations

from nbcore import ConnectError, DeadlineError


class RateWaitError(DeadlineError, ConnectError):
    """The call would have had to wait for the rate limit beyond its deadline. It was not sent."""


class LimiterError(ConnectError):
    """The Redis that keeps the shared limit did not answer. The call was not sent."""
