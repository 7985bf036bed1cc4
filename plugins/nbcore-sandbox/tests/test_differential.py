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
from pathlib import Path
from typing import Any

import pytest

from nbcore_sandbox import Sandbox

pytestmark = pytest.mark.integration

Answer = tuple[int, bool, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
NOBODY = "00000000-0000-0000-0000-000000000000"
CASES = Path(__file__).parent / "cases"
OBJECTS = [json.loads(line) for line in (CASES / "objects.jsonl").read_text().splitlines()]
SPARE = ("spare", "bulk1", "bulk2", "bulk3")


def lines(name: str) -> list[str]:
    return (CASES / name).read_text().splitlines()


class Both:
    """The real server and the sandbox, with the same objects."""

    def __init__(self, url: str, token: str) -> None:
        self.run = uuid.uuid4().hex[:6]
        self.ids = {name: str(uuid.uuid4()) for name in (*(item[0] for item in OBJECTS), *SPARE)}
        self._url = url
        self._wire = http.client.HTTPConnection(url.partition("://")[2], timeout=60)
        self._sandbox = Sandbox(seed=False, token=token)
        self._made: list[str] = []
        self.headers = {"Authorization": f"Token {token}", "Accept": "application/json", "Content-Type": "application/json"}

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
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        real = self.real(method, path, content, given)
        mine = self.sandbox(method, path, content, given)
        if mine != real:
            pytest.fail(f"{method} {path} {content!r}\n{_differences(mine, real)}", pytrace=False)
        return mine

    def make(self, name: str, route: str, fields: dict[str, Any]) -> None:
        status, _, body = self.same("POST", f"/api/{route}/", {"id": self.ids[name], **fields})
        assert status == 201, body
        self._made.append(f"/api/{route}/{self.ids[name]}/")

    def clean(self) -> None:
        clear = json.dumps({"primary_ip4": None}).encode()
        self.real("PATCH", self.filled("/api/dcim/devices/{dev0}/"), clear, self.headers)
        for path in reversed(self._made):
            self.real("DELETE", path, None, self.headers)
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
        for name, route, fields in OBJECTS:
            pair.make(name, route, fields)
        pair.same("PATCH", "/api/dcim/devices/{dev0}/", {"primary_ip4": "{ip0}"})
        pair.same("PATCH", "/api/plugins/bgp/routing-instances/{instance}/", {"router_id": "{ip0}"})
        trunk = {"mode": "tagged", "tagged_vlans": ["{vlan}"], "lag": "{lag}"}
        pair.same("PATCH", "/api/dcim/interfaces/{if1}/?exclude_m2m=false", trunk)
        yield pair
    finally:
        pair.clean()


@pytest.mark.parametrize(("name", "route"), [item[:2] for item in OBJECTS])
def test_objects_are_read_alike(both: Both, name: str, route: str) -> None:
    both.same("GET", f"/api/{route}/{{{name}}}/")


@pytest.mark.parametrize("query", ["exclude_m2m=false", "exclude_m2m=true", "depth=1", "depth=2&exclude_m2m=false"])
@pytest.mark.parametrize(("route", "name"), {item[1]: item[0] for item in OBJECTS}.items())
def test_forms_of_objects_are_alike(both: Both, route: str, name: str, query: str) -> None:
    both.same("GET", f"/api/{route}/{{{name}}}/?{query}")


@pytest.mark.parametrize(("route", "name"), {item[1]: item[0] for item in OBJECTS}.items())
def test_options_are_alike(both: Both, route: str, name: str) -> None:
    both.same("OPTIONS", f"/api/{route}/")
    both.same("OPTIONS", f"/api/{route}/{{{name}}}/")


@pytest.mark.parametrize("path", lines("reads.txt"))
def test_reads_are_alike(both: Both, path: str) -> None:
    both.same("GET", path)


@pytest.mark.parametrize("query", lines("device_filters.txt"))
def test_device_filters_are_alike(both: Both, query: str) -> None:
    ours = "role=~role" if "name=" in query else "name__isw=~dev-"
    both.same("GET", f"/api/dcim/devices/?{ours}&{query}")


@pytest.mark.parametrize("path", lines("filters.txt"))
def test_filters_are_alike(both: Both, path: str) -> None:
    both.same("GET", f"/api/{path}")


@pytest.mark.parametrize("case", lines("refused.jsonl"))
def test_refused_creates_are_alike(both: Both, case: str) -> None:
    route, body = json.loads(case)
    status, _, _ = both.same("POST", f"/api/{route}/", b"null" if body is None else body)
    assert status >= 400


@pytest.mark.parametrize("case", lines("created.jsonl"))
def test_creates_are_alike(both: Both, case: str) -> None:
    route, body = json.loads(case)
    try:
        assert both.same("POST", f"/api/{route}/", {"id": "{spare}", **body})[0] == 201
        both.same("GET", f"/api/{route}/{{spare}}/?exclude_m2m=false")
    finally:
        both.same("DELETE", f"/api/{route}/{{spare}}/")


def test_changes_are_alike(both: Both) -> None:
    device = {"device_type": "{type}", "role": "{role}", "status": "Active", "location": "{ams}", "name": "~x"}
    both.same("POST", "/api/dcim/devices/", {"id": "{spare}", **device})
    try:
        for method, path, body in map(json.loads, lines("changes.jsonl")):
            both.same(method, path, body)
        both.same("PATCH", "/api/dcim/devices/{spare}/", b"[")
        both.same("PATCH", "/api/dcim/devices/{spare}/", b"")
    finally:
        both.same("DELETE", "/api/dcim/devices/", [{"id": "{spare}"}])
    both.same("DELETE", "/api/dcim/devices/{spare}/")


def test_allocation_notes_and_methods_are_alike(both: Both) -> None:
    for method, path, body in map(json.loads, lines("allocation.jsonl")):
        both.same(method, path, body)


@pytest.mark.parametrize(
    "path", ["dcim/manufacturers/{maker}", "ipam/prefixes/{outer}", "dcim/location-types/{site}", "extras/roles/{role}"]
)
def test_refused_deletes_are_alike(both: Both, path: str) -> None:
    def named(send: Callable[..., Answer]) -> list[str]:
        status, versioned, body = send("DELETE", both.filled(f"/api/{path}/"), None, both.headers)
        assert (status, versioned) == (409, False)
        return sorted(re.split(": |, ", body["detail"]))

    assert named(both.sandbox) == named(both.real)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Token bad"},
        {"Authorization": ""},
        {"Authorization": "Token"},
        {"Authorization": "Bearer x"},
        {"Accept": "application/json; version=9.9"},
        {"Accept": "application/json; version=3.0"},
        {"Accept": "text/plain"},
        {"Accept": "*/*"},
    ],
)
def test_headers_are_alike(both: Both, headers: dict[str, str]) -> None:
    both.same("GET", "/api/dcim/devices/?name=~dev-0", **headers)
    if "Authorization" in headers:
        both.same("GET", "/api/status/", **headers)


def test_a_wrong_content_type_is_alike(both: Both) -> None:
    both.same("POST", "/api/dcim/manufacturers/", b"a=1", Content_Type="application/x-www-form-urlencoded")
