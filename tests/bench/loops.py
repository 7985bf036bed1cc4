"""The loops of pynautobot's documentation, run unchanged by pynautobot and by nbcore: what each prints, its requests and its seconds.

    make bench ARGS=--loops          the table, against the Nautobot of `make testbed`
    loops.py [--only NAME ...]       the same (NBCORE_TEST_URL, NBCORE_TEST_TOKEN)

Each runs in a process of its own, once after `import pynautobot` (3.2.0, in its own environment) and once after
`import nbcore as pynautobot`. What it prints must be the same. `own` is the beginning of the names of what it may change.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
API = "nautobot = pynautobot.api(url=url, token=token)\n"


@dataclass(frozen=True)
class Loop:
    """A loop of the documentation.

    Attributes:
        page: where it is shaped after, below docs/user of pynautobot; "" for what every script adds to it.
        text: the code.
        most: the requests that nbcore may send for it.
        needs: what is made for it beforehand: "devices", "vlan group" or "address".
    """

    page: str
    text: str
    most: int
    needs: str = ""


LOOPS = {
    # --- reading -----------------------------------------------------------------------------------------------------
    "roles": Loop(
        "basic/crud/read",
        """
roles = nautobot.extras.roles
all_roles = roles.all()
first_3_roles = all_roles[:3]
for role in first_3_roles:
    print(f"Role {role.name} has an ID of: {role.id}")
""",
        1,
    ),
    "get by name": Loop(
        "basic/crud/read",
        """
access_role = nautobot.extras.roles.get(name="Leaf")
print(access_role.name, access_role.description, access_role.id)
""",
        1,
    ),
    "get by id": Loop(
        "advanced/read",
        """
device_id = nautobot.dcim.devices.get(name="ams01-leaf-01").id
device = nautobot.dcim.devices.get(device_id)
print(device.name)
print(device.status)
print(device.device_type)
print(device.role)
""",
        5,
    ),
    "get of several": Loop(
        "advanced/read",
        """
try:
    nautobot.dcim.devices.get(role="Leaf")
except ValueError:
    print("more than one")
""",
        1,
    ),
    "filter": Loop(
        "advanced/read",
        """
devices = nautobot.dcim.devices.filter(device_type="DCS-7050SX")
for device in devices:
    print(device)
device1 = devices[0]
print(device1.name, device1.status)
""",
        2,
    ),
    "filter with OR": Loop(
        "advanced/read",
        """
print(nautobot.dcim.devices.count())
print(len(nautobot.dcim.devices.filter(location="AMS01")))
print(len(nautobot.dcim.devices.filter(location="FRA01")))
print(len(nautobot.dcim.devices.filter(location=["AMS01", "FRA01"])))
""",
        4,
    ),
    "filter by custom field": Loop(
        "advanced/read",
        """
devices = nautobot.dcim.devices.filter(cf_owner_team="Team B")
for device in devices:
    print(device, device.custom_fields["owner_team"])
""",
        1,
    ),
    "filter with lookup": Loop(
        "advanced/read",
        """
devices = nautobot.dcim.devices.filter(location__n=["AMS01", "FRA01"])
print(len(devices))
for device in devices:
    print(device.location)
""",
        2,
    ),
    "all": Loop(
        "advanced/read",
        """
devices = nautobot.dcim.devices.all()
print(len(devices))
for device in devices:
    print(device.name, device.status)
""",
        2,
    ),
    "all, with related names": Loop(
        "",
        """
devices = nautobot.dcim.devices.all()
for device in devices:
    print(
        device.name, device.location.name, device.device_type.model, device.device_type.manufacturer.name, device.role.name,
        device.status.name, device.tenant.name if device.tenant else None,
    )
""",
        7,
    ),
    "pages": Loop(
        "advanced/read",
        """
print(len(nautobot.dcim.devices.all()))
for device in nautobot.dcim.devices.all(limit=10):
    print(device.name)
for device in nautobot.dcim.devices.all(limit=10, offset=10):
    print(device.name)
print(len(nautobot.dcim.devices.filter(location="AMS01", limit=5)))
""",
        20,
    ),
    "threads": Loop(
        "README",
        """
nautobot = pynautobot.api(url=url, token=token, threading=True)
for name in sorted(device.name for device in nautobot.dcim.devices.all(limit=10)):
    print(name)
""",
        9,
    ),
    "a record's data": Loop(
        "advanced/record",
        """
import json
device1 = nautobot.dcim.devices.get(name="ams01-leaf-01")
print(json.dumps(device1.serialize(), indent=4))
print(json.dumps(dict(device1), indent=4))
""",
        1,
    ),
    "relationships": Loop(
        "basic/examples",
        """
devices = nautobot.dcim.devices.filter(include="relationships")
for device in devices:
    print(device.name)
