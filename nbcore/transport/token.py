"""The token: resolved once, sent only to the Api's own scheme, host and port, and in no repr or pickle.

It is added by the connection itself (see urllib3_connections), below the session and its adapters, since hooks shape those. Only a
session that the user assigned gets it as a header of the request, as any requests session does: its adapters may not be urllib3's.
"""

from __future__ import annotations

import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from ..errors import InputError, PluginError
from ..options import Options, clean
from ..plugins import named

if TYPE_CHECKING:
    import pluggy
    from requests import PreparedRequest

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, host(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)


def host(name: str) -> str:
    """A host's name as connections have it: lower case, IDNA, without a dot at its end."""
    name = name.lower().rstrip(".")
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def no_netrc(request: PreparedRequest) -> PreparedRequest:
    """Requests' auth callable that adds nothing: being there, it keeps requests from taking a password out of a netrc file."""
    return request


class TokenAuth:
    """The token of one Api, for its origin and for no other. Called by requests, it adds it to a request of an assigned session."""

    __slots__ = ("_hooks", "_lock", "_options", "_origin", "_secret")

    def __init__(self, options: Options, relay: pluggy.HookRelay) -> None:
        self._options = options
        self._hooks = relay
        self._origin = origin(options.url)
        self._secret: str | None = None
        self._lock = threading.Lock()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token when the request goes to the origin; drop any where it does not."""
        if origin(request.url or "") != self._origin:
            request.headers.pop("Authorization", None)
        elif self.token:
            request.headers["Authorization"] = f"Token {self.token}"
        return request

    def add(self, headers: MutableMapping[str, Any], target: tuple[str, str, int | None], proxy: str = "") -> None:
        """Add the token to what a connection is about to send; drop any where it does not go to the origin.

        Args:
            headers: of the request.
            target: scheme, host and port that the connection leads to.
            proxy: the proxy that will read the request, plain as it is; "" for none, and for one that only passes TLS on.

        Raises:
            InputError: the proxy is one that neither `proxies=` nor the environment names.
        """
        kept = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        if target != self._origin:
            headers.clear()
            headers.update(kept)
        elif self.token:
            if proxy and origin(proxy)[1:] not in self._proxies():
                raise InputError(
                    f"the session sends through the proxy {proxy}, which neither proxies= nor the environment names, and over plain http "
                    "it would read the token: nothing was sent. Pass the proxy as Api(proxies=...)."
                )
            headers.clear()
            headers.update(kept, Authorization=f"Token {self.token}")

    def _proxies(self) -> set[tuple[str, int | None]]:
        """Host and port of the proxies that the user named."""
        named = (*(self._options.proxies or {}).values(), *getproxies().values())
        return {origin(url if "://" in url else f"http://{url}")[1:] for url in named}

    @property
    def token(self) -> str:
        """The token, asked of the nbcore_auth hook at first use; "" for none."""
        if self._secret is None:
            with self._lock:
                if self._secret is None:
                    self._secret = self._resolve()
        return self._secret

    def _resolve(self) -> str:
        with named(self._hooks.nbcore_auth):
            found: Any = self._hooks.nbcore_auth(options=self._options)
        if found is not None and not isinstance(found, str):
            raise PluginError(f"an nbcore_auth hook returned {type(found).__name__}; it must return text or None")
        return str(clean({"token": found})["token"])

    def after_fork(self) -> None:
        """In a forked child: a lock that a thread of the parent held is not held here."""
        self._lock = threading.Lock()

    def redact(self, value: str) -> str:
        """A text without the token."""
        return value.replace(self._secret, "[token]") if self._secret and len(self._secret) > 3 else value

    def __repr__(self) -> str:
        return "<TokenAuth>"
