"""The hook behind values() and only(). It is light to import: what does the work is imported when fields are first asked for."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from nbcore import hookimpl

if TYPE_CHECKING:
    from nbcore import Options, Projection
    from nbcore.contracts import Api, Connection
    from nbcore.reading import Query, Route

    from .server import Server


def make(options: Options) -> GraphQLProjection:
    """The plugin of one Api; it is active whenever it is installed."""
    return GraphQLProjection()


class GraphQLProjection:
    """Answers nbcore_project with GraphQL, where that is exact. One object may serve several Apis, and keeps none of them alive."""

    def __init__(self) -> None:
        self._apis: weakref.WeakKeyDictionary[Connection, weakref.ref[Api]] = weakref.WeakKeyDictionary()
        self._servers: weakref.WeakKeyDictionary[Connection, Server] = weakref.WeakKeyDictionary()

    @hookimpl
    def nbcore_ready(self, api: Api) -> None:
        """Remember which Api sends over which connection."""
        self._apis[api.connection] = weakref.ref(api)

    @hookimpl
    def nbcore_project(self, route: Route, query: Query, fields: tuple[str, ...]) -> Projection | None:
        """How the fields are read: by GraphQL, or by REST with the reason why not."""
        reference = self._apis.get(route.connection)
        api = reference() if reference is not None else None
        if api is None:
            return None
        from .projecting import projection
        from .server import Server

        server = self._servers.get(route.connection)
        if server is None:
            server = self._servers.setdefault(route.connection, Server(api))
        return projection(server, api.endpoint(route.path), query, fields)

    def __reduce__(self) -> tuple[Any, ...]:
        return GraphQLProjection, ()

    def __repr__(self) -> str:
        return "<GraphQL projection>"
