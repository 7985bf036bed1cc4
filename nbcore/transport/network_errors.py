"""The errors of requests, urllib3 and the system as those of nbcore: what broke, to which request, and what to do."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable
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
from . import http_connections
from .token import TokenAuth


def translated(call: Call, exc: BaseException, started: float, auth: TokenAuth, options: Options, session: requests.Session) -> Exception:
    """The error of nbcore for one of requests, urllib3 or the system.

    Args:
        call: what was sent.
        exc: the error.
        started: when the attempt began (time.monotonic).
        auth: the token, which is kept out of the text.
        options: the Api's settings.
        session: what it was sent with.
    """
    this = http_connections.attempt
    causes = _causes(exc)
    why = auth.redact(" / ".join(dict.fromkeys(f"{type(item).__name__}: {str(item)[:200]}" for item in causes[-2:])))
    what = f"{describe(call)} to {options.url}"
    if not this.sent and (bad := unusable_file(session, options.url)):
        return InputError(f"{describe(call)}: nothing was sent. {bad}.")
    if call.deadline is not None and time.monotonic() >= call.deadline - 0.01:
        return DeadlineError(f"{what} did not end within its deadline ({options.deadline} s). Raise deadline.", call)
    if not this.sent and (early := _before_the_wire(call, exc, causes, what, why)) is not None:
        return early
    if this.opened and not this.received and any(_refuses_ours(item) for item in causes):
        return CertificateError(f"{what}: the server did not accept our certificate, or wants one ({why}). Set cert of the session.", call)
    if any(isinstance(item, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for item in causes):
        return TimeoutError(f"{what}: no answer within {options.timeout[1]} s. Ask for less at once, or raise timeout.", call)
    if any(isinstance(item, (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError)) for item in causes):
        return ContentError(f"the answer to {what} cannot be decompressed ({why}).", call)
    return ProtocolError(
        f"{what}: the connection broke after {time.monotonic() - started:.1f} s ({why}). Try again, or set retries.",
        call,
        stale=this.stale,
    )


def _before_the_wire(call: Call, exc: BaseException, causes: list[BaseException], what: str, why: str) -> Exception | None:
    """The error of a request that did not go out; None where it may have gone out, by an adapter that is not on urllib3."""
    this = http_connections.attempt
    if any(isinstance(item, (requests.exceptions.SSLError, urllib3.exceptions.SSLError)) for item in causes):
        return CertificateError(f"{what}: the server's certificate was not accepted ({why}). Set verify to your CA bundle.", call)
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError, urllib3.exceptions.ConnectTimeoutError)
    if any(isinstance(item, (*unsent, requests.exceptions.ProxyError)) for item in causes):
        return ConnectError(f"{what}: no connection ({why}). Check url, DNS and proxies.", call)
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)):
        return InputError(f"{what}: the address, or that of a proxy, cannot be used ({why}).")
    if isinstance(exc, requests.exceptions.InvalidHeader):
        return InputError(f"{what}: a header of the session cannot be sent.")
    if this.signing:
        return ConnectError(f"{what}: the session's auth failed, and nothing was sent ({why}).", call)
    if not this.unsent and not isinstance(exc, (urllib3.exceptions.LocationValueError, urllib3.exceptions.URLSchemeUnknown)):
        return None
    if isinstance(exc, (ValueError, AssertionError)) and not isinstance(exc, requests.RequestException):
        return InputError(f"{what}: nothing was sent, since a setting of the session cannot be used ({why}). Check its proxies.")
    return ConnectError(f"{what}: no connection ({why}). Check url, DNS and proxies.", call)


def _refuses_ours(exc: BaseException) -> bool:
    """Whether a server ended the TLS handshake over the client's certificate. With TLS 1.3 it says so only after the request left."""
    reason = (exc.reason or "") if isinstance(exc, ssl.SSLError) else ""
    return "ALERT" in reason and any(word in reason for word in ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED"))


def unusable_file(session: requests.Session, url: str) -> str:
    """What is wrong with the files of certificates that a session names; "" for nothing."""
    settings = session.merge_environment_settings(url, {}, None, session.verify, session.cert)
    verify, cert = settings["verify"], settings["cert"]
    if url.startswith("https") and verify and verify is not True:
        named = "verify" if session.verify not in (True, None) else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment"
        if problem := _problem(_load, verify):
            return f"{named} names {str(verify)!r}, which cannot be used as a CA bundle ({problem})"
    if cert:
        pair = (cert, None) if isinstance(cert, (str, bytes, os.PathLike)) else tuple(cert)
        for name, path in zip(("a certificate", "a key"), pair, strict=False):
            if path is not None and (problem := _problem(_open, path)):
                return f"cert names {str(path)!r}, which cannot be used as {name} ({problem})"
        if url.startswith("https") and (problem := _problem(_load_pair, pair)):
            files = " and ".join(repr(str(path)) for path in pair if path)
            return f"cert names {files}, which cannot be used as a certificate with its key ({problem})"
    return ""


def _problem(load: Callable[[Any], object], what: Any) -> str:
    """Why files cannot be loaded; "" where they can."""
    try:
        load(what)
    except (OSError, ValueError, TypeError) as exc:  # ssl.SSLError is an OSError
        return f"{type(exc).__name__}: {exc}"
    return ""


def _open(path: Any) -> None:
    with open(path, "rb"):
        pass


def _load(path: Any) -> None:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**{"capath" if os.path.isdir(path) else "cafile": path})


def _load_pair(pair: tuple[Any, ...]) -> None:
    # With a password, OpenSSL does not ask for one on the terminal.
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(pair[0], pair[1], password=b"")


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
