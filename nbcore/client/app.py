"""App: a namespace of endpoints, and the namespace of the server's own plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..errors import CallError, NotFoundError, did_you_mean
from ..plugins import AppSpec, EndpointSpec
from ..values import attribute_of, computed, recomputed, slug_of
from .endpoint import Endpoint

if TYPE_CHECKING:
    from .api import Api


class App:
    """The endpoints of one Nautobot app, as attributes: `nb.dcim.ip_addresses` is the route `dcim/ip-addresses/`.

    An endpoint that no package declares is looked for on the server (one GET of the app's own route, kept); one that is not there
    either is an AttributeError with a suggestion.

    Args:
        api: the Api.
        spec: the app's declaration; one without endpoints for an app that no package declares.
    """

    def __init__(self, api: Api, spec: AppSpec) -> None:
        self.api = api
        self.spec = spec
        self.name = spec.name
        self.path = spec.path
        self._endpoints: dict[str, Endpoint[Any]] = {}
        self._slugs: dict[str, str] = {endpoint.attribute: endpoint.slug for endpoint in spec.endpoints}
        self._served: list[str] | None = None

    def __getattr__(self, name: str) -> Endpoint:
        if name in computed(type(self)):
            found: Endpoint = recomputed(self, name)
            return found
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._endpoints:
            return self._endpoints[name]
        slug = self._slugs.get(attribute_of(name))
        if slug is None:
            slug = self._on_server(name)
        endpoint = self._endpoints[name] = self.endpoint(slug)
        return endpoint

    def declared(self, name: str) -> Endpoint:
        """The endpoint of an attribute's name, without asking the server whether it is there."""
        return self.endpoint(self._slugs.get(name) or slug_of(name))

    def endpoint(self, slug: str) -> Endpoint:
        """The endpoint of a URL slug, declared or not; sends nothing."""
        attribute = attribute_of(slug)
        if attribute not in self._endpoints:
            spec = self.spec.by_slug.get(slug) or EndpointSpec(slug)
            self._endpoints[attribute] = cast("type[Endpoint[Any]]", spec.endpoint or Endpoint)(self.api, spec, self.path)
        return self._endpoints[attribute]

    def _on_server(self, name: str) -> str:
        """The slug of an endpoint that only the server knows."""
        slug = slug_of(name)
        problem = ""
        if self._served is None:
            try:
                data = self.api.request("GET", f"{self.path}/", operation="discover")
                self._served = sorted(data) if isinstance(data, dict) else []
            except NotFoundError:
                problem = f"; the server has no app at {self.path!r}"
            except CallError as exc:
                problem = f"; the server could not be asked: {exc}"
        if self._served and slug in self._served:
            return slug
        known = sorted({*self._slugs, *(attribute_of(served) for served in self._served or ())})
        hint = did_you_mean(name, known) or (f"; it has: {', '.join(known)}" if known else "")
        raise AttributeError(f"app {self.name!r} has no endpoint {name!r}{hint}{problem}")

    def __dir__(self) -> list[str]:
        known = {*super().__dir__(), *self._slugs, *(attribute_of(slug) for slug in self._served or ())} - {"declared", "spec"}
        return sorted(name for name in known if name[:1] != "_" or name[:2] == "__")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.api, self.path)

    def __repr__(self) -> str:
        return f"<App {self.path}>"


class PluginApps:
    """The server's own plugins, packaged or not: `nb.plugins.bgp` is `nb.bgp` where a package for it is installed."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._apps: dict[str, App] = {}

    def __getattr__(self, name: str) -> App:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._apps:
            self._apps[name] = self.api.app_at(f"plugins/{slug_of(name)}")
        return self._apps[name]

    def installed_plugins(self) -> Any:
        """What the server has installed: a list of dicts (route `plugins/installed-plugins/`)."""
        return self.api.request("GET", "plugins/installed-plugins/", operation="discover")

    def __reduce__(self) -> tuple[Any, ...]:
        return PluginApps, (self.api,)

    def __repr__(self) -> str:
        return "<plugins of the server>"


def _restore(api: Api, path: str) -> App:
    return api.app_at(path)
