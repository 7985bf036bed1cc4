"""nb.tenancy: tenants and their groups."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec("tenancy", "tenancy", (EndpointSpec("tenant-groups"), EndpointSpec("tenants")), app=NautobotApp)
