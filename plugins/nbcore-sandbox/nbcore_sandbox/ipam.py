"""Prefixes and addresses: what follows from their text, who is whose parent, and what is still free."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .answers import Invalid, broken
from .store import Row, Store

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


_network = functools.lru_cache(maxsize=4096)(ipaddress.ip_network)
_address = functools.lru_cache(maxsize=4096)(ipaddress.ip_address)


def network(row: Row) -> Network:
    """The network of a prefix."""
    return _network(row["prefix"])


def host(row: Row) -> Address:
    """The host of an address."""
    return _address(row["host"])


def numbers(ranges: str) -> list[int]:
    """The numbers of a range such as "1-10,20".

    Raises:
        ValueError: it is none.
    """
    found: list[int] = []
    for part in ranges.split(","):
        first, _, last = part.strip().partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def prefixes(store: Store, namespace: str, version: int) -> list[Row]:
    """The prefixes of a namespace and IP version."""
    return [row for row in store.referring("ipam.prefix", "namespace", namespace) if row["ip_version"] == version]


def closest(store: Store, namespace: str, wanted: Network, *, without: str = "", itself: bool = True) -> Row | None:
    """The smallest prefix of a namespace that contains a network; None when none does."""
    holding = [
        row
        for row in prefixes(store, namespace, wanted.version)
        if row["id"] != without and wanted.subnet_of(network(row)) and (itself or row["prefix_length"] < wanted.prefixlen)  # type: ignore[arg-type]
    ]
    return max(holding, key=lambda row: int(row["prefix_length"]), default=None)


def at_location(store: Store, row: Row, sent: Mapping[str, Any], object_type: str, plural: str) -> None:
    """Put a prefix or VLAN at the one location that was sent."""
    if "location" not in sent:
        return
    location = store.get("dcim.location", sent["location"])
    if location is None:
        row["locations"] = []
        return
    kind = store.get("dcim.locationtype", location["location_type"]) or {"content_types": (), "name": ""}
    if object_type not in kind["content_types"]:
        text = f"{{'locations': [\"{plural} may not associate to Locations of types ['{kind['name']}'].\"]}}"
        raise broken(store.index.nautobot, text, "ValidationError")
    row["locations"] = [location["id"]]


def clean_prefix(store: Store, row: Row, before: Row | None, sent: Mapping[str, Any]) -> None:
    """A prefix: its network without host bits, its parent, and the addresses that may not be orphaned."""
    try:
        found = ipaddress.ip_network(row["prefix"], strict=False)
    except ValueError:
        raise Invalid({"prefix": [f"Invalid IP address: {row['prefix']}"]}) from None
    row.update(
        prefix=str(found), network=str(found.network_address), broadcast=str(found.broadcast_address),
        prefix_length=found.prefixlen, ip_version=found.version,
    )  # fmt: skip
    moved = before is not None and before["prefix"] != row["prefix"]
    elsewhere = before is not None and before["namespace"] != row["namespace"]
    if before is None or moved or elsewhere:
        parent = closest(store, row["namespace"], found, without=row["id"], itself=False)
        row["parent"] = None if parent is None else parent["id"]
    if moved and elsewhere:
        text = "Cannot change network and namespace in the same update. Consider creating a new Prefix instead."
        raise Invalid({"__all__": [text]})
    if before is not None and moved and before["parent"] is None:
        lost = [item for item in store.referring("ipam.ipaddress", "parent", row["id"]) if host(item) not in found]
        if lost:
            said = f"{len(lost)} existing IP addresses (including {min(lost, key=lambda item: int(host(item)))['host']})"
            raise Invalid({"__all__": [f"{said} would no longer have a valid parent Prefix after this change."]})
    at_location(store, row, sent, "ipam.prefix", "Prefixes")


def clean_address(store: Store, row: Row, before: Row | None, sent: Mapping[str, Any]) -> None:
    """An address: its host and mask, and the prefix that must be its parent."""
    try:
        found = ipaddress.ip_interface(row["address"])
    except ValueError:
        raise Invalid({"address": [f"Invalid IP address: {row['address']}"]}) from None
    row.update(address=str(found), host=str(found.ip), mask_length=found.network.prefixlen, ip_version=found.version)
    row["dns_name"] = row["dns_name"].lower()
    given = store.get("ipam.prefix", row["parent"])
    if before is None and given is None and not sent.get("namespace"):
        raise Invalid({"__all__": ["One of parent or namespace must be provided"]})
    if before is not None and before["host"] != row["host"]:
        raise Invalid({"__all__": ["Host address cannot be changed once created"]})
    if row["type"] == "slaac" and found.version != 6:
        raise Invalid({"type": ["Only IPv6 addresses can be assigned SLAAC type"]})
    space = sent.get("namespace") or (given["namespace"] if given else None)
    parent = closest(store, space or "", _network(str(found.ip)))
    named = (store.get("ipam.namespace", space) or {"name": ""})["name"]
    if parent is None:
        raise Invalid({"namespace": [f"No suitable parent Prefix for {found.ip} exists in Namespace {named}"]})
    if given is not None and "parent" in sent and given["id"] != parent["id"]:
        text = f"{given['prefix']} cannot be assigned as the parent of {row['address']}.  In namespace {named}, "
        raise Invalid({"parent": [f"{text}the expected parent would be {parent['prefix']}."]})
    row["parent"] = parent["id"]
    if any(item["host"] == row["host"] and item["id"] != row["id"] for item in store.referring("ipam.ipaddress", "parent", parent["id"])):
        first = f"IP address {row['address']} already exists in {parent['prefix']}."
        raise Invalid({"__all__": [first, "IP address with this Parent and Host already exists."]})


def reparent(store: Store, namespace: str, version: int) -> None:
    """Give the prefixes and addresses of a namespace the parents they belong to, after a prefix came, went or changed."""
    for row in prefixes(store, namespace, version):
        parent = closest(store, namespace, network(row), without=row["id"], itself=False)
        key = None if parent is None else parent["id"]
        if row["parent"] != key:
            store.put("ipam.prefix", {**row, "parent": key})
    inside = {row["id"] for row in prefixes(store, namespace, version)}
    for row in store.rows("ipam.ipaddress"):
        if row["parent"] in inside:
            parent = closest(store, namespace, _network(row["host"]))
            if parent is not None and parent["id"] != row["parent"]:
                store.put("ipam.ipaddress", {**row, "parent": parent["id"]})


def free_networks(store: Store, row: Row) -> list[Network]:
    """What of a prefix is taken by no other prefix, in as few networks as there can be."""
    whole = network(row)
    free = [whole]
    for other in prefixes(store, row["namespace"], row["ip_version"]):
        if other["id"] != row["id"] and other["prefix_length"] > whole.prefixlen and network(other).overlaps(whole):
            free = list(without(free, network(other)))
    return sorted(free, key=lambda item: int(item.network_address))


def without(free: Iterable[Network], taken: Network) -> Iterator[Network]:
    """Networks less another one."""
    for item in free:
        if not item.overlaps(taken):
            yield item
        elif taken.prefixlen > item.prefixlen:
            yield from item.address_exclude(taken)  # type: ignore[arg-type]


class FreeHosts:
    """The addresses of a prefix that nobody has, from a first to a last one.

    Args:
        store: where prefixes and addresses lie.
        row: the prefix.
        first: the first address to take, or None.
        last: the last, or None.
    """

    def __init__(self, store: Store, row: Row, first: Address | None, last: Address | None) -> None:
        whole = network(row)
        start, end = int(whole.network_address), int(whole.broadcast_address)
        if whole.version == 4 and row["type"] != "pool" and whole.prefixlen < 31:
            start, end = start + 1, end - 1
        self._start = max(start, int(first or 0))
        self._end = end if last is None else min(end, int(last))
        inside = {item["id"] for item in prefixes(store, row["namespace"], row["ip_version"])}
        hosts = {int(host(item)) for item in store.rows("ipam.ipaddress") if item["parent"] in inside}
        self._held = {number for number in hosts if self._start <= number <= self._end}
        self._make = type(whole.network_address)

    def __iter__(self) -> Iterator[Address]:
        return (self._make(number) for number in range(self._start, self._end + 1) if number not in self._held)

    @property
    def size(self) -> int:
        """How many there are."""
        return max(0, self._end - self._start + 1 - len(self._held))
