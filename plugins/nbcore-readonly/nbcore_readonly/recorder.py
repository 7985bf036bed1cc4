"""Recorder: answers writes in the server's place, and shows them in the reads that follow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from nbcore import Call, Reply, RequestError
from nbcore.contracts import Connection
from nbcore.errors import describe
from nbcore.plugins import ForkLock

from . import free, rows
from .errors import ReadOnlyError

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SAMPLES = 20
_IDS = 50


class Place(NamedTuple):
    """Where a call goes: a list route, the object on it (or ""), and what is below that (or "")."""

    path: str
    key: str
    below: str


class Recorder:
    """What a dry run has made, changed and deleted on one server, by list route and id."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], dict[str, Any]] = {}
        self._changed: dict[tuple[str, str], dict[str, Any]] = {}
        self._gone: set[tuple[str, str]] = set()
        self._taken: dict[str, set[Any]] = {}
        self._models: dict[str, dict[str, Any]] = {}
        self._lock = ForkLock()

    # --- writes ------------------------------------------------------------------------------------------------------

    def answer(self, call: Call, connection: Connection) -> Reply:
        """What the server would answer to a write, as far as that can be told.

        Raises:
            ReadOnlyError: a write that has no honest answer.
            CallError: what a read that the answer needs failed with.
        """
        place = place_of(call)
        method = call.method.upper()
        many = isinstance(call.body, (list, tuple))
        with self._lock:
            if method == "POST" and place.below in free.TARGETS and _objects(call.body):
                return self._allocate(call, connection, place.below)
            if method == "POST" and _is_list(call, place) and _objects(call.body):
                made = [self._make(item, place.path, connection) for item in (call.body if many else [call.body])]
                return _reply(call, connection, made if many else made[0], 201)
            if method in ("PATCH", "PUT") and not place.below and _objects(call.body):
                return self._update_many(call, connection, place) if many and not place.key else self._update(call, connection, place)
            if method == "DELETE" and place.key and not place.below:
                return self._delete(call, connection, place)
            if method == "DELETE" and not place.key and many:
                for item in call.body:
                    self._drop((place.path, str(item["id"] if isinstance(item, Mapping) else item)))
                return _reply(call, connection, None, 204)
        raise ReadOnlyError(f"{describe(call)} was recorded, not sent: a dry run has no answer to it, so the script ends here.", call)

    def _make(self, item: Mapping[str, Any], path: str, connection: Connection) -> dict[str, Any]:
        row = rows.created(item, self._model(path, connection), f"{connection.options.base_url}/{path}/")
        self._made[path, row["id"]] = row
        self._gone.discard((path, row["id"]))
        return row

    def _update(self, call: Call, connection: Connection, place: Place) -> Reply:
        try:
            row = connection.request("GET", call.path, params=call.params, endpoint=call.endpoint, operation="get")
        except RequestError as exc:
            if exc.reply is None:
                raise
            return exc.reply  # the object is not there, or may not be seen: the write would be answered so too
        if not isinstance(row, dict):
            raise ReadOnlyError(f"{describe(call)} was recorded, not sent: what it changes is no object.", call)
        return _reply(call, connection, self._change(row, call.body, place, connection))

    def _change(self, row: dict[str, Any], sent: Mapping[str, Any], place: Place, connection: Connection) -> dict[str, Any]:
        key = (place.path, str(row.get("id", place.key)))
        fields = rows.formed(sent, rows.model_of([row, self._model(place.path, connection)]))
        fields.pop("id", None)
        if key in self._made:
            self._made[key] = rows.updated(self._made[key], fields)
        else:
            self._changed[key] = rows.updated(self._changed.get(key, {}), fields)
        return rows.updated(row, fields)

    def _update_many(self, call: Call, connection: Connection, place: Place) -> Reply:
        sent = {str(item.get("id")): item for item in call.body}
        found: list[dict[str, Any]] = []
        keys = list(sent)
        for start in range(0, len(keys), _IDS):
            part = keys[start : start + _IDS]
            params = [*call.params, *(("id", key) for key in part), ("limit", str(len(part)))]
            found += connection.request("GET", f"{place.path}/", params=params, endpoint=place.path, operation="list")["results"]
        there = [self._change(row, sent[str(row["id"])], place, connection) for row in found if str(row["id"]) in sent]
        return _reply(call, connection, there)

    def _delete(self, call: Call, connection: Connection, place: Place) -> Reply:
        try:
            connection.request("GET", call.path, endpoint=call.endpoint, operation="get")
        except RequestError as exc:
            if exc.reply is None:
                raise
            return exc.reply
        self._drop((place.path, place.key))
        return _reply(call, connection, None, 204)

    def _drop(self, key: tuple[str, str]) -> None:
        self._changed.pop(key, None)
        if self._made.pop(key, None) is None:
            self._gone.add(key)

    def _allocate(self, call: Call, connection: Connection, action: str) -> Reply:
        many = isinstance(call.body, (list, tuple))
        wanted = list(call.body) if many else [call.body]
        taken = self._taken.setdefault(call.path, set())
        params = {**dict(call.params), **free.limit(action, len(wanted), len(taken))}
        answer = connection.request("GET", call.path, params=params, endpoint=call.endpoint, action=call.action, operation="list")
        values = free.take(action, answer, wanted, taken)
        if values is None:
            return _reply(call, connection, None, 204)  # as the server answers when not enough is free
        path, field = free.TARGETS[action]
        made = [self._make({**item, field: value}, path, connection) for item, value in zip(wanted, values, strict=True)]
        return _reply(call, connection, made if many else made[0], 201)

    def _model(self, path: str, connection: Connection) -> dict[str, Any]:
        """The form of a route's fields, learned once from objects that are there; {} when there is none to see."""
        if path not in self._models:
            try:
                data = connection.request(
                    "GET", f"{path}/", params={"limit": _SAMPLES, "exclude_m2m": "false"}, endpoint=path, operation="list"
                )
                self._models[path] = rows.model_of(data["results"])
            except (RequestError, LookupError, TypeError, AttributeError):
                self._models[path] = {}
        return self._models[path]

    # --- reads -------------------------------------------------------------------------------------------------------

    def shown(self, call: Call, reply: Reply) -> Reply:
        """The answer to a read with what was recorded before: of one object, and of a list that is asked for by ids.

        Other lists stay the server's: what a filter would find, and in which order, only the server knows.
        """
        if not (self._made or self._changed or self._gone) or reply.status not in (200, 404) or call.accept != "application/json":
            return reply
        place = place_of(call)
        with self._lock:
            if place.key and not place.below:
                return self._shown_object((place.path, place.key), call, reply)
            ids = [value for name, value in call.params if name == "id"]
            if ids and not place.key and reply.status == 200:
                return self._shown_list(place.path, ids, call, reply)
        return reply

    def _shown_object(self, key: tuple[str, str], call: Call, reply: Reply) -> Reply:
        if key in self._made:
            return _like(reply, self._made[key], 200)
        if key in self._gone:
            return _like(reply, {"detail": "No object matches the given query."}, 404)
        if key in self._changed and reply.status == 200:
            return _like(reply, rows.updated(reply.json(), self._changed[key]), 200)
        return reply

    def _shown_list(self, path: str, ids: list[str], call: Call, reply: Reply) -> Reply:
        data = reply.json()
        if not isinstance(data, dict) or not isinstance(data.get("results"), list):
            return reply
        found = {str(row["id"]): row for row in data["results"] if isinstance(row, dict) and "id" in row}
        shown = [rows.updated(row, self._changed.get((path, key), {})) for key, row in found.items() if (path, key) not in self._gone]
        gone = len(found) - len(shown)
        made = [self._made[path, key] for key in dict.fromkeys(ids) if (path, key) in self._made and key not in found]
        data["count"] = data.get("count", 0) - gone + len(made)
        if not int(dict(call.params).get("offset", 0)):
            shown += made
        return _like(reply, {**data, "results": shown}, 200)