device = nautobot.dcim.devices.get(name="ams01-leaf-01", include="computed_fields")
print(device.name)
""",
        2,
    ),
    "equality": Loop(
        "advanced/record",
        """
device1 = nautobot.dcim.devices.get(name="ams01-leaf-01")
device2 = nautobot.dcim.devices.get(name="ams01-leaf-01")
print(device1 == device2)
print(device2.platform)
device2.platform = "Junos"
print(device2.platform, device1 == device2, device1.platform == device2.platform)
""",
        3,
    ),
    "choices": Loop(
        "advanced/create",
        """
for field, values in nautobot.dcim.cables.choices().items():
    print(field, len(values))
cable_types_choices = nautobot.dcim.cables.choices()["type"]
print(cable_types_choices[3])
""",
        1,
    ),
    "config context": Loop(
        "basic/examples",
        """
context_data = nautobot.dcim.devices.get(name="ams01-leaf-01", include="config_context").config_context
print(context_data)
""",
        1,
    ),
    "config context of all": Loop(
        "basic/examples",
        """
devices = nautobot.dcim.devices.all(include="config_context,computed_fields")
for device in devices:
    print(device.name, device.config_context)
""",
        1,
    ),
    "many-to-many fields": Loop(
        "basic/examples",
        """
nautobot = pynautobot.api(url=url, token=token, exclude_m2m=True)
devices = nautobot.dcim.devices.all(exclude_m2m=False)
for device in devices:
    print(device.name, [str(tag) for tag in device.tags])
""",
        2,
    ),
    "a hyphen in a name": Loop(
        "basic/examples",
        """
jobs_results = getattr(nautobot.extras, "job-results")
for result in jobs_results.all():
    print(result)
""",
        1,
    ),
    "an app": Loop(
        "basic/examples",
        """
test = getattr(nautobot.plugins, "bgp")
for number in test.autonomous_systems.all():
    print(number)
""",
        1,
    ),
    "GraphQL": Loop(
        "advanced/graphql",
        '''
query = """query ($location_name: String!) { locations (name: [$location_name]) { id name parent { name } } }"""
for name in ("AMS01", "FRA01"):
    graphql_response = nautobot.graphql.query(query=query, variables={"location_name": name})
    print(graphql_response.json["data"]["locations"][0]["name"], graphql_response.status_code)
''',
        2,
    ),
    # --- writing -----------------------------------------------------------------------------------------------------
    "the life of a role": Loop(
        "basic/crud",
        """
roles = nautobot.extras.roles
access_role_config = {"name": f"{own} Switch", "content_types": ["dcim.device"]}
access_role = roles.create(**access_role_config)
print(access_role.name.removeprefix(own), access_role.description)
access_role = roles.get(name=f"{own} Switch")
print(access_role.update({"name": f"{own} switch", "description": "Provides access to end hosts"}))
print(access_role.name.removeprefix(own), access_role.description)
print(access_role.delete())
print(roles.get(name=f"{own} switch"))
""",
        5,
    ),
    "create with ids": Loop(
        "advanced/create",
        """
device_type = nautobot.dcim.device_types.get(model="DCS-7050SX")
role = nautobot.extras.roles.get(name="Leaf")
location = nautobot.dcim.locations.get(name="AMS01")
hq_access_1 = nautobot.dcim.devices.create(
    name=f"{own}-21", device_type=device_type.id, role=role.id, location=location.id, status={"name": "Active"},
)
print(hq_access_1.name.removeprefix(own), hq_access_1.status, hq_access_1.role)
""",
        6,
        "devices",
    ),
    "create several": Loop(
        "advanced/create",
        """
devices = nautobot.dcim.devices
hq_access_multiple = devices.create([
    {
        "name": f"{own}-{number}", "device_type": {"model": "DCS-7050SX"}, "role": {"name": "Leaf"},
        "location": {"name": "AMS01"}, "status": "Active",
    }
    for number in range(31, 36)
])
for device in hq_access_multiple:
    print(devices.get(name=device.name).name.removeprefix(own), device.created[:4])
""",
        6,
        "devices",
    ),
    "errors of create": Loop(
        "advanced/create",
        """
import json
for wrong in (
    {},
    {"device_type": {"model": "non-existent-type"}, "role": {"name": "Leaf"}, "location": {"name": "AMS01"}},
    {"device_type": {"manufacturer": {"name": "Arista"}}, "role": {"name": "Leaf"}, "location": {"name": "AMS01"}},
):
    try:
        nautobot.dcim.devices.create(name=f"{own}-41", status="Active", **wrong)
    except pynautobot.RequestError as exc:
        print(exc.req.status_code, json.loads(exc.error))
""",
        3,
        "devices",
    ),
    "update by attributes": Loop(
        "advanced/update",
        """
