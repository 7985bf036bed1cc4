"""A sandbox over HTTP on loopback, for what is to be tested with a real connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from .sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the server received it, and what it was answered.

    Attributes:
        method: the HTTP method.
        path: path and query.
        headers: its headers, names in lower case; without the token.
        body: what was sent.
        status: the status of the answer.
        elapsed: seconds that the answer took.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    elapsed: float


class _Handler(BaseHTTPRequestHandler):
    """Passes requests to the server's sandbox."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "nbcore-sandbox"
    server: _Server

    def _answer(self) -> None:
        started = time.perf_counter()
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.send_error(411)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = dict(self.headers.items())
        status, sent, content = self.server.sandbox.handle(self.command, self.path, headers, body)
        # Before it is sent: a client that has its answer finds the request in the list.
        seen = {name.lower(): value for name, value in headers.items() if name.lower() != "authorization"}
        self.server.note(Received(self.command, self.path, seen, body, status, time.perf_counter() - started))
        self.send_response(status)
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the requests are in `received`."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox
        self.received: list[Received] = []
        self._lock = threading.Lock()

    def note(self, received: Received) -> None:
        with self._lock:
            self.received.append(received)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that hangs up is no event of a test."""


class SandboxServer:
    """A sandbox behind a loopback HTTP server; a context manager.

        with SandboxServer() as server:
            nb = nbcore.api(server.url, server.token)

    Args:
        sandbox: the sandbox; a new one by default.
        port: the port; any free one by default.
        host: the address to listen on.
    """

    def __init__(self, sandbox: Sandbox | None = None, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.sandbox = sandbox or Sandbox()
        self._server = _Server((host, port), self.sandbox)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its address."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def token(self) -> str:
        """The token it takes."""
        return self.sandbox.token

    @property
    def received(self) -> list[Received]:
        """The requests received so far."""
        return list(self._server.received)

    def start(self) -> Self:
        """Start to answer.

        Returns:
            Itself.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="nbcore-sandbox", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop to answer, and free the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
