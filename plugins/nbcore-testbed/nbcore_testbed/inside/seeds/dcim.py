"""Racks, device types, devices and what belongs to them; the cables are in cabling.py."""

import datetime

from nautobot.dcim.models import (
    ConsolePortTemplate,
    ConsoleServerPortTemplate,
    Controller,
    ControllerManagedDeviceGroup,
    Device,
    DeviceBay,
    DeviceBayTemplate,
    DeviceFamily,
    DeviceRedundancyGroup,
    DeviceType,
    FrontPortTemplate,
    Interface,
    InterfaceRedundancyGroup,
    InterfaceRedundancyGroupAssociation,
    InterfaceTemplate,
    InventoryItem,
    Location,
    Manufacturer,
    Module,
    ModuleBay,
    ModuleBayTemplate,
    ModuleFamily,
    ModuleType,
    Platform,
    PowerFeed,
    PowerOutletTemplate,
    PowerPanel,
    PowerPortTemplate,
    Rack,
    RackGroup,
    RackReservation,
    RearPortTemplate,
    SoftwareImageFile,
    SoftwareVersion,
    VirtualChassis,
    VirtualDeviceContext,
)
from nautobot.extras.models import ExternalIntegration
from nautobot.tenancy.models import Tenant
from nautobot.users.models import User

from seeds import cabling
from seeds.organization import SITES
from seeds.tools import make, model

TENANTS = "Acme", "Globex", "Initech", None
CUSTOM_FIELDS = (
    "owner_team", "warranty_years", "automation", "environment", "features", "commissioned", "monitored", "runbook", "next_window",
    "remarks",
)  # fmt: skip
FACES = {"leaf": "front", "spine": "rear", "router": "front", "panel": "front"}


def seed():
    platforms()
    device_types()
    module_types()
    racks()
    for site in SITES:
        devices(site)
    chassis()
    redundancy()
    controllers()
    cabling.seed()


def platforms():
    for name in ("Arista", "Juniper", "Opengear", "Panduit"):
        make(Manufacturer, name=name, description=f"{name} of the testbed")
    arista, juniper = Manufacturer.objects.get(name="Arista"), Manufacturer.objects.get(name="Juniper")
    eos = make(
        Platform, name="EOS", manufacturer=arista, network_driver="arista_eos", napalm_driver="eos", napalm_args={"transport": "https"}
    )
    junos = make(Platform, name="Junos", manufacturer=juniper, network_driver="juniper_junos")
    make(Platform, name="Embedded Linux", description="No driver at all")
    images = make(ExternalIntegration, name="Image Server", remote_url="https://images.example.com", headers={"X-Team": "net"}, timeout=10)
    for platform, version, lts in ((eos, "4.32.1F", True), (eos, "4.33.0F", False), (junos, "23.4R2", True)):
        software = make(
            SoftwareVersion, platform=platform, version=version, alias=f"{platform.name} {version}", long_term_support=lts,
            release_date=datetime.date(2024, 5, 17), end_of_support_date=datetime.date(2027, 5, 17), tags=["production"],
            documentation_url="https://docs.example.com/release-notes",
        )  # fmt: skip
        make(
            SoftwareImageFile, software_version=software, image_file_name=f"{platform.name}-{version}.bin".lower(), default_image=True,
            image_file_checksum="0" * 64, hashing_algorithm="sha256", image_file_size=3_000_000_000, external_integration=images,
            download_url="https://images.example.com/download",
        )  # fmt: skip


