"""A made-up app for the core's tests, its objects in the shapes that Nautobot sends, and requests as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbcore import ActionSpec, AppSpec, EndpointSpec, Record
from nbcore.testing import Wire, reference, row, sent

__all__ = [
    "CHANGED",
    "LAB",
    "Device",
    "Place",
    "asked",
    "device",
    "ident",
    "place",
    "reference",
    "refuse_unknown_filters",
    "sent",
    "status",
]


class Device(Record):
    """A record with behaviour of its own."""

    __slots__ = ()

    @property
    def shout(self) -> str:
        return str(self.name).upper()


class Place(Record):
    """A record whose text is its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"place {self.name}"


LAB = AppSpec(
    "lab",
    "lab",
    (
        EndpointSpec(
            "devices",
            record=Device,
            json_fields=("data",),
            m2m_fields=("groups",),
            actions=(
                ActionSpec("trace"),
                ActionSpec("run", methods=("POST",)),
                ActionSpec("available-items", methods=("GET", "POST"), returns="records", allocates=True),
                ActionSpec("logs", returns="records", paged=True),
                ActionSpec("drawing", returns="text"),
                ActionSpec("image", returns="bytes"),
                ActionSpec("summary", on="endpoint"),
            ),
        ),
        EndpointSpec("places", record=Place),
        EndpointSpec("ip-addresses"),
        EndpointSpec("counters", key="integer"),
    ),
)


def ident(number: int) -> str:
    """A UUID."""
    return f"00000000-0000-4000-8000-{number:012d}"


def place(number: int = 1, /, **fields: Any) -> dict[str, Any]:
    return row("lab/places", "lab.place", **{"id": ident(1000 + number), "display": f"P{number}", "name": f"p{number}", **fields})


def status(name: str) -> dict[str, Any]:
    return row("lab/statuses", "lab.status", id=ident(2000 + len(name)), display=name, name=name)


def device(number: int = 1, /, **fields: Any) -> dict[str, Any]:
    """An object of `lab/devices` as a list or detail route gives it."""
    known = {
        "display": f"D{number}",
        "name": f"d{number}",
        "serial": "",
        "position": None,
        "place": reference(place(1)),
        "status": reference(status("Active")),
        "face": {"value": "front", "label": "Front"},
        "tags": [],
        "custom_fields": {"owner": "me", "list": [1]},
        "data": {"id": 1, "url": None, "value": 2, "label": "x"},
        "created": "2026-01-02T03:04:05.678901Z",
        "last_updated": "2026-01-02T03:04:05.678901Z",
    }
    return row("lab/devices", "lab.device", **{"id": ident(number), **known, **fields})


def asked(wire: Wire) -> list[str]:
    """The calls so far, as "GET lab/devices/?limit=1000"."""
    found = []
    for call in wire.calls:
        query = "&".join(f"{name}={value}" for name, value in call.params)
        found.append(f"{call.method} {call.path}{'?' if query else ''}{query}")
    return found


CHANGED = ("PATCH", "PUT", "POST", "DELETE")


def refuse_unknown_filters(wire: Wire, path: str, rows: list[dict[str, Any]], *known: str) -> None:
    """A list route that answers 400 to filters it does not know, as Nautobot does."""
    from nbcore.testing import reply

    wire.serve(path, rows)

    def answer(call: Any, listed: Any) -> Any:
        unknown = [name for name, _ in call.params if name not in {*known, "limit", "offset", "depth", "exclude_m2m", "include", "sort"}]
        if unknown:
            return reply({name: ["Unknown filter field"] for name in unknown}, 400)
        # Lookups are only tried here, to see whether they are known; the wire has none.
        return listed(replace(call, params=tuple(pair for pair in call.params if not pair[0].endswith(("__ic", "__n")))))

    wire.wrap("GET", f"{path}/", answer)
