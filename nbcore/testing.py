"""What a plugin author tests with: an in-memory wire, an Api on it, and checks that any app package can run over its spec.

    from nbcore.testing import Wire, check_app, make_api

    wire = Wire()
    wire.serve("plugins/bgp/peerings", [{"id": "...", "object_type": "...", "url": "..."}])
    nb = make_api(wire)
    assert len(nb.bgp.peerings.all()) == 1
    assert [call.path for call in wire.calls] == ["plugins/bgp/peerings/"]

Under pytest, the fixtures `wire` and `nb` are there without an import (see nbcore.pytest_plugin).
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .client import Api, Record
from .messages import Call, Reply
from .plugins import AppSpec, EndpointSpec, hookimpl
from .values import encode

URL = "https://nautobot.test"
Handler = Callable[[Call], Reply]


class Wire:
    """An in-memory server: a hook plugin that answers `nbcore_send` in the network's place. Hooks that wrap it still see every call.

    Attributes:
        calls: every call it was sent, in order.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._routes: dict[tuple[str, str], Handler] = {}
        self._lock = threading.Lock()

    def on(self, method: str, path: str, answer: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer a route with JSON, with a Reply, with what a function of the Call returns, or by raising an exception.

        Args:
            method: the HTTP method, in either case.
            path: the route below /api/, such as "dcim/devices/".
            answer: JSON data, bytes, a Reply, an exception to raise, or a function of the Call that gives one of them.
            status: the status of an answer that is no Reply.
            headers: its headers, beside API-Version and Content-Type.
        """

        def handle(call: Call) -> Reply:
            found = answer(call) if callable(answer) else answer
            if isinstance(found, BaseException):
                raise found
            return found if isinstance(found, Reply) else reply(found, status, headers, f"{URL}/api/{call.path}")

        self._routes[method.upper(), path] = handle

    def serve(self, path: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Serve a list route and its detail routes from rows, for reading, creating, changing and deleting; gives the living list of rows.

        Lists page by limit and offset (1,000 at most) and filter by equality. It is no Nautobot: for that there is nbcore-sandbox.
        """
        table = [dict(row) for row in rows]
        self.on("GET", f"{path}/", lambda call: _page(call, table))
        self.on("POST", f"{path}/", lambda call: _create(call, table, path))
        self.on("PATCH", f"{path}/", lambda call: [_change(table, item["id"], item) for item in sent(call)])
        self.on("DELETE", f"{path}/", lambda call: _delete(table, {item["id"] for item in sent(call)}))
        for method, handler in {
            "GET": lambda call: _find(table, _last(call)),
            "PATCH": lambda call: _change(table, _last(call), sent(call)),
            "DELETE": lambda call: _delete(table, {_last(call)}),
        }.items():
            self.on(method, f"{path}/*/", handler)
        return table

    @hookimpl
    def nbcore_send(self, call: Call) -> Reply:
        """Answer a call from the routes; one that is not there is answered as Nautobot answers an unknown route."""
        with self._lock:
            self.calls.append(call)
        parent = call.path.rstrip("/").rpartition("/")[0]
        handler = self._routes.get((call.method, call.path)) or self._routes.get((call.method, f"{parent}/*/"))
        if handler is None:
            return Reply(404, "Not Found", {}, b'{"detail": "Not found."}', f"{URL}/api/{call.path}")
        return handler(call)


def reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None, url: str = URL) -> Reply:
    """An answer as Nautobot gives it: JSON (bytes are taken as they are; None is an empty body), with its API-Version."""
    content = b"" if data is None else data if isinstance(data, bytes) else encode(data)
    named = {"api-version": "3.2", "content-type": "application/json", **{name.lower(): value for name, value in (headers or {}).items()}}
    return Reply(status, {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request"}.get(status, "Status"), named, content, url)


def sent(call: Call) -> Any:
    """What a call's body is on the wire: the JSON a server reads."""
    return None if call.body is None else json.loads(encode(call.body))


def make_api(*plugins: Any, **options: Any) -> Api:
    """An Api on an in-memory wire: `make_api(wire, my_spec, my_hook)`. No installed hook package is active unless `settings` names it."""
    return Api(options.pop("url", URL), options.pop("token", "a-token-for-tests"), plugins=plugins, **options)


def row(path: str, object_type: str = "", **fields: Any) -> dict[str, Any]:
    """An object as Nautobot sends it, with an id, its url, and the fields given."""
    identity = str(fields.pop("id", None) or uuid.uuid4())
    return {"id": identity, "object_type": object_type or path.replace("/", "."), "url": f"{URL}/api/{path}/{identity}/", **fields}


def reference(of: Mapping[str, Any]) -> dict[str, Any]:
    """An object as Nautobot sends it in a field of another."""
    return {name: of[name] for name in ("id", "object_type", "url")}


def check_app(spec: AppSpec) -> None:
    """Conformance of an app package: its spec is sound, and each endpoint reads, gets, creates, changes and deletes over a wire.

    Raises:
        AssertionError: what does not hold, with the endpoint's name.
    """
    assert isinstance(spec, AppSpec), f"the entry point names {type(spec).__name__}, not an AppSpec"
    assert spec.name.isidentifier(), f"{spec.name!r} cannot be an attribute"
    assert spec.path.rpartition("/")[2].replace("-", "_") == spec.name, f"name {spec.name!r} is not the last part of path {spec.path!r}"
    for endpoint in spec.endpoints:
        _check_endpoint(spec, endpoint)


def _check_endpoint(spec: AppSpec, endpoint: EndpointSpec) -> None:
    path = f"{spec.path}/{endpoint.slug}"
    assert endpoint.slug == endpoint.slug.strip("/").lower(), f"{path}: the slug is not as in the URL"
    assert endpoint.record is None or issubclass(endpoint.record, Record), f"{path}: record is not a Record class"
    names = [action.attribute for action in endpoint.actions]
    assert len({(action.on, action.attribute) for action in endpoint.actions}) == len(names), f"{path}: an action is declared twice"
    for action in endpoint.actions:
        assert action.methods, f"{path}: the action {action.name!r} takes no method"
    if endpoint.key == "singleton" or "/" in endpoint.slug:
        return
    wire = Wire()
    shapes: dict[str, Any] = {name: {"id": 1, "nested": [{"url": None}]} for name in endpoint.json_fields}
    wire.serve(path, [row(path, **shapes)])
    nb = make_api(wire, spec)
    served = getattr(getattr(nb, spec.name), endpoint.attribute)
    (record,) = list(served.all())
    assert isinstance(record, endpoint.record or Record), f"{path}: its records are {type(record).__name__}"
    for name in endpoint.json_fields:
        assert not isinstance(record[name], Record), f"{path}: the JSON field {name!r} became a Record"
    assert served.get(record.id) == record, f"{path}: get() gave another record"
    made = served.create(name="made")
    assert made.update({"name": "changed"}) is True, f"{path}: update() sent nothing"
    assert made.delete() is True, f"{path}: delete() failed"
    assert repr(record), f"{path}: repr() is empty"


def _last(call: Call) -> str:
    return call.path.rstrip("/").rpartition("/")[2]


def _page(call: Call, table: list[dict[str, Any]]) -> dict[str, Any]:
    params = [(name, value) for name, value in call.params if name not in ("limit", "offset", "depth", "include", "exclude_m2m", "sort")]
    wanted: dict[str, set[str]] = {}
    for name, value in params:
        wanted.setdefault(name, set()).add(value)
    found = [item for item in table if all(str(item.get(name)) in values for name, values in wanted.items())]
    asked = dict(call.params)
    limit, offset = min(int(asked.get("limit", 50)) or 1000, 1000), int(asked.get("offset", 0))
    more = f"{URL}/api/{call.path}?limit={limit}&offset={offset + limit}" if offset + limit < len(found) else None
    return {"count": len(found), "next": more, "previous": None, "results": found[offset : offset + limit]}


def _create(call: Call, table: list[dict[str, Any]], path: str) -> Reply:
    body = sent(call)
    made = [row(path, **item) for item in (body if isinstance(body, list) else [body])]
    table.extend(made)
    return reply(made if isinstance(body, list) else made[0], 201)


def _find(table: list[dict[str, Any]], identity: str) -> Reply:
    found = next((item for item in table if item["id"] == identity), None)
    return reply(found) if found is not None else reply({"detail": "No object matches the given query."}, 404)


def _change(table: list[dict[str, Any]], identity: str, changes: Mapping[str, Any]) -> Any:
    found = next((item for item in table if item["id"] == identity), None)
    if found is None:
        return reply({"detail": "No object matches the given query."}, 404)
    found.update(changes)
    return found


def _delete(table: list[dict[str, Any]], identities: set[str]) -> Reply:
    there = [item for item in table if item["id"] in identities]
    if not there:
        return reply({"detail": "No object matches the given query."}, 404)
    table[:] = [item for item in table if item["id"] not in identities]
    return reply(None, 204)
