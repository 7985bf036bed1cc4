"""nb.wireless: wireless networks and radio profiles."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec(
    "wireless",
    "wireless",
    (
        EndpointSpec("controller-managed-device-group-radio-profile-assignments"),
        EndpointSpec("controller-managed-device-group-wireless-network-assignments"),
        EndpointSpec("radio-profiles", m2m_fields=("supported_data_rates",)),
        EndpointSpec("supported-data-rates"),
        EndpointSpec("wireless-networks"),
    ),
    app=NautobotApp,
)
