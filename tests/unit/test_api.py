"""The Api object: its arguments, its attributes, and what it says of apps and endpoints that are not there."""

from __future__ import annotations

import inspect

import pytest

import nbcore
from nbcore import Api, AppSpec, EndpointSpec
from nbcore.testing import make_api, reply

from .lab import LAB, asked, device


def test_the_first_five_arguments_are_positional_in_this_order():
    parameters = list(inspect.signature(Api).parameters.values())
    assert [item.name for item in parameters[:5]] == ["url", "token", "threading", "api_version", "retries"]
    assert all(item.kind is item.POSITIONAL_OR_KEYWORD for item in parameters[:5])
    assert all(item.kind in (item.KEYWORD_ONLY, item.VAR_KEYWORD) for item in parameters[5:])


def test_they_arrive_where_they_belong():
    with Api("https://nautobot.example.com", "secret", True, "3.1", 2) as nb:
        found = (nb.base_url, nb.token, nb.threading, nb.api_version, nb.options.retries, nb.max_workers)
    assert found == ("https://nautobot.example.com/api", "secret", True, "3.1", 2, 4)


def test_api_is_the_class():
    assert nbcore.api is Api
    with nbcore.api("https://nautobot.example.com") as nb:
        assert isinstance(nb, nbcore.api)


def test_as_the_ansible_collection_makes_it():
    with nbcore.api("https://x.example.com", token="t", api_version="3.0", verify=False, exclude_m2m=False, retries="0") as nb:
        assert nb.options.retries == 0
        assert nb.options.verify is False
        assert nb.default_filters == {"exclude_m2m": False}


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://x.example.com", "https://x.example.com/api"),
        ("https://x.example.com/", "https://x.example.com/api"),
        ("https://x.example.com/api", "https://x.example.com/api"),
        ("https://x.example.com/api/", "https://x.example.com/api"),
        ("https://x.example.com:8443/nautobot/", "https://x.example.com:8443/nautobot/api"),
        ("https://x.example.com/nautobot/api/", "https://x.example.com/nautobot/api"),
        ("  https://x.example.com\n", "https://x.example.com/api"),
        ("http://[::1]:8080/api/", "http://[::1]:8080/api"),
    ],
)
def test_forms_of_the_url(url, base):
    with Api(url) as nb:
        assert nb.base_url == base


def test_url_and_token_of_the_environment(monkeypatch):
    monkeypatch.setenv("NAUTOBOT_URL", "https://env.example.com/")
    monkeypatch.setenv("NAUTOBOT_TOKEN", "of-the-environment")
    with Api() as nb, Api("https://given.example.com", "given") as given, Api(token="") as none:
        assert (nb.base_url, nb.token) == ("https://env.example.com/api", "of-the-environment")
        assert (given.base_url, given.token) == ("https://given.example.com/api", "given")
        assert none.token == ""


def test_defaults_are_a_timeout_and_a_deadline():
    with Api("https://x.example.com") as nb:
        assert nb.options.timeout == (5.0, 60.0)
        assert nb.options.deadline == 180.0
        assert nb.options.retries == 0
        assert nb.options.verify is True


@pytest.mark.parametrize("name", ["pagesize", "max_worker", "tokn"])
def test_an_argument_that_does_not_exist_is_a_type_error(name):
    with pytest.raises(TypeError, match=name):
        Api("https://x.example.com", **{name: 1})


def test_its_text_names_the_server_only(nb):
    assert repr(nb) == "<Api https://nautobot.test>"


def test_it_closes_as_a_context():
    with Api("https://x.example.com") as nb:
        assert isinstance(nb, Api)


def test_default_filters_go_with_every_read(wire, nb):
    wire.serve("lab/devices", [device(1)])
    nb.default_filters["depth"] = 1
    list(nb.lab.devices.all())
    list(nb.lab.devices.filter(depth=0))
    nb.lab.devices.get(device(1)["id"])
    assert [dict(call.params).get("depth") for call in wire.calls] == ["1", "0", "1"]


# --- apps and endpoints --------------------------------------------------------------------------------------------------


def test_an_app_is_an_attribute_and_the_same_each_time(nb):
    assert nb.lab is nb.lab
    assert nb.lab.devices is nb.lab.devices
    assert nb.lab.devices is nb.endpoint("lab/devices")
    assert "lab" in dir(nb)
    assert {"devices", "places", "ip_addresses"} <= set(dir(nb.lab))


def test_underscores_are_hyphens_in_the_url(nb, wire):
    wire.serve("lab/ip-addresses", [])
    assert nb.lab.ip_addresses.url == "https://nautobot.test/api/lab/ip-addresses"
    assert nb.lab.ip_addresses.name == "ip-addresses"
    assert list(nb.lab.ip_addresses.all()) == []
    assert asked(wire) == ["GET lab/ip-addresses/?limit=1000"]


def test_an_unknown_app_lists_those_there_are_and_what_to_install(nb, wire):
    with pytest.raises(AttributeError, match=r"no app 'labb'.*did you mean 'lab'.*apps found: .*lab.*pip install.*nb\.endpoint"):
        _ = nb.labb
    assert not hasattr(nb, "nonesuch")
    assert not hasattr(nb, "_private")
    assert not wire.calls


