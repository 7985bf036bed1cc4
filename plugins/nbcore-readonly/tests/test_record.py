"""Recording writes: what a dry run answers."""

from __future__ import annotations

import logging
import threading

import pytest

import nbcore
from nbcore.testing import URL, Wire, make_api, reference, row
from nbcore_readonly import ReadOnly, ReadOnlyError, recorded

DEVICE = "11111111-1111-4111-8111-111111111111"
SITE = row("dcim/locations", "dcim.location", name="ams", display="ams")
OTHER = row("dcim/locations", "dcim.location", name="fra", display="fra")
PREFIX = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def wire() -> Wire:
    made = Wire()
    device = row(
        "dcim/devices", "dcim.device", id=DEVICE, name="a", serial="S", display="a", location=reference(SITE), comments="",
        face={"value": "front", "label": "Front"}, tags=[], custom_fields={"owner": "x", "floor": 1}, last_updated="2020-01-01T00:00:00Z",
        notes_url="n",
    )  # fmt: skip
    made.serve("dcim/devices", [device, row("dcim/devices", "dcim.device", name="second", tags=[reference(SITE)], display="second")])
    made.serve("dcim/locations", [SITE, OTHER])
    made.serve("plugins/x/things", [])
    return made


@pytest.fixture
def dry() -> ReadOnly:
    return ReadOnly("record")


@pytest.fixture
def nb(wire, dry):
    with make_api(wire, dry) as api:
        yield api
    assert {call.method for call in wire.calls} <= {"GET"}  # whatever a test does: nothing is written


def test_a_created_object_looks_like_the_servers(nb, dry):
    device = nb.endpoint("dcim/devices").create(
        name="new", location=OTHER["id"], face="rear", tags=[OTHER["id"]], custom_fields={"owner": "me"}
    )
    assert len(device.id) == 36
    assert device["url"] == f"{URL}/api/dcim/devices/{device.id}/"
    assert (device["object_type"], str(device), device.name) == ("dcim.device", "new", "new")
    assert device.location.name == "fra"  # the related object is the server's
    assert (device.face, device.face.value, device.tags[0].name) == ("rear", "rear", "fra")
    assert (device.serial, device.comments) == (None, None)
    assert device["notes_url"] == f"{device['url']}notes/"
    (call,) = dry.calls
    assert (call.method, call.path, call.body["name"]) == ("POST", "dcim/devices/", "new")


def test_a_client_chosen_id_is_kept(nb):
    chosen = "33333333-3333-4333-8333-333333333333"
    assert nb.endpoint("dcim/devices").create(id=chosen, name="x").id == chosen


def test_many_at_once(nb, dry):
    made = nb.endpoint("dcim/devices").create([{"name": "x"}, {"name": "y"}])
    assert [record.name for record in made] == ["x", "y"]
    assert len({record.id for record in made}) == 2
    assert len(dry.calls) == 1


def test_without_an_object_to_learn_from(nb):
    thing = nb.endpoint("plugins/x/things").create(name="t", color={"a": 1})
    assert (thing.name, thing["color"], str(thing)) == ("t", {"a": 1}, "t")


def test_a_record_as_a_value_is_a_reference(nb):
    site = nb.endpoint("dcim/locations").get(name="fra")
    assert nb.endpoint("plugins/x/things").create(name="t", at=site, all=[site]).at.name == "fra"


def test_what_was_created_can_be_read_changed_and_deleted(nb, dry):
    devices = nb.endpoint("dcim/devices")
    device = devices.create(name="new", location=SITE["id"])
    assert devices.get(device.id).name == "new"
    assert device.update({"name": "newer", "location": OTHER["id"]}) is True
    assert devices.get(device.id).location.name == "fra"
    assert devices.bulk_update([{"id": device.id, "serial": "Z"}])[0].serial == "Z"
    assert [(item.name, item.serial) for item in devices.filter(id=[device.id, DEVICE])] == [("a", "S"), ("newer", "Z")]
    assert devices.filter(id=[device.id, DEVICE]).count() == 2
    assert device.delete() is True
    assert devices.get(device.id) is None
    assert [call.method for call in dry.calls] == ["POST", "PATCH", "PATCH", "DELETE"]


