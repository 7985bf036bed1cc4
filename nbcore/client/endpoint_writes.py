"""The writing half of an Endpoint: create, update, delete, one object or many thousands, and what is built of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, overload
from uuid import UUID

from .. import writing
from ..errors import InputError
from ..plugins import EndpointSpec
from ..reading import Route
from ..transport import deciding
from ..values import identity, is_uuid, settled, wire
from .endpoint_steps import EndpointSteps
from .record import R, Record

if TYPE_CHECKING:
    from ..contracts import JournalStore, Row
    from ..writing import Entry, OnError, Plan, Strategy
    from .api import Api

_OPTIONS = frozenset({"chunk_size", "on_error", "parallel", "journal"})


class EndpointWrites(EndpointSteps, Generic[R]):
    """What an Endpoint can write. Every write lands once, or its error says what is known of it: see AmbiguousWriteError.

    All creates and updates pass the two steps of EndpointSteps, which a class of an app package may override.
    """

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
        journal: str | Path | JournalStore | None = None,
    ) -> list[R]: ...
    @overload
    def create(self, *, api_version: str | None = None, **fields: Any) -> R: ...

    def create(self, *args: Any, api_version: str | None = None, **fields: Any) -> R | list[R]:
        """Create one object, from a dict or from keywords, or several from a list.

        Each object gets an id that is chosen here, so that it can be looked for after a lost answer and is never made twice. A list is
        sent in chunks, each of which is created as a whole or not at all.

        Args:
            *args: a dict, or a list of dicts.
            api_version: the version of the REST API to ask for.
            **fields: the fields of one object. Beside a list, they are:
                `chunk_size`: how many objects go in a request. When it is left out, the first chunk has 100, and those after it are sized
                by how fast the server is.
                `on_error`: "stop" at the first error, or "continue" to create what can be created and to name each bad item.
                `parallel`: whether several chunks are sent at once. When it is left out, as the Api reads.
                `journal`: where the outcome of each item is kept: the path of a file, or a JournalStore. Another process can go on from
                it with `Journal.load(journal, nb).resume()`.

        Returns:
            The Record, or a list of Records in the order given.

        Raises:
            ValidationError: the server refuses the data. For a list, `.journal` has the outcome of each item.
            AmbiguousWriteError: it may or may not have happened. `.ids` names what to look for.
            PartialResult: with on_error="continue", some objects were not created.
        """
        if len(args) > 1:
            raise InputError("create() takes one dict, or one list of them")
        body: Any = args[0] if args else fields
        if isinstance(body, Mapping):
            if args and (options := sorted(_OPTIONS & fields.keys())):
                raise InputError(f"one object takes no {options[0]!r}: give a list")
            return self._create_one(body, api_version)
        if not isinstance(body, Iterable) or isinstance(body, (str, bytes)):
            raise InputError(f"create() takes a dict, a list of dicts, or keywords, not {type(body).__name__}")
        items = list(body)
        for index, item in enumerate(items):
            if not isinstance(item, Mapping):
                raise InputError(f"every item of create() must be a dict, but item {index} is {item!r:.80}")
        entries = [writing.Entry(index, str(item.get("id") or ""), item) for index, item in enumerate(writing.named(self.route, items))]
        journal = writing.Journal(self._endpoint, "create", entries, api_version)
        return self._records(self._bulk(writing.Creating(journal, writing.chosen_ids(items)), fields))

    def _create_one(self, item: Mapping[str, Any], api_version: str | None) -> R:
        items = writing.named(self.route, [item])
        written = writing.create(self._endpoint, items, one=True, api_version=api_version, given=writing.chosen_ids([item]))
        writing.warn_ignored(written.ignored)
        made: R = self._endpoint.make(written.rows[0])
        return made

    @overload
    def update(self, id: Any, data: Mapping[str, Any]) -> bool: ...
    @overload
    def update(self, id: Sequence[Any], data: None = None, **options: Any) -> list[R]: ...

    def update(self, id: Any, data: Mapping[str, Any] | None = None, **options: Any) -> bool | list[R]:
        """Change one object by its id (one PATCH), or several from a list (see bulk_update).

        Args:
            id: the object's id, or a natural key that the server takes in its place; the object is then read first (one GET). Or a list,
                as bulk_update() takes it.
            data: the fields to change, of one object.
            **options: chunk_size, on_error, parallel, journal, of a list: as in create().

        Returns:
            For one object True; False when it was given by a natural key and held the values already, so that nothing was sent. For a
            list the Records that were changed.
        """
        if data is None and isinstance(id, Iterable) and not isinstance(id, (str, bytes, Mapping, Record)):
            return self.bulk_update(list(id), **options)
        if not isinstance(data, Mapping) or not id or options:
            raise InputError("update() takes an id and a dict of changes, or a list of dicts (with their ids) or Records")
        key = identity(id)
        if self.spec.key == "uuid" and not is_uuid(key):  # a natural key, which the server takes in place of an id
            with deciding():
                record = self._endpoint.get(key)
            if record is None:
                raise InputError(f"{self.path} has no object {key!r}; nothing was sent")
            return bool(record.update(data))
        self._patch(key, data, None)
        return True

    def bulk_update(self, objects: Sequence[Mapping[str, Any] | Record], **options: Any) -> list[R]:
        """Change several objects (one PATCH a chunk).

        Args:
            objects: dicts of changed fields, each with the object's id, or Records with unsaved changes.
            **options: chunk_size, on_error, parallel, journal: as in create().

        Returns:
            The changed Records, in the order given. Records without changes are left out; without any change nothing is sent.

        Raises:
            PartialResult: some objects are not there. The others are changed, and `.missing` names those.
        """
        if isinstance(objects, (str, bytes, Mapping)) or not isinstance(objects, Iterable):
            raise InputError(f"objects must be a list of dicts or Records, not {type(objects).__name__}")
        listed = list(objects)
        entries = [_changes(index, item) for index, item in enumerate(listed)]
        if twice := [key for key, number in Counter(entry.id for entry in entries).items() if number > 1]:
            raise InputError(f"two items of the update have the id {twice[0]}; nothing was sent: the second would overwrite the first")
        records = {entry.id: item for entry, item in zip(entries, listed, strict=True) if isinstance(item, Record)}
        known = {
            entry.id: {name: wire(records[entry.id].raw.get(name)) for name in entry.item if name != "id"}
            for entry in entries
            if entry.id in records
        }
        journal = writing.Journal(self._endpoint, "update", entries)
        try:
            done = self._bulk(writing.Updating(journal, known), options)
        finally:
            for entry in journal:
                if entry.row is not None and entry.id in records:
                    records[entry.id].accept(entry.row, saved=True)
        return self._records(done)

    def delete(self, objects: Iterable[Any], **options: Any) -> bool:
        """Delete several objects (for each chunk one or more GETs and one DELETE).

        Which of the ids exist is asked first, since the server skips those that it does not know without a word.

        Args:
            objects: ids or Records.
            **options: chunk_size, on_error, parallel, journal: as in create().

        Returns:
            True.

        Raises:
            PartialResult: some objects were not there. The others are deleted, and `.missing` names those.
        """
        if isinstance(objects, (str, bytes, Mapping, Record)) or not isinstance(objects, Iterable):
            raise InputError(f"objects must be a list of ids or Records, not {type(objects).__name__}")
        known: dict[str, Mapping[str, Any]] = {}
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
        self._bulk(writing.Deleting(writing.Journal(self._endpoint, "delete", entries), known), options)
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
        return self._patch(key, changed, known)

    def delete_record(self, key: str, known: Mapping[str, Any]) -> None:
        """Delete one object; see Record.delete()."""
        writing.delete(self._endpoint, key, known)

    # --- what they share -------------------------------------------------------------------------------------------------

    @property
    def _endpoint(self) -> Any:
        return self

    def _patch(self, key: str, changed: Mapping[str, Any], known: Mapping[str, Any] | None) -> Row:
        written = writing.patch(self._endpoint, key, changed, known)
        writing.warn_ignored(written.ignored)
        return written.rows[0]

    def _bulk(self, strategy: Strategy, options: dict[str, Any]) -> list[Entry]:
        """Run a bulk write, kept in a store when the options name one; the entries that are done."""
        if unknown := sorted(options.keys() - _OPTIONS):
            raise InputError(f"a list takes no {unknown[0]!r}; it takes chunk_size, on_error, parallel and journal")
        run = writing.Bulk(strategy, writing.BulkOptions(**{name: value for name, value in options.items() if name != "journal"}))
        if (place := options.get("journal")) is not None:
            strategy.journal.keep(place)
        run.run()
        return strategy.journal.done

    def _records(self, entries: Iterable[Entry]) -> list[R]:
        """The Records of what was written."""
        made: list[R] = self._endpoint.make_all(entry.row for entry in entries if entry.row is not None)
        return made


def _changes(index: int, item: Any) -> Entry:
    """The entry of one item of a bulk update.

    Raises:
        InputError: it is no Record and no dict, has no id, or has a value without a JSON form.
    """
    if isinstance(item, Record):
        changed = item.updates(ask=True)
        return writing.Entry(index, identity(item), {**changed, "id": identity(item)}, "waiting" if changed else "unchanged")
    if not isinstance(item, Mapping):
        raise InputError(f"every item of an update must be a Record, or a dict with its id, not {type(item).__name__}")
    if not item.get("id"):
        raise InputError(f"an item of the update has no id: {item!r}")
    key = identity(item["id"])
    return writing.Entry(index, key, {**settled(item, f"nothing was sent: item {index}, "), "id": key})
