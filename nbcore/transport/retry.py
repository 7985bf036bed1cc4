"""What may be sent again, when, and how often. The one place that classifies a failure.

Classes of failure: *unsent* (no connection: any method may be sent again), *rejected* (429: any method), *ambiguous* (broken or timed out
after sending, 502, 503, 504, an unreadable success, a 500 that is not Nautobot's own or names a lost database: only calls that are the
same when sent twice), *final* (everything else).
"""

from __future__ import annotations

import enum
import random
import threading
import time
from typing import Any

from .. import errors
from ..errors import (
    AmbiguousWriteError,
    CallError,
    ContentError,
    NotFoundError,
    RateLimitError,
    RetriesExhaustedError,
    RouteNotFoundError,
    ServerError,
    TooLargeError,
    TransportError,
    describe,
)
from ..messages import Call, Reply
from ..options import Options

RETRY_AFTER_LIMIT = 60.0
_CAP = 20.0
_BASE = 0.5
_LOST_DATABASE = frozenset({"OperationalError", "InterfaceError"})


class Failure(enum.Enum):
    """How much is known of what a failed attempt did."""

    UNSENT = "unsent"
    REJECTED = "rejected"
    AMBIGUOUS = "ambiguous"
    FINAL = "final"


def classify(failure: Exception) -> Failure:
    """The class of a failed attempt."""
    if isinstance(failure, errors.CertificateError) or (isinstance(failure, errors.DeadlineError) and not failure.sent):
        return Failure.FINAL
    if isinstance(failure, errors.ConnectError):
        return Failure.UNSENT
    if isinstance(failure, TransportError):
        return Failure.AMBIGUOUS
    if isinstance(failure, RateLimitError):
        return Failure.REJECTED
    if isinstance(failure, TooLargeError):
        return Failure.FINAL
    if isinstance(failure, ContentError):
        # An unreadable success; a page of a proxy with another status is that proxy's answer.
        return Failure.AMBIGUOUS if failure.reply is None or failure.reply.status < 300 else Failure.FINAL
    if isinstance(failure, ServerError) and failure.reply is not None and _passing(failure.reply):
        return Failure.AMBIGUOUS
    return Failure.FINAL


def _passing(reply: Reply) -> bool:
    """Whether an error status may pass by itself. A JSON 503 of a view (napalm without a platform) is its answer and stays."""
    if reply.status in (502, 504):
        return True
    data = reply.json_or_none()
    if data is None:
        return reply.status in (500, 503)
    if reply.status == 500:
        return isinstance(data, dict) and data.get("exception") in _LOST_DATABASE
    return reply.status == 503 and (reply.header("Retry-After") is not None or reply.header("API-Version") is None)


def may_resend(call: Call, kind: Failure) -> bool:
    """Whether a call may be sent again after a failure of this class."""
    return kind in (Failure.UNSENT, Failure.REJECTED) or (kind is Failure.AMBIGUOUS and call.idempotent)


def is_gone(failure: Exception) -> bool:
    """Whether Nautobot itself says that the object is not there."""
    return isinstance(failure, NotFoundError) and not isinstance(failure, RouteNotFoundError)


def delay(failure: Exception, attempt: int) -> tuple[float, bool]:
    """Seconds before the next attempt, and whether the server asked for them: its Retry-After where it gives one, else full jitter."""
    reply = getattr(failure, "reply", None)
    asked = reply.retry_after if isinstance(reply, Reply) and reply.status in (429, 503) else None
    if asked is not None:
        return asked, True
    return random.uniform(0, min(_CAP, _BASE * 2.0 ** min(attempt - 1, 10))), False  # noqa: S311  jitter, not a secret


def ambiguous(call: Call, failure: CallError) -> AmbiguousWriteError:
    """The error of a write whose outcome stays open."""
    named = ids_in(call.body)
    look = f"Look for {', '.join(named[:5])}{', ...' if len(named) > 5 else ''}" if named else "Look for what it should have done"
    happened = str(failure).partition(". ")[0].rstrip(".")  # what it advises ("try again") does not hold for a write
    return AmbiguousWriteError(
        f"{describe(call)} was sent and its outcome is not known, so the write may or may not have happened ({happened}). "
        f"{look} before sending it again.",
        call,
        failure.reply,
        ids=named,
    )


