"""A proxy that fails: it stands before a real Nautobot and breaks a part of the requests, before or after they were done.

By itself: `python tests/faults/proxy.py http://127.0.0.1:8000 --share 0.1 --seed 1` prints its address.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import socket
import struct
import threading
import time
from typing import Self
from urllib.parse import urlsplit

KINDS = ("reset before", "reset after", "502 before", "502 after", "504 after", "cut", "closed after")


class Proxy:
    """The proxy: `with Proxy(url, share=0.1, seed=1) as proxy: Api(proxy.url)`.

    Args:
        upstream: the address of Nautobot.
        share: how many of the requests fail, from 0 to 1.
        seed: the same seed fails in the same way, as far as the order of requests is the same.
        kinds: how they fail.
    """

    def __init__(self, upstream: str, share: float = 0.1, seed: int = 0, kinds: tuple[str, ...] = KINDS) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.share = share
        self.kinds = kinds
        self.requests = 0
        self.failed: dict[str, int] = {}
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def injected(self) -> int:
        """How many requests failed so far."""
        return sum(self.failed.values())

    def _kind(self) -> str:
        with self._lock:
            self.requests += 1
            if self._random.random() >= self.share:
                return ""
            kind = self._random.choice(self.kinds)
            self.failed[kind] = self.failed.get(kind, 0) + 1
            return kind

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        upstream = http.client.HTTPConnection(*self._upstream, timeout=120)
        with contextlib.suppress(OSError, http.client.HTTPException), sock, contextlib.closing(upstream):
            rest = b""
            while (found := _read(sock, rest)) is not None:
                head, body, rest = found
                kind = self._kind()
                if kind == "reset before":
                    return _reset(sock)
                if kind == "502 before":
                    sock.sendall(_gateway(502))
                    continue
                answer, content = _forward(upstream, head, body)
                if kind == "reset after":
                    return _reset(sock)
                if kind == "closed after":
                    return None
                if kind in ("502 after", "504 after"):
                    sock.sendall(_gateway(int(kind[:3])))
                    continue
                if kind == "cut":
                    sock.sendall(answer + content[: len(content) // 2])
                    return None
                sock.sendall(answer + content)
        return None

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _read(sock: socket.socket, rest: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The head and body of the next request, and what came after it; None at the end."""
    while b"\r\n\r\n" not in rest:
        if not (piece := sock.recv(65536)):
            return None
        rest += piece
    head, _, rest = rest.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(rest) < length:
        if not (piece := sock.recv(65536)):
            return None
        rest += piece
    return head, rest[:length], rest[length:]


def _forward(upstream: http.client.HTTPConnection, head: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The answer of Nautobot: its head, and its body."""
    line, *fields = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    headers = dict(field.split(": ", 1) for field in fields)
    for attempt in range(5):
        try:
            upstream.request(method, target, body or None, headers)
            reply = upstream.getresponse()
            content = reply.read()
            break
        except (http.client.RemoteDisconnected, ConnectionError):
            # uWSGI ends kept connections as it likes; only what was not read by it comes here.
            upstream.close()
            if attempt == 4:
                raise
    kept = [
        (name, value) for name, value in reply.getheaders() if name.lower() not in ("content-length", "transfer-encoding", "connection")
    ]
    named = "".join(f"{name}: {value}\r\n" for name, value in [*kept, ("Content-Length", str(len(content)))])
    return f"HTTP/1.1 {reply.status} {reply.reason}\r\n{named}\r\n".encode("latin-1"), content


def _gateway(status: int) -> bytes:
    page = b"<html><body>Bad gateway</body></html>"
    return f"HTTP/1.1 {status} Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n".encode() + page


def _reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def main() -> None:
    """Run the proxy until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("upstream")
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with Proxy(given.upstream, given.share, given.seed) as proxy:
        print(proxy.url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
