"""The same requests to a real Nautobot and to a sandbox: the answers must be equal, value for value.

Objects get client-chosen ids, so that both sides have the same. What a server makes up itself (other ids, times, its address,
its custom fields) is masked. The real server is left as it was.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbcore_sandbox import Sandbox

pytestmark = pytest.mark.integration

Answer = tuple[int, bool, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
NOBODY = "00000000-0000-0000-0000-000000000000"
NAMES = (
    "region site plain tenant europe ams fra maker other platform type type2 role tag space outer inner dev0 dev1 dev2 if0 if1 if2 if3 "
    "lag ip0 ip1 ip2 assigned assigned1 group vlan vlan2 asn instance peers bulk1 bulk2 bulk3 spare"
).split()


class Both:
    """The real server and the sandbox, with the same objects."""

    def __init__(self, url: str, token: str) -> None:
        self.run = uuid.uuid4().hex[:6]
        self.ids = {name: str(uuid.uuid4()) for name in NAMES}
        self._url, self._token = url, token
        self._wire = http.client.HTTPConnection(url.partition("://")[2], timeout=60)
        self._sandbox = Sandbox(seed=False, token=token)
        self._made: list[str] = []

    def real(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        for attempt in (1, 2):
            try:
                self._wire.request(method, path, body, headers)
                reply = self._wire.getresponse()
                content = reply.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self._wire.close()  # a kept connection that the server has closed
                if attempt > 1:
                    raise
        return reply.status, "API-Version" in reply.headers, self._masked(json.loads(content) if content else None)

    def sandbox(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        status, sent, content = self._sandbox.handle(method, path, headers, body or b"", base=self._url)
        return status, "API-Version" in sent, self._masked(json.loads(content) if content else None)

    def same(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send to both; the answers must be equal."""
        path = self.filled(path)
        content = body if isinstance(body, bytes) else None if body is None else self.filled(json.dumps(body)).encode()
        given = {"Authorization": f"Token {self._token}", "Accept": "application/json", "Content-Type": "application/json"}
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        real = self.real(method, path, content, given)
        mine = self.sandbox(method, path, content, given)
        if mine != real:
            pytest.fail(f"{method} {path} {content!r}\n{_differences(mine, real)}", pytrace=False)
        return mine

    def make(self, route: str, name: str, /, **fields: Any) -> None:
        status, _, body = self.same("POST", f"/api/{route}/", {"id": self.ids[name], **fields})
        assert status == 201, body
        self._made.append(f"/api/{route}/{self.ids[name]}/")

    def clean(self) -> None:
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        clear = json.dumps({"primary_ip4": None}).encode()
        self.real("PATCH", self.filled("/api/dcim/devices/{dev0}/"), clear, headers)
        for path in reversed(self._made):
            self.real("DELETE", path, None, headers)
        self._wire.close()

    def filled(self, text: str) -> str:
        """`{dev0}` is that object's id, `~` what makes this run's names its own."""
        for name, key in self.ids.items():
            text = text.replace("{" + name + "}", key)
        return text.replace("~", f"zz{self.run}")

    def _masked(self, value: Any, key: str = "") -> Any:
        if (
            key in ("custom_fields", "computed_fields", "relationships", "config_context")
            and isinstance(value, dict)
            and "type" not in value
        ):
            return {}
        if isinstance(value, dict):
            return {name: self._masked(item, name) for name, item in value.items() if name not in ("python_version", "user")}
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        if not isinstance(value, str):
            return value
        known = set(self.ids.values())
        value = _UUID.sub(lambda found: found[0] if found[0] in known or found[0] == NOBODY else "<id>", value)
        if key == "natural_slug":  # how many steps a location's key has depends on the other locations of the server
            return re.sub("_+", "_", re.sub(r"_\d{4}-\d\d-\d\d-[\d-]+", "_<time>", value.rpartition("_")[0]))
        return re.sub(r"(, '(parent__)+name': None)+", ", ...", _TIME.sub("<time>", value))


def _differences(mine: Any, real: Any, where: str = "") -> str:
    """Where two answers differ, one line a place."""
    if isinstance(mine, dict) and isinstance(real, dict) and set(mine) == set(real):
        return "".join(_differences(mine[name], real[name], f"{where}.{name}") for name in mine)
    if isinstance(mine, (list, tuple)) and isinstance(real, (list, tuple)) and len(mine) == len(real):
        return "".join(_differences(one, other, f"{where}[{at}]") for at, (one, other) in enumerate(zip(mine, real, strict=True)))
    if isinstance(mine, dict) and isinstance(real, dict):
        return f"  {where}: only sandbox {sorted(set(mine) - set(real))}, only real {sorted(set(real) - set(mine))}\n"
    return "" if mine == real else f"  {where}: sandbox {str(mine)[:400]}\n  {' ' * len(where)}  real    {str(real)[:400]}\n"


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    url, token = os.environ.get("NBCORE_TEST_URL"), os.environ.get("NBCORE_TEST_TOKEN")
    if not url or not token:
        pytest.skip("needs NBCORE_TEST_URL and NBCORE_TEST_TOKEN")
    pair = Both(url, token)
    try:
        _build(pair)
        yield pair
    finally:
        pair.clean()


