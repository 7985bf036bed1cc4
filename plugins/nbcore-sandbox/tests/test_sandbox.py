"""The sandbox by itself. What a real server answers to the same is in test_differential.py."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from nbcore_sandbox import Sandbox

Ask = Callable[..., tuple[int, Any]]
NOBODY = "00000000-0000-0000-0000-000000000000"


def one(ask: Ask, path: str) -> dict[str, Any]:
    status, body = ask("GET", path)
    assert (status, body["count"]) == (200, 1), body
    return dict(body["results"][0])


def test_the_sample_network_has_what_the_readme_says(ask: Ask) -> None:
    said = {"dcim/devices": 44, "dcim/interfaces": 264, "ipam/prefixes": 27, "ipam/ip-addresses": 88}
    assert {route: ask("GET", f"{route}/?limit=1")[1]["count"] for route in said} == said
    status, body = ask("GET", "dcim/devices/?has_primary_ip=false")
    assert (status, body["count"]) == (200, 0)


def test_the_sample_network_has_the_same_ids_each_time() -> None:
    first, second = (Sandbox(token="t").handle("GET", "/api/dcim/devices/", {"Authorization": "Token t"})[2] for _ in range(2))
    assert first == second


def test_an_empty_sandbox_has_what_nautobot_brings() -> None:
    box = Sandbox(seed=False, token="t")
    for route, least in (("extras/statuses", 20), ("ipam/namespaces", 1), ("dcim/devices", 0)):
        body = json.loads(box.handle("GET", f"/api/{route}/", {"Authorization": "Token t"})[2])
        assert body["count"] >= least
    assert body["count"] == 0


def test_two_sandboxes_share_nothing() -> None:
    first, second = Sandbox(token="t"), Sandbox(token="t")
    body = json.dumps({"name": "Nokia"}).encode()
    assert first.handle("POST", "/api/dcim/manufacturers/", {"Authorization": "Token t"}, body)[0] == 201
    assert json.loads(second.handle("GET", "/api/dcim/manufacturers/?name=Nokia", {"Authorization": "Token t"})[2])["count"] == 0


def test_pages_follow_each_other(ask: Ask) -> None:
    status, page = ask("GET", "dcim/interfaces/?limit=100&sort=name")
    ids = [row["id"] for row in page["results"]]
    while page["next"]:
        assert page["next"].startswith("http://nautobot.test/api/dcim/interfaces/?")
        status, page = ask("GET", page["next"].removeprefix("http://nautobot.test/api/"))
        assert (status, page["count"]) == (200, 264)
        ids += [row["id"] for row in page["results"]]
    assert len(set(ids)) == len(ids) == 264


def test_a_page_has_at_most_a_thousand_rows(ask: Ask) -> None:
    assert ask("POST", "extras/tags/", [{"name": f"t{number}", "content_types": []} for number in range(1001)])[0] == 201
    assert len(ask("GET", "extras/tags/?limit=5000")[1]["results"]) == 1000
    assert len(ask("GET", "extras/tags/?limit=0")[1]["results"]) == 1000


def test_what_is_not_served_is_501_and_what_does_not_exist_404(ask: Ask, box: Sandbox) -> None:
    for path in ("graphql/", "dcim/racks/", "dcim/cables/", f"dcim/racks/{NOBODY}/", "users/users/", "circuits/circuits/", "swagger.json"):
        status, body = ask("POST" if path == "graphql/" else "GET", path, {} if path == "graphql/" else None)
        assert (status, "sandbox does not serve" in body["detail"]) == (501, True), path
    for path in ("dcim/nonsense/", "nonsense/", "dcim/devices/x/y/z/", "plugins/nothing/"):
        assert ask("GET", path) == (404, {"detail": "Not found."})
    status, headers, _ = box.handle("GET", "/api/dcim/nonsense/", {"Authorization": "Token t"})
    assert (status, "API-Version" in headers) == (404, False)
    status, headers, _ = box.handle("GET", f"/api/dcim/devices/{NOBODY}/", {"Authorization": "Token t"})
    assert (status, headers["API-Version"]) == (404, "3.2")
    assert ask("GET", "dcim/devices/?contacts=x")[0] == 501
    device = one(ask, "dcim/devices/?name=ams01-leaf-01")
    assert ask("GET", f"dcim/devices/{device['id']}/napalm/")[0] == 501
    assert ask("GET", "ipam/prefixes/", Accept="application/json; version=2.0")[0] == 501
    assert ask("GET", "dcim/devices/", Accept="text/csv")[0] == 501


def test_a_path_without_its_last_slash_is_redirected(box: Sandbox) -> None:
    status, headers, _ = box.handle("POST", "/api/dcim/devices", {"Authorization": "Token t"}, b"{}")
    assert (status, headers["Location"]) == (301, "/api/dcim/devices/")


def test_head_has_the_headers_of_get_and_no_body(box: Sandbox) -> None:
    get, head = (box.handle(method, "/api/dcim/devices/", {"Authorization": "Token t"}) for method in ("GET", "HEAD"))
    assert (head[0], head[1], head[2]) == (200, get[1], b"")


def test_a_failing_bulk_writes_nothing(ask: Ask) -> None:
    status, body = ask("POST", "dcim/manufacturers/", [{"name": "Nokia"}, {"name": ""}])
    assert (status, body) == (400, [{}, {"name": ["This field may not be blank."]}])
    status, body = ask("POST", "dcim/manufacturers/", [{"name": "Nokia"}, {"name": "Nokia"}])
    assert (status, body["exception"]) == (500, "IntegrityError")
    assert ask("GET", "dcim/manufacturers/?name=Nokia")[1]["count"] == 0
    device = one(ask, "dcim/devices/?name=ams01-leaf-01")
    other = one(ask, "dcim/devices/?name=ams01-leaf-02")
    assert ask("PATCH", "dcim/devices/", [{"id": device["id"], "serial": "q"}, {"id": other["id"], "position": "q"}])[0] == 400
    assert one(ask, "dcim/devices/?name=ams01-leaf-01")["serial"] == device["serial"]
    used, free = one(ask, "dcim/manufacturers/?name=Arista"), ask("POST", "dcim/manufacturers/", {"name": "Nokia"})[1]
    assert ask("DELETE", "dcim/manufacturers/", [{"id": free["id"]}, {"id": used["id"]}])[0] == 409
    assert ask("GET", "dcim/manufacturers/?name=Nokia")[1]["count"] == 1


def test_a_chosen_id_is_kept_and_taken_once(ask: Ask) -> None:
    key = "11111111-1111-4111-8111-111111111111"
    assert ask("POST", "tenancy/tenants/", {"id": key, "name": "One"})[1]["id"] == key
    assert ask("POST", "tenancy/tenants/", {"id": key, "name": "Two"}) == (400, {"id": ["Tenant with this Id already exists."]})
    assert ask("GET", f"tenancy/tenants/{key}/")[1]["name"] == "One"


def test_deleting_a_device_takes_its_parts_along(ask: Ask) -> None:
    device = one(ask, "dcim/devices/?name=sjc01-leaf-01")
    assert ask("POST", f"dcim/devices/{device['id']}/notes/", {"note": "gone soon"})[0] == 201
    assert ask("DELETE", f"dcim/devices/{device['id']}/")[0] == 204
    assert ask("GET", "dcim/interfaces/?q=Loopback0")[1]["count"] == 43
    assert ask("GET", "ipam/ip-address-to-interface/")[1]["count"] == 86
    assert ask("GET", "ipam/ip-addresses/")[1]["count"] == 88
    assert ask("GET", "extras/notes/")[1]["count"] == 0


def test_deleting_a_prefix_hands_its_children_up(ask: Ask) -> None:
    site, space = one(ask, "ipam/prefixes/?prefix=10.1.0.0/16"), one(ask, "ipam/prefixes/?prefix=10.0.0.0/8")
    assert ask("DELETE", f"ipam/prefixes/{site['id']}/")[0] == 204
    assert one(ask, "ipam/prefixes/?prefix=10.1.1.0/24")["parent"]["id"] == space["id"]


def test_a_new_prefix_takes_its_children(ask: Ask) -> None:
    status, made = ask("POST", "ipam/prefixes/", {"prefix": "10.1.1.0/28", "status": "Active"})
    assert status == 201
    assert one(ask, "ipam/ip-addresses/?address=10.1.1.3/24")["parent"]["id"] == made["id"]
    assert one(ask, "ipam/ip-addresses/?address=10.1.1.3/24")["parent"]["id"] != one(ask, "ipam/prefixes/?prefix=10.1.1.0/24")["id"]


def test_addresses_run_out(ask: Ask, box: Sandbox) -> None:
    prefix = one(ask, "ipam/prefixes/?prefix=192.0.2.0/28")
    path = f"ipam/prefixes/{prefix['id']}/available-ips/"
    status, made = ask("POST", path, [{"status": "Active"}] * 16)
    assert (status, made[0]["address"], made[-1]["address"]) == (201, "192.0.2.0/28", "192.0.2.15/28")
    assert ask("GET", path) == (200, [])
    assert ask("POST", path, {"status": "Active"}) == (204, None)


def test_threads_never_get_the_same_address(ask: Ask) -> None:
    prefix = one(ask, "ipam/prefixes/?prefix=10.1.10.0/24")
    found: list[str] = []

    def allocate() -> None:
        for _ in range(10):
            status, body = ask("POST", f"ipam/prefixes/{prefix['id']}/available-ips/", {"status": "Active"})
            assert status == 201
            found.append(body["address"])

    threads = [threading.Thread(target=allocate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 80


ODD: list[Any] = [None, 5, "x", [], {}, [5], [[]], [{}], [{"id": None}]]
ODD += [{"name": {"a": 1}, "id": [], "tags": {}, "status": [[]], "parent": [{}]}]


@pytest.mark.parametrize("body", ODD, ids=str)
def test_no_body_breaks_it(ask: Ask, box: Sandbox, body: Any) -> None:
    content = json.dumps(body).encode()
    for path, route in box.index.routes.items():
        rows = ask("GET", f"{path}/?limit=1")[1]["results"]
        for method in ("POST", "PATCH", "PUT", "DELETE"):
            for below in ["", *(f"{row['id']}/" for row in rows), *(f"{row['id']}/{name}/" for row in rows for name in route.actions)]:
                status, answer = ask(method, f"{path}/{below}", content)
                assert "sandbox fails" not in str(answer), (method, path, below, answer)
                assert status != 200 or method != "POST"


@pytest.mark.parametrize("value", ["", "x", "null", "true", "-1.5", "2020-01-01", NOBODY, "10.0.0.0/8", "%00", "["])
def test_no_filter_breaks_it(ask: Ask, box: Sandbox, value: str) -> None:
    for path, route in box.index.routes.items():
        for name, found in route.filters.items():
            for lookup in ["", *found.lookups]:
                query = f"{name}__{lookup}={value}" if lookup else f"{name}={value}"
                status, body = ask("GET", f"{path}/?limit=1&{query}")
                assert status in (200, 400, 500, 501), (path, query)
                assert "sandbox fails" not in str(body), (path, query, body)
