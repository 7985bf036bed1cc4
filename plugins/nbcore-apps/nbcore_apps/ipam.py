"""nb.ipam: prefixes, addresses, VLANs, and what is still free in them."""

from __future__ import annotations

from typing import Any

from nbcore import Action, ActionSpec, AppSpec, Endpoint, EndpointSpec, InputError, Record

from ._common import NautobotApp, bound, field


class IPAddress(Record):
    """An IP address; its text is its display name, else the address."""

    __slots__ = ()

    def __str__(self) -> str:
        return super().__str__() or field(self, "address")


class AvailableIPs(Action):
    """The free addresses of a prefix."""

    def list(self, api_version: str | None = None, **params: Any) -> list[IPAddress]:
        """Free addresses (one GET).

        Args:
            api_version: the version of the REST API to ask for.
            **params: `range_start` and `range_end`, the first and last address to look at; `limit`, how many (the server gives 50
                without it, and 1,000 at the most).

        Returns:
            IPAddress records that are not in Nautobot: they have an `address` and an `ip_version`, and no id.

        Raises:
            InputError: a limit that is not positive; the server would then go through all addresses there are.
        """
        if params.get("limit") is not None and int(params["limit"]) < 1:
            raise InputError(f"limit must be at least 1, not {params['limit']!r}")
        given = {name: value for name, value in params.items() if value is not None}
        return [_free(self, "ipam/ip-addresses", row) for row in super().list(api_version, **given)]


class AvailablePrefixes(Action):
    """The free space of a prefix, as prefixes."""

    def list(self, api_version: str | None = None, **params: Any) -> list[Prefix]:
        """The free space (one GET).

        Returns:
            Prefix records that are not in Nautobot: they have a `prefix` and an `ip_version`, and no id.
        """
        return [_free(self, "ipam/prefixes", row) for row in super().list(api_version, **params)]


class AvailableVLANs(Action):
    """The free VLAN ids of a VLAN group."""

    def list(self, api_version: str | None = None, **params: Any) -> list[int]:
        """All free VLAN ids (one GET).

        Args:
            api_version: the version of the REST API to ask for.
            **params: `limit`, how many.
        """
        # Without a limit the server tells only the first 50, and counts no more; a negative one asks for all.
        found: list[int] = super().list(api_version, **{"limit": "-1", **params})
        return found


class Prefixes(Endpoint):
    """The list of prefixes."""

    def prepare_items(self, items: list[dict[str, Any]], operation: str, many: bool) -> list[dict[str, Any]]:
        """Refuse to take a prefix of no length from another one, which the server answers with a 500."""
        for place, item in enumerate(items):
            if operation == "allocate" and not item.get("prefix_length"):
                which = f"item {place} has none; " if many else ""
                raise InputError(f"a prefix to be taken needs a prefix_length, such as 24; {which}nothing was sent")
        return items


def _free(action: Action, path: str, data: Any) -> Any:
    return action.api.endpoint(path).make(data) if isinstance(data, dict) else data


class Prefix(Record):
    """A prefix; its text is its display name, else the prefix."""

    __slots__ = ()

    def __str__(self) -> str:
        return super().__str__() or field(self, "prefix")

    @property
    def available_ips(self) -> AvailableIPs:
        """Its free addresses: `.list()` reads them, and `.create({"status": "Active"})` takes the first one.

        `.create([{...}, {...}])` takes several, or none with an AllocationError where fewer are left. `range_start=` and `range_end=`,
        beside the data, name the first and the last address that may be taken.
        """
        return bound(AvailableIPs, self, "available-ips")

    @property
    def available_prefixes(self) -> AvailablePrefixes:
        """Its free space: `.list()` reads it, and `.create({"prefix_length": 24, "status": "Active"})` takes the first prefix of a length.

        `.create([{...}, {...}])` takes several, or none with an AllocationError where there is no room for all of them.
        """
        return bound(AvailablePrefixes, self, "available-prefixes")


class VLANGroup(Record):
    """A group of VLANs, which may have a range of VLAN ids."""

    __slots__ = ()

    @property
    def available_vlans(self) -> AvailableVLANs:
        """Its free VLAN ids: `.list()` reads them, and `.create({"name": "users", "status": "Active"})` makes a VLAN of the first one."""
        return bound(AvailableVLANs, self, "available-vlans")


class VLAN(Record):
    """A VLAN."""

    __slots__ = ()


_IPS = ActionSpec(
    "available-ips",
    methods=("GET", "POST"),
    returns="records",
    allocates=True,
    creates="ipam/ip-addresses",
    query=("range_start", "range_end"),
)
_PREFIXES = ActionSpec("available-prefixes", methods=("GET", "POST"), returns="records", allocates=True, creates="ipam/prefixes")
_VLANS = ActionSpec("available-vlans", methods=("GET", "POST"), returns="records", allocates=True, creates="ipam/vlans")
_TO_INTERFACE = "ipam/ip-address-to-interface"
_VRF_DEVICES = "ipam/vrf-device-assignments"
_VRF_ASSIGNED = {
    "devices": _VRF_DEVICES,
    "prefixes": "ipam/vrf-prefix-assignments",
    "virtual_device_contexts": _VRF_DEVICES,
    "virtual_machines": _VRF_DEVICES,
}
_VRF_SETS = ("devices", "export_targets", "import_targets", "prefixes", "virtual_device_contexts", "virtual_machines")

app = AppSpec(
    "ipam",
    "ipam",
    (
        EndpointSpec("ip-address-ranges"),
        EndpointSpec("ip-address-to-interface"),
        EndpointSpec(
            "ip-addresses",
            IPAddress,
            m2m_fields=("interfaces", "nat_outside_list", "vm_interfaces"),
            assigned_by={"interfaces": _TO_INTERFACE, "vm_interfaces": _TO_INTERFACE},
        ),
        EndpointSpec("namespaces"),
        EndpointSpec("prefix-location-assignments"),
        EndpointSpec(
            "prefixes",
            Prefix,
            m2m_fields=("locations", "vrfs"),
            assigned_by={"locations": "ipam/prefix-location-assignments", "vrfs": "ipam/vrf-prefix-assignments"},
            actions=(_IPS, _PREFIXES),
            endpoint=Prefixes,
        ),
        EndpointSpec("rirs"),
        EndpointSpec("route-targets"),
        EndpointSpec("services", m2m_fields=("ip_addresses",)),
        EndpointSpec("vlan-groups", VLANGroup, actions=(_VLANS,)),
        EndpointSpec("vlan-location-assignments"),
        EndpointSpec("vlans", VLAN, m2m_fields=("locations",), assigned_by={"locations": "ipam/vlan-location-assignments"}),
        EndpointSpec("vrf-device-assignments"),
        EndpointSpec("vrf-prefix-assignments"),
        EndpointSpec("vrfs", m2m_fields=_VRF_SETS, assigned_by=_VRF_ASSIGNED),
    ),
    app=NautobotApp,
)
