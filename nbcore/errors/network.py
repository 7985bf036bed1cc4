"""The errors of a request that got no complete answer, which are errors of requests as well.

Programs that speak HTTP catch `requests.exceptions.ConnectionError`, or have a decorator send again what raises a `RequestException`. So
these classes derive from those of requests. They stand apart from the others, and are loaded when one of them is first named, so that a
program that makes an Api does not import requests before its first request. An AmbiguousWriteError is none of them: a decorator would
send the write again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from . import RetriesExhaustedError, TransportError

if TYPE_CHECKING:
    from ..messages import Call, Reply


class _AsRequests(requests.RequestException):
    """What requests' errors have beside their text: `.request`, made of the call when it is read, and `.response`, which is None."""

    call: Call | None

    def __init__(self, text: str, call: Call | None, reply: Reply | None) -> None:
        super().__init__(text)  # an OSError would take what else it is given for a system's error number and file

    @property
    def request(self) -> requests.Request | requests.PreparedRequest | None:
        """The method and the address of the request, without headers and body: it never holds the token."""
        call = self.call
        if call is None or not call.server:
            return None
        return requests.Request(call.method, f"{call.server}/{call.path}", params=list(call.params)).prepare()

    @request.setter
    def request(self, value: Any) -> None:
        """Nothing: the requests library sets it to what it sent, which would hold the token."""


class ConnectError(TransportError, _AsRequests, requests.exceptions.ConnectionError):
    """No connection: name not found, refused, or no answer to connecting. Nothing was sent."""


class CertificateError(ConnectError, requests.exceptions.SSLError):
    """The server's certificate was not accepted."""


class ProtocolError(TransportError, _AsRequests):
    """The connection broke, or the answer was not HTTP; `stale` when it was a kept one that the server had closed before."""

    stale: bool = False


class TimeoutError(TransportError, _AsRequests, requests.exceptions.Timeout):
    """No answer within the read time-out."""


class DeadlineError(TimeoutError):
    """The call's total deadline passed, retries and waits included; `sent` is False when nothing was sent for lack of time."""

    sent: bool = True


class UnansweredError(RetriesExhaustedError, _AsRequests):
    """Every attempt failed, and the last one got no complete answer; it is __cause__."""


# Their names in tracebacks, logs and pickles are where people import them from.
for _cls in (ConnectError, CertificateError, ProtocolError, TimeoutError, DeadlineError, UnansweredError):
    _cls.__module__ = __package__
