"""nb.vpn: VPNs, their tunnels, profiles and policies."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from ._common import NautobotApp

app = AppSpec(
    "vpn",
    "vpn",
    (
        EndpointSpec("vpn-phase-1-policies"),
        EndpointSpec("vpn-phase-2-policies"),
        EndpointSpec("vpn-profile-phase-1-policy-assignments"),
        EndpointSpec("vpn-profile-phase-2-policy-assignments"),
        EndpointSpec(
            "vpn-profiles",
            json_fields=("extra_options",),
            m2m_fields=("vpn_phase1_policies", "vpn_phase2_policies"),
            assigned_by={
                "vpn_phase1_policies": "vpn/vpn-profile-phase-1-policy-assignments",
                "vpn_phase2_policies": "vpn/vpn-profile-phase-2-policy-assignments",
            },
        ),
        EndpointSpec("vpn-terminations"),
        EndpointSpec("vpn-tunnel-endpoints", m2m_fields=("protected_prefixes", "protected_prefixes_dg")),
        EndpointSpec("vpn-tunnels"),
        EndpointSpec("vpns", json_fields=("extra_attributes",)),
    ),
    app=NautobotApp,
)