def test_an_update_shows_in_later_reads_of_the_object(nb):
    devices = nb.endpoint("dcim/devices")
    device = devices.get(DEVICE)
    device.name = "b"
    device.custom_fields["owner"] = "y"
    assert device.save() is True
    assert device.save() is False
    again = devices.get(DEVICE)
    assert (again.name, again.serial, again.custom_fields) == ("b", "S", {"owner": "y", "floor": 1})
    assert again["last_updated"] > "2020"
    assert devices.update(DEVICE, {"serial": "T"}) is True
    assert (devices.get(DEVICE).name, devices.get(DEVICE).serial) == ("b", "T")
    assert sorted(item.name for item in devices.all()) == ["a", "second"]  # lists stay the server's


def test_what_is_not_there_is_answered_as_the_server_answers(nb):
    devices = nb.endpoint("dcim/devices")
    with pytest.raises(nbcore.NotFoundError):
        devices.update("44444444-4444-4444-8444-444444444444", {"name": "x"})
    gone = devices.get(DEVICE)
    assert gone.delete() is True
    assert devices.get(DEVICE) is None
    assert len(devices.filter(id=[DEVICE])) == 0
    with pytest.raises(nbcore.NotFoundError):
        gone.delete()
    with pytest.raises(nbcore.NotFoundError):
        gone.update({"name": "x"})
    with pytest.raises(nbcore.PartialResult, match=r"1 of 2|not there"):
        devices.bulk_update([{"id": DEVICE, "name": "x"}, {"id": devices.get(name="second").id, "name": "y"}])


def test_many_are_deleted(nb, dry):
    devices = nb.endpoint("dcim/devices")
    made = devices.create(name="x")
    assert devices.delete([made.id, DEVICE]) is True
    assert (devices.get(made.id), devices.get(DEVICE)) == (None, None)
    assert [call.method for call in dry.calls] == ["POST", "DELETE"]


@pytest.mark.parametrize(
    "write",
    [
        lambda nb: nb.request("POST", f"extras/jobs/{DEVICE}/run/", endpoint="extras/jobs", action="run", operation="run", body={}),
        lambda nb: nb.request("POST", f"extras/git-repositories/{DEVICE}/sync/", body={}),
        lambda nb: nb.request("POST", "extras/git-repositories/sync/", body={}),
        lambda nb: nb.request("POST", "extras/jobs/approve/", endpoint="extras/jobs/approve", action="approve", body={}),
        lambda nb: nb.request("POST", "dcim/devices/", body=[]),
        lambda nb: nb.request("PATCH", "dcim/devices/", body="text"),
        lambda nb: nb.request("PURGE", f"dcim/devices/{DEVICE}/"),
        lambda nb: nb.request("DELETE", "dcim/devices/"),
    ],
)
def test_what_has_no_honest_answer_is_recorded_and_refused(nb, dry, write):
    with pytest.raises(ReadOnlyError, match="was recorded, not sent: a dry run has no answer to it"):
        write(nb)
    assert len(dry.calls) == 1


def test_data_that_could_not_be_sent_is_refused_as_always(nb):
    with pytest.raises(nbcore.InputError):
        nb.endpoint("dcim/devices").create(name=object())


def test_two_servers_are_kept_apart(wire, dry):
    other = Wire()
    other.serve("dcim/devices", [])
    first, second = make_api(wire, dry), make_api(other, dry, url="http://other.test")
    made = first.endpoint("dcim/devices").create(name="x")
    assert second.endpoint("dcim/devices").get(made.id) is None
    assert first.with_options(retries=1).endpoint("dcim/devices").get(made.id).name == "x"
    assert second.endpoint("dcim/devices").create(name="y")["url"].startswith("http://other.test/api/")


def test_threads_record_everything(nb, dry):
    threads = [threading.Thread(target=nb.endpoint("dcim/devices").create, kwargs={"name": str(n)}) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(call.body["name"]) for call in dry.calls) == list(range(20))