def device_types():
    arista, juniper, opengear, panduit = (Manufacturer.objects.get(name=name) for name in ("Arista", "Juniper", "Opengear", "Panduit"))
    family = make(DeviceFamily, name="Fixed Switches", description="One rack unit, no modules")
    leaf = make(DeviceType, manufacturer=arista, model="DCS-7050SX", device_family=family, part_number="7050", tags=["production"])
    spine = make(DeviceType, manufacturer=arista, model="DCS-7280CR", device_family=family, comments="With deep buffers", u_height=2)
    router = make(DeviceType, manufacturer=juniper, model="MX204")
    for kind, count, media in ((leaf, 8, "10gbase-x-sfpp"), (spine, 12, "100gbase-x-qsfp28"), (router, 4, "10gbase-x-sfpp")):
        for number in range(1, count + 1):
            make(InterfaceTemplate, device_type=kind, name=f"Ethernet{number}", type=media)
        make(InterfaceTemplate, device_type=kind, name="Loopback0", type="virtual")
        make(InterfaceTemplate, device_type=kind, name="Management1", type="1000base-t", mgmt_only=True, label="MGMT")
        make(ConsolePortTemplate, device_type=kind, name="Console", type="rj-45")
        make(PowerPortTemplate, device_type=kind, name="PSU1", type="iec-60320-c14", maximum_draw=400, allocated_draw=300)
    panel = make(DeviceType, manufacturer=panduit, model="PP-4", is_full_depth=False)
    for number in range(1, 5):
        rear = make(RearPortTemplate, device_type=panel, name=f"Rear {number}", type="lc")
        make(FrontPortTemplate, device_type=panel, name=f"Front {number}", type="lc", rear_port_template=rear)
    trunk = make(RearPortTemplate, device_type=panel, name="Trunk", type="mpo", positions=2)
    for number in (1, 2):
        make(FrontPortTemplate, device_type=panel, name=f"Lane {number}", type="lc", rear_port_template=trunk, rear_port_position=number)
    console = make(DeviceType, manufacturer=opengear, model="CM8148")
    make(InterfaceTemplate, device_type=console, name="eth0", type="1000base-t", mgmt_only=True)
    for number in range(1, 5):
        make(ConsoleServerPortTemplate, device_type=console, name=f"Port {number}", type="rj-45")
    pdu = make(DeviceType, manufacturer=panduit, model="PDU-8", u_height=0, is_full_depth=False)
    inlet = make(PowerPortTemplate, device_type=pdu, name="Inlet", type="iec-60309-p-n-e-6h", maximum_draw=7000)
    for number in range(1, 9):
        make(PowerOutletTemplate, device_type=pdu, name=f"Outlet {number}", type="iec-60320-c13", power_port_template=inlet, feed_leg="A")
    frame = make(DeviceType, manufacturer=juniper, model="Chassis", u_height=8, subdevice_role="parent")
    make(DeviceBayTemplate, device_type=frame, name="Bay 1")
    make(DeviceType, manufacturer=juniper, model="Blade", u_height=0, subdevice_role="child")


def module_types():
    juniper = Manufacturer.objects.get(name="Juniper")
    cards = make(ModuleFamily, name="Line Cards", description="What slides into an MX")
    card = make(ModuleType, manufacturer=juniper, model="MPC7E", module_family=cards, part_number="MPC7E", tags=["production"])
    optic = make(ModuleType, manufacturer=juniper, model="QSFP28")
    router = DeviceType.objects.get(model="MX204")
    make(ModuleBayTemplate, device_type=router, name="Slot 1", position="1", module_family=cards, requires_first_party_modules=True)
    make(ModuleBayTemplate, device_type=router, name="Slot 2", position="2")
    make(ModuleBayTemplate, module_type=card, name="Cage 1", position="1", label="C1")
    make(InterfaceTemplate, module_type=card, name="et-{module}/0/0", type="100gbase-x-qsfp28")
    make(ConsolePortTemplate, module_type=card, name="Card Console", type="usb-micro-b")
    make(Module, module_type=optic, location=Location.objects.get(name="AMS01"), status="Inventory", role="Spare", serial="OPT-1")
    rear = make(RearPortTemplate, module_type=optic, name="Optic Rear", type="mpo")
    make(FrontPortTemplate, module_type=optic, name="Optic Front", type="mpo", rear_port_template=rear)


