"""Transport: a call goes out through the hooks, is tried again where that is safe, and comes back as a checked answer."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

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
from . import body, hooks, retry
from .auth import TokenAuth
from .call import Call, Reply, check_path

if TYPE_CHECKING:
    import pluggy
    import requests

    from ..options import Options

_log = logging.getLogger("nbcore.transport")
_In = TypeVar("_In")
_Out = TypeVar("_Out")
Decoder = Callable[[Call, Reply], Any]
Settle = Callable[[Call, CallError], "tuple[Reply, Any] | None"]
_PLAIN_NO = frozenset({400, 401, 403, 404, 409, 429})


class Transport:
    """What one Api sends with: its session, token, retry budget and threads. Safe to use from several threads, and after a fork.

    Args:
        options: the Api's settings.
        relay: the hook relay of the Api's plugin manager.
        auth: the token.
    """

    def __init__(self, options: Options, relay: pluggy.HookRelay, auth: TokenAuth) -> None:
        self.options = options
        self._auth = auth
        self.api_version_seen: dict[str | None, str] = {}
        self._hooks = relay
        self._session: requests.Session | None = None
        self._assigned = False
        self.api_version = options.api_version
        self._pool: ThreadPoolExecutor | None = None
        self._budget = retry.Budget()
        self._lock = threading.RLock()
        _alive.add(self)

    @property
    def session(self) -> requests.Session:
        """The requests session, made at first use; assign one and it rules (adapters, verify, headers, params)."""
        if self._session is None:
            with self._lock:
                if self._session is None:
                    from .session import adopt, new_session

                    session = new_session(self.options)
                    with hooks.named(self._hooks.nbcore_configure_session):
                        self._hooks.nbcore_configure_session(session=session, options=self.options)
                    if session.verify is False and self.options.verify is not False:
                        raise PluginError(
                            "a plugin turned the checking of certificates off, so the token could go to anybody; if you want that, "
                            f"say verify=False. Plugins with the hook: {hooks.who(self._hooks.nbcore_configure_session)}"
                        )
                    adopt(session)
                    self._session = session
        return self._session

    @session.setter
    def session(self, session: requests.Session) -> None:
        from .session import adopt

        adopt(session)
        self._session, self._assigned = session, True

    @property
    def identity(self) -> str:
        """Who asks, without the secret: a hash of the server, the token, and what the session itself adds to every request."""
        session = self.session
        asks = (self.options.base_url, self._auth.token, repr(session.params), repr(sorted(session.headers.items())))
        return hashlib.sha256("\0".join(("nbcore", *asks)).encode()).hexdigest()[:32]

    def send(self, call: Call) -> Reply:
        """The core's own nbcore_send: one attempt on the wire."""
        from .session import send

        return send(call, self.session, self._auth, self.options, assigned=self._assigned)

    def redact(self, value: str) -> str:
        """A text without the token."""
        return self._auth.redact(value)

    def exchange(self, call: Call, decode: Decoder = body.decode, settle: Settle | None = None, doubt: bool = False) -> tuple[Reply, Any]:
        """Send a call, again where its failure allows, and read the answer.

        Args:
            call: what to send.
            decode: reads the answer.
            settle: for a write: finds out, after a failure that leaves the outcome open, whether it happened.
            doubt: whether it was sent before, by a process that did not see the outcome.

        Returns:
            The reply and what `decode` makes of it (None for an answer without a body); for a write that was found to have happened, what
            `settle` gives.

        Raises:
            CallError: what the last attempt failed with; RetriesExhaustedError when several were made; AmbiguousWriteError for a write
                whose outcome stays open.
        """
        check_path(call.path)
        if call.deadline is None and self.options.deadline is not None:
            call = replace(call, deadline=time.monotonic() + self.options.deadline)
        call = replace(call, identity=self.identity)
        unreadable = 0
        while True:
            reply, data, failure = self._try(call, decode)
            if failure is None:
                assert reply is not None  # noqa: S101  for the type checker: no failure means an answer
                self._budget.give()
                return reply, data
            kind = retry.classify(failure)
            unreadable += isinstance(failure, ContentError)
            if doubt and failure.reply is not None and call.method == "DELETE" and retry.is_gone(failure):
                return failure.reply, None
            # An error status that follows an open outcome may be the trace of the attempt before: "this id exists already".
            open_now = kind is retry.Failure.AMBIGUOUS
            if (
                settle is not None
                and (open_now or (doubt and kind is retry.Failure.FINAL))
                and (found := settle(call, failure)) is not None
            ):
                return found
            doubt = doubt or open_now
            try:
                pause = self._pause(call, failure, kind, settle is not None, unreadable)
            except CallError as end:
                if doubt and call.writes and call.method != "DELETE" and end.reply is not None and end.reply.status in _PLAIN_NO:
                    raise  # looked for and not there, and now refused: the refusal is the outcome
                if doubt and call.writes and call.method != "DELETE" and not isinstance(end, AmbiguousWriteError):
                    raise retry.ambiguous(call, failure) from end
                raise
            self.watch("nbcore_retrying", call=call, failure=failure, attempt=call.attempt, delay=pause)
            _log.info("%s failed (%s); attempt %d follows in %.1f s", describe(call), failure, call.attempt + 1, pause)
            time.sleep(pause)
            call = call.again()

    def _try(self, call: Call, decode: Decoder) -> tuple[Reply | None, Any, CallError | None]:
        """One attempt: the answer and its data, or the failure."""
        reply = None
        try:
            with hooks.named(self._hooks.nbcore_send):
                reply = self._hooks.nbcore_send(call=call)
            if not isinstance(reply, Reply):
                raise self._odd("nbcore_send", reply, "a Reply")
            if version := reply.header("API-Version"):
                self.api_version_seen[call.api_version] = version
            if reply.status >= 300 or not reply.content:
                with hooks.named(self._hooks.nbcore_error):
                    failure = self._hooks.nbcore_error(call=call, reply=reply)
                if failure is not None:
                    raise failure if isinstance(failure, BaseException) else self._odd("nbcore_error", failure, "an exception or None")
                return reply, None, None
            return reply, decode(call, reply), None
        except CallError as failure:
            return reply, None, failure

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
        if not self._budget.take(failure):
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
        plugins = hooks.who(getattr(self._hooks, name))
        return PluginError(f"an {name} hook returned {type(value).__name__}; it must return {wanted}. Plugins with this hook: {plugins}")

    def watch(self, name: str, **arguments: Any) -> None:
        """Call a hook that only watches; what it raises is logged, and the call goes on."""
        for plugin, _, failure in hooks.each(getattr(self._hooks, name), **arguments):
            if failure is not None:
                _log.error("the plugin %s failed in %s", plugin, name, exc_info=failure)

    def map(self, work: Callable[[_In], _Out], items: Iterable[_In]) -> Iterator[_Out]:
        """`work(item)` of each item in the order given, `max_workers` at once; stopping early cancels what has not begun."""
        pool = self._threads()
        waiting: deque[Future[_Out]] = deque()
        source = iter(items)
        try:
            for item in source:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= 2 * self.options.max_workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.options.max_workers, thread_name_prefix="nbcore")
            return self._pool

    def close(self) -> None:
        """Close connections and end the threads; the next call opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
            if self._session is not None:
                self._session.close()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _after_fork(self) -> None:
        """In a forked child: no connection or thread of the parent is used again."""
        self._lock = threading.RLock()
        self._pool = None
        self._budget = retry.Budget()
        self._auth.after_fork()
        if self._session is not None:
            from .clock import renew

            renew(self._session)


_alive: weakref.WeakSet[Transport] = weakref.WeakSet()


def _reset_all() -> None:
    for transport in list(_alive):
        transport._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
