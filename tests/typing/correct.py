"""Uses of nbcore that a type checker must accept, and the types that it must see. Nothing here is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

import nbcore
from nbcore import (
    Action,
    ActionSpec,
    Api,
    App,
    AppSpec,
    Call,
    Change,
    Endpoint,
    EndpointSpec,
    Explanation,
    GraphQLRecord,
    Options,
    Plan,
    Projection,
    Record,
    RecordSet,
    Reply,
    hookimpl,
)  # fmt: skip
from nbcore.contracts import Exporter
from nbcore.reading import Query, Route

# --- in a script -----------------------------------------------------------------------------------------------------------

nb = nbcore.api("https://nautobot.example.com", token="a-token", retries=2, timeout=(5, 60))
assert_type(nb, Api)
assert_type(nb.dcim, App)
assert_type(nb.plugins.bgp, App)
assert_type(nb.dcim.devices, Endpoint[Record])
assert_type(nb.endpoint("dcim/devices"), Endpoint[Record])

for device in nb.dcim.devices.all():
    assert_type(device, Record)
    print(device.name, device.location.name)  # fields are the server's: Any

assert_type(nb.dcim.devices.get(name="ams01"), Record | None)
found = nb.dcim.devices.filter("leaf", role=["leaf", "spine"], tenant=None)
assert_type(found, RecordSet[Record])
assert_type(found.sort("-name").prefetch("location").only("name"), RecordSet[Record])
assert_type(found[0], Record)
assert_type(found.first(), Record | None)
assert_type(found.values("name", "location__name"), list[dict[str, Any]])
assert_type(found.explain("name"), Explanation)
assert_type([*found, *found.iterator()], list[Record])
assert_type(found.update(status="Active"), list[Record])
assert_type(found.count(), int)

assert_type(nb.dcim.devices.create({"name": "a"}), Record)
assert_type(nb.dcim.devices.create(name="a", status="Active"), Record)
assert_type(nb.dcim.devices.create([{"name": "a"}, {"name": "b"}], on_error="continue", journal="made.journal"), list[Record])
assert_type(nb.dcim.devices.update_or_create({"status": "Active"}, name="a"), tuple[Record, bool])
assert_type(nb.dcim.devices.sync([{"name": "a"}], key="name"), Plan)
assert_type(nb.dcim.devices.some_action, Action)
assert_type(nb.graphql.query("{ devices { name } }"), GraphQLRecord)
assert_type(nb.with_options(page_size=100), Api)

with nbcore.Api() as opened:
    assert_type(opened, Api)


async def awaited() -> None:
    assert_type(await nb.aio.dcim.devices.get(name="a"), Record | None)
    async for device in nb.aio.dcim.devices.filter(role="leaf")[:10]:
        assert_type(device, Record)
    assert_type(await nb.aio.endpoint("dcim/devices").filter().list(), list[Record])


# --- in a package for a Nautobot app -----------------------------------------------------------------------------------------


class Device(Record):
    """A record with behaviour of its own."""

    __slots__ = ()

    @property
    def neighbours(self) -> RecordSet:
        """What an app needs of another it reaches by its route."""
        return self.api.endpoint("dcim/devices").filter(location=self["location"])

    def free(self) -> Action:
        return self.detail_action("available-ips")


class Tokens(Endpoint):
    """An endpoint with methods of its own, of plain records."""

    def mine(self) -> RecordSet:
        return self.filter(user="me")

    def newest(self) -> Record | None:
        return self.all().sort("-created").first()


class Devices(Endpoint[Device]):
    """An endpoint whose records are of a class of the package."""

    def leaves(self) -> RecordSet[Device]:
        return self.filter(role="leaf")


class Lab(App):
    """An app with methods of its own."""

    def reset(self) -> None:
        self.declared("devices").filter(lab=True).delete()


lab = AppSpec(
    name="lab",
    path="plugins/lab",
    endpoints=(
        EndpointSpec("devices", record=Device, endpoint=Devices, json_fields=("facts",), m2m_fields=("tags",)),
        EndpointSpec("tokens", endpoint=Tokens, actions=(ActionSpec("run", methods=("POST",), returns="records", on="endpoint"),)),
        EndpointSpec("settings", key="singleton"),
    ),
    app=Lab,
)

# nb.lab cannot be known here; an annotation says what it is.
devices: Endpoint[Device] = Devices(nb, EndpointSpec("devices", record=Device), "plugins/lab")
assert_type(devices.get("x"), Device | None)
for one in devices.filter(role="leaf"):
    assert_type(one, Device)
    assert_type(one.neighbours, RecordSet[Record])
assert_type(devices.create(name="a"), Device)
assert_type(devices.create([{"name": "a"}]), list[Device])
assert_type(devices.make_all([{"name": "a"}]), list[Device])


# --- in a package that watches or adds an ability ------------------------------------------------------------------------------


class Watches:
    """Every hook, as its specification says."""

    @hookimpl
    def nbcore_send(self, call: Call) -> Reply | None:
        return Reply(200, content=b"{}") if call.path == "status/" and not call.writes else None

    @hookimpl
    def nbcore_changed(self, change: Change) -> None:
        print(change.action, change.after)

    @hookimpl
    def nbcore_extend_records(self) -> Mapping[str, type[Record]]:
        return {"dcim.device": Device}

    @hookimpl
    def nbcore_project(self, route: Route, query: Query, fields: tuple[str, ...]) -> Projection | None:
        return Projection("rest", f"{route.path} has {len(query.params)} filters")

    @hookimpl
    def nbcore_exporters(self) -> Mapping[str, Exporter]:
        return {"rows": lambda records, fields: records.values_list(*fields)}


def make(options: Options) -> Watches | None:
    return Watches() if "watch" in options.settings else None


watched = nbcore.Api(plugins=[Watches(), lab])
