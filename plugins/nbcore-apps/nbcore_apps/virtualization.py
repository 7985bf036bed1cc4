"""nb.virtualization: clusters, virtual machines and their interfaces."""

from __future__ import annotations

from nbcore import AppSpec, EndpointSpec, Record

from ._common import NautobotApp


class VirtualMachine(Record):
    """A virtual machine."""

    __slots__ = ()


class VMInterface(Record):
    """An interface of a virtual machine."""

    __slots__ = ()


app = AppSpec(
    "virtualization",
    "virtualization",
    (
        EndpointSpec("cluster-groups"),
        EndpointSpec("cluster-types"),
        EndpointSpec("clusters"),
        EndpointSpec(
            "interfaces",
            VMInterface,
            m2m_fields=("ip_addresses", "tagged_vlans"),
            assigned_by={"ip_addresses": "ipam/ip-address-to-interface"},
        ),
        EndpointSpec(
            "virtual-machines",
            VirtualMachine,
            json_fields=("config_context", "local_config_context_data"),
            m2m_fields=("software_image_files",),
        ),
    ),
    app=NautobotApp,
)
