"""The writing half of an Endpoint: create, update, delete, one object or many thousands, and what is built of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, overload

from .. import writing
from ..contracts import Row
from ..errors import InputError
from ..messages import Change
from ..plugins import EndpointSpec
from ..reading import Route
from ..values import identity, is_uuid, settled, wire
from .record import R, Record

if TYPE_CHECKING:
    from ..writing import Entry, Journal, OnError, Plan
    from .api import Api


_OPTIONS = frozenset({"chunk_size", "on_error", "parallel", "journal"})


class EndpointWrites(Generic[R]):
    """What an Endpoint can write. Every write lands once, or its error says what is known of it: see AmbiguousWriteError."""

    api: Api
    spec: EndpointSpec
    path: str
    route: Route

    @overload
    def create(self, data: Mapping[str, Any], /, *, api_version: str | None = None) -> R: ...
    @overload
    def create(
        self,
        data: Iterable[Mapping[str, Any]],
        /,
        *,
        api_version: str | None = None,
        chunk_size: int | None = None,
        on_error: OnError = "stop",
        parallel: bool | None = None,
        journal: str | Path | None = None,
    ) -> list[R]: ...
    @overload
    def create(self, *, api_version: str | None = None, **fields: Any) -> R: ...

    def create(self, *args: Any, api_version: str | None = None, **fields: Any) -> R | list[R]:
        """Create one object, from a dict or from keywords, or several from a list.

        Each object gets an id chosen here, so that after a broken connection it is looked for, and never made twice. A list goes out in
        chunks, each of which is created as a whole or not at all.

        Args:
            *args: a dict, or a list of dicts.
            api_version: the version to ask for.
            **fields: the fields of one object; or, beside a list:
                `chunk_size` (objects in a request; sized by the server's speed when left out, beginning with 100),
                `on_error` ("stop", or "continue" to do what can be done and name each bad item),
                `parallel` (several chunks at once; as the Api reads when left out),
                `journal` (a file that another process can go on from: Journal.load(file, nb).resume()).

        Returns:
            The Record, or a list of them in the order given.

        Raises:
            ValidationError: the server refuses the data; of a list, `.journal` has the outcome of each item.
            AmbiguousWriteError: it may or may not have happened; `.ids` names what to look for.
            PartialResult: with on_error="continue", some were not created.
        """
        if len(args) > 1:
            raise InputError("create() takes one dict, or one list of them")
        body: Any = args[0] if args else fields
        if isinstance(body, Mapping):
            if args and (options := sorted(_OPTIONS & fields.keys())):
                raise InputError(f"one object takes no {options[0]!r}: give a list")
            (item,) = writing.named(self.route, [body])
            call, (row,) = writing.create(self.route, [item], one=True, api_version=api_version, given=_given([body]))
            self.changed(Change("create", self._endpoint.type_of(row), self.path, str(row["id"]), None, row, call.id))
            made: R = self._endpoint.make(row)
            return made
        if not isinstance(body, Iterable) or isinstance(body, (str, bytes)):
            raise InputError(f"create() takes a dict, a list of dicts, or keywords, not {type(body).__name__}")
        items = list(body)
        for index, item in enumerate(items):
            if not isinstance(item, Mapping):
                raise InputError(f"every item of create() must be a dict, but item {index} is {item!r:.80}")
        entries = [writing.Entry(index, str(item.get("id") or ""), item) for index, item in enumerate(writing.named(self.route, items))]
        done = self._bulk(writing.Journal(self._endpoint, "create", entries, api_version), given=_given(items), **fields)
        return _records(self._endpoint, done)

    @overload
    def update(self, id: Any, data: Mapping[str, Any]) -> bool: ...
    @overload
    def update(self, id: Sequence[Any], data: None = None, **options: Any) -> list[R]: ...

    def update(self, id: Any, data: Mapping[str, Any] | None = None, **options: Any) -> bool | list[R]:
        """Change one object by its id, or several from a list (see bulk_update).

        Returns:
            True for one object (False when it is given by a natural key, and so is read first, and is as asked); a list of Records for
            several.
        """
        if data is None and isinstance(id, Iterable) and not isinstance(id, (str, bytes, Mapping, Record)):
            return self.bulk_update(list(id), **options)
        if not isinstance(data, Mapping) or not id or options:
            raise InputError("update() takes an id and a dict of changes, or a list of dicts (with their ids) or Records")
        key = identity(id)
        if self.spec.key == "uuid" and not is_uuid(key):  # a natural key, which the server takes in place of an id
            if (record := self._endpoint.get(key)) is None:
                raise InputError(f"{self.path} has no object {key!r}; nothing was sent")
            return bool(record.update(data))
        call, row = writing.patch(self.route, key, data, None)
        self.changed(Change("update", self._endpoint.type_of(row), self.path, key, None, dict(data), call.id))
        return True

    def bulk_update(self, objects: Sequence[Mapping[str, Any] | Record], **options: Any) -> list[R]:
        """Change several objects: dicts with their ids, or Records with unsaved changes.

        Args:
            objects: what to change.
            **options: chunk_size, on_error, parallel, journal: as in create().

        Returns:
            The changed Records, in the order given; Records without changes are left out, and without any nothing is sent.

        Raises:
            PartialResult: some are not there; the others are changed, and `.missing` names them.
        """
        if isinstance(objects, (str, bytes, Mapping)) or not isinstance(objects, Iterable):
            raise InputError(f"objects must be a list of dicts or Records, not {type(objects).__name__}")
        entries: list[Entry] = []
        known: dict[str, dict[str, Any]] = {}
        records: dict[str, Record] = {}
        for index, item in enumerate(objects):
            if isinstance(item, Record):
                key, changed = identity(item), item.updates(ask=True)
                known[key] = {name: wire(item.raw.get(name)) for name in changed}
                records[key] = item
                entries.append(writing.Entry(index, key, {**changed, "id": key}, "waiting" if changed else "unchanged"))
            elif not isinstance(item, Mapping):
                raise InputError(f"every item of an update must be a Record, or a dict with its id, not {type(item).__name__}")
            elif item.get("id"):
                key = identity(item["id"])
                entries.append(writing.Entry(index, key, {**settled(item, f"nothing was sent: item {index}, "), "id": key}))
            else:
                raise InputError(f"an item of the update has no id: {item!r}")
        if twice := [key for key, number in Counter(entry.id for entry in entries).items() if number > 1]:
            raise InputError(f"two items of the update have the id {twice[0]}; nothing was sent: the second would overwrite the first")
        journal = writing.Journal(self._endpoint, "update", entries)
        try:
            done = self._bulk(journal, known=known, **options)
        finally:
            for entry in journal:
                if entry.row is not None and entry.id in records:
                    records[entry.id].accept(entry.row, saved=True)
        return _records(self._endpoint, done)

    def delete(self, objects: Iterable[Any], **options: Any) -> bool:
        """Delete several objects, given as ids or Records.

        Which of the ids exist is asked first, since the server skips unknown ones without a word.

        Args:
            objects: ids or Records.
            **options: chunk_size, on_error, parallel, journal: as in create().

        Returns:
            True.

        Raises:
            PartialResult: some were not there; the others are deleted, and `.missing` names them.
        """
        if isinstance(objects, (str, bytes, Mapping, Record)) or not isinstance(objects, Iterable):
            raise InputError(f"objects must be a list of ids or Records, not {type(objects).__name__}")
        known: dict[str, Mapping[str, Any]] = {}
        from uuid import UUID

        keys: dict[str, None] = {}
        for item in objects:
            if isinstance(item, Record):
                known[identity(item)] = item.raw
            elif not isinstance(item, (str, UUID, int)) or isinstance(item, bool):
                raise InputError(f"every item of a delete must be an id or a Record, not {item!r}")
            key = identity(item)
            self.route.detail_path(key)
            keys[key] = None
        entries = [writing.Entry(index, key, {"id": key}) for index, key in enumerate(keys)]
        self._bulk(writing.Journal(self._endpoint, "delete", entries), known=known, **options)
        return True

    # --- by what identifies an object ------------------------------------------------------------------------------------

    def get_or_create(self, defaults: Mapping[str, Any] | None = None, **lookup: Any) -> tuple[R, bool]:
        """The object that matches, or a new one.

        Args:
            defaults: further fields of a new object.
            **lookup: what identifies it; they are filters, and fields of a new object.

        Returns:
            The Record, and whether it was created.
        """
        return writing.get_or_create(self._endpoint, lookup, defaults or {})

    def update_or_create(self, defaults: Mapping[str, Any] | None = None, **lookup: Any) -> tuple[R, bool]:
        """The object that matches with these fields (a PATCH of what differs), or a new one.

        Args:
            defaults: the fields it is to have.
            **lookup: what identifies it; they are filters, and fields of a new object.

        Returns:
            The Record, and whether it was created.
        """
        return writing.update_or_create(self._endpoint, lookup, defaults or {})

    def sync(
        self,
        desired: Iterable[Mapping[str, Any]],
        *,
        key: str | Sequence[str],
        delete: bool = False,
        everything: bool = False,
        among: Mapping[str, Any] | None = None,
    ) -> Plan:
        """What would make the objects here as desired; nothing is written before `.apply()` of the plan.

        Args:
            desired: the objects as they should be: dicts with the key fields and whatever else is to be set.
            key: the field, or fields, that tell which object is which.
            delete: also delete what is there and not desired.
            everything: confirms delete=True without `among`.
            among: filters that narrow what is compared, such as {"location": site}.

        Returns:
            The plan: `.creates`, `.updates`, `.deletes`, `.unchanged`; print it to see it.
        """
        return writing.plan(self._endpoint, desired, key, delete, everything, among or {})

    # --- what records ask for ------------------------------------------------------------------------------------------------

    def save_record(self, key: str, changed: Row, known: Mapping[str, Any], if_unmodified: bool) -> Row:
        """Change one object with a PATCH, and give it as it is now; see Record.save()."""
        if if_unmodified:
            writing.must_be_unmodified(self.route, key, known)
        call, row = writing.patch(self.route, key, changed, known)
        before = {name: wire(known.get(name)) for name in changed}
        self.changed(Change("update", self._endpoint.type_of(known), self.path, key, before, changed, call.id))
        return row

    def delete_record(self, key: str, known: Mapping[str, Any]) -> None:
        """Delete one object; see Record.delete()."""
        call = writing.delete(self.route, key)
        self.changed(Change("delete", self._endpoint.type_of(known), self.path, key, dict(known), None, call.id))

    # --- what they share -------------------------------------------------------------------------------------------------

    @property
    def _endpoint(self) -> Any:
        return self

    def changed(self, change: Change) -> None:
        """Tell the hooks of a confirmed write."""
        self.api.connection.watch("nbcore_changed", change=change)

    def _bulk(self, journal: Journal, /, **options: Any) -> list[Entry]:
        file = options.pop("journal", None)
        if unknown := sorted(set(options) - {"known", "given"} - _OPTIONS):
            raise InputError(f"a list takes no {unknown[0]!r}; it takes chunk_size, on_error, parallel and journal")
        run = writing.Bulk(journal, **options)
        if file is not None:
            journal.keep(file)
        run.run()
        return journal.done


def _records(endpoint: Any, entries: Iterable[Entry]) -> list[R]:
    """The Records of what was written."""
    made: list[R] = endpoint.make_all(entry.row for entry in entries if entry.row is not None)
    return made


def _given(items: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The ids that the caller chose."""
    return frozenset(identity(item["id"]) for item in items if item.get("id"))
