"""The filters of prefixes and addresses that compare networks."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable

from .answers import broken
from .index import Route
from .ipam import Network, host, network
from .store import Row, Store

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Test = Callable[[Row], bool]


def test(store: Store, route: Route, name: str, lookup: str, values: list[str]) -> Test | None:
    """The test of a filter of this kind; None for any other filter.

    Args:
        store: where rows lie.
        route: the list route.
        name: the filter.
        lookup: its lookup, which these do not have.
        values: what was asked.

    Returns:
        Whether a row is left.
    """
    if lookup:
        return None
    if route.object_type == "ipam.prefix":
        return _prefix(store, name, values)
    if name in ("prefix", "address") and route.object_type == "ipam.ipaddress":
        return _address(store, name, values)
    if name == "ip_addresses" and route.object_type in ("dcim.device", "dcim.interface"):
        path = "interfaces__ip_addresses" if route.object_type == "dcim.device" else "ip_addresses"
        # An address without a mask means its host alone, with the longest mask.
        wanted = {value if _is_id(value) else str(_interface(store, value)) for value in values}

        def held(row: Row) -> bool:
            found = [store.get("ipam.ipaddress", key) for key in store.values(route.object_type, row, path)]
            return any(item is not None and not wanted.isdisjoint((item["id"], item["address"])) for item in found)

        return held
    return None


def _is_id(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def _interface(store: Store, value: str) -> Interface:
    try:
        return ipaddress.ip_interface(value)
    except ValueError:
        raise broken(store.index.nautobot, f"invalid IPNetwork {value}", "AddrFormatError") from None


def _prefix(store: Store, name: str, values: list[str]) -> Test | None:
    match name:
        case "prefix" | "prefix_exact":
            wanted = [found for value in values if (found := _network(value))]
            return lambda row: any(network(row) == found for found in wanted)
        case "within":
            return lambda row: any(found != network(row) and _inside(network(row), found) for found in _networks(values))
        case "within_include":
            return lambda row: any(_inside(network(row), found) for found in _networks(values))
        case "contains":
            given = _networks(values)
            bare = [value for value in values if "/" not in value]
            if bare and not [found for value in bare if (found := _network(value))]:
                return lambda _row: True  # as a real server: an address that is none is no condition
            return lambda row: any(_inside(found, network(row)) for found in given)
        case "parent":
            keys = {row["id"] for row in store.rows("ipam.prefix") if row["id"] in values or row["prefix"] in values}
            empty = "null" in values
            if not keys and not empty:
                raise ValueError(f"Select a valid choice. {values[0]} is not one of the available choices.")
            return lambda row: row["parent"] in keys or (empty and row["parent"] is None)
    return None


def _address(store: Store, name: str, values: list[str]) -> Test:
    wanted = [_interface(store, value) for value in values]
    if name == "prefix":
        return lambda row: any(host(row) in found.network for found in wanted if found.version == row["ip_version"])
    masked = [found for value, found in zip(values, wanted, strict=True) if "/" in value]
    hosts = {found.ip for value, found in zip(values, wanted, strict=True) if "/" not in value}
    return lambda row: host(row) in hosts or any(str(found) == row["address"] for found in masked)


def _network(value: str) -> Network | None:
    try:
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return None


def _networks(values: list[str]) -> list[Network]:
    return [found for value in values if (found := _network(value))]


def _inside(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
