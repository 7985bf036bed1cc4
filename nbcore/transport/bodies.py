"""The body of an answer, read strictly."""

from __future__ import annotations

from typing import Any

from ..errors import ContentError, describe, snippet
from ..messages import Call, Reply
from ..values import loads


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