def _build(both: Both) -> None:
    make = both.make
    held = ["dcim.device", "ipam.prefix", "ipam.vlan"]
    make("dcim/location-types", "region", name="~region", nestable=True, content_types=["ipam.prefix"])
    make("dcim/location-types", "site", name="~site", parent="{region}", content_types=held)
    make("dcim/location-types", "plain", name="~plain")
    make("tenancy/tenants", "tenant", name="~tenant", description="Ours")
    make("dcim/locations", "europe", name="~europe", location_type="{region}", status="Active")
    make("dcim/locations", "ams", name="~ams", location_type={"name": "~site"}, status={"name": "Active"}, parent="~europe", asn=65000)
    make(
        "dcim/locations",
        "fra",
        name="~fra",
        location_type="~site",
        status="Planned",
        parent={"name": "~europe"},
        latitude="50.1",
        longitude=8,
    )
    make("dcim/manufacturers", "maker", name="~maker")
    make("dcim/manufacturers", "other", name="~other", description="none")
    make("dcim/platforms", "platform", name="~platform", manufacturer="{maker}", network_driver="arista_eos")
    make("dcim/device-types", "type", manufacturer="{maker}", model="~type", u_height=2)
    make("dcim/device-types", "type2", manufacturer="~other", model="~type2", is_full_depth=False)
    make("extras/roles", "role", name="~role", content_types=held, weight=5)
    make("extras/tags", "tag", name="~tag", content_types=["dcim.device", "ipam.prefix"])
    device = {"device_type": "{type}", "role": "~role", "status": "Active", "location": "{ams}"}
    make("dcim/devices", "dev0", name="~dev-0", **device, tenant="{tenant}", platform="{platform}", tags=["~tag"], serial="~S0")
    make("dcim/devices", "dev1", name="~dev-1", **{**device, "location": {"name": "~fra"}}, asset_tag="~A1", comments="c")
    make("dcim/devices", "dev2", name="~dev-10", **{**device, "device_type": "~other;~type2"}, local_config_context_data={"a": [1]})
    for number in range(3):
        make("dcim/interfaces", f"if{number}", name=f"eth{number}", device="{dev0}", type="1000base-t", status="Active", mtu=1500 + number)
    make("dcim/interfaces", "if3", name="eth0", device="{dev1}", type="virtual", status="Active", label="L", mgmt_only=True, mode="access")
    make("dcim/interfaces", "lag", name="lag", device="{dev0}", type="lag", status="Planned", mac_address="aabb.ccdd.eeff")
    make("ipam/namespaces", "space", name="~space")
    make("ipam/prefixes", "outer", prefix="10.77.0.0/24", namespace="{space}", status="Active", type="network", tags=["{tag}"])
    make(
        "ipam/prefixes", "inner", prefix="10.77.0.3/28", namespace="{space}", status="Active", type="pool", location="{ams}", role="{role}"
    )
    make("ipam/ip-addresses", "ip0", address="10.77.0.20/24", namespace="{space}", status="Active", dns_name="H0.example.com")
    make("ipam/ip-addresses", "ip1", address="10.77.0.4/28", parent="{inner}", status="Reserved", type="dhcp", role="Loopback")
    make("ipam/ip-addresses", "ip2", address="10.77.0.200", namespace="{space}", status="Active", nat_inside="{ip0}", tenant="{tenant}")
    make("ipam/ip-address-to-interface", "assigned", ip_address="{ip0}", interface="{if0}")
    make("ipam/ip-address-to-interface", "assigned1", ip_address="{ip2}", interface="{if1}", is_primary=True)
    both.same("PATCH", "/api/dcim/devices/{dev0}/", {"primary_ip4": "{ip0}"})
    make("ipam/vlan-groups", "group", name="~group", range="10-99")
    make("ipam/vlans", "vlan", vid=77, name="~vlan", status="Active", vlan_group="{group}", location="{ams}")
    make("ipam/vlans", "vlan2", vid=78, name="~vlan", status="Active", role="{role}")
    both.same("PATCH", "/api/dcim/interfaces/{if1}/?exclude_m2m=false", {"mode": "tagged", "tagged_vlans": ["{vlan}"], "lag": "{lag}"})
    make("plugins/bgp/autonomous-systems", "asn", asn=4200077777, status="Active")
    make("plugins/bgp/routing-instances", "instance", device="{dev0}", autonomous_system="{asn}", status="Active", router_id="{ip0}")
    make("plugins/bgp/peer-groups", "peers", name="~peers", routing_instance="{instance}", extra_attributes={"url": None})


