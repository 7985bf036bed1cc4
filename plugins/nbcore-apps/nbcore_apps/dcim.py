"""nb.dcim: locations, racks, devices, their parts, and cables."""

from __future__ import annotations

from typing import Any

from nbcore import ActionSpec, AppSpec, ContentError, Endpoint, EndpointSpec, InputError, NotFoundError, Record

from ._common import PATHS, TRACE, CablePath, NautobotApp, PassThroughRecord, TraceableRecord, bound, field
from ._files import File, part
from ._racks import Elevation, GoneAction


class Device(Record):
    """A device; `device.napalm.list(method="get_facts")` asks the device itself, through the server."""

    __slots__ = ()


class DeviceType(Record):
    """A type of device; its text is the model."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "model") or super().__str__()

    def upload_images(self, front: File | None = None, rear: File | None = None) -> bool:
        """Set the images of the front and the rear (one PATCH).

        Args:
            front: a path, bytes, a file opened in binary mode, or (name, bytes).
            rear: the same.

        Returns:
            True; the record has the images' addresses then.
        """
        given = {"front_image": front, "rear_image": rear}
        files = {name: part(file, f"{name}.png") for name, file in given.items() if file is not None}
        if not files:
            raise InputError("upload_images() needs a front or a rear image")
        path = self.endpoint.detail_path(self["id"])
        self.accept(self.api.request("PATCH", path, files=files, endpoint=self.endpoint.path, operation="update"))
        return True


class Interface(TraceableRecord):
    """An interface of a device or module."""

    __slots__ = ()


class ConsolePort(TraceableRecord):
    """A console port."""

    __slots__ = ()


class ConsoleServerPort(TraceableRecord):
    """A port of a console server."""

    __slots__ = ()


class PowerPort(TraceableRecord):
    """A power port."""

    __slots__ = ()


class PowerOutlet(TraceableRecord):
    """A power outlet."""

    __slots__ = ()


class PowerFeed(TraceableRecord):
    """A power feed."""

    __slots__ = ()


class FrontPort(PassThroughRecord):
    """A front port."""

    __slots__ = ()


class RearPort(PassThroughRecord):
    """A rear port."""

    __slots__ = ()


class RackReservation(Record):
    """A reservation of rack units; its text is the description."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "description") or super().__str__()


class VirtualChassis(Record):
    """A virtual chassis; its text is its master's display name, else its own."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "master", "display") or super().__str__()


class Cable(Record):
    """A cable; its text is "A <> B", its two ends, or "Cable #id" where it has not both."""

    __slots__ = ()

    def __str__(self) -> str:
        ends = field(self, "termination_a"), field(self, "termination_b")
        return " <> ".join(ends) if all(ends) else f"Cable #{self['id']}"


class Rack(Record):
    """A rack."""

    __slots__ = ()

    @property
    def elevation(self) -> Elevation:
        """Its units: `.list(face="front")` for records, `.svg(face="rear")` for a drawing."""
        return bound(Elevation, self, "elevation")

    @property
    def units(self) -> GoneAction:
        """Gone from the server; use `elevation`."""
        return GoneAction("rack.units is gone from Nautobot; use rack.elevation.list()")


class ConnectedDevice(Endpoint):
    """Which device is connected to a given one's interface."""

    def get(self, *args: Any, api_version: str | None = None, **filters: Any) -> Record | None:
        """The device at the other end of a cable (one GET).

        Args:
            *args: none.
            api_version: the version to ask for, for this request.
            **filters: `peer_device` and `peer_interface`, names both.

        Returns:
            The Device, or None when there is no such interface or nothing is connected to it.
        """
        if args or set(filters) != {"peer_device", "peer_interface"} or not all(filters.values()):
            raise InputError("connected_device.get() needs the names peer_device= and peer_interface=")
        try:
            found = self.api.request(
                "GET", f"{self.path}/", params=filters, api_version=api_version, endpoint=self.path, operation="get", resend=False
            )
        except NotFoundError:
            return None
        except ContentError as exc:
            # The server says "nothing" by a 200 without a body.
            if exc.reply is not None and exc.reply.status == 200 and not exc.reply.content:
                return None
            raise
        device: Record = self.api.wrap(found)
        return device


_NAPALM = ActionSpec("napalm")
_STATS = ActionSpec("stats")
_ELEVATION = ActionSpec("elevation", paged=True)

