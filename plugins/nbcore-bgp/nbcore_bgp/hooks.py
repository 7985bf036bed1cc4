"""The hook of this package: devices gain `bgp_routing_instances`. Imported whenever an Api is made, so it imports next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbcore import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbcore import Options, Record


class Plugin:
    """Adds behaviour to the records of other apps."""

    @hookimpl
    def nbcore_extend_records(self) -> Mapping[str, type[Record]]:
        """Devices have BGP routing instances."""
        from .device import DeviceWithBGP

        return {"dcim.device": DeviceWithBGP}


def plugin(options: Options) -> Plugin:
    """The entry point: it needs no setting, so it always takes part."""
    return Plugin()
