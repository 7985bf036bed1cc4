"""A request as the sandbox sees it: who asks, for which version, and with what parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .answers import Invalid, Refused, not_served
from .index import Index

_JSON = frozenset({"application/json", "application/*", "*/*"})
_OTHER = {"text/html": "the browsable API", "text/csv": "CSV", "application/vnd.oai.openapi+json": "the OpenAPI document"}
_VERSION = re.compile(r"version=([^;,\s]+)")
_TRUTHY = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", "none"), False),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: the HTTP method; HEAD is a GET here.
        path: the path below the host, such as "/api/dcim/devices/".
        query: the parameters by name, each with its values in order.
        headers: the headers, names in lower case.
        body: what was sent.
        base: the server's address, such as "http://127.0.0.1:8080".
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    base: str

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes, base: str) -> Request:
        """A request from its parts.

        Args:
            method: the HTTP method.
            target: path and query.
            headers: the headers.
            body: what was sent.
            base: the server's address.

        Returns:
            The request.
        """
        parts = urlsplit(target)
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            query.setdefault(name, []).append(value)
        lower = {name.lower(): value for name, value in headers.items()}
        return cls("GET" if method == "HEAD" else method.upper(), unquote(parts.path), query, lower, body, base)

    @property
    def url(self) -> str:
        """The address without the query."""
        return f"{self.base}{self.path}"

    def check_token(self, token: str) -> None:
        """Refuse a request without the right token, as the server words it.

        Raises:
            Refused: 403.
        """
        scheme, _, given = self.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "token":
            raise Refused(403, {"detail": "Authentication credentials were not provided."})
        if not given:
            raise Refused(403, {"detail": "Invalid token header. No credentials provided."})
        if given != token:
            raise Refused(403, {"detail": "Invalid token"})

    def check_media(self) -> None:
        """Refuse what the answer should not be.

        Raises:
            Refused: 406, or 501 for a form that a real server has and the sandbox does not.
        """
        accepted = [part.partition(";")[0].strip() for part in self.headers.get("accept", "*/*").split(",")]
        wanted = self.query.get("format", ["json"])[-1]
        if wanted == "csv":
            raise not_served("CSV")
        if any(media in _JSON for media in accepted):
            return
        for media, what in _OTHER.items():
            if media in accepted:
                raise not_served(what)
        raise Refused(406, {"detail": "Could not satisfy the request Accept header."}, versioned=False)

    def version(self, index: Index) -> str:
        """The API version that was asked for, or the server's own.

        Raises:
            Refused: 406 or 404, for a version that the server does not have.
        """
        listed = ", ".join(index.versions)
        if "api_version" in self.query:
            asked = self.query["api_version"][-1]
            if asked not in index.versions:
                text = f'Invalid version "{asked}" in query parameter. Supported versions are: {listed}'
                raise Refused(404, {"detail": text}, versioned=False)
            return asked
        found = _VERSION.search(self.headers.get("accept", ""))
        if found is None:
            return index.version
        if found[1] not in index.versions:
            text = f'Invalid version "{found[1]}" in "Accept" header. Supported versions are: {listed}'
            raise Refused(406, {"detail": text}, versioned=False)
        return found[1]

    def json(self) -> Any:
        """What was sent, decoded; {} without a body.

        Raises:
            Refused: 415 or 400.
        """
        media = self.headers.get("content-type", "application/json").partition(";")[0].strip()
        if self.body and media == "text/csv":
            raise not_served("CSV bodies")
        if self.body and media != "application/json":
            raise Refused(415, {"detail": f'Unsupported media type "{media}" in request.'})
        if not self.body:
            return {}
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Invalid({"detail": f"JSON parse error - {error}"}) from None

    @property
    def depth(self) -> int:
        """How many levels of references a GET asks for.

        Raises:
            Invalid: out of range.
        """
        try:
            depth = int(self.query.get("depth", ["0"])[-1]) if self.method == "GET" else 0
        except ValueError:
            return 0
        if not 0 <= depth <= 10:
            raise Invalid({"detail": "The depth parameter must be an integer between 0 and 10"})
        return depth

    @property
    def exclude_m2m(self) -> bool | None:
        """Whether many-to-many fields are to be left out; None where nothing is said.

        Raises:
            ValueError: the word is neither true nor false.
        """
        if "exclude_m2m" not in self.query:
            return None
        word = self.query["exclude_m2m"][-1]
        if word.lower() not in _TRUTHY:
            raise ValueError(f"Invalid truthy value: `{word}`")
        return _TRUTHY[word.lower()]

    @property
    def include(self) -> set[str]:
        """The opt-in fields that are asked for."""
        values = self.query.get("include", [])
        if len(values) == 1:  # a single value is split, several are not: so does the server
            values = values[0].split(",")
        return set(values)