app = AppSpec(
    "dcim",
    "dcim",
    (
        EndpointSpec("cable-types", json_fields=("mapping",)),
        EndpointSpec("cables", Cable, json_fields=("terminations",)),
        EndpointSpec("cables-to-cable-terminations"),
        EndpointSpec("connected-device", Device, key="singleton", endpoint=ConnectedDevice),
        EndpointSpec("console-connections", ConsolePort),
        EndpointSpec("console-port-templates"),
        EndpointSpec("console-ports", ConsolePort, actions=(TRACE,)),
        EndpointSpec("console-server-port-templates"),
        EndpointSpec("console-server-ports", ConsoleServerPort, actions=(TRACE,)),
        EndpointSpec(
            "controller-managed-device-groups",
            json_fields=("capabilities",),
            m2m_fields=("radio_profiles", "wireless_networks"),
            assigned_by={
                "radio_profiles": "wireless/controller-managed-device-group-radio-profile-assignments",
                "wireless_networks": "wireless/controller-managed-device-group-wireless-network-assignments",
            },
        ),
        EndpointSpec("controllers", json_fields=("capabilities",)),
        EndpointSpec("device-bay-templates"),
        EndpointSpec("device-bays"),
        EndpointSpec("device-cluster-assignments"),
        EndpointSpec("device-families"),
        EndpointSpec("device-redundancy-groups"),
        EndpointSpec(
            "device-types",
            DeviceType,
            m2m_fields=("software_image_files",),
            assigned_by={"software_image_files": "dcim/device-types-to-software-image-files"},
        ),
        EndpointSpec("device-types-to-software-image-files"),
        EndpointSpec(
            "devices",
            Device,
            json_fields=("config_context", "local_config_context_data"),
            m2m_fields=("clusters", "software_image_files"),
            assigned_by={"clusters": "dcim/device-cluster-assignments"},
            actions=(_NAPALM,),
        ),
        EndpointSpec("front-port-templates"),
        EndpointSpec("front-ports", FrontPort, actions=(PATHS,)),
        EndpointSpec("interface-connections", CablePath),
        EndpointSpec("interface-redundancy-group-associations"),
        EndpointSpec(
            "interface-redundancy-groups",
            m2m_fields=("interfaces",),
            assigned_by={"interfaces": "dcim/interface-redundancy-group-associations"},
        ),
        EndpointSpec("interface-templates"),
        EndpointSpec("interface-vdc-assignments"),
        EndpointSpec(
            "interfaces",
            Interface,
            m2m_fields=("ip_addresses", "tagged_vlans"),
            assigned_by={"ip_addresses": "ipam/ip-address-to-interface"},
            actions=(TRACE,),
        ),
        EndpointSpec("inventory-items", m2m_fields=("software_image_files",)),
        EndpointSpec("location-types"),
        EndpointSpec("locations", actions=(_STATS,)),
        EndpointSpec("manufacturers"),
        EndpointSpec("module-bay-templates"),
        EndpointSpec("module-bays"),
        EndpointSpec("module-families"),
        EndpointSpec("module-types"),
        EndpointSpec("modules"),
        EndpointSpec("platforms", json_fields=("napalm_args", "network_driver_mappings")),
        EndpointSpec("power-connections", PowerPort),
        EndpointSpec("power-feeds", PowerFeed, actions=(TRACE,)),
        EndpointSpec("power-outlet-templates"),
        EndpointSpec("power-outlets", PowerOutlet, actions=(TRACE,)),
        EndpointSpec("power-panels"),
        EndpointSpec("power-port-templates"),
        EndpointSpec("power-ports", PowerPort, actions=(TRACE,)),
        EndpointSpec("rack-groups"),
        EndpointSpec("rack-reservations", RackReservation),
        EndpointSpec("racks", Rack, actions=(_ELEVATION,)),
        EndpointSpec("rear-port-templates"),
        EndpointSpec("rear-ports", RearPort, actions=(PATHS,)),
        EndpointSpec("software-image-files"),
        EndpointSpec("software-versions"),
        EndpointSpec("virtual-chassis", VirtualChassis),
        EndpointSpec("virtual-device-contexts", m2m_fields=("interfaces",), assigned_by={"interfaces": "dcim/interface-vdc-assignments"}),
    ),
    app=NautobotApp,
)
