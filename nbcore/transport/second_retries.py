"""Retries of an adapter, below those of nbcore: they keep the deadline, and repeat no write."""

from __future__ import annotations

import logging
import time
import weakref
from typing import TYPE_CHECKING, Any

from urllib3.exceptions import ConnectTimeoutError, InvalidHeader, MaxRetryError
from urllib3.util import Retry

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

_log = logging.getLogger("nbcore.transport")
_told: weakref.WeakSet[Retry] = weakref.WeakSet()


def retries_of_its_own(retries: Any) -> bool:
    """Whether an adapter's max_retries sends anything again. A total of None has no limit but those of each kind."""
    return isinstance(retries, Retry) and retries.total != 0


def say(adapter: HTTPAdapter) -> None:
    """Log, once for each, that an adapter sends again by itself."""
    retries = adapter.max_retries
    if retries_of_its_own(retries) and retries not in _told:
        _told.add(retries)
        _log.warning(
            "an adapter of the session sends again by itself (%r), below the retries of nbcore. It does so for reads only, and within the "
            "deadline; a write is sent once. Mount it without max_retries, and say Api(retries=...) instead.", retries,
        )  # fmt: skip


class Bounded:
    """Put before the class of an adapter's Retry for one request.

    Attributes:
        deadline: the moment (time.monotonic) after which nothing is sent again; None for never.
        writes: whether the request may change something on the server.
    """

    deadline: float | None = None
    writes: bool = False
    respect_retry_after_header: bool

    def increment(self, method: Any = None, url: Any = None, response: Any = None, error: Any = None, *args: Any, **named: Any) -> Any:
        """The Retry for the next attempt.

        Raises:
            MaxRetryError: there is none; the answer then goes to nbcore, whose rules are the next to be asked.
            Exception: the error that was met, where there is no next attempt after it.
        """
        unsent = isinstance(getattr(error, "original_error", error), ConnectTimeoutError)
        pool: Any = args[0] if args else named.get("_pool")
        if self.writes and not unsent:
            raise error or MaxRetryError(pool, url, None)
        following = super().increment(method, url, response, error, *args, **named)  # type: ignore[misc]
        following.deadline, following.writes = self.deadline, self.writes
        try:
            pause = (following.respect_retry_after_header and response and following.get_retry_after(response)) or 0
        except InvalidHeader:
            pause = float("inf")
        if self.deadline is not None and time.monotonic() + (pause or following.get_backoff_time()) >= self.deadline:
            raise error or MaxRetryError(pool, url, None)
        return following


def bounded(retries: Retry, deadline: float | None, writes: bool, put_before: Any) -> Any:
    """A copy of an adapter's Retry that keeps the deadline and repeats no write.

    Args:
        retries: the adapter's.
        deadline: of the call.
        writes: whether the call may change something.
        put_before: puts a class before an object's own.
    """
    # An answer that it does not send again for is given to nbcore, and not an error that has lost it.
    made: Any = retries.new(raise_on_status=False)
    put_before(made, Bounded)
    made.deadline, made.writes = deadline, writes
    return made
