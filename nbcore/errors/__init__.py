"""Every error nbcore raises, in one tree.

NbcoreError
├── InputError (ValueError)           refused before anything was sent: a bad url, token, id, filter or option
│   ├── MultipleObjectsError          get() found more than one object
│   ├── UnknownFieldError             a field that the route does not have
│   └── EverythingError               a set-level write without a filter, not confirmed by everything=True
├── PluginError                       a plugin failed to load, is misspelt, or clashes with another
├── NotLoadedError (AttributeError)   a field would need a request and lazy="off" forbids it
├── JobTimeoutError (ValueError)      a job did not end in time; it still runs, .job_result names it
└── CallError                         something happened to a request: .call, .reply, .req, .base, .error, .request_body
    ├── TransportError                no complete answer
    │   ├── ConnectError              nothing was sent: name not found, refused, connect time-out
    │   │   └── CertificateError      the server's certificate was not accepted
    │   ├── ProtocolError             the connection broke, or the answer was not HTTP
    │   └── TimeoutError              no answer in time
    │       └── DeadlineError         the call's deadline passed, retries and waits included
    ├── RetriesExhaustedError         every attempt failed: .attempts, and the last cause as __cause__
    │   └── UnansweredError           the last attempt got no complete answer
    ├── RedirectError                 the server redirects where nbcore must not follow
    ├── ContentError                  an answer that is not what the route promises (not JSON, cut, another shape)
    │   ├── ShapeError                JSON of another shape
    │   └── TooLargeError             more than `max_body` bytes
    ├── AllocationError               nothing left to allocate (a POST answered 204)
    ├── DriftError                    rows moved while pages were read, and reading again did not settle it
    ├── AmbiguousWriteError           a write may or may not have happened: .ids
    ├── ConflictError                 somebody else changed the object: .theirs
    ├── PartialResult                 a bulk write did a part: .missing
    ├── GraphQLError                  a GraphQL answer with errors: .errors, .data, .json, .status_code
    └── RequestError                  the server answered with an error status
        ├── ValidationError           400
        │   └── UnknownFilterError    400 to a filter the server does not know: .filters
        ├── AuthenticationError       401
        ├── PermissionDeniedError     403
        ├── NotFoundError             404
        │   └── RouteNotFoundError    404 to a route the server does not have
        ├── VersionError              406: .supported
        ├── StatusConflictError       409
        ├── RateLimitError            429: .retry_after
        └── ServerError               5xx

`RequestError`, `AllocationError` and `ContentError` stand side by side, as scripts written for pynautobot expect.
The classes of TransportError, and UnansweredError, derive from requests' errors too: ConnectError from `requests.ConnectionError` (and
CertificateError from its SSLError), TimeoutError from `requests.Timeout`, the others from `requests.RequestException`. So handlers and
retry decorators of programs that use requests work. No other error does: a decorator would repeat a write that may have happened.
Texts say what happened, to which request, and what to do. None holds the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..messages import Call, Reply
    from .network import CertificateError as CertificateError
    from .network import ConnectError as ConnectError
    from .network import DeadlineError as DeadlineError
    from .network import ProtocolError as ProtocolError
    from .network import TimeoutError as TimeoutError
    from .network import UnansweredError as UnansweredError

_SNIPPET = 300
# The errors that import requests: all of them are loaded when one is first named.
_NETWORK = ("ConnectError", "CertificateError", "ProtocolError", "TimeoutError", "DeadlineError", "UnansweredError")


class NbcoreError(Exception):
    """The base of every error of nbcore.

    Attributes:
        journal: of a bulk write that broke: its Journal, which says what became of each item and goes on from there; else None.
    """

    journal: Any = None


class InputError(NbcoreError, ValueError):
    """What was asked cannot be sent; nothing was."""


class MultipleObjectsError(InputError):
    """get() found more than one object."""


class UnknownFieldError(InputError):
    """A field that the route does not have, to be written, sorted by, read by values() or read ahead."""


class EverythingError(InputError):
    """A set-level update or delete without any filter; everything=True confirms it."""


class PluginError(NbcoreError):
    """A plugin failed to load, is misspelt, or clashes with another."""


class NotLoadedError(NbcoreError, AttributeError):
    """The field would need a request, which lazy="off" forbids; the text names the path to prefetch."""


class JobTimeoutError(NbcoreError, ValueError):
    """A job did not end within the time given; it still runs.

    Args:
        text: what happened.
        job_result: the record of the job result, to go on with.
    """

    def __init__(self, text: str, job_result: Any = None) -> None:
        super().__init__(text, job_result)
        self.job_result = job_result

    def __str__(self) -> str:
        return str(self.args[0])


class CallError(NbcoreError):
    """Something happened to a request.

    Attributes:
        call: the Call (method, path, params, body; never the token), or None.
        reply: the Reply, or None when there was none.
        error: the server's text, or ours when there is no answer.
    """

    def __init__(self, text: str, call: Call | None = None, reply: Reply | None = None, **extra: Any) -> None:
        super().__init__(text, call, reply)
        self.call = call
        self.reply = reply
        self.__dict__.update(extra)

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            type(self),
            (self.args[0], self.call, self.reply),
            {key: value for key, value in self.__dict__.items() if key not in ("call", "reply")},
        )

    @property
    def req(self) -> Reply | None:
        """The answer (status_code, text, json(), url), by the name scripts for pynautobot use."""
        return self.reply

    @property
    def base(self) -> str:
        """The address that was asked."""
        return self.reply.url if self.reply is not None else (self.call.path if self.call is not None else "")

    @property
    def request_body(self) -> Any:
        """What was sent as the body, before encoding; None without one."""
        return self.call.body if self.call is not None else None

    @property
    def error(self) -> str:
        """The server's own text; ours when it gave none."""
        text = self.reply.text if self.reply is not None else ""
        return text or str(self)


