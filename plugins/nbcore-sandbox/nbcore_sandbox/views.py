"""What each kind of route does: roots, lists, objects, notes, free addresses and prefixes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from . import allocate, rules, write
from .answers import Answer, Invalid, Refused, broken, missing, not_served
from .filters import NOT_FILTERS, split
from .index import Route
from .listing import cut, ordered, page
from .render import View, address, rendered
from .request import Request
from .store import Row, Store

ADMIN = ("5f8a1d52-6a0e-4a43-9c7f-2f1f3c1c4b10", "admin")


class Views:
    """The views over one store.

    Args:
        store: the objects.
        new_id: gives the ids of new objects.
    """

    def __init__(self, store: Store, new_id: Callable[[], str]) -> None:
        self.store = store
        self.new_id = new_id

    # --- rows ----------------------------------------------------------------------------------------------------------

    def _read_view(self, request: Request) -> View:
        try:
            exclude = request.exclude_m2m
        except ValueError as bad:
            raise broken(self.store.index.nautobot, str(bad), "ValueError") from None
        hidden = "default" if exclude is None else "none" if exclude else "full"
        tail = f"?format={request.query['format'][-1]}" if "format" in request.query else ""
        return View(request.base, request.depth, hidden, request.include, tail=tail)

    def _written(self, request: Request, route: Route, row: Row, sent: Mapping[str, Any], *, created: bool = False) -> dict[str, Any]:
        view = replace(self._read_view(request), depth=0, include=None, created=created)
        shown = rendered(self.store, route.object_type, row, view)
        name = rules.ECHOED.get(route.object_type, "")
        if name in shown and (created or name in sent):
            shown[name] = sent.get(name, "")
        return shown

    def _row(self, route: Route, key: str) -> Row:
        row = self.store.get(route.object_type, key.lower())
        if row is None:
            raise missing(route.model)
        return row

    # --- lists ---------------------------------------------------------------------------------------------------------

    def collection(self, request: Request, route: Route) -> Answer:
        """A list route: GET, POST, and PATCH, PUT and DELETE of many."""
        match request.method:
            case "GET":
                view = self._read_view(request)
                rows, envelope = page(self.store, route, request.query, request.url)
                return Answer(200, {**envelope, "results": [rendered(self.store, route.object_type, row, view) for row in rows]})
            case "POST":
                return self._create(request, route, request.json())
            case "PATCH" | "PUT":
                return self._update_many(request, route)
            case "DELETE":
                asked = self._ids(request.json())
                with self.store.transaction():
                    for key in asked:
                        if (row := self.store.get(route.object_type, key)) is not None:
                            write.delete(self.store, route, row)
                return Answer(204)
        raise Refused(405, {"detail": f'Method "{request.method}" not allowed.'})

    def _create(self, request: Request, route: Route, data: Any) -> Answer:
        if isinstance(data, list):
            rows = write.create_many(self.store, route, data, self.new_id)
            return Answer(201, [self._written(request, route, row, item, created=True) for row, item in zip(rows, data, strict=True)])
        with self.store.transaction():
            row = write.create(self.store, route, data, self.new_id)
        location = {"Location": address(self.store, route.object_type, row["id"], request.base)}
        return Answer(201, self._written(request, route, row, data, created=True), location)

    @staticmethod
    def _ids(data: Any) -> dict[str, Mapping[str, Any]]:
        """The items of a bulk write by their ids."""
        if not isinstance(data, list):
            kind = type(data).__name__
            raise Invalid({"non_field_errors": [f'Expected a list of items but got type "{kind}".']})
        errors: list[dict[str, Any]] = []
        found: dict[str, Mapping[str, Any]] = {}
        for item in data:
            error: dict[str, Any] = {}
            if not isinstance(item, dict):
                error = {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(item).__name__}."]}
            elif "id" not in item:
                error = {"id": ["This field is required."]}
            elif not _is_uuid(item["id"]):
                error = {"id": ["Must be a valid UUID."]}
            else:
                found[str(item["id"]).lower()] = {name: value for name, value in item.items() if name != "id"}
            errors.append(error)
        if any(errors):
            raise Invalid(errors)
        return found

    def _update_many(self, request: Request, route: Route) -> Answer:
        asked = self._ids(request.json())
        rows = [row for key in asked if (row := self.store.get(route.object_type, key)) is not None]
        with self.store.transaction():
            changed = [
                write.update(self.store, route, row, asked[row["id"]], partial=request.method == "PATCH")
                for row in ordered(self.store, route, rows, "")
            ]
        return Answer(200, [self._written(request, route, row, asked[row["id"]]) for row in changed])

    # --- objects -------------------------------------------------------------------------------------------------------

    def detail(self, request: Request, route: Route, key: str) -> Answer:
        """An object: GET, PATCH, PUT, DELETE."""
        if request.method not in route.methods["detail"]:
            raise Refused(405, {"detail": f'Method "{request.method}" not allowed.'})
        unknown = {name: ["Unknown filter field"] for name in request.query if name not in NOT_FILTERS and not split(route, name)}
        if unknown:
            raise Invalid(unknown)
        if any(name not in NOT_FILTERS for name in request.query):
            raise not_served("filters on a single object")
        row = self._row(route, key)
        if request.method == "GET":
            return Answer(200, rendered(self.store, route.object_type, row, self._read_view(request)))
        with self.store.transaction():
            if request.method == "DELETE":
                write.delete(self.store, route, row)
                return Answer(204)
            data = request.json()
            if isinstance(data, list):
                text = "Serializers with many=True do not support multiple update by default, only multiple create."
                raise broken(self.store.index.nautobot, text, "NotImplementedError")
            changed = write.update(self.store, route, row, data, partial=request.method == "PATCH")
            return Answer(200, self._written(request, route, changed, data))

    def action(self, request: Request, route: Route, key: str, name: str) -> Answer:
        """A route below an object.

        Raises:
            Refused: 501 for one that a real server has and the sandbox does not.
        """
        actions: Mapping[str, tuple[str, Callable[[Request, Route, Row], Answer]]] = {
            "notes": ("GET, POST, HEAD, OPTIONS", self._notes),
            "trace": ("GET, HEAD, OPTIONS", lambda _request, _route, _row: Answer(200, [])),  # no interface has a cable
            "available-ips": ("GET, POST, HEAD, OPTIONS", self._free(allocate.addresses)),
            "available-prefixes": ("GET, POST, HEAD, OPTIONS", self._free(allocate.networks)),
        }
        if name not in actions:
            raise not_served(f"{route.path}/<id>/{name}/")
        allowed, act = actions[name]
        if request.method not in allowed:
            raise Refused(405, {"detail": f'Method "{request.method}" not allowed.'})
        if request.method == "OPTIONS":
            raise not_served(f"OPTIONS of {route.path}/<id>/{name}/")
        if name.startswith("available") and not _is_uuid(key):
            raise broken(self.store.index.nautobot, f"['“{key}” is not a valid UUID.']", "ValidationError")
        row = self._row(route, key)
        with self.store.transaction():
            return act(request, route, row)

    def _free(self, allocation: Callable[[Store, Request, Row, allocate.Create], Answer]) -> Callable[[Request, Route, Row], Answer]:
        def act(request: Request, _route: Route, row: Row) -> Answer:
            return allocation(self.store, request, row, lambda path, data: self._create(request, self.store.index.routes[path], data))

        return act

    def _notes(self, request: Request, route: Route, row: Row) -> Answer:
        notes = self.store.index.by_type["extras.note"]
        if request.method == "POST":
            data = request.json()
            if isinstance(data, list):
                raise broken(self.store.index.nautobot, "list indices must be integers or slices, not str", "TypeError")
            text = data.get("note") if isinstance(data, dict) else None
            if text is None or not str(text).strip():
                said = "This field is required." if not isinstance(data, dict) or "note" not in data else "This field may not be blank."
                raise Invalid({"note": ["This field may not be null." if isinstance(data, dict) and data.get("note", 0) is None else said]})
            moment = write.now()
            note: Row = {
                "id": self.new_id(), "assigned_object_type": route.object_type, "assigned_object_id": row["id"], "note": str(text).strip(),
                "user": ADMIN[0], "user_name": ADMIN[1], "created": moment, "last_updated": moment,
            }  # fmt: skip
            self.store.put("extras.note", note)
            return Answer(201, rendered(self.store, "extras.note", note, View(request.base)))
        rows = [note for note in self.store.rows("extras.note") if note["assigned_object_id"] == row["id"]]
        found, envelope = cut(ordered(self.store, notes, rows, ""), request.query, request.url)
        return Answer(200, {**envelope, "results": [rendered(self.store, "extras.note", note, View(request.base)) for note in found]})


def _is_uuid(value: Any) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True
