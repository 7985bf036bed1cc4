"""What BGP objects can do beyond their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbcore import AllocationError, NbcoreError, Record, ValidationError

if TYPE_CHECKING:
    from nbcore import RecordSet

_TRIES = 5


def _of(record: Record, slug: str, **filters: Any) -> RecordSet:
    """The objects of a BGP route that belong to a record."""
    return record.api.endpoint(f"plugins/bgp/{slug}").filter(**filters)


class AutonomousSystem(Record):
    """An autonomous system."""

    __slots__ = ()

    @property
    def asdot(self) -> str:
        """The number as RFC 5396 writes it: 65536 is "1.0", 65001 is "65001"."""
        high, low = divmod(int(self.asn), 1 << 16)
        return f"{high}.{low}" if high else str(low)

    @property
    def routing_instances(self) -> RecordSet:
        """The routing instances of this autonomous system."""
        return _of(self, "routing-instances", autonomous_system=self.asn)


class AutonomousSystemRange(Record):
    """A range of autonomous system numbers."""

    __slots__ = ()

    @property
    def autonomous_systems(self) -> RecordSet:
        """The autonomous systems whose number lies in the range."""
        return _of(self, "autonomous-systems", autonomous_system_range=self.id, sort="asn")

    def next_asn(self) -> int | None:
        """The lowest number that no autonomous system has, or None when the range is used up (reads what is in the range)."""
        following = int(self.asn_min)
        for used in self.autonomous_systems.iterator():
            if used.asn > following:
                break
            following = used.asn + 1
        return following if following <= self.asn_max else None

    def allocate(self, **fields: Any) -> Record:
        """Create an autonomous system with the lowest free number.

        Nautobot has no route that does this in one step: when somebody else takes the number in between, the next one is tried.

        Args:
            **fields: its other fields, such as `status="Active"`.

        Raises:
            AllocationError: the range is used up, or others took every number that was tried.
            ValidationError: the server refuses the other fields.
        """
        systems = self.api.endpoint("plugins/bgp/autonomous-systems")
        for _ in range(_TRIES):
            asn = self.next_asn()
            if asn is None:
                raise AllocationError(f"the range {self.asn_min}-{self.asn_max} has no free number")
            try:
                return systems.create(asn=asn, **fields)
            except ValidationError:
                if systems.get(asn=asn) is None:
                    raise
        raise AllocationError(f"others took the free numbers of the range {self.asn_min}-{self.asn_max} {_TRIES} times; try again")


class BGPRoutingInstance(Record):
    """A BGP process on a device."""

    __slots__ = ()

    @property
    def address_families(self) -> RecordSet:
        """Its address families."""
        return _of(self, "address-families", routing_instance=self.id)

    @property
    def endpoints(self) -> RecordSet:
        """Its sides of peerings."""
        return _of(self, "peer-endpoints", routing_instance=self.id)

    @property
    def peer_groups(self) -> RecordSet:
        """Its peer groups."""
        return _of(self, "peer-groups", routing_instance=self.id)


class AddressFamily(Record):
    """An address family of a routing instance, or of one of its VRFs."""

    __slots__ = ()


class PeerGroupTemplate(Record):
    """What peer groups have in common."""

    __slots__ = ()

    @property
    def peer_groups(self) -> RecordSet:
        """The peer groups made from it."""
        return _of(self, "peer-groups", peergroup_template=self.id)


class Inheriting(Record):
    """An object that takes what it does not say itself from its group, template and routing instance."""

    __slots__ = ()

    def inherited(self) -> Record:
        """The object with its effective values, as the server works them out (one GET).

        `extra_attributes` are merged; an AS, address, role or description that the object does not have is its group's, its
        template's or its routing instance's. This record itself is left as it is.

        Raises:
            NbcoreError: the object is not on the server any more.
        """
        found = self.endpoint.get(self.id, include_inherited=True)
        if found is None:
            raise NbcoreError(f"{self!r} is not on the server any more")
        return found


class PeerGroup(Inheriting):
    """A peer group of a routing instance."""

    __slots__ = ()

    @property
    def address_families(self) -> RecordSet:
        """What it says for single address families."""
        return _of(self, "peer-group-address-families", peer_group=self.id)

    @property
    def endpoints(self) -> RecordSet:
        """The sides of peerings that belong to it."""
        return _of(self, "peer-endpoints", peer_group=self.id)


class PeerGroupAddressFamily(Record):
    """What a peer group says for one address family."""

    __slots__ = ()


class PeerEndpoint(Inheriting):
    """One side of a peering."""

    __slots__ = ()

    @property
    def address_families(self) -> RecordSet:
        """What it says for single address families."""
        return _of(self, "peer-endpoint-address-families", peer_endpoint=self.id)


class PeerEndpointAddressFamily(Record):
    """What one side of a peering says for one address family."""

    __slots__ = ()


class Peering(Record):
    """A session between two peer endpoints."""

    __slots__ = ()

    @property
    def endpoints(self) -> RecordSet:
        """Its two sides."""
        return _of(self, "peer-endpoints", peering=self.id)
