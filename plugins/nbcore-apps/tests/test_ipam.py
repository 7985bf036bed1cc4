"""What is asked of the server when something free is wanted."""

from __future__ import annotations

import pytest

import nbcore
from nbcore.testing import reply, row, sent

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