def place_of(call: Call) -> Place:
    """The list route, id and action in a call's route; told by its endpoint, else by where an id stands."""
    parts = call.path.strip("/").split("/")
    known = call.endpoint.strip("/").split("/") if call.endpoint else []
    if known and parts[: len(known)] == known:
        start = len(known)
    else:
        start = next((index for index, part in enumerate(parts) if _UUID.fullmatch(part)), len(parts))
    key = parts[start] if start < len(parts) else ""
    return Place("/".join(parts[:start]), key, "/".join(parts[start + 1 :]))


def _is_list(call: Call, place: Place) -> bool:
    """Whether objects are made at a place: a list route, not an action below one."""
    parts = place.path.split("/")
    return not place.key and not call.action and (bool(call.endpoint) or len(parts) == (3 if parts[0] == "plugins" else 2))


def _objects(body: Any) -> bool:
    """Whether a body is an object, or a list of objects that is not empty."""
    if isinstance(body, (list, tuple)):
        return bool(body) and all(isinstance(item, Mapping) for item in body)
    return isinstance(body, Mapping)


def _reply(call: Call, connection: Connection, data: Any, status: int = 200) -> Reply:
    like = Reply(status, headers={"api-version": "3.2"}, url=f"{connection.options.base_url}/{call.path}")
    return _like(like, data, status)


def _like(reply: Reply, data: Any, status: int) -> Reply:
    """An answer of this package, with the headers of the server's where there was one."""
    kept = {name: value for name, value in reply.headers.items() if name not in ("content-length", "content-encoding")}
    content = b"" if data is None else json.dumps(data).encode()
    phrase = {200: "OK", 201: "Created", 204: "No Content", 404: "Not Found"}[status]
    return Reply(status, phrase, {**kept, "content-type": "application/json"}, content, reply.url, 0.0, "readonly")
