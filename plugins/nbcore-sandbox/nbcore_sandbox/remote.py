"""The real server as the recorder sees it: plain requests on one kept connection."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TYPES = "{__schema{types{name fields{name type{name ofType{name ofType{name ofType{name}}}}}}}}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Remote:
    """A Nautobot.

    Args:
        url: its address, without `/api`.
        token: an API token.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/").removesuffix("/api")
        self._token = token
        parts = urlsplit(self.url)
        connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._wire = connection(parts.netloc, timeout=300)
        self._path = parts.path
        self.version = self.send("GET", "").headers["API-Version"]

    def send(self, method: str, path: str, body: Any = None, *, accept: str = "application/json", version: str = "") -> Answer:
        """One request; any status is an answer.

        Args:
            method: the HTTP method.
            path: the route below `/api/`.
            body: what is sent as JSON.
            accept: the media type to ask for.
            version: the API version to ask for.

        Returns:
            The answer.
        """
        content = None if body is None else json.dumps(body).encode()
        headers = {
            "Authorization": f"Token {self._token}",
            "Accept": f"{accept}; version={version}" if version else accept,
            "Content-Type": "application/json",
        }
        for attempt in (1, 2):
            try:
                self._wire.request(method, f"{self._path}/api/{path}", content, headers)
                reply = self._wire.getresponse()
                return Answer(reply.status, dict(reply.headers), _decoded(reply.read()))
            except (http.client.HTTPException, ConnectionError):
                # A kept connection that the server has closed in between; a read is sent again on a new one.
                self._wire.close()
                if attempt > 1 or method not in ("GET", "OPTIONS"):
                    raise
        raise AssertionError

    def get(self, path: str, accept: str = "application/json") -> Any:
        """What a GET answers.

        Args:
            path: the route below `/api/`.
            accept: the media type to ask for.

        Returns:
            The decoded JSON.

        Raises:
            SystemExit: the server refuses.
        """
        answer = self.send("GET", path, accept=accept)
        if answer.status != 200:
            raise SystemExit(f"GET {self.url}/api/{path} was answered {answer.status}: {answer.json}")
        return answer.json

    def object_types(self) -> list[str]:
        """Every object type of the server, such as "dcim.device"."""
        rows = self.get("extras/content-types/?limit=1000")["results"]
        return sorted(f"{row['app_label']}.{row['model']}" for row in rows)

    def object_type_of(self, route: str) -> str:
        """The object type of a route without objects, by its name."""
        word = route.rpartition("/")[2].replace("-", "")
        stems = {word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"}
        return next((name for name in self.object_types() if name.partition(".")[2] in stems), "")

    def references(self, known: Iterable[str]) -> dict[str, dict[str, str]]:
        """Which object type each relation of each object type leads to, as GraphQL tells it.

        Args:
            known: object types that are meant where several apps have a model of one name.

        Returns:
            Object types by field name, by object type.
        """
        models = {name.partition(".")[2]: name for name in (*self.object_types(), *known)}
        found: dict[str, dict[str, str]] = {}
        for item in self.send("POST", "graphql/", {"query": _TYPES}).json["data"]["__schema"]["types"]:
            owner = models.get((item["name"] or "").removesuffix("Type").lower())
            if owner is None or not item["fields"]:
                continue
            found[owner] = {
                field["name"]: models[target]
                for field in item["fields"]
                if (target := (_named(field["type"]) or "").removesuffix("Type").lower()) in models and _named(field["type"]) != target
            }
        return found


def _named(kind: Any) -> str | None:
    """The name of a GraphQL type below its list and non-null wrappers."""
    while kind is not None and kind["name"] is None:
        kind = kind.get("ofType")
    return None if kind is None else str(kind["name"])


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode("utf-8", "replace")
