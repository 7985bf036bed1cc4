"""The token: resolved once, sent only to the Api's own scheme, host and port, and in no repr or pickle."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import PluginError
from ..options import clean

if TYPE_CHECKING:
    import pluggy
    from requests import PreparedRequest

    from ..options import Options

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


class TokenAuth:
    """Requests' auth callable of one Api: adds the token to requests to the origin, and to no other.

    Being set on every request, it also keeps requests from taking a password out of a netrc file.
    """

    __slots__ = ("_hooks", "_lock", "_options", "_origin", "_secret")

    def __init__(self, options: Options, hooks: pluggy.HookRelay) -> None:
        self._options = options
        self._hooks = hooks
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

    @property
    def token(self) -> str:
        """The token, asked of the nbcore_auth hook at first use; "" for none."""
        if self._secret is None:
            with self._lock:
                if self._secret is None:
                    self._secret = self._resolve()
        return self._secret

    def _resolve(self) -> str:
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
