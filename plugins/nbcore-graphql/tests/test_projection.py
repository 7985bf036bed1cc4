"""values(), values_list() and only(): the same answer by GraphQL as by REST, and REST wherever GraphQL is not exact."""

from __future__ import annotations

import gc
import logging
import weakref

import pytest

import nbcore
from nbcore.testing import make_api, reference, reply, row, sent
from nbcore_graphql.hook import GraphQLProjection

FIELDS = ("name", "location__name", "face", "created", "position")


def kind(name, *, many=False, of="OBJECT", required=False):
    found = {"kind": of, "name": name}
    if many:
        found = {"kind": "LIST", "name": None, "ofType": found}
    return {"kind": "NON_NULL", "name": None, "ofType": found} if required else found


def scalar(name):
    return kind(name, of="SCALAR")


SCHEMA = {
    "queryType": {
        "fields": [
            {
                "name": "devices",
                "type": kind("DeviceType", many=True),
                "args": [
                    {"name": "limit", "type": scalar("Int")},
                    {"name": "name", "type": kind("String", many=True, of="SCALAR")},
                    {"name": "position", "type": kind("Int", many=True, of="SCALAR")},
                ],
            },
            {"name": "locations", "type": kind("LocationType", many=True), "args": []},
        ]
    },
    "types": [
        {
            "kind": "OBJECT",
            "name": "DeviceType",
            "enumValues": None,
            "fields": [
                {"name": "id", "type": scalar("UUID")},
                {"name": "name", "type": scalar("String")},
                {"name": "created", "type": scalar("DateTime")},
                {"name": "position", "type": scalar("Int")},
                {"name": "weight", "type": scalar("Decimal")},
                {"name": "face", "type": kind("Face", of="ENUM")},
                {"name": "location", "type": kind("LocationType")},
                {"name": "tags", "type": kind("TagType", many=True)},
                {"name": "interfaces", "type": kind("InterfaceType", many=True)},
            ],
        },
        {"kind": "OBJECT", "name": "InterfaceType", "enumValues": None, "fields": [{"name": "name", "type": scalar("String")}]},
        {
            "kind": "OBJECT",
            "name": "LocationType",
            "enumValues": None,
            "fields": [{"name": "id", "type": scalar("UUID")}, {"name": "name", "type": scalar("String")}],
        },
        {"kind": "ENUM", "name": "Face", "fields": None, "enumValues": [{"name": "FRONT", "description": "Front"}]},
    ],
}


@pytest.fixture
def table(wire):
    locations = wire.serve("dcim/locations", [row("dcim/locations", "dcim.location", name=f"l{i}", display=f"l{i}") for i in range(3)])
    devices = [
        row(
            "dcim/devices", "dcim.device", name=f"d{i}", display=f"d{i}", location=reference(locations[i % 3]) if i != 4 else None,
            face={"value": "front", "label": "Front"} if i % 2 else None, created="2026-01-02T03:04:05.000006Z", position=i, tags=[],
            weight="1.50",
        )
        for i in range(9)
    ]  # fmt: skip
    wire.serve("dcim/devices", devices)
    choices = {"face": {"choices": [{"value": "front", "display": "Front"}]}}
    wire.on("OPTIONS", "dcim/devices/", {"actions": {"POST": choices}})
    wire.on("GET", "status/", {"nautobot-version": "3.2.7"})
    wire.hidden = False
    wire.broken = False

    def answer(call):
        body = sent(call)
        if "__schema" in body["query"]:
            return {"data": {"__schema": SCHEMA}}
        if wire.broken:
            return {"errors": [{"message": "boom"}], "data": None}
        offset, limit = body["variables"]["offset"], body["variables"]["limit"]
        by_id = {item["id"]: {"id": item["id"], "name": item["name"]} for item in locations}
        rows = [
            {
                "id": device["id"], "name": device["name"], "created": "2026-01-02T03:04:05.000006+00:00", "position": device["position"],
                "face": "FRONT" if device["face"] else None, "interfaces": [{"id": "1", "name": "e0"}],
                "location": None if wire.hidden else by_id.get((device["location"] or {}).get("id")),
            }
            for device in devices
        ]  # fmt: skip
        return {"data": {"rows": rows[offset : offset + limit]}}

    def listed(call):
        asked = dict(call.params)
        found = [device for device in devices if not asked.get("location__isnull") or device["location"] is None]
        start, limit = int(asked.get("offset", 0)), int(asked["limit"])
        more = start + limit < len(found)
        return {"count": len(found), "next": "http://x/" if more else None, "previous": None, "results": found[start : start + limit]}

    wire.on("GET", "dcim/devices/", listed)
    wire.on("POST", "graphql/", answer)
    return wire


