"""What travels: a Call is one request as the core sees it, a Reply its answer, a Change a write that the server confirmed.

All three are frozen, and none holds the token. This module imports no room, so that every room can speak of them.
"""

from __future__ import annotations

import email.utils
import json as jsonlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from .by_fields import ByFields

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Operation = Literal[
    "", "action", "allocate", "create", "delete", "discover", "get", "graphql", "list", "openapi", "options", "run", "status", "update",
]  # fmt: skip
OPERATIONS: frozenset[str] = frozenset(get_args(Operation))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(ByFields):
    """One request to Nautobot.

    Attributes:
        method: the HTTP method.
        path: the route below `/api/`, such as "dcim/devices/".
        params: the query as (name, text) pairs, in order.
        body: what is sent as JSON, before encoding; None without a body.
        files: multipart files, name -> (file name, bytes, content type); then body is the form's fields.
        api_version: the version to ask for; None for the server's default.
        accept: the media type to ask for.
        object_type: "dcim.device" once an object of the endpoint was seen, else "".
        endpoint: the list route it belongs to, such as "dcim/devices", else "".
        action: the action's name, else "".
        operation: what the caller does: one of the words of `Operation`; "" for a request of the user's own that names none.
        resend: whether it may be sent again when its outcome is not known; None: as its method says.
        id: 32 hexadecimal digits, the same for every attempt of one call.
        attempt: 1 for the first.
        deadline: the moment (time.monotonic) after which nothing more is tried; None for never.
        server: the root of the server's REST API, without a slash at the end; "" before it is sent.
        identity: a hash of all that identifies the connection: the server, the token, and the session's cookies, certificate, headers
            and parameters. Two calls with the same identity may be given each other's answer. "" before it is sent.
        fresh: whether the answer must come from the server, and not from a cache.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    api_version: str | None = None
    accept: str = "application/json"
    object_type: str = ""
    endpoint: str = ""
    action: str = ""
    operation: Operation = ""
    resend: bool | None = None
    id: str = field(default_factory=lambda: os.urandom(16).hex())
    attempt: int = 1
    deadline: float | None = None
    server: str = ""
    identity: str = ""
    fresh: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may change something on the server. A GraphQL query is a POST, and changes nothing."""
        return self.method in WRITES and not self.queries

    @property
    def queries(self) -> bool:
        """Whether it is a GraphQL query: a POST to `graphql/`, whatever else is said of it."""
        return self.operation == "graphql" and self.path == "graphql/"

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice is the same as sending it once."""
        if self.resend is not None:
            return self.resend
        return self.method not in ("POST", "PATCH", "PUT") or self.queries

    def again(self) -> Call:
        """The next attempt of the same call."""
        return replace(self, attempt=self.attempt + 1)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reply(ByFields):
    """An answer.

    Attributes:
        status: the HTTP status.
        reason: its phrase.
        headers: the answer's headers, names in lower case.
        content: the decoded body.
        url: the address that was asked.
        elapsed: seconds from sending to the end of the body.
        source: "server", or the name of the plugin that answered in its place ("cache").
    """

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    url: str = ""
    elapsed: float = 0.0
    source: Literal["server"] | str = "server"  # noqa: PYI051

    @property
    def status_code(self) -> int:
        """The status, by requests' name."""
        return self.status

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status < 400

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return jsonlib.loads(self.content)

    def json_or_none(self) -> Any:
        """The body as JSON; None where it is none. For reading what an error's answer says, whatever it is."""
        try:
            return jsonlib.loads(self.content)
        except (ValueError, RecursionError):
            return None

    def header(self, name: str) -> str | None:
        """A header's value, or None."""
        return self.headers.get(name.lower())

    @property
    def retry_after(self) -> float | None:
        """The server's Retry-After in seconds from now (number or date); None without a usable one."""
        value = self.header("Retry-After")
        if value is None:
            return None
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
            except (TypeError, ValueError, OverflowError):
                return None
            return max(seconds, 0.0)
        return seconds if 0 <= seconds < float("inf") else None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Change(ByFields):
    """A write that the server confirmed.

    Attributes:
        action: "create", "update" or "delete".
        object_type: such as "dcim.device", or "" where the server does not say.
        endpoint: the list route, such as "dcim/devices".
        id: the object's id.
        before: the fields before, as far as the client knew them; None for a create.
        after: the fields after (for an update, those that were sent); None for a delete.
        call_id: the id of the Call that did it.
    """

    action: Literal["create", "update", "delete"]
    object_type: str
    endpoint: str
    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    call_id: str
