"""A small HTTP server on loopback for tests: programmable answers, recorded requests, and a gauge of how many are in flight at once."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

LIMIT = 20  # seconds after which a test that waits for something gives up
VERSION = {"API-Version": "3.2"}
TOKEN = "a-secret-token-of-forty-characters-0123"


@dataclass(frozen=True)
class Request:
    """A request as it came.

    Attributes:
        path: the route below /api/ ("/x" for one that is not below it).
        target: what stood in the request line.
        params: the query in order.
        headers: names in lower case.
        connection: the same for requests on one TCP connection.
    """

    method: str
    path: str
    target: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.params)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"


@dataclass
class Answer:
    """What is sent back: a status, JSON (or bytes as they are, or an iterator of pieces) and headers.

    `breaks` is "reset" or "close": the connection ends without an answer, or, with `content`, after it.
    """

    content: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(VERSION))
    breaks: str = ""
    length: int | None = None

    @property
    def body(self) -> bytes:
        if self.content is None:
            return b""
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


Given = Any  # Answer, or JSON for 200, or a function of the Request that gives one of them


class Loopback:
    """The server. `with Loopback() as server: server.on("GET", "lab/devices/", {...})`."""

    def __init__(self, tls: str = "", prefix: str = "/api/") -> None:
        self.requests: list[Request] = []
        self.in_flight = self.peak = 0
        self.prefix = prefix
        self._answers: dict[tuple[str, str], Given] = {}
        self._other: Given = Answer({"detail": "Not found."}, 404, {})
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def on(self, method: str, path: str, answer: Given, *more: Given) -> None:
        """Answer a route so; with several answers, one after the other, the last for all that follow."""
        self._answers[method, path] = in_turn(answer, *more) if more else answer

    def otherwise(self, answer: Given) -> None:
        """Answer every other request so."""
        self._other = answer

    def serve(self, path: str, rows: Iterable[Mapping[str, Any]], maximum: int = 1000) -> list[dict[str, Any]]:
        """A list route with paging, and the routes of its rows."""
        table = [dict(row) for row in rows]

        def listed(request: Request) -> Any:
            asked = dict(request.params)
            ids = {value for name, value in request.params if name == "id"}
            found = [row for row in table if not ids or row["id"] in ids]
            limit, start = min(int(asked.get("limit", 50)) or maximum, maximum), int(asked.get("offset", 0))
            end = start + limit
            follows = f"{self.url}/api/{path}/?limit={limit}&offset={end}" if end < len(found) else None
            return {"count": len(found), "next": follows, "previous": None, "results": found[start:end]}

        self.on("GET", f"{path}/", listed)
        for row in table:
            self.on("GET", f"{path}/{row['id']}/", row)
        return table

    @property
    def sent(self) -> list[str]:
        """The requests so far, as "GET lab/devices/?limit=1000"."""
        return [str(request) for request in self.requests]

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
        try:
            given = self._answers.get((request.method, request.path), self._other)
            while callable(given):
                given = given(request)
            return given if isinstance(given, Answer) else Answer(given)
        finally:
            with self._lock:
                self.in_flight -= 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def rows(number: int, path: str = "lab/devices", **fields: Any) -> list[dict[str, Any]]:
    """Objects as Nautobot sends them; the host in their urls is one that must never be asked."""
    found = []
    for index in range(number):
        identity = f"00000000-0000-4000-8000-{index:012d}"
        url = f"http://elsewhere.test/api/{path}/{identity}/"
        found.append({"id": identity, "object_type": "lab.device", "url": url, "name": f"d{index}", **fields})
    return found


def in_turn(*answers: Given) -> Callable[[Request], Given]:
    """The answers one after the other, the last for ever."""
    left = list(answers)
    lock = threading.Lock()

    def give(request: Request) -> Given:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return give


def drip(server: Loopback, piece: bytes = b" ", first: bytes = b"") -> Iterator[bytes]:
    """A body that arrives slowly, until the server ends (and so, for a client that waits for its end, for long)."""
    yield first
    for _ in range(int(LIMIT / 0.05)):
        if server.closing.wait(0.05):
            return
        yield piece


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    loopback: Loopback

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = LIMIT
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True

    def _any(self) -> None:
        loopback = self.server.loopback
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path.removeprefix(loopback.prefix),
            self.path,
            tuple(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            self.client_address[1],
        )
        answer = loopback.answer(request)
        if answer.breaks and answer.content is None:
            self._end(answer.breaks)
            return
        if isinstance(answer.content, Iterator):
            self._pieces(answer)
            return
        body = answer.body
        headers = {"Content-Type": "application/json", **answer.headers}
        headers["Content-Length"] = str(len(body) if answer.length is None else answer.length)
        self.wfile.write(self._head(answer.status, headers) + (b"" if self.command == "HEAD" else body))
        if answer.breaks:
            self._end(answer.breaks)

    def _pieces(self, answer: Answer) -> None:
        self.wfile.write(self._head(answer.status, {"Content-Type": "application/json", **answer.headers, "Transfer-Encoding": "chunked"}))
        for piece in answer.content:
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        phrase = self.responses.get(status, ("Status",))[0]
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def _end(self, how: str) -> None:
        self.close_connection = True
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _any  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""
