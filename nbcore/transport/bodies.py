"""The body of an answer: read from the wire within its limits, and as JSON, strictly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .. import errors
from ..errors import ContentError, TooLargeError, describe, snippet
from ..messages import Call, Reply
from ..options import Options
from ..values import loads

if TYPE_CHECKING:
    import requests

_CHUNK = 1 << 18  # bytes read at once


def decode(call: Call, reply: Reply) -> Any:
    """The JSON of an answer, read strictly.

    Raises:
        ContentError: not JSON, not UTF-8, NaN, nested or a number too large to read, or empty; with the beginning of the body.
    """
    try:
        return loads(reply.content)
    except (ValueError, RecursionError) as exc:
        problem = "is empty" if not reply.content.strip() else f"is not JSON ({_short(exc)}): {snippet(reply.text[:2000])!r}"
    raise ContentError(
        f"the {reply.status} answer to {describe(call)} {problem}. Is the url Nautobot's own, with no proxy page before it?", call, reply
    )


def _short(exc: BaseException) -> str:
    return "nested too deeply" if isinstance(exc, RecursionError) else str(exc).split(";")[0][:120]


def read(call: Call, response: requests.Response, options: Options) -> bytes:
    """The decoded body of an answer that is arriving.

    Raises:
        TooLargeError: it is larger than `max_body` bytes.
        DeadlineError: the deadline passed while it arrived, however slowly it drips.
    """
    from urllib3 import BaseHTTPResponse

    raw = response.raw
    if not isinstance(raw, BaseHTTPResponse):
        return response.content
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > options.max_body:
            raise TooLargeError(
                f"the answer to {describe(call)} is larger than {options.max_body} bytes; ask for less, or raise max_body.", call
            )
        if call.deadline is not None and time.monotonic() > call.deadline:
            raise errors.DeadlineError(
                f"{describe(call)}: the answer was still arriving at the deadline ({options.deadline} s). Raise deadline.", call
            )
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
