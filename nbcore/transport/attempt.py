"""One attempt of a call on the wire, through requests: the only place that sends."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import requests
import urllib3

from ..errors import ContentError, DeadlineError, InputError, RedirectError, TransportError, describe
from ..messages import Call, Reply
from ..options import Options
from ..values import encode
from . import bodies, http_connections, redirects, versions
from .network_errors import translated
from .token import TokenAuth, no_netrc

_log = logging.getLogger("nbcore.transport")


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
    arguments = {**_timeouts(call, options), **_query(call, url, session), **_body(call)}
    started = time.monotonic()
    this = http_connections.attempt
    this.begin(call.deadline, None if assigned else auth)
    failure: Exception
    try:
        with session.request(
            call.method, url, auth=auth if assigned else no_netrc, allow_redirects=False, stream=True, verify=session.verify, **arguments
        ) as response:
            content = bodies.read(call, response, options)
            if not this.sent and not assigned and auth.token and url.startswith("http"):
                _log.warning(
                    "%s went out through %s, which is not on urllib3's connections, so without the token; assign the session to send it",
                    describe(call), type(session.get_adapter(url)).__name__,
                )  # fmt: skip
            return Reply(
                response.status_code, response.reason or "", {key.lower(): value for key, value in response.headers.items()},
                content, response.url, time.monotonic() - started,
            )  # fmt: skip
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, AssertionError) as exc:
        if isinstance(exc, (ContentError, InputError, TransportError)):
            raise
        failure = translated(call, exc, started, auth, options, stale=this.stale)
    finally:
        this.end()
    # Raised outside the handler: requests' own errors carry the prepared request, and with it the token.
    raise failure


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
