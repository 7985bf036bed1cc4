"""What was learned of one server: its GraphQL types, and what one row of each list route tells. Kept on disk, names only."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from nbcore import Endpoint
from nbcore.contracts import Api
from nbcore.reading import cache_folder, kept
from nbcore.values import route_of

from . import types
from .facts import Facts, NotExact, learn

_TRUSTED = 300.0  # seconds in which a server is taken not to have been upgraded


class Server:
    """What is known of the server of one Api.

    Args:
        api: the Api that asks it; it is not kept alive by this.
    """

    def __init__(self, api: Api) -> None:
        self._api = weakref.ref(api)
        self._types: types.TypeMap | None = None
        self._facts: dict[str, Facts] = {}
        self._paths: dict[str, str] = {}
        self._version: Any = None

    @property
    def api(self) -> Api:
        """The Api that asks it. Whoever reads something holds an endpoint, and so the Api."""
        api = self._api()
        assert api is not None  # noqa: S101  for the type checker: see above
        return api

    def types(self) -> types.TypeMap:
        """Its GraphQL types: one introspection query, the first time on this machine."""
        if self._types is None:
            self._types = types.TypeMap(self._on_disk("graphql", ["types-3"], lambda: types.condensed(self._introspected()), _is_schema))
        return self._types

    def facts(self, endpoint: Endpoint) -> Facts:
        """The facts of a list route: one GET of one row, the first time on this machine.

        Raises:
            NotExact: it has no row yet.
        """
        if endpoint.path not in self._facts:
            self._facts[endpoint.path] = Facts(**self._on_disk("facts", [endpoint.path], lambda: asdict(learn(endpoint)), _are_facts))
        return self._facts[endpoint.path]

    def knows(self, endpoint: Endpoint) -> bool:
        """Whether the facts of a list route are known already."""
        return endpoint.path in self._facts

    def path_of(self, kind: str) -> str:
        """The list route of a GraphQL type's objects: one query for one of them, the first time on this machine.

        Raises:
            NotExact: GraphQL has no list of them, or there is none yet.
        """
        if kind not in self._paths:
            self._paths[kind] = self._on_disk("route", [kind], lambda: self._asked_path(kind), _is_path)
        return self._paths[kind]

    def _asked_path(self, kind: str) -> str:
        listed = self.types().list_of(f".{kind.lower().removesuffix('type')}")
        if listed is None:
            raise NotExact(f"GraphQL has no list of {kind}")
        rows = self.api.graphql.query(f"{{ {listed}(limit: 1) {{ id url }} }}").data[listed]
        if not rows:
            raise NotExact(f"there is no {kind} yet to learn its route from")
        return route_of(rows[0])

    def _introspected(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.graphql.query(types.QUERY).data["__schema"]
        return found

    def _on_disk(self, kind: str, key: list[Any], make: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
        """What was learned, kept by the server's address, version and plugins; these are asked again after five minutes."""
        options = self.api.options
        folder = cache_folder(options.cache_dir)
        if self._version is None:
            self._version = kept(folder, "server", options.url, lambda: _version(self.api.status()), _TRUSTED, _is_version)
        return kept(folder, kind, [options.url, self._version, *key], make, good=good)


def _is_version(document: Any) -> bool:
    return isinstance(document, list) and len(document) == 3


def _is_path(document: Any) -> bool:
    return isinstance(document, str) and "/" in document


def _is_schema(document: Any) -> bool:
    return isinstance(document, dict) and all(isinstance(document.get(name), dict) for name in ("lists", "fields", "enums"))


def _are_facts(document: Any) -> bool:
    return isinstance(document, dict) and document.keys() == {item.name for item in fields(Facts)}


def _version(status: dict[str, Any]) -> list[Any]:
    return [status["nautobot-version"], status.get("nautobot-apps"), status.get("plugins")]
