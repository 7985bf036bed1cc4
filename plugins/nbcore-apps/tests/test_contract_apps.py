"""What scripts for pynautobot ask of an app itself."""

from __future__ import annotations

import pytest

import nbcore

APPS = (
    "circuits", "cloud", "core", "data_validation", "dcim", "extras", "ipam", "load_balancers",
    "tenancy", "ui", "users", "virtualization", "vpn", "wireless",
)  # fmt: skip


@pytest.mark.parametrize("name", APPS)
def test_every_app_is_there(nb, name):
    assert getattr(nb, name).path == name.replace("_", "-")


def test_an_underscore_is_a_hyphen_in_the_route(nb):
    assert nb.ipam.ip_addresses.url == f"{nb.base_url}/ipam/ip-addresses"
    assert nb.data_validation.min_max_rules.url == f"{nb.base_url}/data-validation/min-max-rules"


def test_choices_of_an_app_say_where_they_are(nb):
    with pytest.raises(nbcore.InputError, match=r"nb\.dcim\.<endpoint>\.choices\(\)"):
        nb.dcim.choices()


def test_the_users_own_settings(nb, world):
    key = "apps-test"  # the server never forgets a key, so it is always the same
    nb.users.update_config({key: None})
    world.later(lambda: nb.users.update_config({key: None}))
    assert nb.users.update_config({key: {"a": [1]}})[key] == {"a": [1]}
    nb.users.update_config({key: {"b": 2}})
    assert nb.users.config()[key] == {"a": [1], "b": 2}


def test_custom_fields_and_their_choices_as_raw_data(nb, world):
    key = f"colour_{world.tag}"
    custom = world.make("extras/custom-fields", label=world.name("colour"), key=key, type="select", content_types=["tenancy.tenant"])
    world.make("extras/custom-field-choices", custom_field=custom.id, value="green")
    (found,) = nb.extras.get_custom_fields({"label": world.name("colour")})
    assert type(found) is dict
    assert (found["key"], found["content_types"], found["type"]["value"]) == (key, ["tenancy.tenant"], "select")
    assert any(row["key"] == key for row in nb.dcim.get_custom_fields())
    assert [row["value"] for row in nb.extras.get_custom_field_choices({"custom_field": custom.id})] == ["green"]


@pytest.mark.integration
@pytest.mark.parametrize("app", ["core", "ui"])
def test_a_template_rendered_by_the_server(real, app):
    core = real.core if app == "core" else real.ui.core
    answer = core.render_jinja_template("Hello {{ name }}", {"name": "world"})
    assert answer["rendered_template"] == "Hello world"
    assert core.render_jinja_template(template_code="a\nb")["rendered_template_lines"] == ["a", "b"]
    with pytest.raises(nbcore.ValidationError, match="unexpected end of template"):
        core.render_jinja_template("{{ name")


def test_a_saved_graphql_query(nb, world):
    device = world.device()
    text = "query ($name: [String]!) { devices(name: $name) { name } }"
    saved = world.make("extras/graphql-queries", name=world.name("query"), query=text)
    expected = {"data": {"devices": [{"name": device.name}]}, "errors": None}
    assert saved.run(variables={"name": [device.name]}) == expected
    assert saved.run({"variables": {"name": [device.name]}}) == expected
    assert nb.extras.graphql_queries.run(saved.id, variables={"name": [device.name]}) == expected
    assert nb.extras.graphql_queries.run(query_id=saved.id, variables={"name": [device.name]}) == expected
    with pytest.raises(nbcore.GraphQLError, match="was not provided") as caught:
        saved.run()
    assert caught.value.status_code == 200
    assert len(caught.value.errors) == 1
