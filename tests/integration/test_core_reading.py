"""The core reads a real Nautobot, with no package of an app: lists, pages, objects, filters, versions, GraphQL."""

from __future__ import annotations

import uuid

import pytest

import nbcore
from nbcore import AppSpec, EndpointSpec, hookimpl

pytestmark = pytest.mark.integration
NOBODY = str(uuid.UUID(int=7))


class Counts:
    """A plugin that keeps the requests."""

    def __init__(self):
        self.sent = []

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        self.sent.append(f"{call.method} {call.path}")
        return (yield)


@pytest.fixture
def connect(live_settings):
    made = []

    def make(**options):
        made.append(nbcore.Api(**{**live_settings, "deadline": 300, **options}))
        return made[-1]

    yield make
    for api in made:
        api.close()


# --- the server ----------------------------------------------------------------------------------------------------------


def test_status_and_version(live):
    status = live.status()
    assert status["nautobot-version"].startswith("3.")
    assert live.version == ".".join(status["nautobot-version"].split(".")[:2])
    assert live.plugins.installed_plugins()


@pytest.mark.parametrize("end", ["/", "/api", "/api/"])
def test_forms_of_the_url(live_settings, connect, end):
    assert connect(url=live_settings["url"] + end).endpoint("extras/statuses").count() > 0


@pytest.mark.parametrize("token", [uuid.uuid4().hex + "00000000", ""], ids=["bad", "missing"])
def test_a_bad_or_missing_token(connect, token):
    nb = connect(token=token)
    asks = [
        nb.status,
        lambda: list(nb.endpoint("extras/tags").all()),
        lambda: nb.endpoint("extras/tags").get(NOBODY),
        lambda: nb.graphql.query("{a}"),
    ]
    for ask in asks:
        with pytest.raises(nbcore.PermissionDeniedError, match="token"):
            ask()


def test_a_version_the_server_does_not_speak(live):
    with pytest.raises(nbcore.VersionError) as caught:
        live.endpoint("extras/tags").count(api_version="9.9")
    assert live.version in caught.value.supported
    assert live.version in str(caught.value)


def test_versions_it_speaks(live):
    assert live.endpoint("extras/tags").count(api_version="3.0") == live.endpoint("extras/tags").count()


def test_openapi_is_read_once(connect, tmp_path):
    counts = [Counts(), Counts()]
    documents = [connect(cache_dir=str(tmp_path), plugins=[count]).openapi() for count in counts]
    assert documents[0]["paths"]["/dcim/devices/"]
    assert documents[0] == documents[1]
    assert [count.sent.count("GET swagger.json") for count in counts] == [1, 0]


@pytest.mark.parametrize("path", ["dcim/devicez", "nonesuch/things", "plugins/nonesuch/things"])
def test_an_unknown_route(live, path):
    for ask in (lambda: list(live.endpoint(path).all()), lambda: live.endpoint(path).get(NOBODY)):
        with pytest.raises(nbcore.RouteNotFoundError, match=path):
            ask()


def test_an_unknown_endpoint_of_an_app_without_a_package(live):
    app = live.app_at("plugins/bgp") if not hasattr(live, "bgp") else live.bgp
    with pytest.raises(AttributeError, match="did you mean 'peerings'"):
        _ = app.peering


def test_a_write_without_its_slash_is_redirected_and_refused(live):
    before = live.endpoint("dcim/manufacturers").count()
    with pytest.raises(nbcore.RedirectError):
        live.request("POST", "dcim/manufacturers", body={"name": "never made"})
    assert live.endpoint("dcim/manufacturers").count() == before


