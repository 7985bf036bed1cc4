"""The filter `q`: one text looked for in several fields, and for prefixes and addresses as a network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from . import rules
from .index import Route
from .ipam import Network, host, network
from .store import Row, Store

Test = Callable[[Row], bool]
_PARTIAL = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}\.?")


def search(store: Store, route: Route, text: str) -> Test | None:
    """The test of a `q`.

    Args:
        store: where rows lie.
        route: the list route.
        text: what is looked for.

    Returns:
        Whether a row has it; None where there is nothing to look for.
    """
    wanted = text.strip()
    if not wanted:
        return None
    object_type = route.object_type
    paths = rules.SEARCH.get(object_type, ("name",))
    related = _network_test(object_type, wanted)

    def test(row: Row) -> bool:
        if row["id"].lower() == wanted.lower() or (related is not None and related(row)):
            return True
        return any(_found(value, path, wanted) for path in paths for value in store.values(object_type, row, path.removeprefix("=")))

    return test


def _found(value: object, path: str, wanted: str) -> bool:
    if value is None:
        return False
    return str(value) == wanted if path.startswith("=") else wanted.lower() in str(value).lower()


def _network_test(object_type: str, wanted: str) -> Test | None:
    if object_type not in ("ipam.prefix", "ipam.ipaddress") or (found := _parsed(wanted)) is None:
        return None
    if object_type == "ipam.ipaddress":
        return lambda row: row["ip_version"] == found.version and host(row) in found

    def near(row: Row) -> bool:
        own = network(row)
        return own.version == found.version and (own.subnet_of(found) or own.supernet_of(found))  # type: ignore[arg-type]

    return near


def _parsed(wanted: str) -> Network | None:
    """A text as a network; "10.1" is 10.1.0.0/16."""
    try:
        return ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        pass
    if not _PARTIAL.fullmatch(wanted):
        return None
    parts = wanted.rstrip(".").split(".")
    try:
        return ipaddress.ip_network(f"{'.'.join(parts + ['0'] * (4 - len(parts)))}/{8 * len(parts)}", strict=False)
    except ValueError:
        return None