def racks():
    for number, name in enumerate(SITES):
        site = Location.objects.get(name=name)
        hall = make(RackGroup, name=f"{name} Hall", location=site)
        row = make(RackGroup, name=f"{name} Row 1", location=site, parent=hall, description="First row")
        for letter in "AB":
            rack = make(
                Rack, name=f"{name}-R{letter}", location=site, rack_group=row, role="Network", type="4-post-cabinet", width=19,
                u_height=42,
                facility_id=f"F{number}{letter}", outer_width=600, outer_depth=1000, outer_unit="mm", asset_tag=f"RACK-{name}-{letter}",
                tenant=Tenant.objects.get(name="Acme") if letter == "A" else None, tags=["production"], cf={"rack_owner": "facilities"},
            )  # fmt: skip
        make(Rack, name=f"{name}-Wall", location=site, u_height=12, desc_units=True, status="Reserved")
        make(
            RackReservation, rack=rack, units=[1, 2, 3], user=User.objects.get(username="admin"), description="For the new firewall",
            tenant=Tenant.objects.get(name="Globex"),
        )  # fmt: skip
        panel = make(PowerPanel, location=site, name=f"{name} Panel", rack_group=hall, panel_type="panelboard", breaker_position_count=24)
        make(
            PowerFeed, power_panel=panel, name=f"{name} Feed A", rack=Rack.objects.get(name=f"{name}-RA"), voltage=230, amperage=32,
            power_path="a", breaker_position=1, comments="Tested yearly", max_utilization=80,
        )  # fmt: skip
        make(PowerFeed, power_panel=panel, name=f"{name} Feed B", type="redundant", power_path="b", status="Planned")


def devices(site: str):
    """21 devices: 14 leaves, 2 spines, 2 routers, a patch panel, a console server and a power strip."""
    place = Location.objects.get(name=site)
    left, right = (Rack.objects.get(name=f"{site}-R{letter}") for letter in "AB")
    eos, junos = Platform.objects.get(name="EOS"), Platform.objects.get(name="Junos")
    software = SoftwareVersion.objects.get(version="4.32.1F")
    for number in range(1, 15):
        racked = number <= 12
        device(
            site, "leaf", number, "DCS-7050SX", location=place if racked else Location.objects.get(name=f"{site}-A"), platform=eos,
            rack=left if racked else None, position=number if number <= 10 else None, tags=["production"] if number % 2 else [],
            software_version=software if number == 1 else None, status="Active" if number < 14 else "Planned",
        )  # fmt: skip
    for number in (1, 2):
        device(site, "spine", number, "DCS-7280CR", location=place, platform=eos, rack=right, position=20 + 2 * number, tags=["critical"])
        device(site, "router", number, "MX204", location=place, platform=junos, rack=right, position=30 + number)
    device(site, "panel", 1, "PP-4", location=place, rack=left, position=40)
    device(site, "console", 1, "CM8148", location=place, platform=Platform.objects.get(name="Embedded Linux"))
    device(site, "pdu", 1, "PDU-8", location=place, rack=left)


def device(site: str, role: str, number: int, model: str, **fields) -> Device:
    """One device whose serial, asset tag, tenant, custom fields and local context follow from its name and number."""
    name = f"{site}-{role}-{number:02}".lower()
    if fields.get("position"):
        fields["face"] = FACES[role]
    if number % 3 == 1:
        nested = {"url": f"https://{name}", "save": True}
        fields["local_config_context_data"] = {"role": role, "ntp": ["192.0.2.1", "192.0.2.2"], "nested": nested}
    tenant = TENANTS[number % 4]
    return make(
        Device, name=name, role=role.capitalize(), device_type=DeviceType.objects.get(model=model), serial=f"SN-{name}".upper(),
        asset_tag=f"AT-{name}".upper() if number % 2 else None, tenant=Tenant.objects.get(name=tenant) if tenant else None,
        comments=f"Number **{number}**" if number % 5 == 0 else "", cf=custom_fields(number), **fields,
    )  # fmt: skip


def custom_fields(number: int) -> dict:
    """Values that differ from device to device; every third has none but the default."""
    if number % 3 == 0:
        return dict.fromkeys(CUSTOM_FIELDS) | {"monitored": True}
    values = (
        f"Team {'ABC'[number % 3]}", number % 6, {"wave": number, "steps": ["check", "apply"], "url": None},
        ("Production", "Staging", "Lab")[number % 3], ["bgp", "evpn", "mpls"][: number % 4], f"2023-{number % 12 + 1:02}-15",
        number % 2 == 0, f"https://wiki.example.com/runbooks/{number}", f"2031-01-{number % 28 + 1:02}T02:00:00Z",
        "see *wiki*" if number % 2 else None,
    )  # fmt: skip
    return dict(zip(CUSTOM_FIELDS, values, strict=True))


