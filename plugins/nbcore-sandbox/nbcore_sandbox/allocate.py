"""The routes that name what is free below a prefix, and give it away."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from . import ipam
from .answers import Answer, Invalid, Refused, broken
from .listing import MAX_PAGE, PAGE
from .request import Request
from .store import Row, Store

Create = Callable[[str, Any], Answer]


def addresses(store: Store, request: Request, row: Row, create: Create) -> Answer:
    """`available-ips`.

    Args:
        store: where prefixes and addresses lie.
        request: GET or POST.
        row: the prefix.
        create: creates what was posted at a list route.

    Returns:
        The answer.
    """
    limits = [_limit(request, name) for name in ("range_start", "range_end")]
    free = ipam.FreeHosts(store, row, limits[0], limits[1])
    length = row["prefix_length"]
    if request.method == "GET":
        listed: list[dict[str, Any]] = []
        for found in free:
            listed.append({"ip_version": row["ip_version"], "address": f"{found}/{length}"})
            if len(listed) in (_page(request), MAX_PAGE * 100):
                break
        return Answer(200, listed)
    data = request.json()
    wanted = _items(store, data)
    if free.size < len(wanted):
        whole = ipam.network(row)
        text = (
            f"An insufficient number of IP addresses are available within the prefix {row['prefix']} "
            f"({len(wanted)} requested, {free.size} available between {limits[0] or whole[0]} and {limits[1] or whole[-1]})."
        )
        return Answer(204, {"detail": text})
    given = [
        {**item, "address": f"{found}/{length}", "namespace": row["namespace"]} for item, found in zip(wanted, free, strict=False)
    ]  # fmt: skip
    return _bare(create("ipam/ip-addresses", given if isinstance(data, list) else given[0]))


def networks(store: Store, request: Request, row: Row, create: Create) -> Answer:
    """`available-prefixes`.

    Args:
        store: where prefixes lie.
        request: GET or POST.
        row: the prefix.
        create: creates what was posted at a list route.

    Returns:
        The answer.
    """
    free = ipam.free_networks(store, row)
    if request.method == "GET":
        return Answer(200, [{"ip_version": row["ip_version"], "prefix": str(item)} for item in free])
    data = request.json()
    given = []
    for item in _items(store, data):
        if "prefix_length" not in item:
            raise broken(store.index.nautobot, "'prefix_length'", "KeyError")
        length = item["prefix_length"]
        if not isinstance(length, int):
            raise Invalid({"prefix_length": "This field must be an integer."})
        found = next((network for network in free if length >= network.prefixlen), None)
        if found is None:
            return Answer(204, {"detail": "Insufficient space is available to accommodate the requested prefix size(s)"})
        if length > found.max_prefixlen:
            raise broken(store.index.nautobot, f"invalid IPNetwork {found.network_address}/{length}", "AddrFormatError")
        taken = ipaddress.ip_network(f"{found.network_address}/{length}")
        given.append({**item, "prefix": str(taken), "namespace": row["namespace"]})
        free = sorted(ipam.without(free, taken), key=lambda network: int(network.network_address))
    return _bare(create("ipam/prefixes", given if isinstance(data, list) else given[0]))


def _items(store: Store, data: Any) -> list[Mapping[str, Any]]:
    items = data if isinstance(data, list) else [data]
    if not all(isinstance(item, dict) for item in items):
        raise broken(store.index.nautobot, "'int' object does not support item assignment", "TypeError")
    return items


def _bare(answer: Answer) -> Answer:
    """Without the Location header, which these routes do not send."""
    return Answer(answer.status, answer.body)


def _page(request: Request) -> int:
    try:
        return min(int(request.query.get("limit", [str(PAGE)])[-1]), MAX_PAGE)
    except ValueError:
        return PAGE


def _limit(request: Request, name: str) -> ipam.Address | None:
    if name not in request.query:
        return None
    value = request.query[name][-1]
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        text = f"Incorrectly formatted address in parameter {name}: failed to detect a valid IP address from {value!r}"
        raise Refused(400, {"detail": text}) from None
