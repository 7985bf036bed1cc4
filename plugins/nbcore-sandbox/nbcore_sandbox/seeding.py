"""What a sandbox begins with: Nautobot's own statuses, roles and namespace, and the sample network."""

from __future__ import annotations

import random
import threading
import uuid
import weakref
from typing import Any

from . import sample, write
from .index import Index
from .store import Store

_ADDRESS_ROLES = ("Anycast", "CARP", "GLBP", "HSRP", "Loopback", "Secondary", "VIP", "VRRP")
_made: dict[tuple[int, bool], tuple[weakref.ref[Index], Store]] = {}
_lock = threading.Lock()


class Planter:
    """Creates objects in a store by the rules of the server, with the same ids every time.

    Args:
        store: where they will lie.
        seed: other ids for another number.
    """

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self._random = random.Random(seed)  # noqa: S311  the same objects each time, nothing secret

    def _id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def add(self, path: str, **fields: Any) -> str:
        """Create an object.

        Args:
            path: its list route.
            fields: its fields, references as they may be written.

        Returns:
            Its id.
        """
        return str(write.create(self.store, self.store.index.routes[path], fields, self._id)["id"])

    def change(self, path: str, key: str, **fields: Any) -> None:
        """Change an object.

        Args:
            path: its list route.
            key: its id.
            fields: what changes.
        """
        route = self.store.index.routes[path]
        row = self.store.get(route.object_type, key)
        if row is None:
            raise LookupError(f"{path} {key}")
        write.update(self.store, route, row, fields, partial=True)


def new_store(index: Index, *, with_sample: bool) -> Store:
    """A new store; it is planted once for each index, and copied after that.

    Args:
        index: the schema.
        with_sample: with the sample network.

    Returns:
        The store, which shares nothing that is written with others.
    """
    with _lock:
        known = _made.get((id(index), with_sample))
        if known is None or known[0]() is not index:
            planted = Store(index)
            _base(Planter(planted, 1))
            if with_sample:
                sample.plant(Planter(planted, 2))
            known = _made[id(index), with_sample] = (weakref.ref(index), planted)
        return known[1].copy()


def _base(planter: Planter) -> None:
    for status in planter.store.index.statuses:
        planter.add("extras/statuses", **status)
    for name in _ADDRESS_ROLES:
        planter.add("extras/roles", name=name, content_types=["ipam.ipaddress"])
    planter.add("ipam/namespaces", name="Global", description="Default Global namespace. Created by Nautobot.")