OBJECTS = {
    "dcim/location-types": ("region", "site", "plain"), "tenancy/tenants": ("tenant",), "dcim/locations": ("europe", "ams", "fra"),
    "dcim/manufacturers": ("maker",), "dcim/platforms": ("platform",), "dcim/device-types": ("type", "type2"), "extras/roles": ("role",),
    "extras/tags": ("tag",), "dcim/devices": ("dev0", "dev1", "dev2"), "dcim/interfaces": ("if0", "if1", "if3", "lag"),
    "ipam/namespaces": ("space",), "ipam/prefixes": ("outer", "inner"), "ipam/ip-addresses": ("ip0", "ip1", "ip2"),
    "ipam/ip-address-to-interface": ("assigned",), "ipam/vlan-groups": ("group",), "ipam/vlans": ("vlan", "vlan2"),
    "plugins/bgp/autonomous-systems": ("asn",), "plugins/bgp/routing-instances": ("instance",), "plugins/bgp/peer-groups": ("peers",),
}  # fmt: skip


@pytest.mark.parametrize(
    "query", ["", "?exclude_m2m=false", "?exclude_m2m=true", "?depth=1", "?depth=2&exclude_m2m=false", "?depth=11", "?depth=x"]
)
@pytest.mark.parametrize("route", OBJECTS)
def test_objects_are_read_alike(both: Both, route: str, query: str) -> None:
    for name in OBJECTS[route]:
        both.same("GET", f"/api/{route}/{{{name}}}/{query}")


@pytest.mark.parametrize("route", OBJECTS)
def test_options_are_alike(both: Both, route: str) -> None:
    both.same("OPTIONS", f"/api/{route}/")
    both.same("OPTIONS", f"/api/{route}/{{{OBJECTS[route][0]}}}/")


READS = """
/api/ /api/dcim/ /api/ipam/ /api/plugins/bgp/ /api/dcim/?typo=1
/api/dcim/devices/{dev0}/?include=config_context /api/dcim/devices/{dev2}/?include=config_context,computed_fields
/api/dcim/devices/{dev0}/?include=computed_fields&include=relationships /api/dcim/devices/{dev0}/?include=bogus
/api/dcim/devices/{dev0}/?typo=1 /api/dcim/devices/{spare}/ /api/dcim/devices/xyz/ /api/dcim/nonsense/ /api/dcim/devices/{dev0}/bogus/
/api/nonsense/ /api/dcim/devices/{dev0}/notes/ /api/dcim/devices/{spare}/notes/ /api/dcim/interfaces/{if0}/trace/
/api/dcim/devices/?exclude_m2m=bogus&name=~dev-0 /api/dcim/devices/?api_version=9.9
""".split()


@pytest.mark.parametrize("path", READS)
def test_reads_are_alike(both: Both, path: str) -> None:
    both.same("GET", path)


DEVICES = """
typo=1 typo=1&foo=2&name=x limit=0 limit=-1 limit=abc offset=1 limit=1&offset=-2 limit=1 limit=1&offset=1 limit=1&offset=1000 limit=2000
limit=1&offset=1&sort=-name&depth=0 sort=-name sort=name,-serial sort=bogus sort=location,-name sort=device_type__model sort=primary_ip4,name
sort=-created sort=url sort=tenant,name sort=-serial sort=_name name=~dev-0&name=~dev-1 name__n=~dev-0 name__n=~dev-0&name__n=~dev-1
name__ic=DEV-1 name__isw=~DEV name__nic=dev-1 name__ie=~DEV-0 name__iew=-0 name__nie=~dev-0 name__re=dev-1$ name__ire=DEV-.$ name=
q=~dev q=~s0 q=~maker q=~A1 location=~ams location={ams} location=~nowhere location=~europe location__n=~ams location=null tenant=null
tenant=~tenant tenant=~tenant&tenant=null tenant__isnull=true tenant__isnull=false tenant__isnull=1 tenant__n=null tenant__n=~tenant
platform={platform} platform=null role=~role role=nope status=Active status=active status__n=Active tags=~tag tags={tag} tags=nope
tags__isnull=true tags__n=~tag tag=x serial=~s0 serial__ic=s serial= face=null face=front face=bogus position=null position=abc
position__isnull=true position__gte=1 position__lt=abc id={dev0} id={dev0}&id={dev1} id=zzz id__n={dev0} id= asset_tag__isnull=true
asset_tag=null asset_tag=~A1 asset_tag__isnull=false manufacturer=~maker device_type=~type device_type={type} device_type__n=~type
has_primary_ip=true has_primary_ip=false primary_ip4=x interfaces=eth0 has_interfaces=true has_interfaces=false mac_address=AA:BB:CC:DD:EE:FF
local_config_context_data=true created__gte=2020-01-01 created__lt=2020-01-01 created=zzz last_updated__gt=2190-01-01T00:00:00Z cf_foo=1
ordering=name format=json tenant_id=5 tenant_id={tenant} vc_position__isnull=true is_full_depth=true is_full_depth=false
limit=1&limit=2 rack=null rack=x virtual_chassis_member=true ip_addresses=10.77.0.20 ip_addresses={ip0} has_ip_addresses=true platform__isnull=true
""".split()


@pytest.mark.parametrize("query", DEVICES)
def test_device_filters_are_alike(both: Both, query: str) -> None:
    both.same("GET", f"/api/dcim/devices/?name__isw=~dev-&{query}" if "name=" not in query and not query.startswith("limit=0") else
              f"/api/dcim/devices/?role=~role&{query}")  # fmt: skip


