"""One exchange: a call goes out through the hooks, is sent again where that is safe, and comes back as a checked answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import pluggy

from .. import errors
from ..errors import (
    AmbiguousWriteError,
    CallError,
    ContentError,
    PluginError,
    describe,
)
from ..messages import Call, Reply
from ..plugins import named, who
from . import in_flight, retry

if TYPE_CHECKING:
    from ..contracts import Decoder, Settle

_log = logging.getLogger("nbcore.transport")
_REFUSED = frozenset({400, 401, 403, 404, 409, 429})


class Exchange:
    """Sends the calls of one Api, each with its retries.

    Args:
        hooks: the hook relay of the Api's plugin manager.
        watch: calls a hook that only watches.
        retries: says what may be sent again, and when.
        versions_seen: the version of the REST API that the server answered with, by the one that was asked for.
    """

    def __init__(
        self,
        hooks: pluggy.HookRelay,
        watch: Callable[..., None],
        retries: retry.Retries,
        versions_seen: dict[str | None, str],
    ) -> None:
        self.hooks = hooks
        self.watch = watch
        self.retries = retries
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
            if in_flight.ended():
                raise _ended(call, doubt)
            reply, data, failure = self._attempt(call, decode)
            if failure is None:
                assert reply is not None  # noqa: S101  for the type checker: no failure means an answer
                self.retries.succeeded()
                return reply, data
            kind = retry.classify(failure)
            if in_flight.ended():
                raise _ended(call, doubt or (kind is not retry.Failure.UNSENT and kind is not retry.Failure.REJECTED)) from failure
            if (done := _found_done(call, failure, kind, settle, doubt)) is not None:
                return done
            doubt = doubt or kind is retry.Failure.AMBIGUOUS
            unreadable += isinstance(failure, ContentError)
            try:
                pause = self.retries.pause(call, failure, kind, settle is not None, unreadable)
            except CallError as end:
                _raise_with_doubt(call, failure, end, doubt)
            self._wait(call, failure, pause)
            call = call.again()

    def _wait(self, call: Call, failure: CallError, pause: float) -> None:
        """Tell of the failure, and wait before the next attempt."""
        self.watch("nbcore_retrying", call=call, failure=failure, attempt=call.attempt, delay=pause)
        _log.info("%s failed (%s); attempt %d follows in %.1f s", describe(call), failure, call.attempt + 1, pause)
        in_flight.pause(pause)

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

    def _odd(self, name: str, value: object, wanted: str) -> PluginError:
        """The error of a hook that returned what it must not."""
        plugins = who(getattr(self.hooks, name))
        return PluginError(f"an {name} hook returned {type(value).__name__}; it must return {wanted}. Plugins with this hook: {plugins}")


def _ended(call: Call, doubt: bool) -> CallError:
    """The error of a call that was ended here: by closing its Api, by an interrupt, or since nobody awaits it any more.

    Args:
        call: what was ended.
        doubt: whether it may have reached the server.
    """
    error = errors.ProtocolError(
        f"{describe(call)} was ended here before its answer came: its Api was closed, or what waited for it was.", call
    )
    return retry.ambiguous(call, error) if doubt and call.writes else error


def _found_done(call: Call, failure: CallError, kind: retry.Failure, settle: Settle | None, doubt: bool) -> tuple[Reply, Any] | None:
    """What a failed write gives where it is found to have happened; None where it did not, or nobody can tell.

    Args:
        call: what failed.
        failure: how.
        kind: the class of the failure.
        settle: finds out whether the write happened; None where nothing can.
        doubt: whether an attempt before this one left the outcome open.
    """
    if doubt and failure.reply is not None and call.method == "DELETE" and retry.is_gone(failure):
        return failure.reply, None
    # An error status that follows an open outcome may be the trace of the attempt before: "this id exists already".
    if settle is not None and (kind is retry.Failure.AMBIGUOUS or (doubt and kind is retry.Failure.FINAL)):
        return settle(call, failure)
    return None


def _raise_with_doubt(call: Call, failure: CallError, end: CallError, doubt: bool) -> NoReturn:
    """Raise the end of a call's attempts; for a write that may have happened, an error that says so.

    Args:
        call: what failed.
        failure: how its last attempt failed.
        end: why there is no other attempt.
        doubt: whether an attempt left the outcome open.
    """
    refused = end.reply is not None and end.reply.status in _REFUSED  # it was looked for and is not there, so the refusal is the outcome
    if not doubt or not call.writes or call.method == "DELETE" or refused or isinstance(end, AmbiguousWriteError):
        raise end
    raise retry.ambiguous(call, failure) from end
