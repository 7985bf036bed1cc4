"""What identifies a connection to the server: all that may decide who asks, and so what the server answers."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

_ADDS = ("add_headers", "send", "init_poolmanager")  # the last one may give a client certificate
_SENDS = ("request", "prepare_request", "send")


class Strangers:
    """Objects of one Connection of which nobody can see what they add to a request. Each is the same as itself and no other.

    They are kept, so that none of them is ever taken for a later one at the same place in memory.
    """

    def __init__(self) -> None:
        self._mark = os.urandom(16).hex()
        self._known: dict[int, object] = {}

    def name(self, found: object) -> str:
        """A text that stands for an object, in this process and outside of it."""
        self._known[id(found)] = found
        return f"{self._mark} {id(found)}"


def identity(server: str, token: str, session: requests.Session, strangers: Strangers) -> str:
    """A hash of what identifies a connection. It tells nothing of the secrets in it.

    Two connections with the same identity may be given each other's answers, by a cache for example. So what cannot be compared (an
    `auth` function, a session or an adapter whose class adds to requests as it likes) is the same as itself only.

    Args:
        server: the root of the REST API.
        token: the API token, "" for none.
        session: what the requests are sent with; its headers, parameters, cookies, client certificate and auth count.
        strangers: what is known of the Connection's objects that cannot be compared.
    """
    headers = sorted((name.lower(), str(value)) for name, value in (session.headers or {}).items())
    params = sorted(map(repr, session.params.items())) if isinstance(session.params, Mapping) else session.params
    cookies = sorted((cookie.domain, cookie.path, cookie.name, cookie.value or "") for cookie in session.cookies)
    parts = (
        server,
        token,
        headers,
        params,
        cookies,
        _certificate(session.cert),
        _auth(session.auth, strangers),
        _overrides(session, strangers),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _certificate(cert: Any) -> list[tuple[str, int, int]]:
    """The files of a client certificate, each with its time and size: a path that is given another certificate is another identity."""
    found = []
    for path in (cert,) if isinstance(cert, (str, bytes, os.PathLike)) else cert or ():
        changed, size = 0, 0
        with contextlib.suppress(OSError):  # what is not there fails when it is sent
            about = os.stat(path)
            changed, size = about.st_mtime_ns, about.st_size
        found.append((repr(path), changed, size))
    return found


def _auth(auth: Any, strangers: Strangers) -> str:
    """What a session's auth says of who asks."""
    if auth is None or (isinstance(auth, tuple) and all(isinstance(part, (str, bytes)) for part in auth)):
        return repr(auth)
    if type(auth) is HTTPBasicAuth:
        return repr((auth.username, auth.password))
    return strangers.name(auth)


def _overrides(session: requests.Session, strangers: Strangers) -> list[str]:
    """The session and those of its adapters that may add to a request what nobody can see from outside."""
    found = [strangers.name(session)] if _differs(session, requests.Session, _SENDS) else []
    return found + [
        strangers.name(adapter)
        for adapter in session.adapters.values()
        if not isinstance(adapter, HTTPAdapter) or _differs(adapter, HTTPAdapter, _ADDS)
    ]


def _differs(found: object, base: type, names: tuple[str, ...]) -> bool:
    """Whether an object does one of these in another way than its base class does."""
    return any(name in vars(found) or getattr(type(found), name) is not getattr(base, name) for name in names)