class TransportError(CallError):
    """No complete answer came. Its classes derive from requests' errors too."""


class RetriesExhaustedError(CallError):
    """Every attempt failed; the last failure is __cause__."""

    attempts: int = 0


class RedirectError(CallError):
    """The server redirects where nbcore must not follow: a write, another origin, or a loop."""


class ContentError(CallError):
    """The answer is not what the route promises."""


class ShapeError(ContentError):
    """The answer is JSON, but of another shape than the route promises."""


class TooLargeError(ContentError):
    """The answer is larger than `max_body` bytes."""


class AllocationError(CallError):
    """There is nothing left to allocate."""


class DriftError(CallError):
    """Rows moved while the pages were read, and reading again did not settle it."""


class AmbiguousWriteError(CallError):
    """A write may or may not have happened; `ids` names the objects to look for."""

    ids: Sequence[str] = ()


class ConflictError(CallError):
    """Somebody else changed the object in between; `theirs` is what it holds now."""

    theirs: Mapping[str, Any] | None = None


class PartialResult(CallError):
    """A bulk write did a part; `missing` names the ids that are not there."""

    missing: Sequence[str] = ()


class GraphQLError(CallError):
    """A GraphQL answer with errors.

    Attributes:
        errors: the server's list of errors.
        data: what was answered beside them, or None.
    """

    errors: Sequence[Any] = ()
    data: Any = None

    @property
    def json(self) -> Any:
        """The whole answer."""
        return self.reply.json() if self.reply is not None else None

    @property
    def status_code(self) -> int | None:
        """The HTTP status."""
        return self.reply.status if self.reply is not None else None

    @property
    def url(self) -> str:
        """The address that was asked."""
        return self.base

    @property
    def body(self) -> Any:
        """The query and its variables as sent."""
        return self.request_body

    @property
    def reason(self) -> str:
        """The HTTP reason phrase."""
        return self.reply.reason if self.reply is not None else ""


class RequestError(CallError):
    """The server answered with an error status."""


class ValidationError(RequestError):
    """400: the server refuses the data or the filter."""


class UnknownFilterError(ValidationError):
    """400 to a filter the server does not know."""

    filters: Sequence[str] = ()


class AuthenticationError(RequestError):
    """401: who asks is not known."""


class PermissionDeniedError(RequestError):
    """403: a bad or missing token (Nautobot answers 403 to both), or a token without the permission."""


class NotFoundError(RequestError):
    """404: no such object."""


class RouteNotFoundError(NotFoundError):
    """404 to a route that the server does not have."""


class VersionError(RequestError):
    """406: the server does not speak the API version asked; `supported` lists those it does."""

    supported: Sequence[str] = ()


class StatusConflictError(RequestError):
    """409: the object is in use, or in a state that forbids the change."""


class RateLimitError(RequestError):
    """429; `retry_after` is what the server asked to wait, in seconds, or None."""

    retry_after: float | None = None


class ServerError(RequestError):
    """5xx: the server, or a proxy before it, failed; `retry_after` is what a 503 asked to wait, in seconds, or None."""

    retry_after: float | None = None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant, as the end of an error's text: `; did you mean 'devices'?`, or "" where none is near."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like a mistyped one; "" where none is."""
    import difflib

    return next(iter(difflib.get_close_matches(name, [*known], 1)), "")


def no_field(path: str, name: str, known: Iterable[str], why: str = "") -> UnknownFieldError:
    """The error of a field that the objects of a route do not have, with the name that may have been meant.

    Args:
        path: the list route.
        name: the field that was asked for.
        known: the fields that the objects have.
        why: what else the text says, after the name.
    """
    near = nearest(name, known)
    return UnknownFieldError(f"{path} has no field {name!r}{f' (did you mean {near!r}?)' if near else ''}{why}")


def describe(call: Call) -> str:
    """`GET dcim/devices/` for an error's text."""
    return f"{call.method} {call.path}"


def snippet(text: str) -> str:
    """The beginning of an answer, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SNIPPET else f"{flat[:_SNIPPET]}..."


def server_text(reply: Reply) -> str:
    """What the server said, without the JSON around it where that is plain."""
    data = reply.json_or_none()
    if data is None:
        return reply.text
    if isinstance(data, dict) and len(data) == 1 and isinstance(only := next(iter(data.values())), str):
        return only
    if isinstance(data, dict) and isinstance(data.get("error"), str):
        return f"{data['error']} ({data['exception']})" if isinstance(data.get("exception"), str) else str(data["error"])
    return json.dumps(data, ensure_ascii=False)


if not TYPE_CHECKING:  # a type checker would take any name for one that is there

    def __getattr__(name: str) -> Any:
        if name not in _NETWORK:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        network = import_module(f"{__name__}.network")
        globals().update({known: getattr(network, known) for known in _NETWORK})
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *_NETWORK})