def chassis():
    """A virtual chassis of three, a blade in its bay, a module in its slot, inventory."""
    site = Location.objects.get(name="AMS01")
    members = [device("AMS01", "stack", number, "DCS-7050SX", location=site) for number in (1, 2, 3)]
    stack = make(VirtualChassis, name="ams01-stack", domain="ams01", tags=["lab"])
    for position, member in enumerate(members, 1):
        member.virtual_chassis, member.vc_position, member.vc_priority = stack, position, 10 * position
        member.validated_save()
    stack.master = members[0]
    stack.validated_save()
    make(VirtualChassis, name="empty-stack")

    frame = device("AMS01", "chassis", 1, "Chassis", location=site)
    blade = device("AMS01", "blade", 1, "Blade", location=site)
    bay = DeviceBay.objects.get(device=frame, name="Bay 1")
    bay.installed_device = blade
    bay.validated_save()

    router = Device.objects.get(name="ams01-router-01")
    slot = ModuleBay.objects.get(parent_device=router, name="Slot 1")
    make(
        Module,
        module_type=ModuleType.objects.get(model="MPC7E"),
        parent_module_bay=slot,
        serial="MPC-1",
        asset_tag="AT-MPC-1",
        tags=["lab"],
    )
    fan = make(
        InventoryItem, device=router, name="Fan tray", manufacturer=router.device_type.manufacturer, part_id="FAN-1", serial="F-1",
        asset_tag="AT-FAN-1", discovered=True, software_version=SoftwareVersion.objects.get(version="23.4R2"),
    )  # fmt: skip
    make(InventoryItem, device=router, name="Fan 1", parent=fan)
    context = make(VirtualDeviceContext, name="blue", device=router, identifier=1, role="Customer", tenant=Tenant.objects.get(name="Acme"))
    context.interfaces.set(Interface.objects.filter(device=router, name__in=["Ethernet3", "Ethernet4"]))
    for kind, images in (("DCS-7050SX", ["eos-4.32.1f.bin"]), ("MX204", ["junos-23.4r2.bin"])):
        DeviceType.objects.get(model=kind).software_image_files.set(SoftwareImageFile.objects.filter(image_file_name__in=images))


def redundancy():
    pair = make(DeviceRedundancyGroup, name="ams01-routers", failover_strategy="active-passive", comments="Tested", tags=["production"])
    make(DeviceRedundancyGroup, name="fra01-routers", description="Without a strategy", status="Planned")
    group = make(InterfaceRedundancyGroup, name="ams01-gateway", protocol="vrrp", protocol_group_id="10")
    for number in (1, 2):
        router = Device.objects.get(name=f"ams01-router-0{number}")
        router.device_redundancy_group, router.device_redundancy_group_priority = pair, 100 * number
        router.validated_save()
        make(
            InterfaceRedundancyGroupAssociation, interface_redundancy_group=group, priority=100 * number,
            interface=Interface.objects.get(device=router, name="Ethernet4"),
        )  # fmt: skip


def controllers():
    site = Location.objects.get(name="AMS01")
    images = ExternalIntegration.objects.get(name="Image Server")
    wireless = make(
        Controller, name="Wireless Controller", location=site, role="Controller", capabilities=["wireless"], external_integration=images,
        controller_device=Device.objects.get(name="ams01-console-01"), platform=Platform.objects.get(name="EOS"), tags=["production"],
    )  # fmt: skip
    make(Controller, name="Fabric Controller", location=site, controller_device_redundancy_group=DeviceRedundancyGroup.objects.first())
    campus = make(ControllerManagedDeviceGroup, name="Campus", controller=wireless, capabilities=["wireless"], weight=10)
    floor = make(ControllerManagedDeviceGroup, name="Floor 1", controller=wireless, parent=campus, capabilities=["wireless"])
    for number in (13, 14):
        Device.objects.filter(name=f"ams01-leaf-{number}").update(controller_managed_device_group=floor)
    if cables := model("dcim.CableType"):
        arista = Manufacturer.objects.get(name="Arista")
        make(cables, name="Breakout 1x4", a_connectors=1, b_connectors=4, total_lanes=4, manufacturer=arista)
        make(cables, name="Duplex fibre", strands_per_lane=2, polarity_method="straight-through", part_number="LC-LC")