# --- lists ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["extras/statuses", "dcim/locations"])
def test_pages_in_both_modes_are_the_same_in_the_same_order(connect, path):
    whole = connect().endpoint(path).all().ids()
    size = max(3, len(whole) // 7)
    assert connect(page_size=size).endpoint(path).all().ids() == whole
    assert connect(page_size=size, threading=True, max_workers=4).endpoint(path).all().ids() == whole
    assert len(set(whole)) == len(whole) == connect().endpoint(path).count()


def test_a_part_of_a_list(live):
    statuses = live.endpoint("extras/statuses")
    ids = statuses.all().ids()
    assert [record.id for record in statuses.all()[2:5]] == ids[2:5]
    assert [record.id for record in statuses.filter(limit=3, offset=2)] == ids[2:5]
    assert statuses.all()[1].id == ids[1]
    assert statuses.all().last().id == ids[-1]


def test_sort_and_search(live):
    names = [record.name for record in live.endpoint("extras/statuses").all().sort("-name")]
    assert names == sorted(names, reverse=True)
    assert "Active" in [record.name for record in live.endpoint("extras/statuses").filter("activ")]


def test_a_long_list_of_ids(live):
    ports = live.endpoint("dcim/interfaces")
    wanted = [record.id for record in ports.all()[:120]]
    assert len(wanted) == 120
    assert sorted(ports.filter(id=wanted).ids()) == sorted(wanted)


# --- objects -------------------------------------------------------------------------------------------------------------


def test_get(live):
    statuses = live.endpoint("extras/statuses")
    active = statuses.get(name="Active")
    assert statuses.get(active.id) == statuses.get(uuid.UUID(active.id)) == active
    assert str(active) == "Active"
    assert statuses.get(NOBODY) is None
    assert statuses.get(name="no such status") is None
    with pytest.raises(nbcore.MultipleObjectsError):
        statuses.get()


def test_related_names_cost_a_request_a_field_and_not_a_row(connect):
    counts = Counts()
    devices = list(connect(plugins=[counts]).endpoint("dcim/devices").filter(limit=40)[:40])
    before = len(counts.sent)
    names = {(str(device.location.name), str(device.role.name), str(device.device_type.model)) for device in devices}
    assert names
    assert len(counts.sent) - before == 3


def test_a_record_of_a_list_is_that_of_its_own_route(live):
    (listed,) = live.endpoint("extras/statuses").filter(name="Active")
    assert dict(listed) == dict(live.endpoint("extras/statuses").get(listed.id))


def test_opt_in_fields_load_when_they_are_read(connect):
    counts = Counts()
    device = connect(plugins=[counts]).endpoint("dcim/devices").all()[0]
    before = len(counts.sent)
    assert isinstance(device.config_context, dict)
    assert len(counts.sent) == before + 1
    assert not hasattr(device, "nonesuch")
    assert len(counts.sent) == before + 1


def test_many_to_many_fields_that_reads_leave_out_load_when_they_are_read(connect, live):
    full = next((one for one in live.endpoint("dcim/interfaces").filter(mode="tagged", exclude_m2m=False) if one["tagged_vlans"]), None)
    assert full is not None, "the seed has no interface with tagged VLANs"
    counts = Counts()
    spec = AppSpec("dcim", "dcim", (EndpointSpec("interfaces", m2m_fields=("tagged_vlans",)),))
    interface = connect(plugins=[spec, counts]).dcim.interfaces.get(full.id)
    assert "tagged_vlans" not in interface
    assert {vlan.id for vlan in interface.tagged_vlans} == {vlan["id"] for vlan in full["tagged_vlans"]}
    assert len(counts.sent) == 2


def test_choices(live):
    faces = live.endpoint("dcim/devices").choices()["face"]
    assert {choice["value"] for choice in faces} == {"front", "rear"}


# --- filters -------------------------------------------------------------------------------------------------------------


def test_an_unknown_filter(live):
    with pytest.raises(nbcore.UnknownFilterError, match="nmae") as caught:
        list(live.endpoint("dcim/devices").filter(nmae="x"))
    assert list(caught.value.filters) == ["nmae"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("dcim/interfaces", "mtu"),
        ("dcim/interfaces", "parent_interface"),
        ("dcim/interfaces", "tags"),
        ("dcim/devices", "tenant"),
        ("dcim/devices", "platform"),
        ("dcim/devices", "position"),
        ("dcim/devices", "face"),
        ("dcim/interfaces", "mode"),
    ],
)
def test_objects_without_a_value(live, path, name):
    """By the server's filter just those that have none when all are read."""
    devices = live.endpoint("dcim/devices").all()[:12]
    some = {"id": [device.id for device in devices]} if path == "dcim/devices" else {"device": [device.id for device in devices]}
    endpoint = live.endpoint(path)
    none = {record.id for record in endpoint.filter(exclude_m2m=False, **some) if not record[name] and record[name] != 0}
    assert 0 < len(none) <= endpoint.count(**some)
    assert set(endpoint.filter(**some, **{name: None}).ids()) == none
    assert endpoint.count(**some, **{name: None}) == len(none)
    assert endpoint.count(**{name: None}) >= len(none)


def test_none_of_an_unknown_filter(live):
    with pytest.raises(nbcore.UnknownFilterError):
        list(live.endpoint("dcim/devices").filter(nonesuch=None))


# --- GraphQL -------------------------------------------------------------------------------------------------------------


def test_a_query_and_its_variables(live):
    found = live.graphql.query("query ($name: [String]) { statuses(name: $name) { id name } }", {"name": ["Active"]})
    assert found.status_code == 200
    assert found.data["statuses"] == [{"id": live.endpoint("extras/statuses").get(name="Active").id, "name": "Active"}]


@pytest.mark.parametrize("query", ["{ nonesuch { id } }", "{ statuses { nonesuch } }", "{ statuses {", ""])
def test_a_wrong_query(live, query):
    with pytest.raises(nbcore.GraphQLError) as caught:
        live.graphql.query(query)
    assert caught.value.errors
    assert caught.value.status_code in (200, 400)
    assert str(caught.value)


def test_a_wrong_variable(live):
    with pytest.raises(nbcore.GraphQLError):
        live.graphql.query("query ($name: [String!]!) { statuses(name: $name) { id } }", {"name": None})
