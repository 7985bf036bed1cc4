"""What is asked of the server when something free is wanted."""

from __future__ import annotations

import uuid

import pytest

import nbcore
from nbcore.testing import make_api, reply, row, sent

PREFIX = row("ipam/prefixes", "ipam.prefix", prefix="10.0.0.0/24")
FREE = f"ipam/prefixes/{PREFIX['id']}/available-ips/"


@pytest.fixture
def prefix(server, memory):
    server.serve("ipam/prefixes", [PREFIX])
    return memory.ipam.prefixes.get(PREFIX["id"])


def test_free_addresses_are_records_that_are_not_on_the_server(server, memory, prefix):
    server.on("GET", FREE, [{"ip_version": 4, "address": "10.0.0.1/24"}])
    (free,) = prefix.available_ips.list(limit=1)
    assert dict(server.calls[-1].params) == {"limit": "1"}
    assert (str(free), free.ip_version, free.endpoint) == ("10.0.0.1/24", 4, memory.ipam.ip_addresses)
    asked = len(server.calls)
    assert not hasattr(free, "status")
    assert len(server.calls) == asked
    with pytest.raises(nbcore.InputError, match="at least 1"):
        prefix.available_ips.list(limit=0)


def test_a_range_is_sent_in_the_query_and_not_in_the_body(server, prefix):
    server.on("POST", FREE, row("ipam/ip-addresses", "ipam.ipaddress", address="10.0.0.9/24"), status=201)
    taken = prefix.available_ips.create({"status": "Active"}, range_start="10.0.0.9", range_end="10.0.0.12")
    assert taken.address == "10.0.0.9/24"
    call = server.calls[-1]
    assert dict(call.params) == {"range_start": "10.0.0.9", "range_end": "10.0.0.12"}
    assert {name: value for name, value in sent(call).items() if name != "id"} == {"status": "Active"}


def test_nothing_left_is_an_allocation_error_and_no_retry(server, prefix):
    server.on("POST", FREE, reply(None, 204))
    with pytest.raises(nbcore.AllocationError, match="free something"):
        prefix.available_ips.create(status="Active")
    assert [call.method for call in server.calls].count("POST") == 1


@pytest.mark.parametrize("data", [None, {}, {"status": "Active"}, [{"prefix_length": 30}, {}]])
def test_a_prefix_without_a_length_is_refused_before_it_is_sent(server, prefix, data):
    asked = len(server.calls)
    with pytest.raises(nbcore.InputError, match="prefix_length"):
        prefix.available_prefixes.create(data)
    assert len(server.calls) == asked


def test_free_vlan_ids_are_asked_for_without_a_limit(server, memory):
    group = row("ipam/vlan-groups", "ipam.vlangroup")
    server.serve("ipam/vlan-groups", [group])
    server.on("GET", f"ipam/vlan-groups/{group['id']}/available-vlans/", {"count": 2, "next": None, "previous": None, "results": [1, 2]})
    assert memory.ipam.vlan_groups.get(group["id"]).available_vlans.list() == [1, 2]
    assert dict(server.calls[-1].params) == {"limit": "-1"}


# --- what is taken once, whatever becomes of the answer --------------------------------------------------------------------

GROUP = row("ipam/vlan-groups", "ipam.vlangroup")
TAKING = {
    "available_ips": ("ipam/prefixes", PREFIX, "ipam/ip-addresses", {"status": "Active"}),
    "available_prefixes": ("ipam/prefixes", PREFIX, "ipam/prefixes", {"status": "Active", "prefix_length": 30}),
    "available_vlans": ("ipam/vlan-groups", GROUP, "ipam/vlans", {"status": "Active", "name": "users"}),
}


class Changes:
    """What the hooks are told of."""

    def __init__(self):
        self.told = []

    @nbcore.hookimpl
    def nbcore_changed(self, change):
        self.told.append((change.action, change.endpoint, change.id))


class Free:
    """A route that allocates, on a server in memory, with the answers of which a test says what becomes."""

    def __init__(self, server, name):
        owners, owner, self.made_at, self.fields = TAKING[name]
        self.changes = Changes()
        self.api = make_api(server, self.changes)
        self.table = server.serve(self.made_at, [])
        if owners != self.made_at:
            server.serve(owners, [owner])
        server.on("GET", f"{owners}/{owner['id']}/", owner)
        self.action = getattr(self.api.endpoint(owners).get(owner["id"]), name)
        self.server = server
        server.on("POST", self.action.path, self.answer)
        self.broken = []

    def answer(self, call):
        body = sent(call)
        made = [row(self.made_at, **item) for item in (body if isinstance(body, list) else [body])]
        self.table.extend(made)
        if self.broken:
            return self.broken.pop()
        if isinstance(body, list):
            return reply(made, 201)
        return reply({"count": 9, "results": made[0]} if self.action.spec.name == "available-vlans" else made[0], 201)

    @property
    def posts(self):
        return [call for call in self.server.calls if call.method == "POST"]


@pytest.fixture(params=list(TAKING))
def free(server, request):
    made = Free(server, request.param)
    with made.api:
        yield made


def test_what_is_taken_has_an_id_chosen_here_and_is_told_to_the_hooks(free):
    one = free.action.create(free.fields)
    two, three = free.action.create([free.fields, free.fields])
    assert [sent(call) for call in free.posts] == [{**free.fields, "id": one.id}, [{**free.fields, "id": it.id} for it in (two, three)]]
    assert free.changes.told == [("create", free.made_at, it.id) for it in (one, two, three)]
    assert {(call.operation, call.action) for call in free.posts} == {("allocate", free.action.spec.name)}
    assert {it.endpoint.path for it in (one, two, three)} == {free.made_at}


@pytest.mark.parametrize("lost", [nbcore.ProtocolError("reset"), reply(b"<html>", 502), reply(b"[{", 201)], ids=["reset", "502", "cut"])
def test_what_was_taken_is_found_after_a_lost_answer(free, lost):
    free.broken = [lost, lost]
    one = free.action.create(free.fields)
    two, three = free.action.create([free.fields, free.fields])
    assert [it.id for it in (one, two, three)] == [it["id"] for it in free.table]
    assert len(free.posts) == 2
    assert free.changes.told == [("create", free.made_at, it["id"]) for it in free.table]


def test_what_cannot_be_looked_for_names_its_ids(free):
    free.broken = [nbcore.ProtocolError("reset")]
    free.server.on("GET", f"{free.made_at}/*/", nbcore.ProtocolError("reset"))
    with pytest.raises(nbcore.AmbiguousWriteError) as caught:
        free.action.create([free.fields, free.fields])
    assert caught.value.ids == [it["id"] for it in free.table]


def test_an_id_that_was_given_stays(free):
    key = str(uuid.uuid4())
    assert free.action.create({**free.fields, "id": key.upper()}).id == key


def test_a_range_is_kept_after_a_lost_answer(server):
    free = Free(server, "available_ips")
    free.broken = [nbcore.ProtocolError("reset")]
    (taken,) = free.action.create([{"status": "Active"}], range_start="10.0.0.9", range_end=None)
    assert taken.id == free.table[0]["id"]
    assert dict(free.posts[0].params) == {"range_start": "10.0.0.9"}
    assert sent(free.posts[0]) == [{"status": "Active", "id": taken.id}]
    free.action.create(status="Active", range_start="10.0.0.9")
    assert dict(free.posts[1].params) == {"range_start": "10.0.0.9"}
    free.api.close()
