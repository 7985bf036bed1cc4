"""What a plugin author tests with: an in-memory wire, an Api on it, and checks that any app package can run over its spec.

    from nbcore.testing import Wire, check_app, make_api

    wire = Wire()
    wire.serve("plugins/bgp/peerings", [{"id": "...", "object_type": "...", "url": "..."}])
    nb = make_api(wire)
    assert len(nb.bgp.peerings.all()) == 1
    assert [call.path for call in wire.calls] == ["plugins/bgp/peerings/"]

A route that is served filters by equality and pages; `wire.wrap(...)` changes what one answers. What the wire does not know, such as the
filter `name__isw`, is an error and no wrong answer: for that there is nbcore-sandbox.

Under pytest, the fixtures `wire` and `nb` are there without an import (see nbcore.pytest_plugin).
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .client import Api, Record
from .contracts import Row
from .errors import InputError
from .messages import Call, Reply
from .plugins import AppSpec, EndpointSpec, hookimpl
from .values import encode, is_choice, is_reference, is_uuid

URL = "https://nautobot.test"
Handler = Callable[[Call], Reply]
_READING = frozenset({"limit", "offset", "depth", "include", "exclude_m2m", "sort", "format"})  # parameters of a list that are no filters


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

    def wrap(self, method: str, path: str, function: Callable[[Call, Handler], Any]) -> None:
        """Put a function around what answers a route, to change its answer, or to fail in its place.

            wire.serve("dcim/devices", [])
            wire.wrap("POST", "dcim/devices/", lambda call, handler: reply({"detail": "no"}, 403) if full() else handler(call))

        Args:
            method: the HTTP method, in either case.
            path: the route as it was given to on(), or as serve() makes it: "dcim/devices/" for the list, "dcim/devices/*/" for one object.
            function: is called with the Call and with what answered the route before, itself a function of the Call that gives a Reply; it
                may return whatever on() takes as an answer.

        Raises:
            InputError: nothing answers the route yet.
        """
        inner = self._routes.get((method.upper(), path))
        if inner is None:
            known = ", ".join(sorted(f"{name} {route}" for name, route in self._routes)) or "none"
            raise InputError(f"nothing answers {method.upper()} {path} yet, so there is nothing to wrap; answered are: {known}")
        self.on(method, path, lambda call: function(call, inner))

    def serve(self, path: str, rows: Iterable[Mapping[str, Any]], object_type: str = "") -> list[Row]:
        """Serve a list route and its detail routes from rows, for reading, creating, changing and deleting.

        Lists page by limit and offset (1,000 at most), sort by plain values, and filter by equality, as Nautobot does: a boolean by `true`
        or `false`, a choice by its value, a related object by its id, a list by any of its members, `field__isnull` by whether there is a
        value; several values of a filter mean any of them. `depth`, `include` and `exclude_m2m` change nothing: rows come as they are.

        Args:
            path: the list route, such as "dcim/devices".
            rows: the objects, such as row() makes them.
            object_type: the type of objects that are created, such as "dcim.device"; that of the rows when left out.

        Returns:
            The living list of rows: what a test changes in it is answered, and what is written stands in it.

        Raises:
            NotImplementedError: from a read or a write, not from here: a filter or a sort that the wire does not know, or a create where
                neither `object_type` nor a row tells the type.
        """
        table = _Table(path, rows, object_type)
        for method, listed, single in (
            ("GET", table.page, table.find),
            ("PATCH", table.change_all, table.change),
            ("DELETE", table.delete_all, table.delete),
        ):
            self.on(method, f"{path}/", listed)
            self.on(method, f"{path}/*/", single)
        self.on("POST", f"{path}/", table.create)
        return table.rows

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


def row(path: str, object_type: str = "", **fields: Any) -> Row:
    """An object as Nautobot sends it, with an id, its url, and the fields given."""
    identity = str(fields.pop("id", None) or uuid.uuid4())
    return {"id": identity, "object_type": object_type or path.replace("/", "."), "url": f"{URL}/api/{path}/{identity}/", **fields}


def reference(of: Mapping[str, Any]) -> Row:
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


class _Table:
    """The rows of a list route, and how they answer.

    Args:
        path: the list route.
        rows: its objects.
        object_type: of objects that are created; "" for that of the rows.
    """

    def __init__(self, path: str, rows: Iterable[Mapping[str, Any]], object_type: str) -> None:
        self.path = path
        self.rows = [dict(item) for item in rows]
        self._object_type = object_type
        self._seen: set[str] = set()

    # --- reading -----------------------------------------------------------------------------------------------------

    def page(self, call: Call) -> Any:
        """The page of a list that a call asks for."""
        asked = dict(call.params)
        wanted: dict[str, list[str]] = {}
        for name, value in call.params:
            if name not in _READING:
                wanted.setdefault(name, []).append(value)
        if unknown := [name for name in wanted if self._is_unknown(name)]:
            return reply({name: ["Unknown filter field"] for name in unknown}, 400)
        self._must_know(wanted)
        found = [item for item in self.rows if all(self._matches(item, name, values) for name, values in wanted.items())]
        found = self._sorted(found, asked.get("sort", ""))
        limit, offset = min(int(asked.get("limit", 50)) or 1000, 1000), int(asked.get("offset", 0))
        more = f"{URL}/api/{call.path}?limit={limit}&offset={offset + limit}" if offset + limit < len(found) else None
        return {"count": len(found), "next": more, "previous": None, "results": found[offset : offset + limit]}

    def find(self, call: Call) -> Any:
        """One object, or 404."""
        found = self._row(_last(call))
        return found if found is not None else _absent()

    def _row(self, identity: str) -> Row | None:
        return next((item for item in self.rows if str(item["id"]) == identity), None)

    def _values(self, name: str) -> list[Any]:
        return [item[name] for item in self.rows if name in item]

    def _is_unknown(self, name: str) -> bool:
        """Whether Nautobot has no such filter: booleans and to-many fields have no `__isnull` and no lookups of text."""
        field, _, lookup = name.partition("__")
        known = [value for value in self._values(field) if value is not None]
        return lookup in ("isnull", "ic") and bool(known) and all(isinstance(value, (bool, list)) for value in known)

    def _must_know(self, wanted: Iterable[str]) -> None:
        """Refuse a filter that is no field of any row so far, and a lookup other than `__isnull`. Nothing matches where no row ever was."""
        self._seen.update(*self.rows)
        for name in wanted:
            field, _, lookup = name.partition("__")
            if self._seen and (field not in self._seen or lookup not in ("", "isnull")):
                raise NotImplementedError(
                    f"the wire of nbcore.testing does not know the filter {name!r} of {self.path}: it filters by equality of "
                    f"the fields that its rows have ({', '.join(sorted(self._seen))}). Serve rows that have the field, answer the route "
                    "with wire.on(), or test with nbcore-sandbox."
                )

    def _matches(self, item: Mapping[str, Any], name: str, values: list[str]) -> bool:
        field, _, lookup = name.partition("__")
        value = item.get(field)
        if lookup:
            return (value is None) == (values[-1].lower() == "true")
        return any(self._is(value, field, wanted) for wanted in values)

    def _is(self, value: Any, field: str, wanted: str) -> bool:
        """Whether a field's value is what a filter's text asks for."""
        if isinstance(value, list):
            return any(self._is(item, field, wanted) for item in value) or (not value and wanted == "null")
        if isinstance(value, bool):
            return wanted == "null" or wanted.lower() == str(value).lower()  # Nautobot ignores `null` where a filter is a boolean
        if is_reference(value):
            if wanted == "null" or is_uuid(wanted) or wanted in (str(value["id"]), value.get("name")):
                return wanted in (str(value["id"]), value.get("name"))
            raise NotImplementedError(
                f"the wire of nbcore.testing does not know which object the filter {field}={wanted!r} of {self.path} names: "
                "filter by its id, answer the route with wire.on(), or test with nbcore-sandbox."
            )
        if is_choice(value):
            value = value["value"]
        return wanted == "null" if value is None else str(value) == wanted

    def _sorted(self, found: list[Row], sort: str) -> list[Row]:
        """Rows in the order of plain fields; those without a value come last, or first in a descending order, as in PostgreSQL."""
        for name in reversed(sort.split(",") if sort else []):
            field = name.lstrip("-")
            values = self._values(field)
            if any(isinstance(value, (dict, list)) for value in values):
                raise NotImplementedError(
                    f"the wire of nbcore.testing cannot sort {self.path} by {field!r}, which is no plain value; test with nbcore-sandbox."
                )
            if values:  # Nautobot ignores a sort by what is no field
                found = sorted(found, key=lambda item: (item.get(field) is None, item.get(field) or 0), reverse=name.startswith("-"))
        return found

    # --- writing -----------------------------------------------------------------------------------------------------

    def create(self, call: Call) -> Reply:
        """Make one object, or several."""
        body = sent(call)
        kind = self._object_type or next((item["object_type"] for item in self.rows if item.get("object_type")), "")
        items = body if isinstance(body, list) else [body]
        if not kind and not all(item.get("object_type") for item in items):
            raise NotImplementedError(
                f"the wire of nbcore.testing does not know the object type of what is created at {self.path}, where there is no row yet: "
                f'say wire.serve({self.path!r}, [], object_type="app.model").'
            )
        made = [row(self.path, **{"object_type": kind, **item}) for item in items]
        self.rows.extend(made)
        return reply(made if isinstance(body, list) else made[0], 201)

    def change(self, call: Call) -> Any:
        """Change one object; 404 where it is not."""
        found = self._row(_last(call))
        if found is None:
            return _absent()
        found.update(sent(call))
        return found

    def change_all(self, call: Call) -> Any:
        """Change several objects; those that are not there are passed over, as Nautobot does."""
        changes = [(found, item) for item in sent(call) if (found := self._row(str(item["id"]))) is not None]
        for found, item in changes:
            found.update(item)
        return [found for found, _ in changes]

    def delete(self, call: Call) -> Reply:
        """Delete one object; 404 where it is not."""
        return self._drop({_last(call)}) if self._row(_last(call)) is not None else _absent()

    def delete_all(self, call: Call) -> Reply:
        """Delete several objects; those that are not there are passed over, as Nautobot does."""
        return self._drop({str(item["id"]) for item in sent(call)})

    def _drop(self, identities: set[str]) -> Reply:
        self.rows[:] = [item for item in self.rows if str(item["id"]) not in identities]
        return reply(None, 204)


def _last(call: Call) -> str:
    return call.path.rstrip("/").rpartition("/")[2]


def _absent() -> Reply:
    return reply({"detail": "No object matches the given query."}, 404)