@pytest.fixture
def devices(table, tmp_path):
    return make_api(table, cache_dir=str(tmp_path)).endpoint("dcim/devices")


def test_the_answer_is_the_same_by_both_routes(devices):
    left = devices.all().values(*FIELDS)
    assert devices.all().explain(*FIELDS).route == "graphql"
    assert left == devices.all().values(*FIELDS, prefer="rest")
    assert left[1] == {"name": "d1", "location__name": "l1", "face": "front", "created": "2026-01-02T03:04:05.000006Z", "position": 1}
    assert left[4]["location__name"] is None


def test_values_list(devices):
    assert devices.all().values_list("name", flat=True) == [f"d{i}" for i in range(9)]
    assert devices.all().values_list("name", "position")[2] == ("d2", 2)
    with pytest.raises(nbcore.InputError, match="one field"):
        devices.all().values_list("name", "position", flat=True)


def test_pages_are_stitched(devices, table):
    assert devices.filter(limit=4).values_list("name", flat=True) == [f"d{i}" for i in range(9)]
    offsets = [sent(call)["variables"] for call in table.calls if call.operation == "graphql" and "rows:" in sent(call)["query"]]
    assert offsets == [{"limit": 5, "offset": 0}, {"limit": 5, "offset": 3}, {"limit": 5, "offset": 6}]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("display",), "no field 'display'"),
        (("tags__name",), "many-to-many"),
        (("weight",), "Decimal"),
        (("name__x",), "no related object"),
    ],
)
def test_what_is_not_exact_goes_by_rest_and_says_why(devices, fields, reason):
    found = devices.all().explain(*fields)
    assert (found.route, reason in found.reason) == ("rest", True)


@pytest.mark.parametrize("filters", [{"sort": "name"}, {"serial": "x"}, {"limit": 4, "name__ic": "d"}])
def test_a_filter_without_counterpart_goes_by_rest(devices, filters):
    assert devices.filter(**filters).explain("name").route == "rest"


def test_filters_are_arguments_of_their_types(devices, table):
    assert 'devices(limit: $limit, offset: $offset, name: ["d1"], position: [1, 2])' in str(
        devices.filter(name="d1", position=[1, 2]).explain("name")
    )


def test_a_reverse_relation_is_a_list(devices):
    assert devices.all().values("interfaces__name")[0] == {"interfaces__name": ["e0"]}


def test_an_error_of_graphql_falls_back_and_says_so(devices, table, caplog):
    table.broken = True
    with caplog.at_level(logging.WARNING, "nbcore.graphql"):
        assert devices.all().values("name")[0] == {"name": "d0"}
    assert "boom" in caplog.text


def test_a_related_object_that_graphql_hides_falls_back(devices, table, caplog):
    table.hidden = True
    with caplog.at_level(logging.WARNING, "nbcore.graphql"):
        found = devices.all().values("name", "location__name")
    assert found == devices.all().values("name", "location__name", prefer="rest")
    assert found[0]["location__name"] == "l0"
    assert "9 rows have no location in GraphQL, but 1 in REST" in caplog.text


def test_a_token_without_the_permission_gets_rest_s_error_and_no_empty_list(devices, table):
    assert devices.all().values("name")
    empty = devices.api.with_options(cache_dir=devices.api.options.cache_dir).endpoint("dcim/devices")
    table.on("POST", "graphql/", {"data": {"rows": []}})
    table.on("GET", "dcim/devices/", reply({"detail": "no"}, 403))
    with pytest.raises(nbcore.PermissionDeniedError):
        empty.all().values("name")


def test_a_server_without_graphql_falls_back(devices, table):
    table.on("POST", "graphql/", reply({"detail": "no"}, 403))
    assert devices.all().values_list("name", flat=True)[0] == "d0"
    assert "GraphQL cannot be used" in devices.all().explain("name").reason


