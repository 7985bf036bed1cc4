"""One attempt of a call on the wire, through requests: the only place that sends."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from ..errors import ContentError, DeadlineError, InputError, RedirectError, TransportError, describe
from ..messages import Call, Reply
from ..options import Options
from ..values import encode
from . import bodies, http_connections, redirects, versions
from .http_connections import RepeatedWriteError
from .network_errors import translated
from .session import adopt
from .signing import signing
from .token import TokenAuth

_log = logging.getLogger("nbcore.transport")
_OF_THE_WIRE = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, AssertionError)


def send(call: Call, session: requests.Session, auth: TokenAuth, options: Options, *, assigned: bool) -> Reply:
    """Send one attempt; any status is a Reply, following redirects of reads within the origin.

    Args:
        call: what to send.
        session: what to send it with.
        auth: the token.
        options: the Api's settings.
        assigned: whether the session is the user's, which gets the token as a header.

    Raises:
        TransportError: no complete answer. RedirectError, TooLargeError, ContentError: an answer that cannot be used.
    """
    url = f"{options.base_url}/{call.path}"
    for _ in range(redirects.MOST):
        reply = _send_once(call, url, session, auth, options, assigned)
        if reply.status not in redirects.REDIRECTS:
            return reply
        url = redirects.target_of(call, url, reply)
    raise RedirectError(f"{describe(call)} was redirected {redirects.MOST} times, last to {url}: a redirect loop on the server.", call)


def _send_once(call: Call, url: str, session: requests.Session, auth: TokenAuth, options: Options, assigned: bool) -> Reply:
    """Send a call to one address, and read its answer to the end."""
    adopt(session, url)
    answered: list[Reply] = []

    def read(response: requests.Response, *_: Any, **__: Any) -> None:
        """Read the body before any other hook sees the response: within the limits, and for all of them."""
        try:
            answered[:] = [_reply(response, bodies.read(call, response, options), started)]
        except BaseException:
            _close(response)
            raise

    arguments = {**_timeouts(call, options), **_query(call, url, session), **_body(call)}
    started = time.monotonic()
    this = http_connections.attempt
    this.begin(call.deadline, None if assigned else auth, call.writes)
    failure: Exception
    try:
        response = session.request(
            call.method, url, auth=signing(session, auth if assigned else None, auth), hooks={"response": [read, *_hooks(session)]},
            allow_redirects=False, stream=True, verify=session.verify, **arguments,
        )  # fmt: skip
        if not hasattr(response, "status_code"):
            raise ContentError(
                f"{describe(call)}: the session's request() gave a {type(response).__name__}, and no requests.Response.", call
            )
        try:
            reply = _reply(response, bodies.read(call, response, options), started)
        finally:
            _close(response)
        if not this.sent and not this.pooled and not assigned and auth.token and url.startswith("http"):
            _say_without_token(call, session.get_adapter(url))
        return reply
    except Exception as exc:
        if isinstance(exc, (ContentError, InputError, TransportError)):
            raise
        said = _spoken_for(call, exc, answered, options, started)
        if said is not None:
            return said
        of_the_wire = isinstance(exc, _OF_THE_WIRE) and not answered
        if of_the_wire and not (this.signing and not isinstance(exc, (requests.RequestException, OSError))):
            failure = translated(call, exc, started, auth, options, session)
        else:
            # Of a hook, an auth or an override of the session: it is its owner's, and no failure of the connection.
            failure = exc.with_traceback(_of_the_owner(exc.__traceback__))
    finally:
        this.end()
    # Raised outside the handler: requests' own errors and frames hold the prepared request, and with it the token.
    raise failure


def _of_the_owner(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback below the frames of requests and urllib3."""
    found = trace
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("requests", "urllib3", "http"):
            found = trace.tb_next
        trace = trace.tb_next
    return found


def _hooks(session: requests.Session) -> list[Any]:
    """The session's own response hooks."""
    own: Any = (session.hooks or {}).get("response") or ()
    return [own] if callable(own) else [hook for hook in own if callable(hook)]


def _close(response: requests.Response) -> None:
    """Give the connection back, where there is one: a response that was made by hand has none."""
    if response.raw is not None:
        response.close()


def _reply(response: requests.Response, content: bytes, started: float) -> Reply:
    headers = {str(key).lower(): str(value) for key, value in (response.headers or {}).items()}
    return Reply(response.status_code, response.reason or "", headers, content, response.url or "", time.monotonic() - started)


def _spoken_for(call: Call, exc: Exception, answered: list[Reply], options: Options, started: float) -> Reply | None:
    """The answer that an HTTPError speaks for: a hook or an override called `raise_for_status()`. None for any other error.

    Where a loop below was about to send a write again, the answer to the first time counts.
    """
    if isinstance(exc, RepeatedWriteError):
        return answered[0] if answered else None
    if not isinstance(exc, requests.HTTPError):
        return None
    response = exc.response
    reply = answered[0] if answered else None
    if isinstance(response, requests.Response) and isinstance(response.status_code, int):
        reply = _reply(response, bodies.read(call, response, options), started)
    return reply if reply is not None and reply.status >= 400 else None


def _say_without_token(call: Call, adapter: Any) -> None:
    """Log that an adapter of the own session sent without the token."""
    if isinstance(adapter, HTTPAdapter):
        return  # somebody answered in the place of its connections, as tests do
    _log.warning(
        "%s went out through %s, which is not on urllib3's connections, so without the token; assign the session to send it",
        describe(call), type(adapter).__name__,
    )  # fmt: skip


def _timeouts(call: Call, options: Options) -> dict[str, Any]:
    """How long connecting and each wait for the answer may take, within what is left until the deadline.

    Raises:
        DeadlineError: nothing is left.
    """
    remaining = None if call.deadline is None else call.deadline - time.monotonic()
    if remaining is not None and remaining <= 0:
        raise DeadlineError(
            f"{describe(call)} was not sent: its deadline ({options.deadline} s) has passed. Raise deadline.", call, sent=False
        )
    connect, read = (part if remaining is None else remaining if part is None else min(part, remaining) for part in options.timeout)
    return {"timeout": (connect, read)}


def _body(call: Call) -> dict[str, Any]:
    """The body and the headers that tell of it and of the answer that is wanted."""
    headers = {"Accept": versions.accept(call)}
    if call.fresh:
        headers["Cache-Control"] = "no-cache"  # a session that caches (requests-cache, CacheControl) then asks the server
    if call.files is not None:
        return {"headers": headers, "files": dict(call.files), "data": call.body}
    if call.body is not None:
        return {"headers": {**headers, "Content-Type": "application/json"}, "data": encode(call.body)}
    return {"headers": headers}


def _query(call: Call, url: str, session: requests.Session) -> dict[str, Any]:
    """The session's parameters, with those of the call in their place where both name one.

    requests joins the two by itself only where both are dicts. An address that a redirect gave has its query already.
    """
    if not call.params or "?" in url:
        return {}
    named = {name for name, _ in call.params}
    own: Any = session.params.items() if isinstance(session.params, Mapping) else session.params or ()
    return {"params": [*((name, value) for name, value in own if name not in named), *call.params]}
