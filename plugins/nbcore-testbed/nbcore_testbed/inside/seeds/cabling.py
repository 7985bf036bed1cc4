"""Cables: through two patch panels, straight, console, power, a breakout."""

from nautobot.dcim.models import (
    Cable,
    ConsolePort,
    ConsoleServerPort,
    Device,
    FrontPort,
    Interface,
    PowerFeed,
    PowerOutlet,
    PowerPort,
    RearPort,
)

from seeds.organization import SITES
from seeds.tools import RELEASE, make, model


def seed():
    for site in SITES:
        low = site.lower()
        for number in range(2, 7):
            for uplink in (1, 2):
                connect(interface(f"{low}-leaf-{number:02}", f"Ethernet{uplink}"), interface(f"{low}-spine-0{uplink}", f"Ethernet{number}"))
        for number in (1, 2, 3):
            leaf = f"{low}-leaf-{number:02}"
            connect(part(ConsolePort, leaf, "Console"), part(ConsoleServerPort, f"{low}-console-01", f"Port {number}"), type="cat6")
            connect(part(PowerPort, leaf, "PSU1"), part(PowerOutlet, f"{low}-pdu-01", f"Outlet {number}"), type="power")
        connect(part(PowerPort, f"{low}-pdu-01", "Inlet"), PowerFeed.objects.get(name=f"{site} Feed A"), type="power")
        connect(interface(f"{low}-spine-01", "Ethernet12"), interface(f"{low}-router-01", "Ethernet1"), status="Planned", label="later")
    across_panels()
    if model("dcim.CableType"):
        breakout()


def across_panels():
    """ams01-leaf-01 Ethernet1 to fra01-leaf-01 Ethernet1: three cables, four panel ports."""
    here, there = "ams01-panel-01", "fra01-panel-01"
    connect(
        interface("ams01-leaf-01", "Ethernet1"), part(FrontPort, here, "Front 1"), type="smf", color="ffeb3b", length=3, length_unit="m"
    )
    unit = "km" if RELEASE >= (3, 0) else "m"  # 2.4 offers the unit, and fails on it
    connect(
        part(RearPort, here, "Rear 1"), part(RearPort, there, "Rear 1"), type="smf-os2", label="long haul", length=440, length_unit=unit
    )
    connect(part(FrontPort, there, "Front 1"), interface("fra01-leaf-01", "Ethernet1"), type="smf", tags=["critical"])
    connect(interface("ams01-leaf-01", "Ethernet2"), part(FrontPort, here, "Front 2"), type="smf")


def breakout():
    """One spine port to four leaf ports."""
    cable = connect(
        interface("nyc01-spine-01", "Ethernet1"),
        interface("nyc01-leaf-11", "Ethernet1"),
        cable_type=model("dcim.CableType").objects.get(name="Breakout 1x4"),
    )
    for connector, number in enumerate((12, 13, 14), 2):
        cable.add_termination(interface(f"nyc01-leaf-{number}", "Ethernet1"), cable_end="B", connector=connector)


def connect(a, b, **fields) -> Cable:
    fields.setdefault("status", "Connected")
    return make(Cable, termination_a=a, termination_b=b, **fields)


def interface(device: str, name: str) -> Interface:
    return part(Interface, device, name)


def part(model, device: str, name: str):
    return model.objects.get(device=Device.objects.get(name=device), name=name)
