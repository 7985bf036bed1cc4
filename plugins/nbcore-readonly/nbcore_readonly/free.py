"""What is free below a prefix or a VLAN group, less what a dry run has taken already."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, cast

# action: the list route of what is taken, and the field that holds it
TARGETS = {
    "available-ips": ("ipam/ip-addresses", "address"),
    "available-prefixes": ("ipam/prefixes", "prefix"),
    "available-vlans": ("ipam/vlans", "vid"),
}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def limit(action: str, wanted: int, taken: int) -> dict[str, int]:
    """The query that asks the server for enough."""
    return {} if action == "available-prefixes" else {"limit": wanted + taken}


def take(action: str, answer: Any, wanted: Sequence[Mapping[str, Any]], taken: set[Any]) -> list[Any] | None:
    """The values for what is wanted, which are then taken; None when there is not enough.

    Args:
        action: a key of TARGETS.
        answer: what the server says is free.
        wanted: the fields of each object that is to be made.
        taken: the values taken before; gets the new ones.
    """
    if action == "available-prefixes":
        found = _networks([ipaddress.ip_network(row["prefix"]) for row in answer], [item.get("prefix_length") for item in wanted], taken)
    else:
        free = [row["address"] for row in answer] if action == "available-ips" else list(answer["results"])
        free = [value for value in free if value not in taken]
        found = free[: len(wanted)] if len(free) >= len(wanted) else None
    if found is not None:
        taken.update(found)
    return found


def _networks(blocks: list[Network], lengths: Sequence[Any], taken: set[Any]) -> list[str] | None:
    for text in taken:
        blocks = _without(blocks, ipaddress.ip_network(text))
    found: list[str] = []
    for length in lengths:
        block = next((block for block in blocks if isinstance(length, int) and block.prefixlen <= length <= block.max_prefixlen), None)
        if block is None:
            return None
        chosen = ipaddress.ip_network((block.network_address, length))
        blocks = _without(blocks, chosen)
        found.append(str(chosen))
    return found


def _without(blocks: list[Network], chosen: Network) -> list[Network]:
    left: list[Network] = []
    for block in blocks:
        if chosen.version != block.version or not block.overlaps(chosen):
            left.append(block)
        elif block != chosen and block.prefixlen < chosen.prefixlen:
            left += cast(Any, block).address_exclude(chosen)  # of one version, as compared above
    return sorted(left, key=lambda block: (block.version, int(block.network_address)))
