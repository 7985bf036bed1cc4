# ruff: noqa: E501, S106
"""Holds nbcore_cache/relations.json against a real Nautobot: every list that a write alters must be one that the table drops.

Run it inside Nautobot, on a database with a superuser and Nautobot's default statuses and roles:

    nautobot-server nbshell -c "TABLE='.../relations.json'; exec(open('.../check_relations.py').read())"

It makes objects of some sixty types that refer to each other, changes and deletes them one by one, and reads every list route after
each step (with QUICK=True not while they are made). All of it happens in one transaction that sees nothing of others and is rolled back.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.db import connection, transaction
from django.urls import get_resolver
from nautobot.users.models import User
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

TABLE_DATA = json.loads(Path(globals().get("TABLE", "relations.json")).read_text(encoding="utf-8"))
SKIP = ("users/", "extras/object-changes", "extras/job", "extras/scheduled-jobs", "extras/file-proxies", "extras/dynamic-groups")
ROUTES = {path: row for path, row in TABLE_DATA["routes"].items() if row["shows"] is not None and not path.startswith(SKIP)}


def list_views(resolver: Any, prefix: str = "") -> dict[str, Any]:
    """The view of each list route below /api/."""
    found: dict[str, Any] = {}
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found.update(list_views(pattern, path))
        elif path.startswith("api/") and "format" not in path and (pattern.name or "").endswith("-list"):
            found[path.removeprefix("api/").replace("^", "").replace("$", "").rstrip("/")] = getattr(pattern.callback, "cls", None)
    return found


VIEWS = list_views(get_resolver())


class NoCache(DummyCache):
    """The server's own cache would hide what changed."""

    def delete_pattern(self, *_: Any, **__: Any) -> None:
        """Nothing is kept."""


class RollBack(Exception):
    """Ends the transaction."""


