"""A sandbox as a transport adapter of requests, so that an Api reaches it without a network."""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

if TYPE_CHECKING:
    from .sandbox import Sandbox

SCHEME = "sandbox://"


class SandboxAdapter(BaseAdapter):
    """Answers requests from a sandbox.

    Args:
        sandbox: the sandbox; whoever holds it in memory is its user, so the token that is sent is not asked for.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """The sandbox's answer to a prepared request."""
        parts = urlsplit(request.url or "")
        headers = {**dict(request.headers), "Authorization": f"Token {self.sandbox.token}"}
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        base = f"{parts.scheme}://{parts.netloc}"
        status, sent, content = self.sandbox.handle(request.method or "GET", target, headers, body, base=base)
        response = requests.Response()
        response.status_code = status
        response.reason = HTTPStatus(status).phrase
        response.headers = CaseInsensitiveDict(sent)
        response.raw = io.BytesIO(content)
        response.encoding = "utf-8"
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is open."""


def mount(session: requests.Session, sandbox: Sandbox) -> None:
    """Answer a session's requests to `sandbox://` addresses from a sandbox.

    Args:
        session: the session.
        sandbox: the sandbox.
    """
    session.mount(SCHEME, SandboxAdapter(sandbox))
    send = session.request

    def request(method: str, url: str, params: Any = None, **more: Any) -> requests.Response:
        # requests leaves the query out of addresses that are not http.
        if url.startswith(SCHEME) and params:
            pairs = list(params.items()) if isinstance(params, Mapping) else list(params)
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(pairs, doseq=True)}"
            params = None
        return send(method, url, **more, **({} if params is None else {"params": params}))

    setattr(session, "request", request)  # noqa: B010  a method, as far as the type of a session goes
