"""Connection: what one Api sends with. The one place that builds a request, and the only way out to the server."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pluggy

from ..collector import resting
from ..errors import InputError, PluginError
from ..messages import OPERATIONS, Call, Operation, Reply
from ..options import Options
from ..plugins import each, named, who
from ..values import is_many, text
from . import in_flight, retry
from .bodies import decode as decode_json
from .exchange import Exchange
from .freshness import Freshness, decides
from .token import TokenAuth
from .workers import Workers

if TYPE_CHECKING:
    import requests

    from ..contracts import Decoder, In, Out, Returns, Settle
    from .identity import Strangers

_log = logging.getLogger("nbcore.transport")


class Connection:
    """What one Api sends with: its session, token, retry budget and threads. Safe to use from several threads, and after a fork.

    Args:
        options: the Api's settings.
        relay: the hook relay of the Api's plugin manager.
        token: the token.

    Attributes:
        api_version: the version of the REST API that is asked for; None for the server's own.
        default_filters: sent with every read.
        object_types: the object type of each list route, once an object of it was seen.
        versions_seen: the version that the server answered with, by the one that was asked for.
    """

    def __init__(self, options: Options, relay: pluggy.HookRelay, token: TokenAuth) -> None:
        self.options = options
        self.api_version = options.api_version
        filters = {"exclude_m2m": options.exclude_m2m, "include": options.include_default}
        self.default_filters: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
        self.object_types: dict[str, str] = {}
        self.versions_seen: dict[str | None, str] = {}
        self._auth = token
        self._hooks = relay
        self._exchange = Exchange(relay, self.watch, retry.Retries(options), self.versions_seen)
        self._workers = Workers(options.max_workers)
        self._freshness = Freshness()
        self._scope = in_flight.Scope()
        self._session: requests.Session | None = None
        self._assigned = False
        self._strangers: Strangers | None = None
        self._lock = threading.RLock()
        _alive.add(self)

    # --- the session -------------------------------------------------------------------------------------------------

    @property
    def session(self) -> requests.Session:
        """The requests session, made at first use; assign one and it rules (adapters, verify, headers, params)."""
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = self._new_session()
        return self._session

    @session.setter
    def session(self, session: requests.Session) -> None:
        from .session import checked

        self._session, self._assigned = checked(session), True

    @property
    def assigned(self) -> bool:
        """Whether the session is one that was assigned."""
        return self._assigned

    def _new_session(self) -> requests.Session:
        """A session that the hooks have shaped."""
        with resting():
            from .session import new_session  # requests and urllib3 come in with the first request

        session = new_session(self.options)
        with named(self._hooks.nbcore_configure_session):
            self._hooks.nbcore_configure_session(session=session, options=self.options)
        if session.verify is False and self.options.verify is not False:
            raise PluginError(
                "a plugin turned the checking of certificates off, so the token could go to anybody; if you want that, "
                f"say verify=False. Plugins with the hook: {who(self._hooks.nbcore_configure_session)}"
            )
        return session

    @property
    def identity(self) -> str:
        """A hash of all that identifies the connection: the server, the token, and what the session adds to every request.

        Two connections with the same identity are answered alike by the server.
        """
        session = self.session
        from .identity import Strangers, identity

        if self._strangers is None:
            self._strangers = Strangers()
        return identity(self.options.base_url, self._auth.token, session, self._strangers)

    @property
    def has_token(self) -> bool:
        """Whether a token is sent; a plugin may have given it."""
        return bool(self._auth.token)

    def redact(self, value: str) -> str:
        """A text without the token."""
        return self._auth.redact(value)

    # --- requests ----------------------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, str]] = (),
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        api_version: str | None = None,
        endpoint: str = "",
        action: str = "",
        operation: Operation = "",
        accept: str = "application/json",
        resend: bool | None = None,
        fresh: bool = False,
        deadline: float | None = None,
    ) -> Call:
        """A Call of this Api, not yet sent; the arguments are those of Call.

        Raises:
            InputError: an operation that is none of the words of `Operation`, or a parameter that cannot be sent.
        """
        if operation not in OPERATIONS:
            raise InputError(f"operation must be one of {', '.join(sorted(OPERATIONS - {''}))}, or left out, not {operation!r}")
        pairs = params.items() if isinstance(params, Mapping) else params
        many = ((name, value if is_many(value) else [value]) for name, value in pairs)
        query = tuple((name, text(name, item)) for name, values in many for item in values)
        return Call(
            method.upper(), path, query, body, files, api_version or self.api_version, accept,
            endpoint=endpoint, action=action, operation=operation, object_type=self.object_types.get(endpoint, ""),
            resend=resend, fresh=fresh or decides(), deadline=deadline,
        )  # fmt: skip

    def exchange(self, call: Call, decode: Decoder | None = None, settle: Settle | None = None, doubt: bool = False) -> tuple[Reply, Any]:
        """Send a call, again where its failure allows, and read the answer: see `Exchange.run`."""
        _check_path(call.path)
        if call.deadline is None and self.options.deadline is not None:
            call = replace(call, deadline=time.monotonic() + self.options.deadline)
        call = replace(call, server=self.options.base_url, identity=self.identity)
        with in_flight.within(self._scope):
            return self._exchange.run(call, decode or decode_json, settle, doubt)

    def request(self, method: str, path: str, *, returns: Returns = "json", **arguments: Any) -> Any:
        """Build a call, send it, and give what its answer holds.

        Args:
            method: the HTTP method.
            path: the route below /api/.
            returns: "json" (None for an answer without a body), "text", "bytes", or "reply".
            **arguments: those of call().

        Raises:
            InputError: `returns` is none of these, or an argument cannot be sent.
            CallError: it failed.
        """
        if returns not in ("json", "text", "bytes", "reply"):
            raise InputError(f'returns must be "json", "text", "bytes" or "reply", not {returns!r}')
        if returns in ("text", "bytes") and "accept" not in arguments:
            arguments["accept"] = "*/*"
        call = self.call(method, path, **arguments)
        if returns == "json":
            return self.exchange(call)[1]
        reply, _ = self.exchange(call, _as_it_is)
        return reply if returns == "reply" else reply.text if returns == "text" else reply.content

    def send(self, call: Call) -> Reply:
        """One attempt of a call on the wire: the core's own nbcore_send."""
        with in_flight.flight():
            return self._send(call)

    def _send(self, call: Call) -> Reply:
        from .attempt import send

        if not call.writes:
            # Here no plugin stands between any more. What is left is a cache of the session's own, which heeds the header of a fresh call.
            call = replace(call, fresh=self._freshness.needed(call))
            return send(call, self.session, self._auth, self.options, assigned=self._assigned)
        self._freshness.wrote()
        try:
            return send(call, self.session, self._auth, self.options, assigned=self._assigned)
        finally:
            self._freshness.wrote()

    def watch(self, name: str, **arguments: Any) -> None:
        """Call a hook that only watches; what it raises is logged, and the call goes on."""
        for plugin, _, failure in each(getattr(self._hooks, name), **arguments):
            if failure is not None:
                _log.error("the plugin %s failed in %s", plugin, name, exc_info=failure)

    def map(self, work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """`work(item)` of each item in the order given, `max_workers` at once; stopping early cancels what has not begun."""
        return self._workers.map(work, items)

    # --- its end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End what is in flight, close connections and end the threads; the next call opens new ones."""
        scope, self._scope = self._scope, in_flight.Scope()
        scope.end()
        with self._lock:
            if self._session is not None:
                self._session.close()
        self._workers.close()

    def _after_fork(self) -> None:
        """In a forked child: no connection, lock or thread of the parent is used again."""
        self._lock = threading.RLock()
        self._scope = in_flight.Scope()
        self._exchange.retries.after_fork()
        self._freshness.after_fork()
        self._auth.after_fork()
        if self._session is not None:
            from .http_connections import renew

            renew(self._session)

    def __repr__(self) -> str:
        return f"<Connection to {self.options.url}>"


_alive: weakref.WeakSet[Connection] = weakref.WeakSet()


def _reset_all() -> None:
    for connection in list(_alive):
        connection._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)


def _as_it_is(_call: Call, reply: Reply) -> Reply:
    return reply


def _check_path(path: str) -> None:
    """Refuse a route that would leave the API or carry a query.

    Raises:
        InputError: it would.
    """
    read = unquote(path)
    if any(char in path for char in "?#\\") or {".", ".."} & {*path.split("/"), *read.split("/")} or not read.isprintable():
        raise InputError(f"{path!r} is not a route below /api/; give query parameters as params=, and quote what an id may not hold")