def plain(value: Any) -> Any:
    """References by id only."""
    if isinstance(value, dict):
        return value["id"] if set(value) == {"id", "object_type", "url"} else {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


class Check:
    """The objects made so far, and the lists as they were after the last step."""

    def __init__(self) -> None:
        self.user = User.objects.filter(is_superuser=True).first()
        self.factory = APIRequestFactory()
        self.client = APIClient(raise_request_exception=False)
        self.client.force_authenticate(self.user)
        self.made: dict[str, tuple[str, str]] = {}
        self.lists: dict[str, dict[str, str]] = {}
        self.wrong: list[str] = []
        self.steps = 0
        self.watching = not globals().get("QUICK")
        self.began = datetime.now(UTC).isoformat().replace("+00:00", "Z")

    def read(self) -> dict[str, dict[str, str]]:
        """Every list, as far as it is ours: each row as text, by its id."""
        found: dict[str, dict[str, str]] = {}
        for path in ROUTES:
            model = VIEWS[path].queryset.model
            dated = any(field.name == "created" for field in model._meta.get_fields())
            keys = [key for route, key in self.made.values() if route == path]
            ours = {"created__gte": self.began} if dated else {"pk__in": keys}
            found[path] = {}
            if not model.objects.filter(**ours).exists():
                continue
            query = {"limit": 1000, "exclude_m2m": "false", **({"created__gte": self.began} if dated else {"id": keys})}
            request = self.factory.get(f"/api/{path}/", query, HTTP_HOST="localhost")
            force_authenticate(request, self.user)
            answer = VIEWS[path].as_view({"get": "list"})(request)
            if answer.status_code == 200:
                found[path] = {str(row["id"]): json.dumps(row, sort_keys=True, default=str) for row in answer.data["results"]}
        return found

    def start(self) -> None:
        """What the lists hold before the first step."""
        self.lists = self.read()

    def send(self, method: str, path: str, data: Any = None, name: str = "") -> Any:
        """One request, which may make an object of a name; what it alters is compared with the table afterwards."""
        point = transaction.savepoint()
        answer = getattr(self.client, method)(f"/api/{path}/", data, format="json", HTTP_HOST="localhost")
        if answer.status_code >= 400:
            transaction.savepoint_rollback(point)
            print(f"   not done: {method} {path} {answer.status_code} {answer.content[:300]!r}", flush=True)
            return None
        transaction.savepoint_commit(point)
        row = answer.json() if answer.content else {}
        if name:
            self.made[name] = (path, row["id"])
        self.compare(f"{method} {path}", "/".join(path.split("/")[:2]))
        return row

    def compare(self, what: str, route: str) -> None:
        """Which lists are other than before, and may they be?"""
        if not self.watching:
            return
        self.steps += 1
        kind = TABLE_DATA["routes"][route]["type"]
        written = TABLE_DATA["writes"].get(kind)
        now = self.read()
        for path, rows in now.items():
            before = self.lists[path]
            changed = [key for key in {*rows, *before} if rows.get(key) != before.get(key)]
            shows = ROUTES[path]["shows"]
            if changed and written is not None and shows is not None and not set(shows) & set(written):
                old, new = json.loads(before.get(changed[0], "{}")), json.loads(rows.get(changed[0], "{}"))
                fields = {key: (plain(old.get(key)), plain(new.get(key))) for key in {*old, *new} if old.get(key) != new.get(key)}
                self.wrong.append(f"{what} ({kind}) altered {path}: {fields if old and new else 'a row came or went'}")
                print("WRONG", self.wrong[-1][:600], flush=True)
        self.lists = now

    def make(self, name: str, path: str, /, **data: Any) -> str:
        """Create an object; its id."""
        row = self.send("post", path, data, name)
        return "" if row is None else str(row["id"])

    def id(self, name: str) -> str | None:
        """The id of an object that was made; None when it could not be."""
        return self.made[name][1] if name in self.made else None

    def change(self, name: str, /, **data: Any) -> None:
        """Change an object."""
        if name in self.made:
            path, key = self.made[name]
            self.send("patch", f"{path}/{key}", data)

    def delete(self, name: str, /) -> None:
        """Delete an object."""
        if name in self.made:
            path, key = self.made.pop(name)
            self.send("delete", f"{path}/{key}")

    def first(self, path: str, **filters: str) -> str:
        """The id of the only row of a list that matches."""
        answer = self.client.get(f"/api/{path}/", {**filters, "limit": 1}, HTTP_HOST="localhost")
        rows = answer.json().get("results") or [{"id": ""}]
        return str(rows[0]["id"])


def build(c: Check) -> None:
    """Objects that refer to each other."""
    every = ["dcim.device", "dcim.rack", "dcim.rackgroup", "dcim.powerpanel", "circuits.circuittermination", "ipam.prefix", "ipam.vlan"]
    every += ["virtualization.cluster", "dcim.module", "dcim.controller", "ipam.vlangroup", "ipam.namespace"]
    statused = [
        "dcim.location", "dcim.device", "dcim.rack", "dcim.interface", "dcim.cable", "dcim.powerfeed", "dcim.module", "dcim.controller",
        "dcim.deviceredundancygroup", "dcim.softwareversion", "dcim.softwareimagefile", "dcim.virtualdevicecontext", "circuits.circuit",
        "ipam.prefix", "ipam.ipaddress", "ipam.vlan", "ipam.vrf", "virtualization.virtualmachine", "virtualization.vminterface",
        "dcim.interfaceredundancygroup", "vpn.vpntunnel", "vpn.vpn", "extras.contactassociation",
    ]  # fmt: skip
    st = c.make("status", "extras/statuses", name="zz-status", content_types=statused)
    c.make("role", "extras/roles", name="zz-role", content_types=["dcim.device", "dcim.rack", "ipam.prefix", "ipam.vlan", "dcim.interface", "virtualization.virtualmachine", "ipam.ipaddress", "extras.contactassociation"])  # fmt: skip
    role = c.id("role")
    tag = c.make("tag", "extras/tags", name="zz-tag", content_types=["dcim.device", "ipam.prefix", "dcim.location", "dcim.interface"])
    group = c.make("tenant group", "tenancy/tenant-groups", name="zz-group")
    c.make("tenant subgroup", "tenancy/tenant-groups", name="zz-subgroup", parent=group)
    tenant = c.make("tenant", "tenancy/tenants", name="zz-tenant", tenant_group=c.id("tenant subgroup"))
    kind = c.make("location type", "dcim/location-types", name="zz-type", content_types=every, nestable=True)
    top = c.make("top", "dcim/locations", name="zz-top", location_type=kind, status=st, tenant=tenant, tags=[tag])
    site = c.make("site", "dcim/locations", name="zz-site", location_type=kind, status=st, parent=top)
    room = c.make("room", "dcim/locations", name="zz-room", location_type=kind, status=st, parent=site)
    maker = c.make("manufacturer", "dcim/manufacturers", name="zz-maker")
    platform = c.make("platform", "dcim/platforms", name="zz-platform", manufacturer=maker)
    family = c.make("device family", "dcim/device-families", name="zz-family")
    model = c.make(
        "device type", "dcim/device-types", manufacturer=maker, model="zz-model", device_family=family, u_height=1, subdevice_role="parent"
    )
    c.make("interface template", "dcim/interface-templates", device_type=model, name="eth0", type="1000base-t")
    c.make("rear template", "dcim/rear-port-templates", device_type=model, name="rear0", type="8p8c", positions=2)
    c.make("front template", "dcim/front-port-templates", device_type=model, name="front0", type="8p8c", rear_port_template=c.id("rear template"), rear_port_position=1)  # fmt: skip
    c.make("power template", "dcim/power-port-templates", device_type=model, name="psu0")
    c.make("outlet template", "dcim/power-outlet-templates", device_type=model, name="out0", power_port_template=c.id("power template"))
    c.make("console template", "dcim/console-port-templates", device_type=model, name="con0")
    c.make("console server template", "dcim/console-server-port-templates", device_type=model, name="cs0")
    c.make("bay template", "dcim/device-bay-templates", device_type=model, name="bay0")
    c.make("module bay template", "dcim/module-bay-templates", device_type=model, name="slot0", position="0")
    blade = c.make("blade type", "dcim/device-types", manufacturer=maker, model="zz-blade", u_height=0, subdevice_role="child")
    rooms = c.make("rack group", "dcim/rack-groups", name="zz-rooms", location=site)
    rack = c.make("rack", "dcim/racks", name="zz-rack", location=site, rack_group=rooms, status=st, role=role, tenant=tenant)
    c.make(
        "reservation",
        "dcim/rack-reservations",
        rack=rack,
        units=[40],
        description="zz",
        user=str(User.objects.filter(is_superuser=True).first().pk),
    )
    version = c.make("software version", "dcim/software-versions", platform=platform, version="zz-1", status=st)
    c.make("image", "dcim/software-image-files", software_version=version, image_file_name="zz.bin", status=st, device_types=[model])
    secret = c.make("secret", "extras/secrets", name="zz-secret", provider="environment-variable", parameters={"variable": "X"})
    secrets = c.make("secrets group", "extras/secrets-groups", name="zz-secrets")
    c.make(
        "secret link",
        "extras/secrets-groups-associations",
        secrets_group=secrets,
        secret=secret,
        access_type="Generic",
        secret_type="password",
    )
    hagroup = c.make("redundancy group", "dcim/device-redundancy-groups", name="zz-ha", status=st)
    dev = {"device_type": model, "role": role, "status": st, "location": site, "tenant": tenant, "platform": platform}
    d1 = c.make("d1", "dcim/devices", name="zz-d1", rack=rack, position=1, face="front", device_redundancy_group=hagroup, secrets_group=secrets, tags=[tag], software_version=version, **dev)  # fmt: skip
    d2 = c.make("d2", "dcim/devices", name="zz-d2", rack=rack, position=2, face="front", **dev)
    child = c.make("child", "dcim/devices", name="zz-child", **{**dev, "device_type": blade})
    bay = c.first("dcim/device-bays", device=d1)
    c.made["bay"] = ("dcim/device-bays", bay)
    c.change("bay", installed_device=child)
    c.make("chassis", "dcim/virtual-chassis", name="zz-chassis", master=d1)
    c.make("item", "dcim/inventory-items", device=d1, name="zz-item", manufacturer=maker)
    c.make("sub item", "dcim/inventory-items", device=d1, name="zz-sub", parent=c.id("item"))
    mfam = c.make("module family", "dcim/module-families", name="zz-mfam")
    mtype = c.make("module type", "dcim/module-types", manufacturer=maker, model="zz-card", module_family=mfam)
    c.make("module interface template", "dcim/interface-templates", module_type=mtype, name="card0", type="1000base-t")
    slot = c.first("dcim/module-bays", parent_device=d1)
    c.make("module", "dcim/modules", module_type=mtype, parent_module_bay=slot, status=st)
    ns = c.make("namespace", "ipam/namespaces", name="zz-ns", tenant=tenant, location=site)
    rir = c.make("rir", "ipam/rirs", name="zz-rir")
    vgroup = c.make("vlan group", "ipam/vlan-groups", name="zz-vgroup", location=site)
    vlan = c.make("vlan", "ipam/vlans", vid=3999, name="zz-vlan", vlan_group=vgroup, status=st, role=role, tenant=tenant, locations=[site])
    vrf = c.make("vrf", "ipam/vrfs", name="zz-vrf", namespace=ns, rd="65000:1", tenant=tenant, status=st)
    c.make("target", "ipam/route-targets", name="65000:9", tenant=tenant)
    net = c.make("net", "ipam/prefixes", prefix="10.250.0.0/16", namespace=ns, status=st, type="container", rir=rir, tenant=tenant)
    c.make("prefix", "ipam/prefixes", prefix="10.250.1.0/24", namespace=ns, status=st, role=role, vlan=vlan, locations=[site], tags=[tag])
    ip1 = c.make("ip1", "ipam/ip-addresses", address="10.250.1.1/24", namespace=ns, status=st, role=role, tenant=tenant)
    c.make("ip2", "ipam/ip-addresses", address="10.250.1.2/24", namespace=ns, status=st, nat_inside=ip1)
    c.make("smaller prefix", "ipam/prefixes", prefix="10.250.1.0/25", namespace=ns, status=st)
    c.make("vrf prefix", "ipam/vrf-prefix-assignments", vrf=vrf, prefix=c.id("prefix"))
    c.make("vrf device", "ipam/vrf-device-assignments", vrf=vrf, device=d1)
    c.make("service", "ipam/services", name="zz-svc", device=d1, protocol="tcp", ports=[80], ip_addresses=[ip1])
    i1, i2 = c.first("dcim/interfaces", device=d1), c.first("dcim/interfaces", device=d2)
    c.made["i1"] = ("dcim/interfaces", i1)
    c.make("assignment", "ipam/ip-address-to-interface", ip_address=ip1, interface=i1)
    c.change("d1", primary_ip4=ip1)
    c.change("i1", mode="tagged", untagged_vlan=vlan, tagged_vlans=[vlan], vrf=vrf, status=st, role=role, tags=[tag])
    c.make("cable", "dcim/cables", termination_a_type="dcim.interface", termination_a_id=i1, termination_b_type="dcim.frontport",
           termination_b_id=c.first("dcim/front-ports", device=d2), status=st)  # fmt: skip
    provider = c.make("provider", "circuits/providers", name="zz-provider")
    c.make("network", "circuits/provider-networks", name="Zz-network", provider=provider)
    ctype = c.make("circuit type", "circuits/circuit-types", name="zz-ctype")
    circuit = c.make("circuit", "circuits/circuits", cid="zz-1", provider=provider, circuit_type=ctype, status=st, tenant=tenant)
    cta = c.make("termination", "circuits/circuit-terminations", circuit=circuit, term_side="A", location=site)
    c.make("termination z", "circuits/circuit-terminations", circuit=circuit, term_side="Z", provider_network=c.id("network"))
    c.make("circuit cable", "dcim/cables", termination_a_type="circuits.circuittermination", termination_a_id=cta,
           termination_b_type="dcim.interface", termination_b_id=i2, status=st)  # fmt: skip
    panel = c.make("panel", "dcim/power-panels", name="zz-panel", location=site, rack_group=rooms)
    feed = c.make("feed", "dcim/power-feeds", name="zz-feed", power_panel=panel, rack=rack, status=st)
    c.make("power cable", "dcim/cables", termination_a_type="dcim.powerfeed", termination_a_id=feed, termination_b_type="dcim.powerport",
           termination_b_id=c.first("dcim/power-ports", device=d1), status=st)  # fmt: skip
    cltype = c.make("cluster type", "virtualization/cluster-types", name="zz-cltype")
    clgroup = c.make("cluster group", "virtualization/cluster-groups", name="zz-clgroup")
    cluster = c.make(
        "cluster", "virtualization/clusters", name="zz-cluster", cluster_type=cltype, cluster_group=clgroup, tenant=tenant, location=site
    )
    c.make("device cluster", "dcim/device-cluster-assignments", device=d2, cluster=cluster)
    vm = c.make(
        "vm", "virtualization/virtual-machines", name="zz-vm", cluster=cluster, status=st, role=role, tenant=tenant, platform=platform
    )
    vmi = c.make("vm interface", "virtualization/interfaces", name="zz-eth", virtual_machine=vm, status=st)
    c.make("vm assignment", "ipam/ip-address-to-interface", ip_address=c.id("ip2"), vm_interface=vmi)
    c.make("vdc", "dcim/virtual-device-contexts", name="zz-vdc", device=d1, status=st, identifier=7)
    ctl = c.make("controller", "dcim/controllers", name="zz-ctl", controller_device=d2, location=site, status=st, platform=platform)
    cgroup = c.make("managed group", "dcim/controller-managed-device-groups", name="zz-managed", controller=ctl)
    c.change("d1", controller_managed_device_group=cgroup)
    contact = c.make("contact", "extras/contacts", name="zz-contact")
    c.make("team", "extras/teams", name="zz-team", contacts=[contact])
    c.make("contact link", "extras/contact-associations", contact=contact, associated_object_type="dcim.device", associated_object_id=d1, role=role, status=st)  # fmt: skip
    c.make("note", "extras/notes", assigned_object_type="dcim.device", assigned_object_id=d1, note="zz")
    c.make("context", "extras/config-contexts", name="zz-context", data={"a": 1}, locations=[site])
    ssid = c.make("wireless", "wireless/wireless-networks", name="zz-ssid", ssid="zz", mode="Central", authentication="Open", tenant=tenant)
    c.make("wireless link", "wireless/controller-managed-device-group-wireless-network-assignments", controller_managed_device_group=cgroup, wireless_network=ssid, vlan=vlan)  # fmt: skip
    crt = c.make(
        "cloud type",
        "cloud/cloud-resource-types",
        name="zz-crt",
        provider=maker,
        content_types=["cloud.cloudnetwork", "cloud.cloudservice"],
    )
    acc = c.make("cloud account", "cloud/cloud-accounts", name="zz-acc", account_number="1", provider=maker, secrets_group=secrets)
    cnet = c.make("cloud network", "cloud/cloud-networks", name="zz-cnet", cloud_account=acc, cloud_resource_type=crt)
    c.make("cloud prefix", "cloud/cloud-network-prefix-assignments", cloud_network=cnet, prefix=net)
    c.make("cloud service", "cloud/cloud-services", name="zz-csvc", cloud_account=acc, cloud_resource_type=crt)
    c.make("vpn", "vpn/vpns", name="zz-vpn", status=st, tenant=tenant)
    end = c.make("vpn endpoint", "vpn/vpn-tunnel-endpoints", device=d1, source_ipaddress=ip1, name="zz-end")
    c.make("vpn tunnel", "vpn/vpn-tunnels", name="zz-tunnel", status=st, vpn=c.id("vpn"), endpoint_a=end)
    c.make("virtual server", "load-balancers/virtual-servers", name="zz-vip", vip=ip1, device=d1, tenant=tenant, protocol="tcp")
    c.make("pool", "load-balancers/load-balancer-pools", name="zz-pool", load_balancing_algorithm="round_robin", virtual_server=c.id("virtual server"))  # fmt: skip
    c.change("rack", location=room)
    c.change("rack group", location=room)
    c.change("site", parent=None)


NAMED = {
    "cid": ["circuit"], "model": ["device type", "blade type", "module type"], "version": ["software version"], "ssid": ["wireless"],
    "description": ["reservation", "prefix", "ip1"],
}  # fmt: skip


def main() -> None:
    """Make, rename, delete."""
    started = time.monotonic()
    c = Check()
    c.start()
    build(c)
    c.watching = True
    c.start()
    field = {name: key for key, names in NAMED.items() for name in names}
    for number, name in enumerate(list(c.made)):
        if name not in ("cable", "circuit cable", "power cable", "bay", "note", "assignment", "vm assignment") and "link" not in name:
            c.change(name, **{field.get(name, "name"): f"zy-{number}"})
    c.change("status", color="ffffff")
    c.change("d1", name="zz-other", serial="1", tenant=None)
    c.change("i1", name="eth9", enabled=False)
    left = list(reversed(c.made))
    for _ in range(4):
        for name in left:
            c.delete(name)
        left = list(c.made)
    print(f"{c.steps} writes, {len(ROUTES)} lists after each, {len(c.wrong)} wrong, {time.monotonic() - started:.0f} s")


logging.disable(logging.WARNING)
caches["default"] = NoCache("none", {})
try:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        main()
        raise RollBack
except RollBack:
    print("rolled back", hashlib.sha256(json.dumps(TABLE_DATA, sort_keys=True).encode()).hexdigest()[:12])
