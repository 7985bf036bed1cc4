"""nb.load_balancers: virtual servers, pools, monitors and certificates."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec(
    "load_balancers",
    "load-balancers",
    (
        EndpointSpec("certificate-profiles"),
        EndpointSpec("health-check-monitors"),
        EndpointSpec("load-balancer-pool-member-certificate-profile-assignments"),
        EndpointSpec(
            "load-balancer-pool-members",
            m2m_fields=("certificate_profiles",),
            assigned_by={"certificate_profiles": "load-balancers/load-balancer-pool-member-certificate-profile-assignments"},
        ),
        EndpointSpec("load-balancer-pools"),
        EndpointSpec("virtual-server-certificate-profile-assignments"),
        EndpointSpec(
            "virtual-servers",
            m2m_fields=("certificate_profiles",),
            assigned_by={"certificate_profiles": "load-balancers/virtual-server-certificate-profile-assignments"},
        ),
    ),
    app=NautobotApp,
)