device = nautobot.dcim.devices.get(name=f"{own}-01")
print(device.status)
device.comments = "removed from service"
device.status = "Decommissioning"
tmp_device = nautobot.dcim.devices.get(name=f"{own}-01")
print(tmp_device.status)
print(device.save())
updated_device = nautobot.dcim.devices.get(name=f"{own}-01")
print(updated_device.comments, updated_device.status)
""",
        7,
        "devices",
    ),
    "errors of update": Loop(
        "advanced/update",
        """
hq_access_4 = nautobot.dcim.devices.get(name=f"{own}-01")
hq_access_4.face = "front"
hq_access_4.position = 100
try:
    hq_access_4.save()
except pynautobot.RequestError as exc:
    print(exc.req.status_code, exc.error)
print(nautobot.dcim.devices.get(name=f"{own}-01").face is None)
""",
        3,
        "devices",
    ),
    "update of one by its id": Loop(
        "advanced/update",
        """
for device in nautobot.dcim.devices.filter(name__isw=own):
    print(nautobot.dcim.devices.update(id=device.id, data={"comments": "removed", "status": "Decommissioning"}))
""",
        6,
        "devices",
    ),
    "update of several": Loop(
        "advanced/update",
        """
ids = [device.id for device in nautobot.dcim.devices.filter(name__isw=own)]
updated_devices = nautobot.dcim.devices.update([{"id": one, "comments": "removed from service"} for one in ids])
for device in updated_devices:
    print(device.name.removeprefix(own), device.comments)
""",
        2,
        "devices",
    ),
    "update of records": Loop(
        "advanced/update",
        """
devices = nautobot.dcim.devices.filter(name__isw=own)
for device in devices:
    device.status = "Decommissioning"
    device.comments = "removed from service"
updated_devices = nautobot.dcim.devices.update(devices)
for device in updated_devices:
    print(device.name.removeprefix(own), device.comments, device.status)
""",
        4,  # one GET tells the name of the status that is set now, for all of them
        "devices",
    ),
    "delete by ids": Loop(
        "advanced/delete",
        """
device_uuids = [device.id for device in nautobot.dcim.devices.filter(name__isw=own)]
print(nautobot.dcim.devices.delete(device_uuids))
print(len(nautobot.dcim.devices.filter(name__isw=own)))
""",
        4,
        "devices",
    ),
    "delete by filter": Loop(
        "advanced/delete",
        """
test_devices = nautobot.dcim.devices.filter(name__isw=own)
print(nautobot.dcim.devices.delete(test_devices))
print(nautobot.dcim.devices.count(name__isw=own))
""",
        4,
        "devices",
    ),
    "VLAN range": Loop(
        "basic/examples",
        """
vlan_group = nautobot.ipam.vlan_groups.get(name=f"{own} group")
print(vlan_group.range)
vlan_group.range += ",6"
print(vlan_group.save())
vlan_group = nautobot.ipam.vlan_groups.get(name=f"{own} group")
print(vlan_group.range)
""",
        3,
        "vlan group",
    ),
    "address of an interface": Loop(
        "basic/examples",
        """
ip_address = nautobot.ipam.ip_addresses.get(dns_name=f"{own}.example.com")
nb_interface = nautobot.dcim.interfaces.get(name="Ethernet1", device=nautobot.dcim.devices.get(name=f"{own}-01").id)
ip_to_interface = nautobot.ipam.ip_address_to_interface.create(ip_address=ip_address.id, interface=nb_interface.id)
print(ip_to_interface.ip_address.dns_name == ip_address.dns_name, ip_to_interface.interface.name)
""",
        6,
        "address",
    ),
    "saved query": Loop(
        "advanced/graphql",
        '''
query = """query ($location_name: String!) { locations (name: [$location_name]) { id name parent { name } } }"""
nautobot.extras.graphql_queries.create(name=f"{own} query", query=query)
query_object = nautobot.extras.graphql_queries.get(name=f"{own} query")
print(query_object.run(variables={"location_name": "AMS01"})["data"]["locations"][0]["name"])
query_object.delete()
''',
        4,
    ),
    "job": Loop(
        "README",
        """