def ids_in(body: Any) -> list[str]:
    """The ids that the body of a write names."""
    items = body if isinstance(body, list) else [body]
    return [str(item["id"]) for item in items if isinstance(item, dict) and item.get("id")]


class Budget:
    """Tokens for retries, shared by the threads of one Api: a server that fails everything is not asked n times as often."""

    def __init__(self, size: int = 500) -> None:
        self._size = self._left = size
        self._lock = threading.Lock()

    def take(self, failure: Exception) -> bool:
        """Pay for a retry (10 after a time-out, else 5); False when the budget is spent."""
        cost = 10 if isinstance(failure, errors.TimeoutError) else 5
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def give(self) -> None:
        """A success gives one token back."""
        if self._left < self._size:
            with self._lock:
                self._left = min(self._size, self._left + 1)


class Retries:
    """Says for each failed attempt of an Api's calls whether another follows, and after which pause.

    Args:
        options: the Api's settings: `retries` and `deadline`.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._budget = Budget()

    def succeeded(self) -> None:
        """Note an attempt that did not fail."""
        self._budget.give()

    def after_fork(self) -> None:
        """In a forked child: begin with a full budget, whose lock no thread of the parent holds."""
        self._budget = Budget()

    def pause(self, call: Call, failure: CallError, kind: Failure, settled: bool, unreadable: int) -> float:
        """Seconds before the next attempt.

        Args:
            call: what failed.
            failure: how.
            kind: its class.
            settled: whether the outcome was looked for, and the write found not to have happened.
            unreadable: how many answers of this call could not be read; a second one is the server's way, and final.

        Raises:
            CallError: there is no other attempt; the error says why.
        """
        allowed = may_resend(call, kind) or (settled and kind is Failure.AMBIGUOUS)
        stale = isinstance(failure, errors.ProtocolError) and failure.stale and call.attempt == 1
        if stale and allowed and not self._options.retries:
            return 0.0  # a kept-alive connection that the server had closed: any pool replaces it once
        if not allowed and kind is Failure.AMBIGUOUS and call.writes:
            raise ambiguous(call, failure) from failure
        if not allowed:
            raise failure
        if call.attempt > self._options.retries or (isinstance(failure, ContentError) and unreadable > 1):
            raise _last(call, failure)
        return self._in_time(call, failure, kind)

    def _in_time(self, call: Call, failure: CallError, kind: Failure) -> float:
        """The pause before an attempt that is allowed, where the server's wish, the deadline and the budget leave room for it."""
        pause, asked = delay(failure, call.attempt)
        late = call.deadline is not None and time.monotonic() + pause > call.deadline
        if asked and (pause > RETRY_AFTER_LIMIT or (late and (call.attempt == 1 or kind is Failure.REJECTED))):
            raise failure
        if late:
            raise errors.DeadlineError(
                f"{describe(call)}: no time left for another attempt within {self._options.deadline} s ({failure}).", call
            ) from failure
        if not self._budget.take(failure):
            raise _exhausted(failure)(
                f"{describe(call)} failed and the retry budget of this Api is spent: too much fails at once ({failure}).",
                call, failure.reply, attempts=call.attempt,
            ) from failure  # fmt: skip
        return pause


def _exhausted(failure: CallError) -> type[RetriesExhaustedError]:
    """The class of the error when no attempt is left: without an answer to the last one, it is an error of requests too."""
    return errors.UnansweredError if isinstance(failure, TransportError) else RetriesExhaustedError


def _last(call: Call, failure: CallError) -> CallError:
    """The error after the last attempt allowed: the failure itself when there was only one attempt, or an answer that is no JSON."""
    if call.attempt == 1 or isinstance(failure, ContentError):
        return failure
    error = _exhausted(failure)(
        f"{describe(call)} failed {call.attempt} times, last: {failure}", call, failure.reply, attempts=call.attempt
    )
    error.__cause__ = failure
    return error
