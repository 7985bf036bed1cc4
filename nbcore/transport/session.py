"""The requests session of an Api: made with nbcore's settings, or the user's own, which keeps nbcore's promises from then on."""

from __future__ import annotations

import logging
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from ..errors import InputError
from ..options import Options
from . import http_connections

_log = logging.getLogger("nbcore.transport")
_LOOPBACK = ("localhost", "127.", "::1")


def new_session(options: Options) -> requests.Session:
    """A session with a pool for `max_workers` connections, no retries of its own, and no cookies."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=max(options.max_workers, 4), max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = f"nbcore {requests.utils.default_user_agent()}"
    session.verify = options.verify
    if options.proxies:
        session.proxies.update(options.proxies)
    host = urlsplit(options.url).hostname or ""
    if options.url.startswith("http://") and not host.startswith(_LOOPBACK):
        _log.warning("%s is plain http: the token can be read on the way; use https", options.url)
    return session


class _NoCookies(DefaultCookiePolicy):
    """Stores no cookie of an answer; those that the session's owner put in are sent."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


def checked(session: object) -> requests.Session:
    """A session that was assigned.

    Raises:
        InputError: it is none of requests.
    """
    if not isinstance(session, requests.Session):
        raise InputError(f"http_session must be a requests.Session, or of a class of its kind, not {type(session).__name__}")
    return session


def adopt(session: requests.Session, url: str) -> None:
    """Make a session keep nbcore's promises: no cookie is stored, deadlines hold, and the token is added on the wire.

    It is called before each request, so that whatever was mounted, changed or replaced since the last one is adopted too.
    """
    policy = getattr(session.cookies, "_policy", None)
    if not isinstance(policy, _NoCookies) and hasattr(session.cookies, "set_policy"):
        session.cookies.set_policy(_NoCookies())
    http_connections.adopt(session, url)
