"""The routes of nautobot-bgp-models 3."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from . import records

_EXTRA = ("extra_attributes",)

app = AppSpec(
    name="bgp",
    path="plugins/bgp",
    requires="0.1",
    endpoints=(
        EndpointSpec("address-families", record=records.AddressFamily, json_fields=_EXTRA),
        EndpointSpec("autonomous-system-ranges", record=records.AutonomousSystemRange),
        EndpointSpec("autonomous-systems", record=records.AutonomousSystem),
        EndpointSpec("peer-endpoint-address-families", record=records.PeerEndpointAddressFamily, json_fields=_EXTRA),
        EndpointSpec("peer-endpoints", record=records.PeerEndpoint, json_fields=_EXTRA),
        EndpointSpec("peer-group-address-families", record=records.PeerGroupAddressFamily, json_fields=_EXTRA),
        EndpointSpec("peer-group-templates", record=records.PeerGroupTemplate, json_fields=_EXTRA),
        EndpointSpec("peer-groups", record=records.PeerGroup, json_fields=_EXTRA),
        EndpointSpec("peerings", record=records.Peering),
        EndpointSpec("routing-instances", record=records.BGPRoutingInstance, json_fields=_EXTRA),
    ),
)
