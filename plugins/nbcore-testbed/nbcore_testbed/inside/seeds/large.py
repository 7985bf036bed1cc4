"""For benchmarks: 5,000 devices in 50 locations, 10 interfaces each, with related objects to walk; by bulk_create."""

from nautobot.dcim.models import Device, DeviceType, Interface, Location, LocationType, Manufacturer, Platform
from nautobot.extras.models import Status, TaggedItem
from nautobot.ipam.models import IPAddress, IPAddressToInterface, Prefix
from nautobot.tenancy.models import Tenant

from seeds.dcim import custom_fields
from seeds.tools import content_type, make, role, status, tag

LOCATIONS = 50
DEVICES = 100
PORTS = (*(f"Ethernet{number}" for number in range(1, 10)), "Management1")
TYPES = "1000base-t", "10gbase-x-sfpp", "25gbase-x-sfp28"
MTUS = None, 1500, 9214
BATCH = 2000


def seed():
    addresses = create(IPAddress, ip_addresses())
    devices = create(Device, list(map(device, range(LOCATIONS * DEVICES), addresses, related())))
    active = status("Active", Interface)
    interfaces = create(Interface, [interface(owner, number, active) for owner in devices for number in range(len(PORTS))])
    ports = interfaces[len(PORTS) - 1 :: len(PORTS)]
    create(
        IPAddressToInterface,
        [IPAddressToInterface(ip_address=address, interface=port) for address, port in zip(addresses, ports, strict=True)],
    )
    lab, kind = tag("lab"), content_type(Device)
    create(TaggedItem, [TaggedItem(tag=lab, content_type=kind, object_id=record.pk) for record in devices[::5]])


def create(model, records: list) -> list:
    return model.objects.bulk_create(records, batch_size=BATCH)


def ip_addresses() -> list[IPAddress]:
    """One for each device, in a /24 for each location."""
    active = status("Active", IPAddress)
    make(Prefix, prefix="10.128.0.0/16", type="container", description="The large seed's")
    found = []
    for place in range(LOCATIONS):
        parent = make(Prefix, prefix=f"10.128.{place}.0/24", type="network")
        found += [
            IPAddress(
                address=f"10.128.{place}.{host}/24", parent=parent, status=active, type="host", dns_name=f"{name(place, host)}.example.com"
            )
            for host in range(1, DEVICES + 1)
        ]
    return found


def related():
    """For each device: location, device type, role, status, tenant and platform, in cycles of different lengths."""
    region = make(Location, name="Large", location_type=LocationType.objects.get(name="Region"))
    site = LocationType.objects.get(name="Site")
    places = [make(Location, name=f"L{number:02}", location_type=site, parent=region) for number in range(LOCATIONS)]
    makers = [make(Manufacturer, name=f"Maker {number}") for number in range(5)]
    types = [make(DeviceType, manufacturer=makers[number % 5], model=f"Model {number}") for number in range(20)]
    platforms = [make(Platform, name=f"OS {number}", manufacturer=maker, network_driver="cisco_ios") for number, maker in enumerate(makers)]
    roles = [role(word, Device) for word in ("Access", "Distribution", "Core", "Edge", "Leaf")]
    statuses = [status(word, Device) for word in ("Active", "Planned", "Staged", "Offline")]
    tenants = [make(Tenant, name=f"Tenant {number:02}") for number in range(30)]
    for number in range(LOCATIONS * DEVICES):
        yield {
            "location": places[number // DEVICES], "device_type": types[number % 20], "platform": platforms[number % 5],
            "role": roles[number // 3 % 5], "status": statuses[number % 7 % 4], "tenant": tenants[number // 7 % 30],
        }  # fmt: skip


def device(number: int, address: IPAddress, links: dict) -> Device:
    place, host = divmod(number, DEVICES)
    return Device(
        name=name(place, host + 1), serial=f"LARGE-{number:05}", asset_tag=f"L-{number:05}" if number % 2 else None,
        primary_ip4=None if number % 50 == 49 else address, _custom_field_data=custom_fields(number), **links,
    )  # fmt: skip


def interface(owner: Device, number: int, active: Status) -> Interface:
    return Interface(
        device=owner, name=PORTS[number], type=TYPES[number % 3], status=active, mtu=MTUS[number % 3],
        mgmt_only=PORTS[number] == "Management1", description=f"To {PORTS[number - 1]}" if number % 4 else "", enabled=number != 8,
    )  # fmt: skip


def name(place: int, host: int) -> str:
    return f"l{place:02}-device-{host:03}"
