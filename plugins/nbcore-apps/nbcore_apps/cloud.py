"""nb.cloud: cloud accounts, networks and services."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec(
    "cloud",
    "cloud",
    (
        EndpointSpec("cloud-accounts"),
        EndpointSpec("cloud-network-prefix-assignments"),
        EndpointSpec(
            "cloud-networks",
            json_fields=("extra_config",),
            m2m_fields=("prefixes",),
            assigned_by={"prefixes": "cloud/cloud-network-prefix-assignments"},
        ),
        EndpointSpec("cloud-resource-types", json_fields=("config_schema",)),
        EndpointSpec("cloud-service-network-assignments"),
        EndpointSpec(
            "cloud-services",
            json_fields=("extra_config",),
            m2m_fields=("cloud_networks",),
            assigned_by={"cloud_networks": "cloud/cloud-service-network-assignments"},
        ),
    ),
    app=NautobotApp,
)
