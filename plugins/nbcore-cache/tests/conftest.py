from __future__ import annotations

import datetime
import uuid

import pytest

from nbcore.testing import Wire, make_api, row
from nbcore_cache import Cache


class Nautobot(Wire):
    """A wire with devices, locations, secrets and a change log; what its Apis write is logged, as `told` says."""

    def __init__(self):
        super().__init__()
        self.log = []
        self.now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        self.devices = self.serve("dcim/devices", [row("dcim/devices", "dcim.device", name=f"d{n}", role={"id": "r"}) for n in range(3)])
        self.locations = self.serve("dcim/locations", [row("dcim/locations", "dcim.location", name="here")])
        self.secrets = self.serve("extras/secrets", [row("extras/secrets", "extras.secret", name="s")])
        self.peers = self.serve("plugins/bgp/peers", [row("plugins/bgp/peers", "bgp.peer", name="p")])
        self.on("GET", "extras/object-changes/", self._changes)
        self.on("POST", "graphql/", lambda call: {"data": {"devices": [{"name": item["name"]} for item in self.devices]}})

    def told(self, kind, *, ago=0.0):
        """A change of an object of a type is logged."""
        self.now += datetime.timedelta(milliseconds=10)
        moment = (self.now - datetime.timedelta(seconds=ago)).isoformat().replace("+00:00", "Z")
        entry = {"id": str(uuid.uuid4()), "time": moment, "changed_object_type": kind, "related_object_type": None}
        self.log.append(entry)

    def rename(self, table, name, kind):
        """Somebody else renames the first object."""
        table[0]["name"] = name
        self.told(kind)

    def _changes(self, call):
        asked = dict(call.params)
        since = datetime.datetime.fromisoformat(asked.get("time__gte", "2000-01-01T00:00:00Z"))
        found = [item for item in self.log if datetime.datetime.fromisoformat(item["time"]) >= since]
        found.sort(key=lambda item: item["time"], reverse=True)
        start, limit = int(asked.get("offset", 0)), int(asked["limit"])
        return {"count": len(found), "next": None, "previous": None, "results": found[start : start + limit]}

    def sent(self, path=None):
        """The paths of the calls that came, without the change log's; or how many came to one path."""
        paths = [call.path for call in self.calls if call.path != "extras/object-changes/"]
        return paths if path is None else paths.count(path)

    @property
    def polls(self):
        """How many calls the change log got."""
        return sum(call.path == "extras/object-changes/" for call in self.calls)


@pytest.fixture
def server():
    return Nautobot()


@pytest.fixture
def connect(server):
    """Makes an Api of the server with a Cache: `nb, cache = connect(ttl=...)`."""

    def make(url="memory://", token="a-token", cache=None, **settings):
        options = {name: settings.pop(name) for name in ("ttl", "revalidate", "burst", "logged") if name in settings}
        cache = cache or Cache(url, **options)
        return make_api(server, cache, token=token, **settings), cache

    return make


def names(nb, path="dcim/devices", **filters):
    return [record.name for record in nb.endpoint(path).filter(**filters)]


@pytest.fixture(name="names")
def _names():
    return names
