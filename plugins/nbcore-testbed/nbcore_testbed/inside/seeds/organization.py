"""Users, tenants, tags, locations, contacts, and the fields and relationships that later parts fill."""

import os

from constance import config
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from nautobot.dcim.models import Location, LocationType
from nautobot.extras.choices import CustomFieldTypeChoices
from nautobot.extras.models import (
    ComputedField,
    Contact,
    CustomField,
    CustomFieldChoice,
    Relationship,
    Tag,
    Team,
)
from nautobot.extras.utils import FeatureQuery, TaggableClassesQuery
from nautobot.tenancy.models import Tenant, TenantGroup
from nautobot.users.models import ObjectPermission, Token, User

from seeds.tools import make

SITES = {
    "AMS01": ("Benelux", "Europe/Amsterdam", 65001, "52.370216", "4.895168"),
    "FRA01": ("Germany", "Europe/Berlin", 65002, "50.110922", "8.682127"),
    "NYC01": ("America", "America/New_York", 65003, "40.712776", "-74.005974"),
}


def seed():
    options()
    users()
    tenants()
    fields()
    locations()
    contacts()
    relationships()


def only_admin():
    """The user admin and its token, where nothing else is wanted."""
    options()
    user("admin", os.environ["TESTBED_TOKEN"], superuser=True)


def options():
    """Write every run-time setting: a first read would insert it, and two of those at once block each other."""
    for key in settings.CONSTANCE_CONFIG:
        setattr(config, key, getattr(config, key))


def users():
    approvers = Group.objects.create(name="Approvers")
    operators = Group.objects.create(name="Operators")
    for name, key, superuser in (
        ("admin", os.environ["TESTBED_TOKEN"], True), ("reader", "b" * 40, False),
        ("nobody", "c" * 40, False), ("approver", "d" * 40, True),
    ):  # fmt: skip
        made = user(name, key, superuser=superuser)
        if superuser:
            made.groups.add(approvers)
    admin, reader = User.objects.get(username="admin"), User.objects.get(username="reader")
    Token.objects.create(user=admin, key="e" * 40, write_enabled=False, description="may not write")
    reader.groups.add(operators)
    everything = ObjectPermission.objects.create(name="View everything", actions=["view"], description="What reader may do")
    everything.object_types.set(ContentType.objects.all())
    everything.users.add(reader)
    some = ObjectPermission.objects.create(
        name="Change Acme's devices", actions=["view", "change"], constraints={"tenant__name": "Acme"}, enabled=False
    )
    some.object_types.set(ContentType.objects.filter(app_label="dcim", model="device"))
    some.groups.add(operators)


def user(name: str, key: str, *, superuser: bool) -> User:
    """A user whose password is the name, and its token."""
    made = User(username=name, is_superuser=superuser, is_staff=superuser, email=f"{name}@example.com")
    made.first_name, made.last_name = name.capitalize(), "Testbed"
    made.set_password(name)
    made.save()
    Token.objects.create(user=made, key=key, description=f"{name}'s")
    return made


def tenants():
    for name, color in (("production", "4caf50"), ("lab", "2196f3"), ("critical", "f44336")):
        make(Tag, name=name, color=color, description=f"Marks what is {name}", content_types=TaggableClassesQuery().list_subclasses())
    customers = make(TenantGroup, name="Customers")
    retail = make(TenantGroup, name="Retail", parent=customers, description="Shops")
    make(Tenant, name="Acme", tenant_group=retail, description="The first customer", tags=["production"])
    make(Tenant, name="Globex", tenant_group=customers, comments="Since **2019**")
    make(Tenant, name="Initech")