def test_by_environment(wire, monkeypatch, caplog):
    monkeypatch.setenv("NBCORE_READONLY", "Record")
    with caplog.at_level(logging.INFO, "nbcore.readonly"), make_api(wire) as nb:
        nb.endpoint("dcim/devices").create(name="x")
        assert [(call.method, call.path) for call in recorded(nb)] == [("POST", "dcim/devices/")]
    assert "recorded, not sent: POST dcim/devices/" in caplog.text
    assert "1 writes were recorded, none was sent" in caplog.text
    assert {call.method for call in wire.calls} == {"GET"}


# --- what is free ------------------------------------------------------------------------------------------------------


def allocate(nb, action, body):
    return nb.request("POST", f"ipam/prefixes/{PREFIX}/{action}/", body=body, endpoint="ipam/prefixes", action=action, operation="allocate")


def test_addresses_are_the_free_ones_each_once(wire, nb):
    def free(call):
        limit = int(dict(call.params)["limit"])
        return [{"ip_version": 4, "address": f"10.0.0.{n}/24"} for n in range(1, min(limit, 5) + 1)]

    wire.on("GET", f"ipam/prefixes/{PREFIX}/available-ips/", free)
    wire.serve("ipam/ip-addresses", [row("ipam/ip-addresses", "ipam.ipaddress", address="1.1.1.1/32", status=reference(SITE))])
    one = allocate(nb, "available-ips", {"status": SITE["id"]})
    assert (one["address"], one["display"], one["url"].split("/")[-3]) == ("10.0.0.1/24", "10.0.0.1/24", "ip-addresses")
    assert (one["object_type"], one["status"]) == ("ipam.ipaddress", reference(SITE))
    assert [item["address"] for item in allocate(nb, "available-ips", [{}, {}])] == ["10.0.0.2/24", "10.0.0.3/24"]
    assert nb.endpoint("ipam/ip-addresses").get(one["id"]).address == "10.0.0.1/24"
    with pytest.raises(nbcore.AllocationError):
        allocate(nb, "available-ips", [{}, {}, {}])
    assert allocate(nb, "available-ips", {})["address"] == "10.0.0.4/24"


def test_prefixes_are_cut_from_the_free_space(wire, nb):
    blocks = ["10.0.0.0/26", "10.0.1.0/24", "2001:db8::/126"]
    wire.on("GET", f"ipam/prefixes/{PREFIX}/available-prefixes/", [{"prefix": block} for block in blocks])
    wire.serve("ipam/prefixes", [])
    lengths = [27, 25, 26, 27, 26, 127]
    got = [allocate(nb, "available-prefixes", {"prefix_length": length})["prefix"] for length in lengths]
    assert got == ["10.0.0.0/27", "10.0.1.0/25", "10.0.1.128/26", "10.0.0.32/27", "10.0.1.192/26", "2001:db8::/127"]
    for wanted in ({"prefix_length": 24}, {"prefix_length": "24"}, {}, [{"prefix_length": 128}] * 3):
        with pytest.raises(nbcore.AllocationError):
            allocate(nb, "available-prefixes", wanted)
    assert [item["prefix"] for item in allocate(nb, "available-prefixes", [{"prefix_length": 128}] * 2)] == [
        "2001:db8::2/128",
        "2001:db8::3/128",
    ]


def test_vlans(wire, nb):
    wire.on("GET", f"ipam/vlan-groups/{PREFIX}/available-vlans/", {"count": 3, "results": [10, 11, 12]})
    wire.serve("ipam/vlans", [])

    def take(body):
        path = f"ipam/vlan-groups/{PREFIX}/available-vlans/"
        return nb.request("POST", path, body=body, endpoint="ipam/vlan-groups", action="available-vlans", operation="allocate")

    assert (take({"name": "users"})["vid"], take({"name": "more"})["vid"]) == (10, 11)
    with pytest.raises(nbcore.AllocationError):
        take([{"name": "x"}, {"name": "y"}])
