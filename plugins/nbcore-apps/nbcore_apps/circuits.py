"""nb.circuits: circuits, their terminations and providers."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec, Record

from ._common import TRACE, NautobotApp, TraceableRecord, field


class Circuit(Record):
    """A circuit; its text is its circuit id."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "cid") or super().__str__()


class CircuitTermination(TraceableRecord):
    """An end of a circuit; its text is the circuit's id."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "circuit", "cid") or super().__str__()


app = AppSpec(
    "circuits",
    "circuits",
    (
        EndpointSpec("circuit-terminations", CircuitTermination, actions=(TRACE,)),
        EndpointSpec("circuit-types"),
        EndpointSpec("circuits", Circuit),
        EndpointSpec("provider-networks"),
        EndpointSpec("providers"),
    ),
    app=NautobotApp,
)