def fields():
    on = ["dcim.device", "dcim.location", "ipam.prefix", "ipam.ipaddress", "tenancy.tenant"]
    # Before 3.0 a field could not hold a time of day.
    moment = "datetime" if "datetime" in CustomFieldTypeChoices.values() else "text"
    for weight, (label, kind, options) in enumerate(
        (
            ("Owner Team", "text", {"description": "Who is called", "validation_regex": "^[A-Za-z ]*$"}),
            ("Warranty Years", "integer", {"validation_minimum": 0, "validation_maximum": 30}),
            ("Automation", "json", {}),
            ("Environment", "select", {"filter_logic": "exact"}),
            ("Features", "multi-select", {}),
            ("Commissioned", "date", {"grouping": "Life"}),
            ("Monitored", "boolean", {"default": True}),
            ("Runbook", "url", {}),
            ("Next Window", moment, {"grouping": "Life"}),
            ("Remarks", "markdown", {}),
        )
    ):
        field = make(CustomField, label=label, type=kind, weight=100 + weight, content_types=on, **options)
        if kind in ("select", "multi-select"):
            words = ("Production", "Staging", "Lab") if kind == "select" else ("bgp", "evpn", "mpls", "ptp")
            for number, word in enumerate(words):
                make(CustomFieldChoice, custom_field=field, value=word, weight=100 + number)
    make(CustomField, label="Rack Owner", type="text", default="facilities", content_types=["dcim.rack"])
    make(
        ComputedField, content_type="dcim.device", label="Full Name", template="{{ obj.name }}.{{ obj.location.name }}", fallback_value="?"
    )
    make(ComputedField, content_type="dcim.location", label="Title", template="{{ obj.name | upper }}", description="In capitals")


def locations():
    kinds = list(ContentType.objects.filter(FeatureQuery("locations").get_query()))
    region = make(
        LocationType, name="Region", nestable=True, content_types=["circuits.circuittermination", "ipam.prefix", "ipam.namespace"]
    )
    site = make(LocationType, name="Site", parent=region, description="A building", content_types=kinds)
    room = make(LocationType, name="Room", parent=site, content_types=kinds)
    regions = {name: make(Location, name=name, location_type=region) for name in ("Europe", "America")}
    for name in ("Benelux", "Germany"):
        regions[name] = make(Location, name=name, location_type=region, parent=regions["Europe"])
    for number, (name, (parent, zone, asn, latitude, longitude)) in enumerate(SITES.items()):
        place = make(
            Location, name=name, location_type=site, parent=regions[parent], time_zone=zone, asn=asn, latitude=latitude,
            longitude=longitude, facility=f"DC{number}", tenant=Tenant.objects.get(name="Acme") if number == 0 else None,
            physical_address="1 Main Street", contact_name="Front Desk", contact_phone="555-0100", contact_email="desk@example.com",
            tags=["production"],
            cf={"environment": "Production", "warranty_years": number, "features": ["bgp", "evpn"][:number], "automation": {"n": number}},
        )  # fmt: skip
        for letter in "AB":
            make(Location, name=f"{name}-{letter}", location_type=room, parent=place)
    make(Location, name="Retired Site", location_type=site, parent=regions["America"], status="Retired")


def contacts():
    ann = make(Contact, name="Ann Example", phone="555-0101", email="ann@example.com", address="1 Main Street", tags=["critical"])
    bob = make(Contact, name="Bob Example", comments="On leave")
    make(Team, name="Network Operations", email="noc@example.com", contacts=[ann, bob])
    make(Team, name="Facilities")


def relationships():
    make(
        Relationship, label="Backup Of", key="backup_of", type="one-to-one", source_type="dcim.device", destination_type="dcim.device",
        source_label="is backed up by", destination_label="is the backup of",
    )  # fmt: skip
    make(
        Relationship, label="Serves Prefixes", key="serves_prefixes", type="many-to-many", source_type="dcim.device",
        destination_type="ipam.prefix", source_filter={"name__ic": ["router"]}, description="What a router announces",
    )  # fmt: skip
    make(
        Relationship,
        label="Peers With",
        key="peers_with",
        type="symmetric-many-to-many",
        source_type="dcim.location",
        destination_type="dcim.location",
    )
    make(Relationship, label="Home VLAN", key="home_vlan", type="one-to-many", source_type="ipam.vlan", destination_type="dcim.rack")