FILTERS = """
dcim/locations/?parent=~europe dcim/locations/?name__ic=~&parent=null dcim/locations/?name__ic=~&sort=-name
dcim/locations/?location_type=~site dcim/locations/?asn=65000&name__ic=~ dcim/locations/?asn=x dcim/locations/?asn=null
dcim/locations/?latitude__isnull=true&name__ic=~ dcim/locations/?latitude=50.1&name__ic=~ dcim/locations/?q=~ dcim/locations/?has_devices=true&name__ic=~
dcim/locations/?content_type=dcim.device&name__ic=~ dcim/locations/?devices=~dev-0 dcim/locations/?name__ic=~&tenant=null
dcim/location-types/?content_types=ipam.prefix&name__ic=~ dcim/location-types/?nestable=true&name__ic=~ dcim/location-types/?nestable=x&name__ic=~
dcim/location-types/?content_types=bogus dcim/location-types/?parent=~region dcim/device-types/?manufacturer=~maker
dcim/device-types/?q=~ dcim/device-types/?u_height=2&model__ic=~ dcim/device-types/?u_height__gt=1&model__ic=~ dcim/device-types/?is_full_depth=false&model__ic=~
dcim/interfaces/?device=~dev-0 dcim/interfaces/?device={dev0} dcim/interfaces/?device_id={dev0} dcim/interfaces/?device_id=x
dcim/interfaces/?device=~dev-0&device=~dev-1&sort=-name dcim/interfaces/?type=1000base-t&device=~dev-0 dcim/interfaces/?type=bogus
dcim/interfaces/?type__n=virtual&location=~ams&location=~fra dcim/interfaces/?enabled=true&mtu=1500&device=~dev-0 dcim/interfaces/?mtu=null
dcim/interfaces/?mtu__isnull=true&device=~dev-0 dcim/interfaces/?location=~ams dcim/interfaces/?location=~europe
dcim/interfaces/?ip_addresses=10.77.0.20/24&device=~dev-0 dcim/interfaces/?ip_addresses={ip0} dcim/interfaces/?has_ip_addresses=true&location=~ams
dcim/interfaces/?mode=null&device=~dev-0 dcim/interfaces/?mode=tagged&device=~dev-0 dcim/interfaces/?has_cable=true&device=~dev-0
dcim/interfaces/?connected=false&device=~dev-0 dcim/interfaces/?mac_address=null&device=~dev-0 dcim/interfaces/?q=eth&device=~dev-0
dcim/interfaces/?lag=lag&device=~dev-0 dcim/interfaces/?tagged_vlans=77&device=~dev-0 dcim/interfaces/?tagged_vlans={vlan} dcim/interfaces/?untagged_vlan=null&device=~dev-0
dcim/interfaces/?name__ic=ETH1&device=~dev-0 dcim/interfaces/?sort=mtu&device=~dev-0 dcim/interfaces/?sort=-mtu,name&device=~dev-0 dcim/interfaces/?has_tagged_vlans=true&device=~dev-0
dcim/manufacturers/?q=~ dcim/manufacturers/?has_device_types=false&name__ic=~ dcim/platforms/?manufacturer=~maker dcim/platforms/?network_driver=arista_eos&name__ic=~
extras/roles/?content_types=dcim.device&name__ic=~ extras/tags/?content_types=dcim.device&name__ic=~ extras/tags/?name=~tag
extras/roles/?weight=5&name__ic=~ tenancy/tenants/?name=~tenant tenancy/tenants/?tenant_group=null&name__ic=~ tenancy/tenants/?has_devices=true&name__ic=~
ipam/prefixes/?prefix=10.77.0.0/24&namespace=~space ipam/prefixes/?prefix=10.77.0.0&namespace=~space ipam/prefixes/?prefix=zz
ipam/prefixes/?within=10.77.0.0/24&namespace=~space ipam/prefixes/?within_include=10.77.0.0/24&namespace=~space
ipam/prefixes/?contains=10.77.0.5&namespace=~space ipam/prefixes/?contains=10.77.0.0/28&namespace=~space ipam/prefixes/?contains=zz&namespace=~space
ipam/prefixes/?type=pool&namespace=~space ipam/prefixes/?type=bogus ipam/prefixes/?ip_version=4&namespace=~space ipam/prefixes/?ip_version=6&namespace=~space
ipam/prefixes/?prefix_length=24&namespace=~space ipam/prefixes/?prefix_length__gte=25&namespace=~space ipam/prefixes/?parent={outer}
ipam/prefixes/?parent=null&namespace=~space ipam/prefixes/?location=~ams&namespace=~space ipam/prefixes/?locations=~europe&namespace=~space
ipam/prefixes/?q=10.77&namespace=~space ipam/prefixes/?q=10.77.0.1&namespace=~space ipam/prefixes/?network=x ipam/prefixes/?sort=-prefix_length&namespace=~space
ipam/prefixes/?sort=-network,prefix_length&namespace=~space ipam/prefixes/?role=null&namespace=~space ipam/prefixes/?tags=~tag&namespace=~space
ipam/ip-addresses/?address=10.77.0.20/24&namespace=~space ipam/ip-addresses/?address=10.77.0.20&namespace=~space ipam/ip-addresses/?address=zz
ipam/ip-addresses/?parent=10.77.0.0/24 ipam/ip-addresses/?prefix=10.77.0.0/28&namespace=~space ipam/ip-addresses/?parent={outer}
ipam/ip-addresses/?device=~dev-0 ipam/ip-addresses/?device_id={dev0} ipam/ip-addresses/?device=nobody ipam/ip-addresses/?interfaces={if0}
ipam/ip-addresses/?has_interface_assignments=false&namespace=~space ipam/ip-addresses/?dns_name=h0.example.com&namespace=~space
ipam/ip-addresses/?type=host&namespace=~space ipam/ip-addresses/?mask_length=24&namespace=~space ipam/ip-addresses/?q=10.77.0.2&namespace=~space
ipam/ip-addresses/?q=h0&namespace=~space ipam/ip-addresses/?type=null&namespace=~space ipam/ip-addresses/?role=null&namespace=~space ipam/ip-addresses/?host=x
ipam/ip-addresses/?sort=-host&namespace=~space ipam/ip-addresses/?has_nat_inside=true&namespace=~space ipam/ip-addresses/?tenant=~tenant
ipam/vlans/?vid=77&name=~vlan ipam/vlans/?vid=77&vid=78&name=~vlan ipam/vlans/?vid__gte=1&vlan_group=~group ipam/vlans/?q=~vlan
ipam/vlans/?location=~europe ipam/vlans/?location=null&name=~vlan ipam/vlan-groups/?q=~ ipam/ip-address-to-interface/?interface={if0}
plugins/bgp/autonomous-systems/?asn=4200077777 plugins/bgp/autonomous-systems/?q=42000777 plugins/bgp/autonomous-systems/?device=~dev-0
plugins/bgp/routing-instances/?device=~dev-0 plugins/bgp/routing-instances/?autonomous_system=4200077777 plugins/bgp/peer-groups/?q=~
plugins/bgp/peer-groups/?name=~peers plugins/bgp/peer-groups/?routing_instance={instance} plugins/bgp/peer-groups/?device=~dev-0
plugins/bgp/peer-groups/?enabled=true&name=~peers plugins/bgp/peer-groups/?autonomous_system=null&name=~peers
""".split()


