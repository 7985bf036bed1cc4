"""The routes of nautobot-dns-models 2."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec

from . import records
from .endpoint import RecordsEndpoint

app = AppSpec(
    name="dns",
    path="plugins/dns",
    requires="0.1",
    endpoints=(
        EndpointSpec("a-records", record=records.ARecord, endpoint=RecordsEndpoint),
        EndpointSpec("aaaa-records", record=records.AAAARecord, endpoint=RecordsEndpoint),
        EndpointSpec("cname-records", record=records.CNAMERecord, endpoint=RecordsEndpoint),
        EndpointSpec("dns-registrars", record=records.DNSRegistrar),
        EndpointSpec("dns-registrations", record=records.DNSRegistration),
        EndpointSpec("dns-view-prefix-assignments", record=records.DNSViewPrefixAssignment),
        EndpointSpec(
            "dns-views",
            record=records.DNSView,
            m2m_fields=("prefixes",),
            assigned_by={"prefixes": "plugins/dns/dns-view-prefix-assignments"},
        ),
        EndpointSpec("dns-zones", record=records.DNSZone),
        EndpointSpec("mx-records", record=records.MXRecord, endpoint=RecordsEndpoint),
        EndpointSpec("ns-records", record=records.NSRecord, endpoint=RecordsEndpoint),
        EndpointSpec("ptr-records", record=records.PTRRecord, endpoint=RecordsEndpoint),
        EndpointSpec("srv-records", record=records.SRVRecord, endpoint=RecordsEndpoint),
        EndpointSpec("txt-records", record=records.TXTRecord, endpoint=RecordsEndpoint),
    ),
)
