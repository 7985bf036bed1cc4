"""Loading together: records that were read together load a missing field of their related objects together, each distinct object once."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import CallError, NotFoundError, UnknownFilterError, no_field
from ..forks import ForkLock
from ..reading import Route, build, chunked, fields_of, objects, one_row
from ..values import is_reference, route_of
from .loading import may_exist

if TYPE_CHECKING:
    from ..contracts import Api, Endpoint, Row
    from .record import Record

_Key = tuple[str, str]  # an object: its route and id
_REACH = 1000


class Siblings:
    """A group of records that stand at one place: the rows of a list, or the related objects at one field of all these rows.

    The groups form a tree: the rows are its root, and below each group there is one for every field whose related objects were read.
    The first read of a field that a member lacks loads it for the whole group.

    Args:
        api: the Api the records were read through.
        members: the rows; None for related objects, which are looked for in the data of the group above when they are needed.
        above: the group whose field this is; None for rows.
        name: the field's name; "" for rows.

    Attributes:
        api: the Api.
        known: on the root, every related object that was reached from its rows: one Record each, wherever it is referred to.
        failed: on the root, why an object could not be read. It is not asked for again.
        lock: on the root, held while the group loads, so that threads that read the same field load it once.
    """

    __slots__ = ("_above", "_below", "_members", "_name", "_released", "_types", "api", "failed", "known", "lock")

    def __init__(self, api: Api, members: list[Record] | None = None, above: Siblings | None = None, name: str = "") -> None:
        self.api = api
        self._members = members
        self._above = above
        self._name = name
        self._below: dict[str, Siblings] = {}
        self._released: list[weakref.ref[Record]] = []
        self._types: dict[str, Mapping[str, str]] = {}
        self.known: dict[_Key, Record] = {}
        self.failed: dict[_Key, Exception] = {}
        self.lock = ForkLock()

    # --- who belongs to it -----------------------------------------------------------------------------------------

    def hold(self, members: list[Any]) -> None:
        """Set the group's members: the rows that were read together."""
        self._members = members

    def release(self) -> None:
        """Let go of the rows that nobody else keeps, so that their memory is free; those that somebody keeps still load together."""
        self._released = [weakref.ref(record) for record in self._members or ()]
        self._members = None

    @property
    def _root(self) -> Siblings:
        group = self
        while group._above is not None:
            group = group._above
        return group

    def below(self, name: str) -> Siblings:
        """The group of the related objects at a field of these records."""
        if (found := self._below.get(name)) is None:
            with self._root.lock:
                found = self._below.setdefault(name, Siblings(self.api, None, self, name))
        return found

    def related(self, name: str, value: Row) -> Record:
        """The one Record of a related object; the same for all records of the tree that refer to it. Sends nothing.

        Args:
            name: the field that refers to it.
            value: the reference, as the server sends it in that field.
        """
        path, identity = route_of(value), str(value["id"])
        known = self._root.known
        if (found := known.get((path, identity))) is None:
            endpoint = self.api.endpoint(path)
            made = endpoint.record_class(value)(value, endpoint, "display" in value, self.below(name))
            found = known.setdefault((path, identity), made)
        return found

    def members(self) -> list[Record]:
        """The records of this group."""
        if self._members is not None:
            return self._members
        if self._above is None:
            return [record for kept in self._released if (record := kept()) is not None]
        found: dict[int, Record] = {}
        for record in self._above.members():
            value = record.raw.get(self._name)
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, dict) and is_reference(item):
                    related = self._above.related(self._name, item)
                    found[id(related)] = related
        return list(found.values())

    # --- loading ---------------------------------------------------------------------------------------------------

    def prefetch(self, path: str) -> None:
        """Load the related objects along a path of fields, such as "location__parent", for all members.

        It sends one GET for each request line of distinct ids, at each step of the path.

        Raises:
            UnknownFieldError: the objects have no such field.
        """
        group = self
        for name in path.split("__"):
            members = group.members()
            for record in members:
                if name not in record.raw and may_exist(record, name):
                    group.load(record, name if record.has_details else "")
            if members and all(record.has_details and name not in record.raw for record in members):
                raise no_field(members[0].endpoint.path, name, members[0].raw, f"; it was to be read ahead, as {path!r}")
            group = group.below(name)
            group.load()

    def load(self, wanted: Record | None = None, name: str = "") -> None:
        """Load the members that are not complete yet; or, with `name`, this field of the members that lack it.

        It sends one GET for each request line of ids, and several of them in parallel. On a route without an id filter it sends one GET
        for each object. An object that was deleted, or that the token may not see, fails for whoever reads it, and for no other.

        Args:
            wanted: the record that is being read. What kept it from loading is raised. Of many rows only those near it are loaded.
            name: a many-to-many or opt-in field, which is asked for expressly since the server leaves it out.

        Raises:
            NotFoundError: the record wanted was deleted, or the token may not see it.
            CallError: the request for it failed.
        """
        failed = self._root.failed
        with self._root.lock:
            todo: dict[str, dict[str, Record]] = {}
            everyone = self.members() if wanted is None or self._members is None else _around(self._members, wanted)
            for record in (*everyone, *(() if wanted is None else (wanted,))):
                if _lacks(record, name) and _key(record) not in failed:
                    todo.setdefault(record.endpoint.path, {})[str(record.raw["id"])] = record
            for path, records in todo.items():
                self._load_those(self.api.endpoint(path), records, name)
            if wanted is not None and _lacks(wanted, name) and (failure := failed.get(_key(wanted))) is not None:
                raise copy.copy(failure).with_traceback(None)  # without the traceback of the time before

    def _load_those(self, endpoint: Endpoint, records: dict[str, Record], name: str) -> None:
        """Load some records of one route, by their ids; of what cannot be loaded, remember why."""
        asked = self._asking_for(endpoint, name)

        def fetch(ids: list[str]) -> dict[str, Row | Exception]:
            return self._fetch(endpoint, ids, asked)

        chunks = list(chunked(records))
        answers: Iterable[dict[str, Row | Exception]] = map(fetch, chunks) if len(chunks) == 1 else self.api.connection.map(fetch, chunks)
        for ids, answer in zip(chunks, answers, strict=True):
            for one in ids:
                row = answer.get(one) or NotFoundError(
                    f"{endpoint.path}/{one}/ is not there any more, or this token may not see it; reload the list it was named in"
                )
                if isinstance(row, Exception):
                    self._root.failed[endpoint.path, one] = row
                else:
                    record = records[one]
                    # A complete record keeps the rest of its data: it takes the one field that it lacks.
                    record.accept({name: row[name]} if record.has_details and name in row else row)
                    endpoint.route.learn(row)

    def _asking_for(self, endpoint: Endpoint, name: str) -> dict[str, Any]:
        """The parameters of a read, such that its answer has a field."""
        asked = dict(self.api.connection.default_filters)
        if name in endpoint.route.m2m_fields:
            asked["exclude_m2m"] = "false"
        elif name:
            asked["include"] = name
        return asked

    def _fetch(self, endpoint: Endpoint, ids: list[str], asked: Mapping[str, Any]) -> dict[str, Row | Exception]:
        """The rows of some ids, or why one could not be read; an id that is not in it names an object that is not there."""
        try:
            query = build((), {**asked, "id": ids, "limit": len(ids)})
            return {str(row["id"]): row for rows in objects(endpoint.route, query) for row in rows}
        except UnknownFilterError:  # the route has no id filter
            return {one: row for one in ids if (row := _read_alone(endpoint.route, one, asked)) is not None}
        except CallError as exc:
            return dict.fromkeys(ids, exc)

    # --- what a route's fields are ---------------------------------------------------------------------------------

    def types_of(self, route: Route, ask: bool) -> Mapping[str, str]:
        """The types of a route's fields, as the server names them ("string", "decimal"); {} where they are not known.

        Args:
            route: the list route.
            ask: whether to ask the server (one OPTIONS of the route, kept). These records ask a route that refuses to answer once.
        """
        types = self._root._types
        if route.path not in types:
            if not ask and route.learned.writable is None:
                return {}
            try:
                types[route.path] = {name: str(field.get("type", "")) for name, field in fields_of(route).items()}
            except CallError:
                types[route.path] = {}
        return types[route.path]


def _read_alone(route: Route, key: str, asked: Mapping[str, Any]) -> Row | Exception | None:
    """One object by its own route: its row, why it could not be read, or None when it is not there."""
    try:
        return one_row(route, key, asked, None)
    except CallError as exc:
        return exc


def _around(members: list[Record], wanted: Record) -> list[Record]:
    """The rows to load with one row: itself and the next thousand, so that reading an opt-in field of one row does not load all."""
    start = next((index for index, record in enumerate(members) if record is wanted), 0)
    return members[start : start + _REACH]


def _lacks(record: Record, name: str) -> bool:
    return name not in record.raw if name else not record.has_details


def _key(record: Record) -> _Key:
    return record.endpoint.path, str(record.raw["id"])