@pytest.mark.parametrize("path", FILTERS)
def test_filters_are_alike(both: Both, path: str) -> None:
    both.same("GET", f"/api/{path}")


def _device(**fields: Any) -> dict[str, Any]:
    return {"device_type": "{type}", "role": "{role}", "status": "Active", "location": "{ams}", "name": "~x", **fields}


def _interface(**fields: Any) -> dict[str, Any]:
    return {"name": "x", "device": "{dev0}", "type": "1000base-t", "status": "Active", **fields}


def _address(**fields: Any) -> dict[str, Any]:
    return {"address": "10.77.0.99/24", "namespace": "{space}", "status": "Active", **fields}


REFUSED: list[tuple[str, Any]] = [
    *[("dcim/devices", body) for body in (
        {}, 5, None, [5], {"name": "~x"}, _device(name="~dev-10"), _device(name="~dev-0", tenant="{tenant}"), _device(id="{dev0}"),
        _device(id="zzz"), _device(id=None), _device(status="Nope"), _device(status=NOBODY), _device(status={"name": "Nope"}),
        _device(status={"id": NOBODY}), _device(status=None), _device(status=5), _device(status=""), _device(status=["Active"]),
        _device(status="Connected"), _device(role={"name__ic": "~"}), _device(device_type={"manufacturer": {"name": "none"}}),
        _device(device_type="~type"), _device(location="~ams"), _device(location="{europe}"), _device(tags=["nope"]), _device(tags="~tag"),
        _device(tags=None), _device(face="front"), _device(face="side"), _device(face={"label": "x"}), _device(position="abc"),
        _device(position=3), _device(position=-1, vc_position=1.5, asset_tag=True, comments=["x"]), _device(asset_tag="~A1"),
        _device(name=["x"], serial="x" * 256, comments=None, vc_position=300), _device(primary_ip4="{ip1}"), _device(primary_ip6="{ip0}"),
        _device(platform="{platform}", device_type="{type2}"), _device(local_config_context_data="x"), _device(rack=NOBODY),
        _device(device_redundancy_group_priority=3), _device(relationships={"x": 1}), [_device(), {"name": "~y"}], [_device(), _device()],
    )],
    *[("dcim/interfaces", body) for body in (
        _interface(mtu=0, enabled="maybe"), _interface(mac_address="zz"), _interface(tagged_vlans=["{vlan}"]), _interface(name="eth0"),
        _interface(device=None), _interface(type="bogus"), _interface(type=None), _interface(type=""), _interface(type={"label": "x"}),
        _interface(type=["x"]), _interface(type="virtual", lag="{lag}"), _interface(device="{dev1}", lag="{lag}"), _interface(role="{role}"),
        _interface(parent_interface="{if0}"), _interface(speed="x"), _interface(type="virtual", speed=5), _interface(type="lag", duplex="full"),
        _interface(type="10gbase-x-sfpp", duplex="full"), _interface(type="virtual", parent_interface="{if3}"), _interface(device="{dev1}", bridge="{if0}"),
        _interface(type="virtual", port_type="8p8c"),
    )],
    *[("dcim/locations", body) for body in (
        {"name": "~europe", "location_type": "{region}", "status": "Active"}, {"name": "~x", "location_type": "{site}", "status": "Active"},
        {"name": "~ams", "location_type": "{site}", "status": "Active", "parent": "{europe}"},
        {"name": "~x", "location_type": "{site}", "status": "Active", "parent": "{ams}"},
        {"name": "~x", "location_type": "{region}", "status": "Active", "parent": "{ams}"},
        {"name": "~x", "location_type": "{plain}", "status": "Active", "parent": "{ams}"},
        {"name": "~x", "location_type": "{region}", "status": "Active", "latitude": "91.5555555", "longitude": "abc", "contact_email": "x",
         "asn": 0, "time_zone": "Mars/X"},
    )],
    *[("ipam/ip-addresses", body) for body in (
        _address(address="10.77.0.20/25"), _address(address="10.99.0.1/24"), {"address": "10.99.0.1/24", "status": "Active"}, _address(address="zz"),
        _address(type="bogus"), _address(type=""), _address(type=None), _address(type="slaac"), _address(dns_name="bad name!"), _address(namespace=None),
        {"address": "10.77.0.3/24", "parent": "{outer}", "status": "Active"}, _address(address=None), _address(address=""), _address(address=5),
    )],
    *[("ipam/prefixes", {"namespace": "{space}", "status": "Active", **body}) for body in (
        {}, {"prefix": "10.77.0.9/24"}, {"prefix": "abc"}, {"prefix": "10.0.0.0/33"}, {"prefix": None}, {"prefix": ""}, {"prefix": 5},
        {"prefix": "10.0.0.0/8", "type": "bogus"}, {"prefix": "10.1.0.0/16", "namespace": None}, {"prefix": "10.1.0.0/16", "date_allocated": "x"},
        {"prefix": "10.1.0.0/16", "status": "Nope", "role": "nope", "tenant": "nope", "vlan": 7}, {"prefix": "10.1.0.0/16", "location": "nope"},
    )],
    ("dcim/manufacturers", {"name": "~maker"}), ("dcim/manufacturers", [{"name": "~maker"}, {"name": "~x"}]),
    ("dcim/manufacturers", [{"name": "~x"}, {"name": "~x"}]), ("tenancy/tenants", {"name": "~tenant"}), ("tenancy/tenants", {"name": "x" * 256}),
    ("extras/tags", {"name": "~tag", "content_types": ["dcim.bogus"]}), ("extras/tags", {"name": "~x", "content_types": ["bogus"]}),
    ("extras/tags", {"name": "~x", "content_types": "dcim.device", "color": "zzz"}), ("extras/statuses", {"name": "", "color": ""}),
    ("extras/roles", {"name": "~role", "content_types": ["dcim.device"]}), ("dcim/location-types", {"name": "~site"}),
    ("dcim/device-types", {"manufacturer": "{maker}", "model": "~type"}), ("dcim/device-types", {"manufacturer": "{maker}", "model": "~x", "u_height": -1}),
    ("ipam/namespaces", {"name": "~space"}), ("ipam/vlan-groups", {"name": "~group"}), ("dcim/platforms", {"name": "~platform"}),
    ("ipam/vlans", {"vid": 77, "name": "~x", "status": "Active", "vlan_group": "{group}"}),
    ("ipam/vlans", {"vid": 79, "name": "~vlan", "status": "Active", "vlan_group": "{group}"}),
    ("ipam/vlans", {"vid": 5, "name": "~x", "status": "Active", "vlan_group": "{group}"}), ("ipam/vlans", {"vid": 0, "name": "~x", "status": "Active"}),
    ("ipam/vlans", {"vid": 8, "name": "~x", "status": "Active", "location": "{europe}"}),
    ("ipam/ip-address-to-interface", {"ip_address": "{ip0}", "interface": "{if0}"}), ("ipam/ip-address-to-interface", {"ip_address": "{ip0}"}),
    ("plugins/bgp/autonomous-systems", {"asn": 4200077777, "status": "Active"}), ("plugins/bgp/autonomous-systems", {"asn": 0, "status": "Active"}),
    ("plugins/bgp/peer-groups", {"name": "~peers", "routing_instance": "{instance}"}),
    ("plugins/bgp/routing-instances", {"device": "{dev0}", "autonomous_system": "{asn}", "status": "Active"}),
]  # fmt: skip


