"""One kept answer: its key, and its form in the storage."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from nbcore import Call, Reply

# Of the headers only those that describe the body are kept; cookies and the like never are.
_HEADERS = ("allow", "api-version", "content-type")
_FORMAT = 1


class Packed(bytes):
    """An entry as bytes, with the attributes by which requests-cache's storages tell when it ends."""

    expires_unix: int
    expires_delta: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept answer.

    Attributes:
        reply: the answer.
        until: when it ends (time.time()).
        marks: the marks it depends on, as they were before it was asked for.
        log: the reading of the change log that it was kept under; "" for none.
    """

    reply: Reply
    until: float
    marks: dict[str, str]
    log: str


def key(call: Call) -> str:
    """The key of a call's answer: who asks, what, and in which form. The token is in it only as the identity's hash."""
    params = sorted(call.params, key=lambda pair: pair[0])
    asked = [_FORMAT, call.identity, call.method, call.path, params, call.api_version, call.accept, call.body]
    return digest(json.dumps(asked, sort_keys=True, default=str))


def digest(text: str) -> str:
    """A name that every storage takes."""
    return hashlib.sha256(text.encode()).hexdigest()


def pack(reply: Reply, ttl: float, marks: dict[str, str], log: str) -> Packed:
    """An answer as it is stored: a line of JSON, then the body as it came."""
    now = time.time()
    headers = {name: value for name, value in reply.headers.items() if name in _HEADERS}
    head = {
        "status": reply.status, "reason": reply.reason, "headers": headers, "url": reply.url, "until": now + ttl, "marks": marks,
        "log": log, "size": len(reply.content),
    }  # fmt: skip
    packed = Packed(json.dumps(head, separators=(",", ":")).encode() + b"\n" + reply.content)
    packed.expires_unix = int(now + ttl) + 1
    packed.expires_delta = max(1, int(ttl) + 1)
    return packed


def unpack(stored: bytes) -> Entry | None:
    """The entry in what a storage gave; None when it is cut or garbled."""
    line, _, content = bytes(stored).partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)
        if head["size"] != len(content):
            return None
        marks, headers, texts = head["marks"], head["headers"], (head["reason"], head["url"], head["log"])
        if (
            not all(isinstance(text, str) for text in (*texts, *marks, *marks.values(), *headers, *headers.values()))
            or head["status"] != 200
        ):
            return None
        reply = Reply(200, head["reason"], dict(headers), content, head["url"], 0.0, "cache")
        return Entry(reply, float(head["until"]), dict(marks), head["log"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
