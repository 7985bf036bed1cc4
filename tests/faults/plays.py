"""The faults: what is played on the wire in place of an answer. Each is a function of the Exchange, or makes one."""

from __future__ import annotations

import json
import threading
import zlib
from typing import Any

from .server import VERSION, Exchange, Fault

PIECE = 0.02


def reset(x: Exchange) -> None:
    x.reset()


def fin(x: Exchange) -> None:
    x.close()


def hang(x: Exchange) -> None:
    x.wait(20)
    x.close()


def committed(then: Fault) -> Fault:
    """Do it first, then play another fault."""

    def play(x: Exchange) -> None:
        x.commit()
        then(x)

    return play


def _whole(x: Exchange) -> tuple[int, bytes]:
    status, data = x.commit()
    return status, b"" if data is None else json.dumps(data).encode()


def reset_mid_body(x: Exchange) -> None:
    status, body = _whole(x)
    x.send(x.head(status, None, len(body)) + body[: len(body) // 2])
    x.wait(PIECE)  # a reset overtakes what was not read yet
    x.reset()


def short_length(x: Exchange) -> None:
    """The length says less than comes: the rest would be taken for the next answer."""
    status, body = _whole(x)
    x.send(x.head(status, None, len(body) // 2) + body)


def long_length(x: Exchange) -> None:
    status, body = _whole(x)
    x.send(x.head(status, None, len(body) + 100) + body)
    x.close()


def fin_mid_chunk(x: Exchange) -> None:
    status, body = _whole(x)
    x.send(x.head(status, {**VERSION, "Transfer-Encoding": "chunked"}) + b"%x\r\n%b" % (len(body), body[: len(body) // 2]))
    x.close()


def close_delimited_cut(x: Exchange) -> None:
    status, body = _whole(x)
    x.send(x.head(status, {**VERSION, "Connection": "close"}) + body[: len(body) // 2])
    x.close()


def answer_then_close(x: Exchange) -> None:
    """A whole answer on a connection that says nothing of its end."""
    status, data = x.commit()
    x.answer(status, data)
    x.close()


def drip_body(x: Exchange) -> None:
    x.send(x.head(200, None, 100_000))
    while not x.wait(PIECE):
        x.send(b" ")


def drip_headers(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while not x.wait(PIECE):
        number += 1
        x.send(b"X" if number % 40 else b": 1\r\nY")


def headers(number: int, size: int = 1) -> Fault:
    def play(x: Exchange) -> None:
        status, body = _whole(x)
        many = {f"X-{index}": "v" * size for index in range(number)}
        x.send(x.head(status, {**VERSION, **many}, len(body)) + body)

    return play


def says(status: int, data: Any = None, **named: str) -> Fault:
    """An answer: JSON, or bytes as they are. Header names have _ for -; `api=""` leaves API-Version out."""
    sent = {} if named.pop("api", "3.2") == "" else dict(VERSION)
    sent.update({name.replace("_", "-"): value for name, value in named.items()})

    def play(x: Exchange) -> None:
        x.answer(status, data, sent)

    return play


def html(status: int) -> Fault:
    return says(status, b"<html><body><h1>Gateway</h1></body></html>", api="", Content_Type="text/html")


def truncated(x: Exchange) -> None:
    """An answer whose JSON ends too early, and whose length fits."""
    status, body = _whole(x)
    x.send(x.head(status, None, len(body) - 7) + body[:-7])


def redirect(status: int, to: str) -> Fault:
    return says(status, b"", Location=to)


def bad_gzip(x: Exchange) -> None:
    x.send(x.head(200, {**VERSION, "Content-Encoding": "gzip"}, 30) + b"\x1f\x8b" + b"x" * 28)


def bomb(megabytes: int) -> Fault:
    packer = zlib.compressobj(wbits=31)
    body = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()

    def play(x: Exchange) -> None:
        x.send(x.head(200, {**VERSION, "Content-Encoding": "gzip"}, len(body)) + body)

    return play


def late(x: Exchange) -> None:
    """The connection breaks now, and the write lands when the next POST was answered."""
    x.reset()
    done = threading.Event()

    def land(request: Any) -> None:
        if request.method == "POST" and request is not x.request and not done.is_set():
            done.set()
            x.commit()

    x.server.after.append(land)
