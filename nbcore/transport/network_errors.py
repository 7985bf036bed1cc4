"""The errors of requests, urllib3 and the system as those of nbcore: what broke, to which request, and what to do."""

from __future__ import annotations

import time
from typing import Any

import requests
import urllib3

from ..errors import (
    CertificateError,
    ConnectError,
    ContentError,
    DeadlineError,
    InputError,
    ProtocolError,
    TimeoutError,
    describe,
)
from ..messages import Call
from ..options import Options
from .token import TokenAuth


def translated(call: Call, exc: BaseException, started: float, auth: TokenAuth, options: Options, *, stale: bool) -> Exception:
    """The error of nbcore for one of requests, urllib3 or the system.

    Args:
        call: what was sent.
        exc: the error.
        started: when the attempt began (time.monotonic).
        auth: the token, which is kept out of the text.
        options: the Api's settings.
        stale: whether it was sent on a kept connection that the server had closed before.
    """
    causes = _causes(exc)
    why = auth.redact(" / ".join(dict.fromkeys(f"{type(item).__name__}: {str(item)[:200]}" for item in causes[-2:])))
    what = f"{describe(call)} to {options.url}"
    if call.deadline is not None and time.monotonic() >= call.deadline - 0.01:
        return DeadlineError(f"{what} did not end within its deadline ({options.deadline} s). Raise deadline.", call)
    if any(isinstance(item, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for item in causes):
        return CertificateError(f"{what}: the server's certificate was not accepted ({why}). Set verify to your CA bundle.", call)
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError, urllib3.exceptions.ConnectTimeoutError)
    if any(isinstance(item, (*unsent, requests.exceptions.ProxyError)) for item in causes):
        return ConnectError(f"{what}: no connection ({why}). Check url, DNS and proxies.", call)
    if any(isinstance(item, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for item in causes):
        return TimeoutError(f"{what}: no answer within {options.timeout[1]} s. Ask for less at once, or raise timeout.", call)
    if any(isinstance(item, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)) for item in causes):
        return ContentError(f"the answer to {what} cannot be decompressed ({why}).", call)
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)):
        return InputError(f"{what}: the address cannot be used ({why}).")
    if isinstance(exc, requests.exceptions.InvalidHeader):
        return InputError(f"{what}: a header of the session cannot be sent.")
    return ProtocolError(
        f"{what}: the connection broke after {time.monotonic() - started:.1f} s ({why}). Try again, or set retries.",
        call,
        stale=stale,
    )


def _causes(exc: BaseException) -> list[BaseException]:
    """An error and what it wraps: causes, contexts, arguments and `reason`."""
    found: list[BaseException] = []
    queue: list[Any] = [exc]
    while queue:
        item = queue.pop(0)
        if isinstance(item, BaseException) and all(item is not other for other in found):
            found.append(item)
            queue += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found
