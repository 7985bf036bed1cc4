"""What the user's Api and the one that hooks get can both do: apps and endpoints by name, requests, what the server tells of itself."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any, cast

from ..errors import ContentError, InputError, PluginError, did_you_mean, snippet
from ..messages import Call
from ..options import Options
from ..plugins import AppSpec, EndpointSpec, PluginInfo, Plugins, PluginWarning, named, who
from ..reading import Query, Route
from ..records import Extensions, Siblings
from ..transport import Connection, decode
from ..values import attribute_of, computed, is_reference, recomputed, route_of
from .app import App, PluginApps
from .endpoint import Endpoint
from .exporting import Exporters
from .graphql import GraphQL
from .record import R, Record

if TYPE_CHECKING:
    from ..contracts import Returns
    from ..plugins import Projection
    from .api import Api

_WITHHELD = frozenset({"token", "headers", "http_session", "with_options"})  # what the user's own Api has beside
_FOR_HOOKS = (
    "an Api that a hook is given has no token, headers, http_session or with_options, and is not pickled; shape the session in its hook"
)


_FROZEN = (
    "this is a frozen application, and it holds no metadata of packages, by which plugins are found: collect it when freezing "
    "(PyInstaller: --copy-metadata nbcore-apps --collect-submodules nbcore_apps), or pass the AppSpecs as Api(plugins=[...])"
)


class Shared:
    """What the user's Api and the one that hooks are given have in common: everything but their apps, whose records lead back to them.

    Args:
        options: the settings, without the token.
        found: the plugins.
        connection: what the requests are sent with.

    Attributes:
        routes: every list route that was used, with what was learned of it.
        extensions: what packages add to records.
        exporters: tables of other libraries, by name.
        graphql: queries in GraphQL.
    """

    def __init__(self, options: Options, found: Plugins, connection: Connection) -> None:
        self.options = options
        self.found = found
        self.connection = connection
        self.routes: dict[str, Route] = {}
        self.extensions = Extensions(found.manager.hook)
        self.exporters = Exporters(found.manager.hook)
        self.graphql = GraphQL(connection)


class ApiBase:
    """A connection to one Nautobot, with its apps as attributes, and without a way to its token.

    This is what the hooks nbcore_ready and nbcore_close are given: it reads and writes as the user's Api does.

    Attributes:
        options: the settings.
        connection: what the requests are sent with.
        plugins: the namespace of the server's own plugins, packaged or not.
        graphql: queries in GraphQL.
        exporters: tables of other libraries, by name.
    """

    def __init__(self, shared: Shared) -> None:
        self.options = shared.options
        self.connection = shared.connection
        self.graphql = shared.graphql
        self.exporters = shared.exporters
        self.plugins = PluginApps(cast("Api", self))
        self._shared = shared
        self._found = shared.found
        self._apps: dict[str, App] = {}

    @property
    def default_filters(self) -> dict[str, Any]:
        """What is sent with every read, such as exclude_m2m; assignable."""
        return self.connection.default_filters

    @default_filters.setter
    def default_filters(self, filters: dict[str, Any]) -> None:
        self.connection.default_filters = filters

    # --- apps and endpoints ------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> App:
        if name in computed(type(self)):
            found: App = recomputed(self, name)
            return found
        if name.startswith("_") or "_found" not in self.__dict__:
            raise AttributeError(name)
        if name in _WITHHELD:
            raise PluginError(_FOR_HOOKS)
        if name not in self._apps:
            spec = self._found.app(name)
            if spec is None:
                raise AttributeError(self._no_app(name))
            self._apps[name] = self.app_at(spec.path)
        return self._apps[name]

    def _no_app(self, name: str) -> str:
        """Why there is no such app, and what to do."""
        names = self._found.app_names()
        failed = "; ".join(f"{info.name!r} of {info.distribution} {info.version} failed: {info.error}" for info in self._found.failures())
        parts = [
            f"there is no app {name!r}{did_you_mean(name, names)}",
            f"apps found: {', '.join(names) or 'none'}",
            f"plugins that failed: {failed}" if failed else "",
            _FROZEN if getattr(sys, "frozen", False) and not names else 'Nautobot\'s own apps: pip install "nbcore[apps]"',
            f'an app of your server without a package: nb.plugins.{name}, or nb.endpoint("{name}/...")',
        ]
        return "; ".join(filter(None, parts))

    def app_at(self, path: str) -> App:
        """The app at a route below /api/, such as "dcim" or "plugins/bgp"; a generic one where no package declares it. Sends nothing."""
        if path not in self._apps:
            spec = self._found.app_at(path) or AppSpec(attribute_of(path.rpartition("/")[2]), path)
            self._apps[path] = cast("type[App]", spec.app or App)(cast("Api", self), spec)
            _say_hidden(self._apps[path], spec)
        return self._apps[path]

    def endpoint(self, path: str) -> Endpoint:
        """The endpoint of a list route, such as "dcim/devices"; generic where no package declares it. Sends nothing."""
        parts = path.strip("/").split("/")
        split = 2 if parts[0] == "plugins" else 1
        if len(parts) <= split or not all(parts):
            raise InputError(f'{path!r} is not a list route; give it as "app/endpoint" or "plugins/app/endpoint"')
        return self.app_at("/".join(parts[:split])).endpoint("/".join(parts[split:]))

    def route(self, path: str, spec: EndpointSpec) -> Route:
        """The route of an endpoint, with what was learned of it; the user's Api and the one that hooks are given share it.

        Args:
            path: the list route.
            spec: its declaration, for a route that was not used yet.
        """
        return self._shared.routes.setdefault(path, Route(self.connection, spec, path))

    def record_class(self, base: type[R], object_type: str) -> type[R]:
        """A record class with what packages add to its object type.

        Args:
            base: the class that the endpoint's declaration names.
            object_type: such as "dcim.device".
        """
        found: type[R] = self._shared.extensions.extended(base, object_type)
        return found

    def project(self, route: Route, query: Query, fields: tuple[str, ...]) -> Projection | None:
        """How a plugin will read some fields of a list (hook nbcore_project).

        Args:
            route: the list route.
            query: what is asked of it.
            fields: the fields, those of related objects after `__`.

        Returns:
            The first answer of a plugin; None where no plugin answers.

        Raises:
            PluginError: a plugin answered something else.
        """
        from ..plugins import Projection  # imported when some fields are first asked for

        hook = self._found.manager.hook.nbcore_project
        with named(hook):
            answer = hook(route=route, query=query, fields=fields)
        if answer is not None and not isinstance(answer, Projection):
            raise PluginError(
                f"an nbcore_project hook returned {type(answer).__name__}; it must return a Projection or None. "
                f"Plugins with this hook: {who(hook)}"
            )
        return answer

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._found.app_names()})

    def wrap(self, data: Any) -> Any:
        """Records for JSON objects of the server.

        Args:
            data: an object with an id, a url and an object type becomes a Record of the class of its route; in a list, each of them does;
                anything else stays as it is. An object with a display name counts as complete, as with `depth=1` and in answers of actions.
        """
        if isinstance(data, list):
            group = Siblings(self)
            found = [self._wrap(item, group) for item in data]
            group.hold([item for item in found if isinstance(item, Record)])
            return found
        return self._wrap(data, None)

    def _wrap(self, data: Any, group: Siblings | None) -> Any:
        if isinstance(data, list):
            return self.wrap(data)
        if not is_reference(data):
            return data
        return self.endpoint(route_of(data)).make(data, "display" in data, group)

    # --- requests ----------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, **arguments: Any) -> Call:
        """A Call of this Api, not yet sent; the arguments are those of Call."""
        return self.connection.call(method, path, **arguments)

    def request(self, method: str, path: str, *, returns: Returns = "json", **arguments: Any) -> Any:
        """Send one request of your own, with everything the Api does for its own: hooks, token, retries, errors.

        Args:
            method: the HTTP method.
            path: the route below /api/, such as "extras/jobs/ID/run/".
            returns: "json" (None for an answer without a body), "text", "bytes", or "reply".
            **arguments: those of Call: params, body, files, api_version, endpoint, action, operation, accept, resend, fresh.

        Raises:
            CallError: it failed.
        """
        return self.connection.request(method, path, returns=returns, **arguments)

    # --- the server --------------------------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """The version of the REST API in use, such as "3.2", or "". One GET of /api/ unless an earlier answer told it."""
        if self.connection.api_version not in self.connection.versions_seen:
            self.request("GET", "", operation="status")
        return self.connection.versions_seen.get(self.connection.api_version, "")

    def status(self) -> dict[str, Any]:
        """The server's status: versions of Nautobot, Python, Django and its apps (route `status/`)."""
        reply = self.request("GET", "status/", operation="status", returns="reply")
        data = decode(self.call("GET", "status/", operation="status"), reply)
        if not isinstance(data, dict) or "nautobot-version" not in data:
            raise ContentError(
                f"{self.options.url} does not answer as Nautobot does (GET status/ answered {snippet(reply.text)!r}); check the url.",
                None,
                reply,
            )
        return data

    def openapi(self) -> dict[str, Any]:
        """The server's OpenAPI document, kept on disk by server, version and plugins: from the second time on it costs one status()."""
        from ..reading import cache_folder, kept

        status = self.status()
        key = [
            self.options.url,
            self.connection.api_version,
            status["nautobot-version"],
            status.get("nautobot-apps"),
            status.get("plugins"),
        ]

        def fetch() -> Any:
            return self.request("GET", "swagger.json", accept="application/vnd.oai.openapi+json", operation="openapi")

        document: dict[str, Any] = kept(cache_folder(self.options.cache_dir), "openapi", key, fetch, good=_is_openapi)
        return document

    @property
    def base_url(self) -> str:
        """The root of the REST API, without a slash at the end."""
        return self.options.base_url

    @property
    def api_version(self) -> str | None:
        """The version of the REST API that is asked for; assignable; None for the server's own."""
        return self.connection.api_version

    @api_version.setter
    def api_version(self, version: str | None) -> None:
        self.connection.api_version = version

    @property
    def threading(self) -> bool:
        """Whether pages are read in parallel."""
        return self.options.threading

    @property
    def max_workers(self) -> int:
        """How many requests may be in flight at once."""
        return self.options.max_workers

    def plugin_report(self) -> list[PluginInfo]:
        """Which plugins were found, from which distribution and version, in what order, and which failed."""
        return self._found.report()

    def __reduce__(self) -> tuple[Any, ...]:
        raise PluginError(_FOR_HOOKS)

    def __repr__(self) -> str:
        return f"<Api {self.options.url}>" if "options" in self.__dict__ else "<Api, not yet made>"


def _say_hidden(app: App, spec: AppSpec) -> None:
    """Say which endpoints cannot be reached as attributes, since an app has attributes of these names itself."""
    own = {*dir(App), *vars(app)}
    for hidden in (endpoint for endpoint in spec.endpoints if endpoint.attribute in own):
        warnings.warn(
            f"the endpoint {hidden.slug!r} of the app {spec.name!r} is not nb.{spec.name}.{hidden.attribute}, which every app has for "
            f"itself: it is nb.{spec.name}.endpoint({hidden.slug!r})",
            PluginWarning,
            stacklevel=4,
        )


def _is_openapi(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("paths"), dict)
