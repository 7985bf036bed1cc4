"""The token: resolved once, sent only to the Api's own scheme, host and port, and in no repr or pickle.

The token is added where a request leaves, by the HTTP connection itself (see http_connections). So the session and its adapters, which
plugins may shape, never see it. A session that the user assigned is different: its adapters need not be urllib3's, so it is given the
token as a header of the request, as any requests session would be.
"""

from __future__ import annotations

import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from ..errors import InputError, PluginError
from ..options import Options, clean, without_password
from ..plugins import named

if TYPE_CHECKING:
    import pluggy
    from requests import PreparedRequest

_HEADER = "Authorization"
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


class TokenAuth:
    """The token of one Api, which is sent to the Api's own server and to no other.

    It is also an `auth` for requests: called with a request of an assigned session, it adds the token.

    Args:
        options: the Api's settings, without the token.
        relay: the hook relay of the Api's plugin manager, which knows the token.
    """

    __slots__ = ("_hooks", "_lock", "_options", "_origin", "_secret")

    def __init__(self, options: Options, relay: pluggy.HookRelay) -> None:
        self._options = options
        self._hooks = relay
        self._origin = origin(options.url)
        self._secret: str | None = None
        self._lock = threading.Lock()

    @property
    def header(self) -> dict[str, str]:
        """The header that carries the token; {} without one. No other place writes it."""
        return {_HEADER: f"Token {self.token}"} if self.token else {}

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to a request of requests that goes to the origin; drop any header of its kind from one that does not."""
        self.add(request.headers, origin(request.url or ""))
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
        ours = self.header if target == self._origin else {}
        if target == self._origin and not ours:
            return  # without a token of nbcore's, a header that the session's owner set is sent as it is
        if ours and proxy and origin(proxy)[1:] not in self._proxies():
            proxy, ours = without_password(proxy), {}  # no frame of the traceback holds a secret
            raise InputError(
                f"the session sends through the proxy {proxy}, which neither proxies= nor the environment names, and over plain http "
                "it would read the token: nothing was sent. Pass the proxy as Api(proxies=...)."
            )
        for name in [name for name in headers if name.lower() == _HEADER.lower()]:
            del headers[name]
        headers.update(ours)

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
        try:
            return str(clean({"token": found})["token"])
        except InputError as exc:
            refused = exc.with_traceback(None)
        del found  # no frame of the traceback holds it
        raise refused from None

    def after_fork(self) -> None:
        """In a forked child: a lock that a thread of the parent held is not held here."""
        self._lock = threading.Lock()

    def redact(self, value: str) -> str:
        """A text without the token."""
        return value.replace(self._secret, "[token]") if self._secret and len(self._secret) > 3 else value

    def __repr__(self) -> str:
        return "<TokenAuth>"
