"""A few routes that behave as Nautobot's do, over tables in memory: what the fault server answers from, and what is counted afterwards."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

PREFIX = "99999999-0000-4000-8000-000000000000"
JSON = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A request as it came; `path` is the route below /api/."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    target: str = ""

    def asked(self, name: str, default: str = "") -> str:
        return dict(self.params).get(name, default)


class Store:
    """The tables, and what was done to them."""

    def __init__(self, url: str = "http://elsewhere.test") -> None:
        self.url = url
        self.tables: dict[str, dict[str, JSON]] = {"lab/devices": {}, "dcim/devices": {}, "lab/addresses": {}, "lab/things": {}}
        self.commits: list[tuple[str, str]] = []
        self.runs = 0
        self.maximum = 1000
        self.order = "name"
        self.read_only: set[str] = set()  # fields that a write does not change, without a word
        self.lock = threading.RLock()
        self._clock = 0
        self._address = 0
        self._number = 0

    # --- by the test -------------------------------------------------------------------------------------------------

    def fill(self, number: int, path: str = "lab/devices") -> list[JSON]:
        return [self.add(path, {"id": f"00000000-0000-4000-8000-{index:012d}", "name": f"d{index:04d}"}) for index in range(number)]

    def add(self, path: str, item: JSON) -> JSON:
        with self.lock:
            identity = str(item.get("id") or uuid.uuid4())
            row = {
                "id": identity, "object_type": path.replace("/", "."), "url": f"{self.url}/api/{path}/{identity}/",
                "display": item.get("name", ""), "description": "", **item, "last_updated": self._tick(),
            }  # fmt: skip
            row["id"] = identity
            self.tables[path][identity] = row
            self.commits.append(("create", identity))
            return row

    def names(self, path: str = "lab/devices") -> list[str]:
        return [row["name"] for row in self.tables[path].values()]

    def _tick(self) -> str:
        self._clock += 1
        return f"2026-01-01T00:00:{self._clock / 1000:010.6f}Z"

    # --- as a server -------------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> tuple[int, Any]:
        """The status and JSON of an answer."""
        with self.lock:
            return self._handle(request)

    def _handle(self, request: Request) -> tuple[int, Any]:
        path = request.path.rstrip("/")
        if path == "graphql":
            return 200, {"data": {"devices": [{"name": name} for name in self.names()]}}
        if path == "status":
            return 200, {"nautobot-version": "3.2.7"}
        if path.endswith("/run"):
            self.runs += 1
            return 201, {"job_result": {"id": str(uuid.uuid4())}}
        if path.endswith("/available-ips"):
            return self._allocate(request)
        if path in self.tables:
            return self._list(path, request)
        table, _, identity = path.rpartition("/")
        if table in self.tables:
            return self._detail(table, identity, request)
        return 404, None

    def _list(self, path: str, request: Request) -> tuple[int, Any]:
        table = self.tables[path]
        if request.method == "GET":
            return 200, self._page(path, request)
        if request.method == "OPTIONS":
            shown = {name: {"read_only": True} for name in self.read_only}
            return 200, {"actions": {"POST": {"id": {"type": "string", "read_only": path == "lab/things"}, **shown}}}
        items = request.body if isinstance(request.body, list) else [request.body]
        if request.method == "POST":
            return self._create(path, items, isinstance(request.body, list))
        there = [item for item in items if item["id"] in table]
        if request.method == "PATCH":
            return 200, [self._change(table[item["id"]], item) for item in there]
        for item in there:
            self._delete(table, item["id"])
        return 204, None

    def _page(self, path: str, request: Request) -> JSON:
        ids = {value for name, value in request.params if name == "id"}
        names = {value for name, value in request.params if name == "name"}
        order = request.asked("sort") or self.order
        rows = [row for row in self.tables[path].values() if (not ids or row["id"] in ids) and (not names or row["name"] in names)]
        rows.sort(key=lambda row: row[order])
        limit, offset = min(int(request.asked("limit", "50")) or self.maximum, self.maximum), int(request.asked("offset", "0"))
        more = f"{self.url}/api/{path}/?limit={limit}&offset={offset + limit}" if offset + limit < len(rows) else None
        return {"count": len(rows), "next": more, "previous": None, "results": [dict(row) for row in rows[offset : offset + limit]]}

    def _create(self, path: str, items: list[JSON], many: bool) -> tuple[int, Any]:
        told: list[JSON] = []
        taken = {row["name"] for row in self.tables[path].values() if row.get("name")}
        for item in items:
            said: JSON = {}
            if path == "lab/things":
                item.pop("id", None)
            if not item.get("name"):
                said["name"] = ["This field is required."]
            elif item["name"] in taken:
                said["name"] = ["device with this name already exists."]
            if item.get("id") in self.tables[path]:
                said["id"] = ["device with this Id already exists."]
            taken.add(item.get("name"))
            told.append(said)
        if any(told):
            return 400, told if many else told[0]
        made = [self.add(path, self._numbered(path, item)) for item in items]
        return 201, made if many else made[0]

    def _numbered(self, path: str, item: JSON) -> JSON:
        if path != "lab/things":
            return item
        self._number += 1
        return {**item, "id": str(uuid.UUID(int=self._number))}

    def _allocate(self, request: Request) -> tuple[int, Any]:
        many = isinstance(request.body, list)
        items = request.body if many else [request.body]
        if any(item.get("id") in self.tables["lab/addresses"] for item in items):
            return 400, {"id": ["IP address with this Id already exists."]}
        made = []
        for item in items:
            self._address += 1
            made.append(self.add("lab/addresses", {**item, "name": f"10.0.0.{self._address}", "address": f"10.0.0.{self._address}/24"}))
        return 201, made if many else made[0]

    def _detail(self, path: str, identity: str, request: Request) -> tuple[int, Any]:
        table = self.tables[path]
        if identity not in table:
            return 404, {"detail": "No device matches the given query."}
        if request.method == "PATCH":
            return 200, self._change(table[identity], request.body)
        if request.method == "DELETE":
            self._delete(table, identity)
            return 204, None
        return 200, dict(table[identity])

    def _change(self, row: JSON, changes: JSON) -> JSON:
        changes = {name: value for name, value in changes.items() if name not in self.read_only}
        row.update({**changes, "id": row["id"], "last_updated": self._tick()})
        self.commits.append(("update", row["id"]))
        return dict(row)

    def _delete(self, table: dict[str, JSON], identity: str) -> None:
        del table[identity]
        self.commits.append(("delete", identity))