def test_an_unknown_endpoint_is_looked_for_on_the_server_once(nb, wire):
    wire.on("GET", "lab/", {"devices": "x", "racks": "x", "rack-groups": "x"})
    wire.serve("lab/rack-groups", [])
    assert list(nb.lab.rack_groups.all()) == []
    assert nb.lab.racks.path == "lab/racks"
    for name in ("rackz", "rackz", "zzz"):
        with pytest.raises(AttributeError, match=rf"'lab' has no endpoint '{name}'.*racks"):
            getattr(nb.lab, name)
    assert asked(wire).count("GET lab/") == 1


def test_an_unknown_endpoint_of_a_server_without_the_app(make, wire):
    nb = make(AppSpec("missing", "plugins/missing", (EndpointSpec("things"),)))
    with pytest.raises(AttributeError, match=r"no endpoint 'thing'; did you mean 'things'.*the server has no app"):
        _ = nb.missing.thing


def test_an_unknown_endpoint_when_the_server_cannot_be_asked(nb, wire):
    wire.on("GET", "lab/", {"detail": "Invalid token"}, status=403)
    with pytest.raises(AttributeError, match=r"did you mean 'devices'.*could not be asked.*403"):
        _ = nb.lab.device


def test_no_request_for_what_probes_ask(nb, wire):
    for name in ("_repr_html_", "__array__", "_ipython_canary_method_should_not_exist_", "__wrapped__"):
        assert not hasattr(nb, name)
        assert not hasattr(nb.lab, name)
        assert not hasattr(nb.lab.devices, name)
        assert not hasattr(nb.plugins, name)
    for thing in (nb, nb.lab, nb.lab.devices, nb.plugins):
        dir(thing)
        repr(thing)
    assert not wire.calls


@pytest.mark.parametrize("path", ["", "devices", "/", "lab//devices", "plugins/bgp", "lab/"])
def test_endpoint_takes_a_list_route(nb, path):
    with pytest.raises(nbcore.InputError, match="list route"):
        nb.endpoint(path)


def test_endpoint_of_any_route_is_generic(nb, wire):
    wire.serve("plugins/some-app/things", [device(1, url="https://nautobot.test/api/plugins/some-app/things/x/")])
    (record,) = nb.endpoint("plugins/some-app/things").all()
    assert type(record) is nbcore.Record


def test_the_servers_plugins_are_generic_without_a_package_and_the_same_with_one(make, wire):
    wire.on("GET", "plugins/some-app/", {"things": "x"})
    wire.serve("plugins/some-app/things", [])
    nb = make()
    assert list(nb.plugins.some_app.things.all()) == []
    packaged = make(AppSpec("some_app", "plugins/some-app", (EndpointSpec("things"),)))
    before = len(wire.calls)
    assert packaged.plugins.some_app is packaged.some_app
    assert list(packaged.plugins.some_app.things.all()) == []
    assert len(wire.calls) == before + 1


def test_a_spec_given_by_hand_wins_and_is_reported(nb):
    (info,) = [info for info in nb.plugin_report() if info.name == "lab"]
    assert (info.group, info.state, info.target) == ("nbcore.apps", "active", "given")


def test_two_apis_share_nothing(wire):
    with make_api(wire, LAB) as one, make_api(wire) as two:
        one.default_filters["depth"] = 1
        assert two.default_filters == {}
        assert hasattr(one, "lab")
        assert not hasattr(two, "lab")


# --- requests of one's own -----------------------------------------------------------------------------------------------


def test_request_gives_json_text_bytes_or_the_reply(nb, wire):
    wire.on("GET", "lab/x/", b'{"a": "\xc3\xa9"}')
    assert nb.request("GET", "lab/x/") == {"a": "é"}
    assert nb.request("GET", "lab/x/", returns="text") == '{"a": "é"}'
    assert nb.request("GET", "lab/x/", returns="bytes") == b'{"a": "\xc3\xa9"}'
    assert nb.request("GET", "lab/x/", returns="reply").status == 200
    assert [call.accept for call in wire.calls] == ["application/json", "*/*", "*/*", "application/json"]


def test_request_of_an_answer_without_a_body_is_none(nb, wire):
    wire.on("POST", "lab/x/", reply(None, 204))
    assert nb.request("POST", "lab/x/", body={"a": 1}) is None


def test_request_passes_everything_to_the_call(nb, wire):
    wire.on("POST", "lab/x/", {})
    nb.request("POST", "lab/x/", params={"a": [1, True]}, body={"b": 2}, api_version="3.1", operation="run", action="run", endpoint="lab/x")
    (call,) = wire.calls
    assert (call.params, call.body, call.api_version) == ((("a", "1"), ("a", "true")), {"b": 2}, "3.1")
    assert (call.operation, call.action, call.endpoint) == ("run", "run", "lab/x")


def test_wrap_makes_records_of_the_class_of_their_route(nb, wire):
    found = nb.wrap([device(1), {"plain": 1}, 7])
    assert type(found[0]).__name__ == "Device"
    assert found[1:] == [{"plain": 1}, 7]
    assert not wire.calls
