"""The routes of nautobot-firewall-models 3; their slugs are singular, and so are the attributes: `nb.firewall.policy`."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from . import records

_ASSIGNED = ("assigned_devices", "assigned_dynamic_groups")

app = AppSpec(
    name="firewall",
    path="plugins/firewall",
    requires="0.1",
    endpoints=(
        EndpointSpec("address-object", record=records.AddressObject),
        EndpointSpec("address-object-group", record=records.AddressObjectGroup, m2m_fields=("address_objects",)),
        EndpointSpec("application-object", record=records.ApplicationObject),
        EndpointSpec("application-object-group", record=records.ApplicationObjectGroup, m2m_fields=("application_objects",)),
        EndpointSpec("capirca-policy", record=records.CapircaPolicy),
        EndpointSpec("fqdn", record=records.FQDN, m2m_fields=("ip_addresses",)),
        EndpointSpec("ip-range", record=records.IPRange),
        EndpointSpec(
            "nat-policy",
            record=records.NATPolicy,
            m2m_fields=("nat_policy_rules", *_ASSIGNED),
            assigned_by={
                "assigned_devices": "plugins/firewall/nat-policy-device-association",
                "assigned_dynamic_groups": "plugins/firewall/nat-policy-dynamic-group-association",
            },
        ),
        EndpointSpec("nat-policy-device-association", record=records.NATPolicyDeviceM2M),
        EndpointSpec("nat-policy-dynamic-group-association", record=records.NATPolicyDynamicGroupM2M),
        EndpointSpec("nat-policy-rule", record=records.NATPolicyRule, m2m_fields=records.NAT_MATCHES),
        EndpointSpec(
            "policy",
            record=records.Policy,
            m2m_fields=("policy_rules", *_ASSIGNED),
            assigned_by={
                "assigned_devices": "plugins/firewall/policy-device-association",
                "assigned_dynamic_groups": "plugins/firewall/policy-dynamic-group-association",
            },
        ),
        EndpointSpec("policy-device-association", record=records.PolicyDeviceM2M),
        EndpointSpec("policy-dynamic-group-association", record=records.PolicyDynamicGroupM2M),
        EndpointSpec("policy-rule", record=records.PolicyRule, m2m_fields=records.MATCHES),
        EndpointSpec("service-object", record=records.ServiceObject),
        EndpointSpec("service-object-group", record=records.ServiceObjectGroup, m2m_fields=("service_objects",)),
        EndpointSpec("user-object", record=records.UserObject),
        EndpointSpec("user-object-group", record=records.UserObjectGroup, m2m_fields=("user_objects",)),
        EndpointSpec("zone", record=records.Zone, m2m_fields=("interfaces", "vrfs")),
    ),
)
