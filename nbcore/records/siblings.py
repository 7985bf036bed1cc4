"""Loading together: records that were read together load a missing field of their related objects together, each distinct object once."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..contracts import Api, Endpoint
from ..errors import CallError, NotFoundError, UnknownFilterError, no_field
from ..reading import build, chunked, objects
from ..values import is_reference, route_of

if TYPE_CHECKING:
    from .record import Record

_Key = tuple[str, str]


class Siblings:
    """Records that stand at one place: the rows of a list, or the related objects at one field of all of them.

    Args:
        api: the Api they were read through.
        members: the rows; for related objects they are found when they are needed.
        above: the group whose field this is, with `name`.
        name: the field's name, "" for rows.
    """

    __slots__ = ("_above", "_below", "_members", "_name", "_released", "api", "failed", "known", "lock")

    def __init__(self, api: Api, members: list[Record] | None = None, above: Siblings | None = None, name: str = "") -> None:
        self.api = api
        self._members = members
        self._above = above
        self._name = name
        self._below: dict[str, Siblings] = {}
        self._released: list[weakref.ref[Record]] = []
        # Of the root only: every related object reached from its rows, each once, and why one could not be read.
        self.known: dict[_Key, Record] = {}
        self.failed: dict[_Key, Exception] = {}
        self.lock = threading.RLock()

    def hold(self, members: list[Any]) -> None:
        """Set the group's members: the rows that were read together."""
        self._members = members

    def release(self) -> None:
        """Go on knowing those of the rows that somebody keeps, and let the others go at once."""
        self._released = [weakref.ref(record) for record in self._members or ()]
        self._members = None

    @property
    def _root(self) -> Siblings:
        group = self
        while group._above is not None:
            group = group._above
        return group

    def prefetch(self, path: str) -> None:
        """Read the related objects along a path, such as "location__parent".

        Raises:
            UnknownFieldError: the objects have no such field.
        """
        group = self
        for name in path.split("__"):
            members = group.members()
            for record in members:
                if name not in record._data and record._may_exist(name):
                    group.load(record, name if record._complete else "")
            if members and all(record._complete and name not in record._data for record in members):
                raise no_field(members[0]._endpoint.path, name, members[0]._data, f"; it was to be read ahead, as {path!r}")
            group = group.below(name)
            group.load()

    def below(self, name: str) -> Siblings:
        """The group of the related objects at a field of these records."""
        if (found := self._below.get(name)) is None:
            with self._root.lock:
                found = self._below.setdefault(name, Siblings(self.api, None, self, name))
        return found

    def related(self, name: str, value: dict[str, Any]) -> Record:
        """The one Record of a reference at a field of these records; the same object wherever it is referred to."""
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
            value = record._data.get(self._name)
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, dict) and is_reference(item):
                    related = self._above.related(self._name, item)
                    found[id(related)] = related
        return list(found.values())

    def load(self, wanted: Record | None = None, name: str = "") -> None:
        """Read those that are not complete, with `wanted` among them; with `name`, those that lack this field.

        One GET a chunk of ids and route, in parallel. An object that is gone or hidden fails only for whoever reads it.

        Args:
            wanted: the record that is being read; what kept it from loading is raised.
            name: a many-to-many or opt-in field that reads leave out, asked for expressly.

        Raises:
            NotFoundError: the record wanted was deleted, or its token may not see it.
            CallError: the request for it failed.
        """
        with self._root.lock:
            todo: dict[str, dict[str, Record]] = {}
            everyone = self.members() if wanted is None or self._members is None else _around(self._members, wanted)
            for record in (*everyone, *(() if wanted is None else (wanted,))):
                if _lacks(record, name) and _key(record) not in self._root.failed:
                    todo.setdefault(record._endpoint.path, {})[str(record._data["id"])] = record
            for path, records in todo.items():
                self._fetch(self.api.endpoint(path), records, name)
            if wanted is not None and _lacks(wanted, name) and (failure := self._root.failed.get(_key(wanted))) is not None:
                raise _again(failure)

    def _fetch(self, endpoint: Endpoint, records: dict[str, Record], name: str) -> None:
        def fetch(ids: list[str]) -> tuple[list[str], list[dict[str, Any]] | Exception]:
            try:
                return ids, list(self._rows(endpoint, ids, name))
            except CallError as exc:
                return ids, exc

        chunks = list(chunked(records))
        answers: Iterable[Any] = self.api.connection.map(fetch, chunks) if len(chunks) > 1 else map(fetch, chunks)
        for ids, rows in answers:
            if isinstance(rows, Exception):
                self._root.failed.update(dict.fromkeys(((endpoint.path, one) for one in ids), rows))
                continue
            found = {str(row["id"]): row for row in rows}
            for one in ids:
                if one in found:
                    records[one]._take(found[one], name)
                else:
                    text = f"{endpoint.path}/{one}/ is not there any more, or this token may not see it; reload the list it was named in"
                    self._root.failed[endpoint.path, one] = NotFoundError(text)

    def _rows(self, endpoint: Endpoint, ids: list[str], name: str) -> Iterator[dict[str, Any]]:
        """The rows of some ids, by the id filter; one by one where a route has none."""
        asked: dict[str, Any] = dict(self.api.connection.default_filters)
        if name in endpoint.route.m2m_fields:
            asked["exclude_m2m"] = "false"
        elif name:
            asked["include"] = name
        try:
            for rows in objects(endpoint.route, build((), {**asked, "id": ids, "limit": len(ids)})):
                yield from rows
        except UnknownFilterError:
            for one in ids:
                yield self.api.request("GET", endpoint.route.detail_path(one), params=asked, endpoint=endpoint.path, operation="get")


_REACH = 1000


def _around(members: list[Record], wanted: Record) -> list[Record]:
    """The rows to load with one row: itself and the next thousand, so that reading an opt-in field of one row does not load all."""
    start = next((index for index, record in enumerate(members) if record is wanted), 0)
    return members[start : start + _REACH]


def _lacks(record: Record, name: str) -> bool:
    return name not in record._data if name else not record._complete


def _key(record: Record) -> _Key:
    return record._endpoint.path, str(record._data["id"])


def _again(failure: Exception) -> Exception:
    """An error to raise once more, without the traceback of the time before."""
    import copy

    return copy.copy(failure).with_traceback(None)