job = nautobot.extras.jobs.get(name="Testbed Report")
job_result = job.run(data={"title": "loops", "lines": 1, "color": "red"})
print(bool(job_result.job_result.id))
gc_backup_job = nautobot.extras.jobs.run(job_name="Testbed Report", data={"title": "loops", "lines": 1, "color": "red"})
print(bool(gc_backup_job.job_result.id))
""",
        3,
    ),
}


# --- one process -----------------------------------------------------------------------------------------------------------------


def child(client: str, name: str, own: str) -> None:
    """Run one loop here, and print what it printed and cost, as JSON."""
    sent: list[str] = []
    plain = http.client.HTTPConnection.putrequest

    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        sent.append(f"{method} {url}")
        return plain(self, method, url, *args, **kwargs)

    http.client.HTTPConnection.putrequest = putrequest  # type: ignore[method-assign]  below requests and urllib3, so that both are counted
    module = __import__(client)
    names = {"pynautobot": module, "url": os.environ["NBCORE_TEST_URL"], "token": os.environ["NBCORE_TEST_TOKEN"], "own": own}
    code = compile(API + LOOPS[name].text, name, "exec")
    printed = io.StringIO()
    started = time.perf_counter()
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "sent": sent, "lines": printed.getvalue().splitlines()}))


def run(client: str, name: str, own: str, cache: str) -> dict[str, Any]:
    """Run one loop in a process of its own."""
    python: Path | str = sys.executable
    if client == "pynautobot":
        sys.path.insert(0, str(HERE))
        from run import other_python

        python = other_python()
    done = subprocess.run(
        [python, __file__, "--child", client, name, own],
        env={**os.environ, "NBCORE_CACHE_DIR": cache}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name} failed with {client}:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- what they need ----------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def made_for(loop: Loop) -> Iterator[str]:
    """What a loop needs, made with names of its own and deleted afterwards: gives the beginning of the names."""
    import nbcore

    own = f"loops-{uuid.uuid4().hex[:8]}"
    with nbcore.api(os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"]) as nb:
        try:
            if loop.needs in ("devices", "address"):
                like = {"device_type": {"model": "DCS-7050SX"}, "role": {"name": "Leaf"}, "location": {"name": "AMS01"}, "status": "Active"}
                devices = nb.dcim.devices.create([{**like, "name": f"{own}-{number:02d}"} for number in range(1, 6)])
            if loop.needs == "vlan group":
                nb.ipam.vlan_groups.create(name=f"{own} group", range="1-3,5,10-20")
            if loop.needs == "address":
                prefix = nb.ipam.prefixes.filter(type="network", ip_version=4).first()
                prefix.available_ips.create({"status": "Active", "dns_name": f"{own}.example.com"})
                if not nb.dcim.interfaces.filter(device=devices[0].id, name="Ethernet1").exists():
                    nb.dcim.interfaces.create(name="Ethernet1", device=devices[0].id, type="1000base-t", status="Active")
            yield own
        finally:
            nb.dcim.devices.filter(name__isw=own).delete()
            nb.ipam.ip_addresses.filter(dns_name=f"{own}.example.com").delete()
            nb.ipam.vlan_groups.filter(name=f"{own} group").delete()
            nb.extras.graphql_queries.filter(name=f"{own} query").delete()
            nb.extras.roles.filter(name=[f"{own} Switch", f"{own} switch"]).delete()


def compared(name: str, cache: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A loop by pynautobot and by nbcore, which must print the same; once more if not, since others may use the server."""
    for attempt in (1, 2):
        found = []
        for client in ("pynautobot", "nbcore"):
            with made_for(LOOPS[name]) as own:
                found.append(run(client, name, own, cache))
        if found[0]["lines"] == found[1]["lines"]:
            break
        if attempt == 2:
            theirs, ours = "\n".join(found[0]["lines"]), "\n".join(found[1]["lines"])
            raise SystemExit(f"{name}: the answers differ\n--- pynautobot\n{theirs}\n--- nbcore\n{ours}")
    return found[0], found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--child", nargs=3, metavar=("CLIENT", "NAME", "OWN"))
    parser.add_argument("--only", nargs="*", choices=LOOPS, default=list(LOOPS))
    options = parser.parse_args()
    if options.child:
        child(*options.child)
        return
    table(options.only)


def table(names: list[str]) -> None:
    """Run the loops and print them as a table in Markdown."""
    print("| Loop | Lines printed | Requests: pynautobot | nbcore | Seconds: pynautobot | nbcore |")
    print("|---|---|---|---|---|---|")
    total = [0, 0, 0.0, 0.0]
    with tempfile.TemporaryDirectory() as cache:
        for name in names:
            theirs, ours = compared(name, cache)
            if len(ours["sent"]) > LOOPS[name].most:
                raise SystemExit(f"{name}: {len(ours['sent'])} requests, at most {LOOPS[name].most} were wanted: {ours['sent']}")
            row = [len(theirs["sent"]), len(ours["sent"]), theirs["seconds"], ours["seconds"]]
            total = [before + more for before, more in zip(total, row, strict=True)]
            print(f"| {name} | {len(ours['lines'])} | {row[0]} | {row[1]} | {row[2]:.2f} | {row[3]:.2f} |", flush=True)
    print(f"| all | | {total[0]} | {total[1]} | {total[2]:.1f} | {total[3]:.1f} |")


if __name__ == "__main__":
    main()
