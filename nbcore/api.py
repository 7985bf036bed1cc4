"""Api: a connection to one Nautobot. It puts the parts together and finds apps by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from . import documents, options
from .aio import Aio
from .app import App, PluginApps
from .defaults import Defaults
from .endpoint import Endpoint
from .errors import ContentError, InputError, PluginError, snippet
from .graphql import GraphQL
from .options import Options
from .plugins import PluginInfo, Plugins
from .query import is_many
from .record import Record
from .record.siblings import Siblings
from .record.values import is_reference, route_of
from .spec import AppSpec, Returns
from .transport import Call, Reply, Transport
from .transport.auth import TokenAuth
from .transport.body import decode, text

if TYPE_CHECKING:
    import requests


class Api:
    """A connection to one Nautobot; apps are its attributes (`nb.dcim.devices`). Making one sends nothing.

    Args:
        url: Nautobot's address; NAUTOBOT_URL when left out.
        token: the API token; NAUTOBOT_TOKEN when left out.
        threading: read the pages of lists in parallel.
        api_version: the REST API version to ask for; assignable later.
        retries: more attempts for a failed call, where sending it again is safe.
        max_workers: requests in flight at once.
        verify: True, False or a CA bundle's path; NAUTOBOT_VALIDATE_CERTS when left out.
        timeout: (connect, read) in seconds, or one number for both.
        deadline: seconds for a call with its retries; None for no limit.
        exclude_m2m: sent with every read when given.
        include_default: sent as `include` with every read when given.
        plugins: hook plugins or AppSpecs given by hand.
        disable: installed plugins not to use.
        proxies: as requests takes them.
        lazy: "batch" to load related fields when they are read, "off" for NotLoadedError.
        **more: the other settings of Options: page_size, max_body, prefer, settings, allow, strict_plugins, cache_dir.

    Raises:
        InputError: a setting that cannot be used (a ValueError).
        PluginError: a plugin that was given or configured failed.
    """

    _for_hooks: Api

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        threading: bool = False,
        api_version: str | None = None,
        retries: int | str = 0,
        *,
        max_workers: int = 4,
        verify: bool | str | None = None,
        timeout: float | tuple[float | None, float | None] | None = (5.0, 60.0),
        deadline: float | None = 180.0,
        exclude_m2m: bool | None = None,
        include_default: str | None = None,
        plugins: Iterable[Any] = (),
        disable: Iterable[str] = (),
        proxies: Mapping[str, str] | None = None,
        lazy: Literal["batch", "off"] = "batch",
        **more: Any,
    ) -> None:
        unknown = sorted(set(more) - {"page_size", "max_body", "prefer", "settings", "allow", "strict_plugins", "cache_dir"})
        if unknown:
            near = difflib.get_close_matches(unknown[0], options.NAMES, 1)
            raise TypeError(f"Api() has no argument {unknown[0]!r}{f'; did you mean {near[0]!r}?' if near else ''}")
        try:
            settings = options.make(
                url, token, threading=threading, api_version=api_version, retries=retries, max_workers=max_workers, verify=verify,
                timeout=timeout, deadline=deadline, exclude_m2m=exclude_m2m, include_default=include_default, plugins=plugins,
                disable=disable, proxies=proxies, lazy=lazy, **more,
            )  # fmt: skip
        except InputError as exc:
            refused = exc.with_traceback(None)
        else:
            self._set_up(settings)
            return
        # Raised from here, where no frame of the traceback holds a token or a password for a tool that shows locals.
        url = token = None
        raise refused from None

    def _set_up(self, settings: Options) -> None:
        defaults = Defaults(settings.token)
        found = Plugins(settings, defaults, _RESERVED)
        self._auth = TokenAuth(found.options, found.manager.hook)
        transport = defaults.transport = Transport(found.options, found.manager.hook, self._auth)
        filters = {"exclude_m2m": settings.exclude_m2m, "include": settings.include_default}
        self._connect(settings, found, transport, {name: value for name, value in filters.items() if value is not None})
        given = object.__new__(_ApiForHooks)
        self._for_hooks = given
        given._connect(found.options, found, transport, self.default_filters)
        transport.watch("nbcore_ready", api=self._for_hooks)

    def _connect(self, settings: Options, found: Plugins, transport: Transport, filters: dict[str, Any]) -> None:
        self.options = settings
        self.plugins_found = found
        self.transport = transport
        self.default_filters = filters
        self._for_hooks = self
        self.plugins = PluginApps(self)
        self.graphql = GraphQL(self)
        self._apps: dict[str, App] = {}
        self.aio = Aio(self)
        self.type_map_kept: Any = None
        self.server_kept: Any = None
        self.type_paths: dict[str, str] = {}
        self.object_types: dict[str, str] = {}

    # --- apps and endpoints ------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> App:
        if name.startswith("_") or "plugins_found" not in self.__dict__:
            raise AttributeError(name)
        if name not in self._apps:
            spec = self.plugins_found.app(name)
            if spec is None:
                raise AttributeError(self._no_app(name))
            self._apps[name] = self.app_at(spec.path)
        return self._apps[name]

    def _no_app(self, name: str) -> str:
        """Why there is no such app, and what to do."""
        names = self.plugins_found.app_names()
        near = difflib.get_close_matches(name, names, 1)
        failed = "; ".join(
            f"{info.name!r} of {info.distribution} {info.version} failed: {info.error}" for info in self.plugins_found.failures()
        )
        parts = [
            f"there is no app {name!r}",
            f"did you mean {near[0]!r}?" if near else "",
            f"apps found: {', '.join(names) or 'none'}",
            f"plugins that failed: {failed}" if failed else "",
            'Nautobot\'s own apps: pip install "nbcore[apps]"',
            f'an app of your server without a package: nb.plugins.{name}, or nb.endpoint("{name}/...")',
        ]
        return "; ".join(filter(None, parts))

    def app_at(self, path: str) -> App:
        """The app at a route below /api/, such as "dcim" or "plugins/bgp"; a generic one where no package declares it. Sends nothing."""
        if path not in self._apps:
            spec = self.plugins_found.app_at(path) or AppSpec(path.rpartition("/")[2].replace("-", "_"), path)
            self._apps[path] = (spec.app or App)(self, spec)
        return self._apps[path]

    def endpoint(self, path: str) -> Endpoint:
        """The endpoint of a list route, such as "dcim/devices"; generic where no package declares it. Sends nothing."""
        parts = path.strip("/").split("/")
        split = 2 if parts[0] == "plugins" else 1
        if len(parts) <= split or not all(parts):
            raise InputError(f'{path!r} is not a list route; give it as "app/endpoint" or "plugins/app/endpoint"')
        return self.app_at("/".join(parts[:split])).endpoint("/".join(parts[split:]))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.plugins_found.app_names()})

    def wrap(self, data: Any) -> Any:
        """Records for JSON objects of the server.

        A dict with an id, a url and an object type becomes a Record of the class of its route; a list, a list of them; anything
        else stays. One with a display name is complete (depth=1, answers of actions).
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

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, str]] = (),
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        api_version: str | None = None,
        endpoint: str = "",
        action: str = "",
        operation: str = "",
        accept: str = "application/json",
        resend: bool | None = None,
        fresh: bool = False,
    ) -> Call:
        """A Call of this Api, not yet sent; the arguments are those of Call."""
        pairs = params.items() if isinstance(params, Mapping) else params
        many = ((name, value if is_many(value) else [value]) for name, value in pairs)
        query = tuple((name, text(name, item)) for name, values in many for item in values)
        return Call(
            method.upper(), path, query, body, files, api_version or self.api_version, accept,
            endpoint=endpoint, action=action, operation=operation, object_type=self.object_types.get(endpoint, ""),
            resend=resend, fresh=fresh,
        )  # fmt: skip

    def request(self, method: str, path: str, *, returns: Returns = "json", **arguments: Any) -> Any:
        """Send one request of your own, with everything the Api does for its own: hooks, token, retries, errors.

        Args:
            method: the HTTP method.
            path: the route below /api/, such as "extras/jobs/ID/run/".
            returns: "json" (None for an answer without a body), "text", "bytes", or "reply".
            **arguments: params, body, files, api_version, endpoint, action, operation, accept, resend, fresh: see Call.

        Raises:
            CallError: it failed.
        """
        if returns in ("text", "bytes") and "accept" not in arguments:
            arguments["accept"] = "*/*"
        call = self.call(method, path, **arguments)
        if returns == "json":
            return self.transport.exchange(call)[1]
        reply, _ = self.transport.exchange(call, _as_it_is)
        return reply if returns == "reply" else reply.text if returns == "text" else reply.content

    # --- the server --------------------------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """The version of the REST API in use, such as "3.2", or "". One GET of /api/ unless an earlier answer told it."""
        if self.api_version not in self.transport.api_version_seen:
            self.request("GET", "", operation="status")
        return self.transport.api_version_seen.get(self.api_version, "")

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
        status = self.status()
        key = [self.options.url, self.api_version, status["nautobot-version"], status.get("nautobot-apps"), status.get("plugins")]

        def fetch() -> Any:
            return self.request("GET", "swagger.json", accept="application/vnd.oai.openapi+json", operation="openapi")

        document: dict[str, Any] = documents.kept(documents.cache_folder(self.options.cache_dir), "openapi", key, fetch)
        return document

    # --- the connection ----------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The root of the REST API, without a slash at the end."""
        return self.options.base_url

    @property
    def token(self) -> str:
        """The token in use, "" for none."""
        return self._auth.token

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the token; {} without one."""
        return {"Authorization": f"Token {self.token}"} if self.token else {}

    @property
    def api_version(self) -> str | None:
        """The version of the REST API that is asked for; assignable; None for the server's own."""
        return self.transport.api_version

    @api_version.setter
    def api_version(self, version: str | None) -> None:
        self.transport.api_version = version

    @property
    def threading(self) -> bool:
        """Whether pages are read in parallel."""
        return self.options.threading

    @property
    def max_workers(self) -> int:
        """How many requests may be in flight at once."""
        return self.options.max_workers

    @property
    def http_session(self) -> requests.Session:
        """The requests session; assign one and it rules: its adapters, verify, headers and params."""
        return self.transport.session

    @http_session.setter
    def http_session(self, session: requests.Session) -> None:
        self.transport.session = session

    def with_options(self, **changes: Any) -> Api:
        """A copy with some settings changed (see Options); this one stays as it is. A session that was assigned is not taken along."""
        copied = object.__new__(type(self))
        copied._set_up(self.options.with_(**changes))
        return copied

    def plugin_report(self) -> list[PluginInfo]:
        """Which plugins were found, from which distribution and version, in what order, and which failed."""
        return self.plugins_found.report()

    def close(self) -> None:
        """Tell the hooks, close the connections and end the threads. The Api can be used again; it then opens new ones."""
        self.transport.watch("nbcore_close", api=self._for_hooks)
        self.aio.close()
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # The token stays out: it is read again from the environment or the nbcore_auth hook.
        return _restore, (self.options.with_(token=""), self.api_version, self.default_filters)

    def __deepcopy__(self, memo: dict[int, Any]) -> Api:
        return self

    def __repr__(self) -> str:
        return f"<Api {self.options.url}>" if "options" in self.__dict__ else "<Api, not yet made>"


class _ApiForHooks(Api):
    """What nbcore_ready and nbcore_close are given: the same connection, without the ways to its token."""

    def _withheld(self, *_: Any, **__: Any) -> Any:
        raise PluginError("an Api that a hook is given has no token, headers, http_session or with_options; shape the session in its hook")

    token = headers = http_session = property(_withheld, _withheld)
    with_options = _withheld

    def __reduce__(self) -> tuple[Any, ...]:
        self._withheld()
        return super().__reduce__()


_RESERVED = frozenset({*dir(Api), "options", "plugins_found", "transport", "default_filters", "plugins", "graphql", "aio"})


def _as_it_is(_call: Call, reply: Reply) -> Reply:
    return reply


def _restore(settings: Options, api_version: str | None, default_filters: dict[str, Any]) -> Api:
    import os

    api = object.__new__(Api)
    api._set_up(settings.with_(token=os.environ.get("NAUTOBOT_TOKEN", "")))
    api.api_version = api_version
    api.default_filters = default_filters
    return api
