"""What a device gains from this package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbcore import Record

if TYPE_CHECKING:
    from nbcore import RecordSet


class DeviceWithBGP(Record):
    """A device that knows its BGP processes."""

    __slots__ = ()

    @property
    def bgp_routing_instances(self) -> RecordSet:
        """The BGP routing instances of this device; read when they are needed."""
        return self.api.endpoint("plugins/bgp/routing-instances").filter(device=self.id)
