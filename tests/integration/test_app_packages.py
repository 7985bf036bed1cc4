"""Each app package declares just what the real server serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import nbcore

pytestmark = pytest.mark.integration
PACKAGES = ["bgp", "dns", "firewall"]


@pytest.fixture(scope="module")
def document(live_settings: dict[str, str]) -> dict[str, Any]:
    with nbcore.Api(**live_settings) as api:
        return api.openapi()


def routes(document: dict[str, Any], app: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(route below the app, what it takes) of an app in the OpenAPI document."""
    prefix = f"/plugins/{app}/"
    for path, methods in document["paths"].items():
        if path.startswith(prefix):
            yield path.removeprefix(prefix), methods


@pytest.mark.parametrize("app", PACKAGES)
def test_every_list_route_is_declared_and_no_other(live, document, app):
    served = {path.rstrip("/") for path, _ in routes(document, app) if "{" not in path}
    assert {endpoint.slug for endpoint in getattr(live, app).spec.endpoints} == served


@pytest.mark.parametrize("app", PACKAGES)
def test_every_action_is_declared_and_no_other(live, document, app):
    served = {
        (path.partition("/")[0], path.rstrip("/").rpartition("/")[2]) for path, _ in routes(document, app) if "{id}/" in path.rstrip("/")
    }
    notes = {(slug, name) for slug, name in served if name == "notes"}  # every record has them; the core knows the route
    declared = {(endpoint.slug, action.name) for endpoint in getattr(live, app).spec.endpoints for action in endpoint.actions}
    assert declared == served - notes
    assert notes


@pytest.mark.parametrize("app", PACKAGES)
def test_fields_without_a_type_are_declared_as_json(live, document, app):
    schemas = document["components"]["schemas"]
    for path, methods in routes(document, app):
        if "{" in path or "post" not in methods:
            continue
        answer = methods["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        untyped = {name for name, field in schemas[answer]["properties"].items() if not {"type", "$ref", "allOf", "oneOf"} & field.keys()}
        assert set(getattr(live, app).spec.by_slug[path.rstrip("/")].json_fields) == untyped, path


@pytest.mark.parametrize("app", PACKAGES)
def test_many_to_many_fields_that_the_server_leaves_out_are_declared(live, app):
    seen = 0
    for endpoint in getattr(live, app).spec.endpoints:
        brief = live.endpoint(f"plugins/{app}/{endpoint.slug}").all().first()
        if brief is None:
            assert not endpoint.m2m_fields, f"the testbed has no row of {endpoint.slug}, so its fields cannot be compared"
            continue
        seen += 1
        whole = live.endpoint(f"plugins/{app}/{endpoint.slug}").filter(id=brief.id, exclude_m2m=False).first()
        assert set(dict(whole)) - set(dict(brief)) == set(endpoint.m2m_fields), endpoint.slug
    assert seen >= len(getattr(live, app).spec.endpoints) - 5


@pytest.mark.parametrize("app", PACKAGES)
def test_what_the_server_ignores_and_other_objects_make_is_declared(live, app):
    for endpoint in getattr(live, app).spec.endpoints:
        path = f"plugins/{app}/{endpoint.slug}"
        fields = live.request("OPTIONS", f"{path}/").get("actions", {}).get("POST", {})
        whole = live.endpoint(path).filter(exclude_m2m=False, limit=1, offset=0).first()
        lists = {name for name, value in dict(whole or {}).items() if isinstance(value, list)}
        assert set(endpoint.assigned_by) == {name for name in lists if fields.get(name, {}).get("read_only")}, path
        assert all(live.endpoint(where).count() >= 0 for where in endpoint.assigned_by.values())


@pytest.mark.parametrize("app", PACKAGES)
def test_a_package_and_the_servers_plugin_are_one(live, app):
    assert getattr(live.plugins, app) is getattr(live, app)


@pytest.mark.parametrize("app", PACKAGES)
def test_without_the_package_the_servers_plugin_works_with_generic_records(live_settings, live, app):
    with nbcore.Api(**live_settings, disable=[app]) as bare:
        slug = getattr(live, app).spec.endpoints[0].attribute
        generic = getattr(getattr(bare.plugins, app), slug)
        assert generic.spec.record is None
        assert generic.count() == getattr(getattr(live, app), slug).count()
        with pytest.raises(AttributeError, match="has no endpoint 'no_such'"):
            _ = getattr(bare.plugins, app).no_such
