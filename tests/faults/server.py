"""A server written in sockets and bytes, so that every way in which an answer can break can be played to the client."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from .store import Request, Store

VERSION = {"API-Version": "3.2"}
_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 404: "Not Found"}


class Exchange:
    """One request and the socket that it came on; what a fault plays with."""

    def __init__(self, server: FaultServer, sock: socket.socket, request: Request) -> None:
        self.server = server
        self.sock = sock
        self.request = request
        self.keep = True

    def commit(self) -> tuple[int, Any]:
        """Do what was asked; the status and JSON that would be answered."""
        return self.server.store.handle(self.request)

    def head(self, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None) -> bytes:
        named = {"Content-Type": "application/json", **(VERSION if headers is None else headers)}
        if length is not None:
            named["Content-Length"] = str(length)
        lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, 'Status')}", *(f"{name}: {value}" for name, value in named.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def answer(self, status: int = 200, data: Any = None, headers: dict[str, str] | None = None) -> None:
        body = data if isinstance(data, bytes) else b"" if data is None and status in (204, 404) else json.dumps(data).encode()
        self.send(self.head(status, headers, len(body)) + body)

    def send(self, content: bytes) -> None:
        self.sock.sendall(content)

    def reset(self) -> None:
        """End the connection with RST."""
        self.keep = False
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        """End the connection with FIN."""
        self.keep = False
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def wait(self, seconds: float) -> bool:
        """Wait; True when the server ends."""
        return self.server.closing.wait(seconds)


Fault = Callable[[Exchange], None]


@dataclass
class Rule:
    """A fault and the requests that it hits.

    Attributes:
        match: whether it hits a request.
        fault: what is played.
        times: how often; None for ever.
        every: hit only each n-th request that matches.
    """

    match: Callable[[Request], bool]
    fault: Fault
    times: int | None = 1
    every: int = 1
    seen: int = 0
    hits: int = 0

    def takes(self, request: Request) -> bool:
        if not self.match(request) or (self.times is not None and self.hits >= self.times):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.hits += 1
        return True


class FaultServer:
    """The server: `server.inject(...)`, then ask it something."""

    def __init__(self, listen: bool = True) -> None:
        self.closing = threading.Event()
        self.rules: list[Rule] = []
        self.requests: list[Request] = []
        self.after: list[Callable[[Request], None]] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.store = Store(self.url)
        self._thread: threading.Thread | None = None
        if listen:
            self.listen()

    def listen(self) -> None:
        """Begin to accept connections; before that they are refused."""
        with self._lock:
            if self._thread is None:
                self._socket.listen(256)
                self._thread = threading.Thread(target=self._accept, daemon=True)
                self._thread.start()

    def inject(self, match: Callable[[Request], bool], fault: Fault, times: int | None = 1, every: int = 1) -> Rule:
        """Play a fault to the requests that match."""
        self.rules.append(Rule(match, fault, times, every))
        return self.rules[-1]

    @property
    def hits(self) -> int:
        """Faults played so far."""
        return sum(rule.hits for rule in self.rules)

    def sent(self, method: str, path: str = "") -> list[Request]:
        """The requests of a method and the beginning of a path."""
        return [request for request in self.requests if request.method == method and request.path.startswith(path)]

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            rest = b""
            while (found := _read(sock, rest)) is not None:
                request, rest = found
                exchange = Exchange(self, sock, request)
                with self._lock:
                    self.requests.append(request)
                    rule = next((rule for rule in self.rules if rule.takes(request)), None)
                if rule is not None:
                    rule.fault(exchange)
                else:
                    status, data = exchange.commit()
                    if data is None and status == 404:  # of the URL resolver: without API-Version
                        exchange.answer(404, {"detail": "Not found."}, {})
                    else:
                        exchange.answer(status, data)
                for then in list(self.after):
                    then(request)
                if not exchange.keep:
                    break
        with self._lock:
            self._open.discard(sock)
        sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


def _read(sock: socket.socket, rest: bytes) -> tuple[Request, bytes] | None:
    """The next request on a connection, and what came after it; None at its end."""
    while b"\r\n\r\n" not in rest:
        piece = sock.recv(65536)
        if not piece:
            return None
        rest += piece
    head, _, rest = rest.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    length = int(headers.get("content-length", "0"))
    while len(rest) < length:
        piece = sock.recv(65536)
        if not piece:
            return None
        rest += piece
    body, rest = rest[:length], rest[length:]
    parts = urlsplit(target)
    params = tuple(parse_qsl(parts.query, keep_blank_values=True))
    content = json.loads(body) if body and headers.get("content-type", "").startswith("application/json") else None
    return Request(method, parts.path.removeprefix("/api/"), params, headers, content, target), rest
