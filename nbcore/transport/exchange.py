"""One exchange: a call goes out through the hooks, is sent again where that is safe, and comes back as a checked answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pluggy

from ..contracts import Decoder, Settle
from ..errors import (
    AmbiguousWriteError,
    CallError,
    ContentError,
    DeadlineError,
    PluginError,
    ProtocolError,
    RetriesExhaustedError,
    describe,
)
from ..messages import Call, Reply
from ..options import Options
from ..plugins import named, who
from . import retry

_log = logging.getLogger("nbcore.transport")
_REFUSED = frozenset({400, 401, 403, 404, 409, 429})


class Exchange:
    """Sends the calls of one Api, each with its retries.

    Args:
        options: the Api's settings.
        hooks: the hook relay of the Api's plugin manager.
        watch: calls a hook that only watches.
        budget: what retries are paid from.
        versions_seen: the version of the REST API that the server answered with, by the one that was asked for.
    """

    def __init__(
        self,
        options: Options,
        hooks: pluggy.HookRelay,
        watch: Callable[..., None],
        budget: retry.Budget,
        versions_seen: dict[str | None, str],
    ) -> None:
        self.options = options
        self.hooks = hooks
        self.watch = watch
        self.budget = budget
        self.versions_seen = versions_seen

    def run(self, call: Call, decode: Decoder, settle: Settle | None = None, doubt: bool = False) -> tuple[Reply, Any]:
        """Send a call, again where its failure allows, and read the answer.

        Args:
            call: what to send.
            decode: reads the answer.
            settle: for a write: finds out, after a failure that leaves the outcome open, whether it happened.
            doubt: whether it may have been sent before, by a process that was resumed from its journal.

        Returns:
            The reply and what `decode` makes of it (None for an answer without a body); for a write that was found to have happened, what
            `settle` gives.

        Raises:
            CallError: what the last attempt failed with; RetriesExhaustedError when several were made; AmbiguousWriteError for a write
                whose outcome stays open.
        """
        unreadable = 0
        while True:
            reply, data, failure = self._attempt(call, decode)
            if failure is None:
                assert reply is not None  # noqa: S101  for the type checker: no failure means an answer
                self.budget.give()
                return reply, data
            kind = retry.classify(failure)
            unreadable += isinstance(failure, ContentError)
            if doubt and failure.reply is not None and call.method == "DELETE" and retry.is_gone(failure):
                return failure.reply, None
            # An error status that follows an open outcome may be the trace of the attempt before: "this id exists already".
            open_now = kind is retry.Failure.AMBIGUOUS
            asks = settle is not None and (open_now or (doubt and kind is retry.Failure.FINAL))
            if asks and settle is not None and (found := settle(call, failure)) is not None:
                return found
            doubt = doubt or open_now
            pause = self._pause_or_raise(call, failure, kind, settle is not None, unreadable, doubt)
            self.watch("nbcore_retrying", call=call, failure=failure, attempt=call.attempt, delay=pause)
            _log.info("%s failed (%s); attempt %d follows in %.1f s", describe(call), failure, call.attempt + 1, pause)
            time.sleep(pause)
            call = call.again()

    def _attempt(self, call: Call, decode: Decoder) -> tuple[Reply | None, Any, CallError | None]:
        """One attempt: the answer and its data, or the failure."""
        reply = None
        try:
            with named(self.hooks.nbcore_send):
                reply = self.hooks.nbcore_send(call=call)
            if not isinstance(reply, Reply):
                raise self._odd("nbcore_send", reply, "a Reply")
            if version := reply.header("API-Version"):
                self.versions_seen[call.api_version] = version
            if reply.status >= 300 or not reply.content:
                with named(self.hooks.nbcore_error):
                    failure = self.hooks.nbcore_error(call=call, reply=reply)
                if failure is not None:
                    raise failure if isinstance(failure, BaseException) else self._odd("nbcore_error", failure, "an exception or None")
                return reply, None, None
            return reply, decode(call, reply), None
        except CallError as failure:
            return reply, None, failure

    def _pause_or_raise(self, call: Call, failure: CallError, kind: retry.Failure, settled: bool, unreadable: int, doubt: bool) -> float:
        """Seconds before the next attempt; raises where there is none, with what is known of a write."""
        try:
            return self._pause(call, failure, kind, settled, unreadable)
        except CallError as end:
            if not (doubt and call.writes and call.method != "DELETE"):
                raise
            if end.reply is not None and end.reply.status in _REFUSED:
                raise  # it was looked for and is not there, and now it is refused: the refusal is the outcome
            if isinstance(end, AmbiguousWriteError):
                raise
            raise retry.ambiguous(call, failure) from end

    def _pause(self, call: Call, failure: CallError, kind: retry.Failure, settled: bool, unreadable: int) -> float:
        """Seconds before the next attempt; raises where there is none.

        Args:
            call: what failed.
            failure: how.
            kind: its class.
            settled: whether the outcome was looked for, and the write found not to have happened.
            unreadable: how many answers of this call could not be read; a second one is the server's way, and final.
        """
        allowed = retry.may_resend(call, kind) or (settled and kind is retry.Failure.AMBIGUOUS)
        stale = isinstance(failure, ProtocolError) and failure.stale and call.attempt == 1
        if stale and allowed and not self.options.retries:
            return 0.0  # a kept-alive connection that the server had closed: any pool replaces it once
        if not allowed and kind is retry.Failure.AMBIGUOUS and call.writes:
            raise retry.ambiguous(call, failure) from failure
        if not allowed or call.attempt > self.options.retries or (isinstance(failure, ContentError) and unreadable > 1):
            raise self._last(call, failure) if allowed else failure
        pause, asked = retry.delay(failure, call.attempt)
        late = call.deadline is not None and time.monotonic() + pause > call.deadline
        if asked and (pause > retry.RETRY_AFTER_LIMIT or (late and (call.attempt == 1 or kind is retry.Failure.REJECTED))):
            raise failure
        if late:
            raise DeadlineError(
                f"{describe(call)}: no time left for another attempt within {self.options.deadline} s ({failure}).", call
            ) from failure
        if not self.budget.take(failure):
            raise RetriesExhaustedError(
                f"{describe(call)} failed and the retry budget of this Api is spent: too much fails at once ({failure}).",
                call, failure.reply, attempts=call.attempt,
            ) from failure  # fmt: skip
        return pause

    def _last(self, call: Call, failure: CallError) -> CallError:
        """The error after the last attempt allowed: the failure itself when there was only one attempt, or an answer that is no JSON."""
        if call.attempt == 1 or isinstance(failure, ContentError):
            return failure
        error = RetriesExhaustedError(
            f"{describe(call)} failed {call.attempt} times, last: {failure}", call, failure.reply, attempts=call.attempt
        )
        error.__cause__ = failure
        return error

    def _odd(self, name: str, value: object, wanted: str) -> PluginError:
        """The error of a hook that returned what it must not."""
        plugins = who(getattr(self.hooks, name))
        return PluginError(f"an {name} hook returned {type(value).__name__}; it must return {wanted}. Plugins with this hook: {plugins}")
