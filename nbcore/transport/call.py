"""Call and Reply: one request as the core sees it, and its answer. No token is in either."""

from __future__ import annotations

import email.utils
import json as jsonlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import unquote

from ..errors import InputError

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Call:
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
        operation: what the caller does: list, get, create, update, delete, count, action, graphql, options, status...
        resend: whether it may be sent again when its outcome is not known; None: as its method says.
        id: the same for every attempt of one call.
        attempt: 1 for the first.
        deadline: the moment (time.monotonic) after which nothing more is tried; None for never.
        identity: who asks, without the secret: equal for calls of which each may be given the other's answer; "" before it is sent.
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
    operation: str = ""
    resend: bool | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: int = 1
    deadline: float | None = None
    identity: str = ""
    fresh: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may change something on the server (a GraphQL query does not)."""
        return self.method in WRITES and self.operation != "graphql"

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice is the same as sending it once."""
        if self.resend is not None:
            return self.resend
        return self.method not in ("POST", "PATCH", "PUT") or self.operation == "graphql"

    def again(self) -> Call:
        """The next attempt of the same call."""
        return replace(self, attempt=self.attempt + 1)


def check_path(path: str) -> None:
    """Refuse a route that would leave the API or carry a query.

    Raises:
        InputError: it would.
    """
    read = unquote(path)
    if any(char in path for char in "?#\\") or {".", ".."} & {*path.split("/"), *read.split("/")} or not read.isprintable():
        raise InputError(f"{path!r} is not a route below /api/; give query parameters as params=, and quote what an id may not hold")


@dataclass(frozen=True, slots=True)
class Reply:
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


@dataclass(frozen=True, slots=True)
class Change:
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
