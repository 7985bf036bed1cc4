"""nb.data_validation: rules that data must keep, and what was found against them."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec(
    "data_validation",
    "data-validation",
    (
        EndpointSpec("data-compliance"),
        EndpointSpec("min-max-rules"),
        EndpointSpec("regex-rules"),
        EndpointSpec("required-rules"),
        EndpointSpec("unique-rules"),
    ),
    app=NautobotApp,
)