def test_a_token_that_is_told_no_choices_falls_back(devices, table):
    table.on("OPTIONS", "dcim/devices/", {"actions": {}})
    assert devices.all().values("face")[1] == {"face": "front"}
    assert devices.all().explain("face").route == "rest"


def test_a_pinned_version_and_prefer_are_honoured(table, tmp_path):
    pinned = make_api(table, cache_dir=str(tmp_path), api_version="3.0").endpoint("dcim/devices")
    plain = make_api(table, cache_dir=str(tmp_path), prefer="rest").endpoint("dcim/devices")
    for endpoint in (pinned, plain):
        assert endpoint.all().explain("name").route == "rest"
        endpoint.all().values("name")
    assert not [call for call in table.calls if call.operation == "graphql"]


def test_the_type_map_is_kept_on_disk(table, tmp_path):
    for _ in range(2):
        make_api(table, cache_dir=str(tmp_path)).endpoint("dcim/devices").all().values("name")
    assert len([call for call in table.calls if call.operation == "graphql" and "__schema" in sent(call)["query"]]) == 1


def test_only_reads_some_fields_and_loads_the_others_together(devices, table):
    rows = devices.all().only("name", "face", "location__name", "created")
    assert [(r.name, r.face, r.location and r.location.name, r.created) for r in rows][1] == (
        "d1",
        "front",
        "l1",
        "2026-01-02T03:04:05.000006Z",
    )
    assert rows[1].face.label == "Front"
    table.calls.clear()
    assert {r.weight for r in rows} == {"1.50"}
    assert [call.path for call in table.calls] == ["dcim/devices/"]


def test_no_field_is_an_error(devices):
    with pytest.raises(nbcore.InputError, match="name the fields"):
        devices.all().values()


# --- without the package -----------------------------------------------------------------------------------------------------


@pytest.fixture
def without(table, tmp_path):
    """The same route of the same server, where the package is left out."""
    return make_api(table, cache_dir=str(tmp_path), disable=["graphql"]).endpoint("dcim/devices")


def test_without_the_package_the_answers_are_the_same(devices, without, table):
    assert devices.all().explain(*FIELDS).route == "graphql"
    left = devices.all().values(*FIELDS), devices.all().values_list(*FIELDS), list(devices.all().batches(*FIELDS))
    partial = [(r.name, r.face, r.location and r.location.name, r.created) for r in devices.all().only("name", "face", "location__name")]
    table.calls.clear()
    right = without.all().values(*FIELDS), without.all().values_list(*FIELDS), list(without.all().batches(*FIELDS))
    assert left == right
    assert partial == [
        (r.name, r.face, r.location and r.location.name, r.created) for r in without.all().only("name", "face", "location__name")
    ]
    assert not [call for call in table.calls if call.operation == "graphql"]


def test_without_the_package_explain_says_what_is_missing(without, table):
    told = without.all().explain("name", "location__name")
    assert told.route == "rest"
    assert "pip install nbcore-graphql" in told.reason
    assert told.requests == (
        "GET dcim/devices/?limit=1000 (a page of 1000 rows each)",
        "GET of the distinct objects at location, 35 ids a request",
    )
    assert not table.calls


def test_the_hook_keeps_no_api_alive(table, tmp_path):
    plugin = GraphQLProjection()
    nb = make_api(table, plugin, cache_dir=str(tmp_path), disable=["graphql"])
    assert nb.endpoint("dcim/devices").all().values("name")[0] == {"name": "d0"}
    assert [call for call in table.calls if call.operation == "graphql"]
    gone = weakref.ref(nb.connection)
    del nb
    gc.collect()
    assert gone() is None


def test_a_strict_read_goes_by_rest_in_the_order_of_ids(devices, table):
    strict = devices.all(consistency="strict")
    assert "strict" in strict.explain("name").reason
    table.calls.clear()
    with pytest.raises(nbcore.DriftError, match="does not sort by id"):  # this wire does not, which a strict read notices
        list(strict.batches("name"))
    assert [dict(call.params)["sort"] for call in table.calls] == ["id"]
