"""The body of an answer: read from the wire within its limits, and as JSON, strictly."""

from __future__ import annotations

import time
from collections.abc import Iterable
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
    """The decoded body of an answer that is arriving, or that somebody read before.

    Raises:
        TooLargeError: it is larger than `max_body` bytes.
        DeadlineError: the deadline passed while it arrived, however slowly it drips.
    """
    chunks: list[bytes] = []
    size = 0
    for chunk in _chunks(call, response):
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
    content = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if response.__dict__.get("_content") is False:
        # Where requests itself keeps what was read: whoever asks for .content, .text or .json() after us finds it.
        response._content = content
    return content


def _chunks(call: Call, response: requests.Response) -> Iterable[bytes]:
    """The parts of a body: as they arrive, or what somebody before us read and kept.

    Raises:
        ContentError: somebody read it and kept nothing.
    """
    kept = response.__dict__.get("_content")
    if isinstance(kept, bytes):
        return (kept,)
    if kept is False and response.raw is not None and not response.__dict__.get("_content_consumed"):
        return response.iter_content(_CHUNK)
    try:
        content: object = response.content
    except RuntimeError:
        content = None if response.status_code < 400 else b""
    if content is None and response.status_code in (204, 205, 304):
        content = b""
    if not isinstance(content, bytes):
        raise ContentError(
            f"the answer to {describe(call)} ({response.status_code}) has no body that can be read: the session, one of its hooks or "
            f"what stands in for its answer ({type(response).__name__}) gives {type(content).__name__} and not bytes.", call
        )  # fmt: skip
    return (content,)
