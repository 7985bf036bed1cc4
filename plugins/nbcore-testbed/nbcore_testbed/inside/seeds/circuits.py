"""Circuits, clouds, clusters and virtual machines."""

import datetime

from nautobot.circuits.models import Circuit, CircuitTermination, CircuitType, Provider, ProviderNetwork
from nautobot.cloud.models import CloudAccount, CloudNetwork, CloudResourceType, CloudService
from nautobot.dcim.models import Device, Location, Manufacturer, Platform, SoftwareVersion
from nautobot.extras.models import Secret, SecretsGroup, SecretsGroupAssociation
from nautobot.ipam.models import VLAN, IPAddress, IPAddressToInterface, Prefix, Service
from nautobot.tenancy.models import Tenant
from nautobot.virtualization.models import Cluster, ClusterGroup, ClusterType, VirtualMachine, VMInterface

from seeds.cabling import connect, interface
from seeds.tools import RELEASE, make


def seed():
    secrets()
    clouds()
    circuits()
    virtual_machines()


def secrets():
    user = make(Secret, name="Device user", provider="environment-variable", parameters={"variable": "TESTBED_USER"}, tags=["lab"])
    word = make(Secret, name="Device password", provider="text-file", parameters={"path": "/run/secrets/{{ obj.name }}"})
    group = make(SecretsGroup, name="Device access", description="To log in")
    make(SecretsGroup, name="No secrets")
    make(SecretsGroupAssociation, secrets_group=group, secret=user, access_type="Generic", secret_type="username")
    make(SecretsGroupAssociation, secrets_group=group, secret=word, access_type="Generic", secret_type="password")
    Device.objects.filter(name__startswith="ams01-router").update(secrets_group=group)


def clouds():
    provider = make(Manufacturer, name="Example Cloud")
    account = make(
        CloudAccount, name="Main account", account_number="0001", provider=provider,
        secrets_group=SecretsGroup.objects.get(name="Device access"),
        description="Paid monthly", tags=["production"],
    )  # fmt: skip
    network = make(
        CloudResourceType, name="VPC", provider=provider, content_types=["cloud.cloudnetwork"],
        config_schema={"type": "object", "properties": {"region": {"type": "string"}}},
    )  # fmt: skip
    service = make(CloudResourceType, name="Load balancer", provider=provider, content_types=["cloud.cloudservice"])
    vpc = make(
        CloudNetwork, name="vpc-1", cloud_resource_type=network, cloud_account=account, extra_config={"region": "eu", "url": None},
        prefixes=list(Prefix.objects.filter(network="10.1.0.0")),
    )  # fmt: skip
    make(CloudNetwork, name="subnet-1", cloud_resource_type=network, cloud_account=account, parent=vpc, extra_config={})
    make(
        CloudService,
        name="front",
        cloud_resource_type=service,
        cloud_account=account,
        cloud_networks=[vpc],
        extra_config={"save": [1, 2]},
        tags=["lab"],
    )


def circuits():
    carrier = make(
        Provider, name="Carrier One", asn=64496, account="A-1", portal_url="https://portal.example.com", noc_contact="555-0102",
        tags=["production"],
    )  # fmt: skip
    make(Provider, name="Carrier Two")
    core = make(ProviderNetwork, name="Carrier core", provider=carrier, description="Their side", comments="Opaque")
    dark = make(CircuitType, name="Dark fibre", description="Unlit")
    make(CircuitType, name="Internet")
    line = make(
        Circuit, cid="C-0001", provider=carrier, circuit_type=dark, install_date=datetime.date(2022, 2, 3), commit_rate=10_000_000,
        tenant=Tenant.objects.get(name="Acme"), description="Between the sites", tags=["critical"],
    )  # fmt: skip
    here = make(
        CircuitTermination, circuit=line, term_side="A", location=Location.objects.get(name="AMS01"), port_speed=10_000_000,
        xconnect_id="XC-1", pp_info="Panel 1",
    )  # fmt: skip
    there = make(CircuitTermination, circuit=line, term_side="Z", location=Location.objects.get(name="FRA01"), upstream_speed=1_000_000)
    transit = make(Circuit, cid="C-0002", provider=carrier, circuit_type=CircuitType.objects.get(name="Internet"), status="Planned")
    make(CircuitTermination, circuit=transit, term_side="A", provider_network=core)
    make(CircuitTermination, circuit=transit, term_side="Z", cloud_network=CloudNetwork.objects.get(name="vpc-1"))
    connect(interface("ams01-router-01", "Ethernet4"), here, type="smf")
    connect(interface("fra01-router-01", "Ethernet4"), there, type="smf")


def virtual_machines():
    kind = make(ClusterType, name="KVM", description="Free")
    group = make(ClusterGroup, name="Compute")
    cluster = make(
        Cluster, name="ams-kvm", cluster_type=kind, cluster_group=group, location=Location.objects.get(name="AMS01"),
        tenant=Tenant.objects.get(name="Acme"), tags=["production"],
    )  # fmt: skip
    make(Cluster, name="empty-kvm", cluster_type=kind, comments="No machines")
    blade = Device.objects.get(name="ams01-blade-01")
    if RELEASE >= (3, 0):
        blade.clusters.add(cluster)
    else:
        blade.cluster = cluster
        blade.validated_save()
    for number in range(1, 6):
        machine = make(
            VirtualMachine, name=f"vm-{number:02}", cluster=cluster, role="Server", vcpus=number, memory=1024 * number,
            disk=10 * number if number % 2 else None, tenant=Tenant.objects.get(name="Acme") if number % 2 else None,
            platform=Platform.objects.get(name="Embedded Linux"), local_config_context_data={"number": number} if number == 1 else None,
            software_version=SoftwareVersion.objects.get(version="4.32.1F") if number == 2 else None, tags=["lab"],
        )  # fmt: skip
        port = make(
            VMInterface, virtual_machine=machine, name="eth0", mtu=1500 if number % 2 else None, mac_address=f"52:54:00:00:00:0{number}"
        )
        address = IPAddress.objects.get(host=f"10.0.2.{10 + number}")
        make(IPAddressToInterface, ip_address=address, vm_interface=port)
        machine.primary_ip4 = address
        machine.validated_save()
    make(
        VMInterface,
        virtual_machine=machine,
        name="eth0.100",
        parent_interface=port,
        mode="access",
        untagged_vlan=VLAN.objects.get(name="users"),
    )
    trunk = make(VMInterface, virtual_machine=machine, name="eth1", mode="tagged", enabled=False, role="Uplink")
    trunk.tagged_vlans.set(VLAN.objects.filter(name__in=["users", "voice"]))
    make(Service, virtual_machine=machine, name="http", protocol="tcp", ports=[80, 443], ip_addresses=[address])
