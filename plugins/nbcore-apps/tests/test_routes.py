"""Every list route and every action that the server serves is declared."""

from __future__ import annotations

import importlib.util
from importlib.metadata import entry_points

import pytest

# The core's own: no app has them.
CORE = {"graphql", "metrics", "status", "swagger", "swagger.json", "swagger.yaml"}
PACKAGES = {"plugins/bgp": "nbcore_bgp", "plugins/dns": "nbcore_dns", "plugins/firewall": "nbcore_firewall"}

pytestmark = pytest.mark.integration


def specs():
    return {spec.path: spec for spec in (point.load() for point in entry_points(group="nbcore.apps"))}


def split(route: str) -> tuple[str, str]:
    """A route as the app's path and the rest."""
    parts = route.strip("/").split("/")
    size = 2 if parts[0] == "plugins" else 1
    return "/".join(parts[:size]), "/".join(parts[size:])


def wanted(app: str) -> bool:
    return app not in PACKAGES or importlib.util.find_spec(PACKAGES[app]) is not None


@pytest.fixture(scope="module")
def routes(request: pytest.FixtureRequest) -> dict[str, set[str]]:
    """Route -> methods, of what the packages that are installed should declare."""
    from .conftest import connect

    with connect("real") as nb:
        paths = nb.openapi()["paths"]
    served = {route.removeprefix("/api"): {name.upper() for name in methods if name != "parameters"} for route, methods in paths.items()}
    return {route: methods for route, methods in served.items() if split(route)[0] not in CORE and wanted(split(route)[0])}


def test_every_list_route_is_declared(routes):
    known = specs()
    lists = [split(route) for route in routes if "{" not in route]
    missing = [f"{app}/{slug}" for app, slug in lists if app not in known or slug not in known[app].by_slug]
    assert missing == []
    assert len(lists) > 150


def test_every_action_is_declared_with_its_methods(routes):
    known = specs()
    missing, kinds = [], set()
    for route, methods in routes.items():
        base, _, action = route.rstrip("/").partition("{")
        action = action.partition("/")[2]
        app, slug = split(base)
        if not action or action == "notes":
            continue
        kinds.add(action)
        endpoint = known[app].by_slug.get(slug) if app in known else None
        declared = {spec.name: set(spec.methods) for spec in endpoint.actions} if endpoint else {}
        if declared.get(action) != methods:
            missing.append(f"{route} {sorted(methods)} (declared: {declared.get(action)})")
    assert missing == []
    assert len(kinds) == 21


def test_a_record_has_notes_where_the_server_has_them(routes):
    known = specs()
    paths = [split(route.partition("{")[0]) for route in routes if route.endswith("}/notes/")]
    assert len(paths) > 100
    assert [pair for pair in paths if pair[0] not in known or pair[1] not in known[pair[0]].by_slug] == []


def test_nothing_is_declared_that_the_server_has_not(routes):
    hidden = {"csv-import-fields", "filterset-fields/lookup-choices", "filterset-fields/lookup-value-dom-element"}
    served = {split(route) for route in routes if "{" not in route}
    apps = {split(route)[0] for route in routes}
    declared = {(spec.path, slug) for spec in specs().values() if spec.path in apps for slug in spec.by_slug}
    assert [pair for pair in declared - served if pair[1].removeprefix("core/") not in hidden] == []


def test_numbers_are_the_keys_where_the_server_has_numbers(routes):
    from .conftest import connect

    with connect("real") as nb:
        paths = nb.openapi()["paths"]
    for path, spec in specs().items():
        for endpoint in spec.endpoints:
            detail = next((item for route, item in paths.items() if route.removeprefix("/api") == f"/{path}/{endpoint.slug}/{{id}}/"), None)
            if detail is None:
                continue
            (key,) = [one["schema"] for one in detail["get"]["parameters"] if one["name"] == "id"]
            assert (key["type"] == "integer") == (endpoint.key == "integer"), f"{path}/{endpoint.slug}"
