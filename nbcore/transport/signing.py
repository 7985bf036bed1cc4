"""What is added to a request before it goes to the session's adapter: the session's own auth first, and then the token."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from .http_connections import attempt
from .token import TokenAuth

_log = logging.getLogger("nbcore.transport")
_told: weakref.WeakSet[requests.Session] = weakref.WeakSet()


def signing(session: requests.Session, header: TokenAuth | None, token: TokenAuth) -> Callable[[requests.PreparedRequest], Any]:
    """An `auth` for one request. Where a request has an auth, requests takes no password from a netrc file.

    Args:
        session: whose own auth comes first.
        header: adds the token as a header; None where the connection adds it on the wire.
        token: the token, which takes the place of an Authorization header that the session's auth set.
    """

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if session.auth:
            request = _signed_by(session, request, token)
        return header(request) if header is not None else request

    return sign


def _signed_by(session: requests.Session, request: requests.PreparedRequest, token: TokenAuth) -> requests.PreparedRequest:
    """A request with what the session's own auth adds to it."""
    own: Any = session.auth
    before = request.headers.get("Authorization")
    attempt.signing = True
    if isinstance(own, tuple):
        own = HTTPBasicAuth(*own)
    request = own(request)
    attempt.signing = False
    if token.token and request.headers.get("Authorization") != before and session not in _told:
        _told.add(session)
        _log.warning(
            "the session's auth sets Authorization, and so does the token, which is the one that is sent. To send the session's, "
            'say token="" to the Api.'
        )
    return request