@pytest.mark.parametrize(("route", "body"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_refused_creates_are_alike(both: Both, route: str, body: Any) -> None:
    content = b"null" if body is None else body
    status, _, _ = both.same("POST", f"/api/{route}/", content)
    if status == 201:
        pytest.fail("both created it: this case is none")


def _created(both: Both, route: str, key: str = "spare") -> None:
    both.same("DELETE", f"/api/{route}/{both.ids[key]}/")


@pytest.mark.parametrize(("route", "body"), [
    ("dcim/devices", _device(role={"name__icontains": "~rol"}, device_type={"model": "~type", "manufacturer": {"name": "~maker"}})),
    ("dcim/devices", _device(location="~ams;~europe", tags=["~tag", {"name": "~tag"}, "{tag}"])), ("dcim/devices", _device(name="  ~x ", asset_tag="")),
    ("dcim/devices", _device(location={"name": "~ams", "parent": {"name": "~europe"}}, name=None)), ("dcim/devices", _device(name="", serial=5)),
    ("dcim/devices", _device(custom_fields={"zz": 1}, display="zz", url="zz", created="2020-01-01", bogus=1)),
    ("dcim/interfaces", _interface(mtu="9000", enabled="yes", mode="tagged", tagged_vlans=["{vlan}"], mac_address="", duplex="full", speed=1000)),
    ("dcim/interfaces", _interface(type={"value": "virtual"}, mtu=1.0, mode=None, parent_interface="{if0}")),
    ("ipam/prefixes", {"prefix": "2001:DB8::/32", "status": "Active", "location": "{ams}", "namespace": {"name": "~space"}}),
    ("ipam/prefixes", {"prefix": "10.77.0.64/26", "status": "Active", "namespace": "~space", "parent": "{inner}", "date_allocated": "2020-01-02"}),
    ("ipam/prefixes", {"prefix": "10.99.0.1", "status": "Active", "namespace": "{space}", "locations": ["{ams}"]}),
    ("ipam/ip-addresses", _address(address="10.77.0.0/24")), ("ipam/ip-addresses", _address(parent=None, role="VIP", dns_name="UP.example.com")),
    ("extras/tags", {"name": "~x", "content_types": []}), ("ipam/vlans", {"vid": 77, "name": "~vlan", "status": "Active"}),
    ("dcim/locations", {"name": "~x", "location_type": "{region}", "status": "Active", "parent": "{europe}", "time_zone": "Europe/Berlin", "asn": "5"}),
], ids=lambda value: json.dumps(value)[:60])  # fmt: skip
def test_creates_are_alike(both: Both, route: str, body: dict[str, Any]) -> None:
    try:
        status, _, _ = both.same("POST", f"/api/{route}/", {"id": "{spare}", **body})
        assert status == 201
        both.same("GET", f"/api/{route}/{{spare}}/?exclude_m2m=false")
    finally:
        _created(both, route)


def test_changes_are_alike(both: Both) -> None:
    same: Callable[..., Answer] = both.same
    path = "/api/dcim/devices/{spare}/"
    same("POST", "/api/dcim/devices/", {"id": "{spare}", **_device()})
    try:
        for body in ({"name": "~y"}, {"bogus": 1}, {}, {"id": NOBODY}, {"role": None}, {"name": "~dev-10"}, {"tenant": "~tenant"}, {"tenant": None},
                     {"tags": ["~tag"]}, {"tags": []}, {"location": "{fra}"}, {"status": {"name": "Planned"}}, {"face": "front"}, 5, b"[", b""):  # fmt: skip
            same("PATCH", path, body)
        same("PATCH", f"{path}?depth=1", {"comments": "x"})
        same("PUT", path, {"name": "~z"})
        same("PUT", path, _device(name="~z"))
        same("POST", path, {})
        for body in ([{"id": "{spare}", "serial": "q"}, {"id": NOBODY, "serial": "q"}], [{"id": "{spare}", "serial": "r"}, {"id": "{dev1}", "position": "q"}],
                     [{"serial": "q"}], [{"id": "zz"}], {"id": "zz"}, []):  # fmt: skip
            same("PATCH", "/api/dcim/devices/", body)
        same("PUT", "/api/dcim/devices/", [{"id": "{spare}", "serial": "r"}])
        same("GET", path)
        for body in ([{"id": "zz"}], [], [{"id": NOBODY}], None):
            same("DELETE", "/api/dcim/devices/", body)
    finally:
        same("DELETE", "/api/dcim/devices/", [{"id": "{spare}"}])
    same("DELETE", path)


def test_other_changes_are_alike(both: Both) -> None:
    for path, body in (
        ("ipam/ip-addresses/{ip1}", {"address": "10.77.0.5/28"}), ("ipam/ip-addresses/{ip1}", {"address": "10.77.0.4/29"}),
        ("ipam/prefixes/{inner}", {"prefix": "10.77.0.0/27"}), ("ipam/ip-addresses/{ip0}", {}), ("ipam/prefixes/{inner}", {"prefix": "10.77.0.0/28"}),
        ("ipam/prefixes/{outer}", {"prefix": "10.78.0.0/24"}), ("dcim/locations/{europe}", {"parent": "{ams}"}),
        ("dcim/locations/{ams}", {"location_type": "{region}"}), ("dcim/interfaces/{if0}", {"device": "{dev1}"}), ("dcim/interfaces/{if0}", {"mtu": ""}),
        ("dcim/interfaces/{if0}", {"mtu": True}), ("dcim/interfaces/{if0}", {"mode": ""}), ("dcim/interfaces/{if0}", {"lag": "{if0}"}),
        ("dcim/devices/{dev0}", {"primary_ip4": None}), ("dcim/devices/{dev0}", {"primary_ip4": {"id": "{ip2}"}}), ("dcim/devices/{dev0}", {"primary_ip4": "{ip0}"}),
        ("plugins/bgp/peer-groups/{peers}", {"autonomous_system": {"asn": 4200077777}}), ("plugins/bgp/peer-groups/{peers}", {"autonomous_system": None}),
    ):  # fmt: skip
        both.same("PATCH", f"/api/{path}/", body)


def test_refused_deletes_are_alike(both: Both) -> None:
    for path in (
        "dcim/manufacturers/{maker}",
        "ipam/prefixes/{outer}",
        "dcim/location-types/{site}",
        "dcim/device-types/{type2}",
        "extras/roles/{role}",
    ):
        status, _, body = both.sandbox("DELETE", both.filled(f"/api/{path}/"), None, {"Authorization": f"Token {both._token}"})
        real = both.real("DELETE", both.filled(f"/api/{path}/"), None, {"Authorization": f"Token {both._token}"})
        assert (status, sorted(body["detail"].split(": ", 1)[1].split(", "))) == (
            409,
            sorted(real[2]["detail"].split(": ", 1)[1].split(", ")),
        )


def test_allocation_is_alike(both: Both) -> None:
    ips, prefixes = "/api/ipam/prefixes/{inner}/available-ips/", "/api/ipam/prefixes/{outer}/available-prefixes/"
    for query in ("", "?limit=2", "?limit=0", "?typo=1", "?range_start=10.77.0.10", "?range_start=zz", "?range_end=10.77.0.2"):
        both.same("GET", f"{ips}{query}")
    for body in ({}, {"status": "Nope"}, [{"status": "Active"}, {}], [], [{"status": "Active"}] * 50):
        both.same("POST", ips, body)
    made = ["bulk1", "bulk2", "bulk3"]
    both.same("POST", ips, {"id": "{bulk1}", "status": "Active", "dns_name": "a.example.com"})
    both.same("POST", ips, [{"id": "{bulk2}", "status": "Active"}, {"id": "{bulk3}", "status": "Active"}])
    both.same("GET", ips)
    for name in made:
        _created(both, "ipam/ip-addresses", name)
    both.same("GET", prefixes)
    for body in (
        {"prefix_length": 20, "status": "Active"},
        {"prefix_length": "28", "status": "Active"},
        {"status": "Active"},
        {"prefix_length": 28},
    ):
        both.same("POST", prefixes, body)
    both.same("POST", prefixes, {"id": "{bulk1}", "prefix_length": 28, "status": "Active"})
    both.same(
        "POST",
        prefixes,
        [{"id": "{bulk2}", "prefix_length": 27, "status": "Active"}, {"id": "{bulk3}", "prefix_length": 30, "status": "Active"}],
    )
    both.same("GET", prefixes)
    both.same("GET", "/api/ipam/prefixes/{outer}/available-ips/?limit=5")
    for name in made:
        _created(both, "ipam/prefixes", name)
    both.same("DELETE", ips)
    both.same("GET", f"/api/ipam/prefixes/{NOBODY}/available-ips/")
    both.same("GET", "/api/ipam/prefixes/xyz/available-ips/")


def test_notes_are_alike(both: Both) -> None:
    path = "/api/dcim/devices/{dev2}/notes/"
    for body in ({"note": "hello"}, {}, {"note": ""}, {"note": None}, [{"note": "a"}]):
        both.same("POST", path, body)
    both.same("GET", path)
    both.same("GET", f"{path}?limit=1")
    both.same("DELETE", path)


@pytest.mark.parametrize("headers", [
    {"Authorization": "Token bad"}, {"Authorization": ""}, {"Authorization": "Token"}, {"Authorization": "Bearer x"},
    {"Accept": "application/json; version=9.9"}, {"Accept": "application/json; version=3.0"}, {"Accept": "text/plain"}, {"Accept": "*/*"},
])  # fmt: skip
def test_headers_are_alike(both: Both, headers: dict[str, str]) -> None:
    both.same("GET", "/api/dcim/devices/?name=~dev-0", **headers)
    both.same("GET", "/api/status/?x", **headers) if "Authorization" in headers else None
    both.same("POST", "/api/dcim/manufacturers/", b"a=1", Content_Type="application/x-www-form-urlencoded")


def test_a_wrong_method_is_alike(both: Both) -> None:
    for method, path in (
        ("PUT", "/api/dcim/"),
        ("DELETE", "/api/status/"),
        ("POST", "/api/dcim/devices/{dev0}/"),
        ("DELETE", "/api/plugins/bgp/"),
    ):
        both.same(method, path, {})
