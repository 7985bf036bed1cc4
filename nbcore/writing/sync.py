"""A plan that makes the objects of a route as they are desired: what to create, to update and to delete."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contracts import Endpoint
from ..errors import EverythingError, InputError, NbcoreError, PartialResult, UnknownFieldError
from ..records import Record
from ..transport import deciding
from ..values import MERGED, encode, is_file, loads, same, settled
from .bulk import BulkOptions
from .matching import KeyPart
from .unknown_fields import cannot_be_set, must_be_known

_SHOWN = 20
_OPTIONS = frozenset({"chunk_size", "on_error", "parallel"})
_Key = tuple[Any, ...]  # what the key fields of an object hold


@dataclass
class Plan:
    """What would make the objects of a route as desired. Nothing is written before apply().

    Attributes:
        endpoint: the list route.
        creates: the objects to create.
        updates: Records that have the desired values, not saved.
        deletes: Records to delete; empty unless deleting was asked for.
        unchanged: Records that are as desired.
        extra: Records that are there and not desired, when deleting was not asked for.
    """

    endpoint: Endpoint
    creates: list[dict[str, Any]] = field(default_factory=list)
    updates: list[Record] = field(default_factory=list)
    deletes: list[Record] = field(default_factory=list)
    unchanged: list[Record] = field(default_factory=list)
    extra: list[Record] = field(default_factory=list)
    _begun: bool = field(default=False, init=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.creates or self.updates or self.deletes)

    def apply(self, **options: Any) -> list[Record]:
        """Write what is planned, once: creates first, then updates, then deletes.

        Each of the three is sent in chunks, as Endpoint.create(), bulk_update() and delete() send lists.

        Args:
            **options: chunk_size, on_error and parallel, as in Endpoint.create(). With on_error="continue" updates and deletes are
                attempted even if creates failed.

        Returns:
            The Records that were created and updated.

        Raises:
            InputError: the plan was applied before, or an option is none of the three. Nothing was sent.
            CallError: the first error, which ended it. A note of it says what was not begun; its `.journal` has the outcome of each item.
            PartialResult: with on_error="continue", some items were not done. Its `.journals` are the journals of the parts that failed,
                and `.journal` is the first of them.
        """
        if unknown := sorted(options.keys() - _OPTIONS):
            raise InputError(f"apply() takes no {unknown[0]!r}; it takes chunk_size, on_error and parallel")
        if self._begun:
            raise InputError(
                "this plan was applied already: sync() again plans what is left, or error.journal.resume() goes on with what broke"
            )
        BulkOptions(**options)  # a bad option is refused here, while the plan can still be applied
        self._begun = True
        parts: list[tuple[str, list[Any], Any]] = [
            ("create", self.creates, self.endpoint.create),
            ("update", self.updates, self.endpoint.bulk_update),
            ("delete", self.deletes, self.endpoint.delete),
        ]
        written: list[Record] = []
        failed: dict[str, NbcoreError] = {}
        for place, (name, items, write) in enumerate(parts):
            try:
                done = write(items, **options) if items else []
            except NbcoreError as exc:
                if options.get("on_error") != "continue":
                    rest = ", ".join(f"{later} {len(items)}" for later, items, _ in parts[place + 1 :] if items)
                    exc.add_note(f"Of the plan, not begun: {rest or 'nothing'}.")
                    raise
                failed[name] = exc
            else:
                written += done if name != "delete" else []
        if failed:
            raise self._left_over(failed, {name: len(items) for name, items, _ in parts})
        return written

    def _left_over(self, failed: Mapping[str, NbcoreError], sizes: Mapping[str, int]) -> PartialResult:
        """The error of a plan that went to its end and could not do everything."""
        journals = {name: exc.journal for name, exc in failed.items()}
        done = {**sizes, **{name: 0 if journal is None else len(journal.done) for name, journal in journals.items()}}
        counted = ", ".join(f"{name} {done[name]} of {size}" for name, size in sizes.items())
        error = PartialResult(
            f"sync of {self.endpoint.path}: done are {counted}; {' '.join(map(str, failed.values()))}",
            missing=[one for exc in failed.values() for one in getattr(exc, "missing", ())],
            journal=next(iter(journals.values())),
            journals=[journal for journal in journals.values() if journal is not None],
        )
        error.__cause__ = next(iter(failed.values()))
        return error

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield (
            f"{self.endpoint.path}: create {len(self.creates)}, update {len(self.updates)}, delete {len(self.deletes)}, "
            f"unchanged {len(self.unchanged)}" + (f", not desired but kept {len(self.extra)}" if self.extra else "")
        )
        for sign, items in (("+", self.creates), ("~", self.updates), ("-", self.deletes)):
            for item in items[:_SHOWN]:
                shown = f"{item!r} {item.updates()}" if isinstance(item, Record) and sign == "~" else repr(item)
                yield f"  {sign} {shown}"
            if len(items) > _SHOWN:
                yield f"  {sign} and {len(items) - _SHOWN} more"


def plan(
    endpoint: Endpoint,
    desired: Iterable[Mapping[str, Any]],
    key: str | Sequence[str],
    delete: bool,
    everything: bool,
    among: Mapping[str, Any],
) -> Plan:
    """Compare what is desired with what is there, and plan the difference. Nothing is written.

    Sends the reads of what is there, one GET for each request line of related objects whose names are needed to compare, and one
    OPTIONS (kept) where a list of related objects, or what the server counts or says by itself, is to be set, which it may ignore.

    Args:
        endpoint: the list route.
        desired: the objects as they should be: dicts with the key fields and whatever else is to be set.
        key: the field, or fields, that tell which object is which.
        delete: whether to plan deleting what is there and not desired.
        everything: confirms `delete` where `among` is empty.
        among: filters that narrow what is compared.

    Raises:
        InputError: what is desired is no list of dicts, has no key, or has a key that cannot be compared or is not unique.
        UnknownFieldError: a desired object has a field that the route does not have, or would have to set one that cannot be set.
        EverythingError: `delete` without filters, and without `everything`.
    """
    names = [key] if isinstance(key, str) else list(key)
    items = _listed(desired, names)
    there = endpoint.filter(**among)
    if delete and not everything and not there.filtered:
        raise EverythingError(
            f"sync() of {endpoint.path} with delete=True and nothing in `among` would delete all that is not desired; "
            "narrow it, or say everything=True"
        )
    with deciding():
        records = list(there)
    must_be_known(endpoint.route, dict.fromkeys(name for item in items for name in item))
    parts = [KeyPart(name, records, [item[name] for item in items]) for name in names]
    held = _held_by_key(endpoint, records, parts)
    wanted = _wanted_by_key(endpoint, items, parts, held)
    made = Plan(endpoint)
    wanting: dict[str, Any] = {}
    for meaning, record in held.items():
        if (item := wanted.pop(meaning, None)) is None:
            (made.deletes if delete else made.extra).append(record)
            continue
        for name, value in item.items():
            # A value that means the same is not assigned, since updates() is both what is printed and what is sent.
            if name not in names and not same(record, name, value, ask=True):
                record[name] = value
                _want(wanting, {name: value})
        (made.updates if record.updates() else made.unchanged).append(record)
    new = {id(item): item for item in wanted.values()}  # one item may stand there under several meanings of its key
    made.creates = [loads(encode(settled(item, f"nothing was planned: {item!r:.80}, "))) for item in new.values()]
    # A new object is often a copy of another, with all that the server says of it by itself: apply() warns of what is ignored of that.
    refused = MERGED.union(endpoint.route.spec.assigned_by).difference(names)
    for item in made.creates:
        _want(wanting, {name: value for name, value in item.items() if name in refused and value})
    if problem := cannot_be_set(endpoint.route, wanting, records[0].raw if records else {}):
        raise UnknownFieldError(f"{problem}; leave it out of what is desired. Nothing was planned.")
    return made


def _want(wanting: dict[str, Any], fields: Mapping[str, Any]) -> None:
    """Add fields to those that are to be written; of custom fields, the keys of all objects."""
    for name, value in fields.items():
        merges = name in MERGED and isinstance(value, Mapping)
        wanting[name] = {**wanting.get(name, {}), **value} if merges else value


def _held_by_key(endpoint: Endpoint, records: list[Record], parts: list[KeyPart]) -> dict[_Key, Record]:
    """The objects that are there, by what their key holds; InputError where two have the same key."""
    held: dict[_Key, Record] = {}
    for record in records:
        if (other := held.setdefault(tuple(part.held(record) for part in parts), record)) is not record:
            names = [part.name for part in parts]
            raise InputError(
                f"two objects of {endpoint.path} have the key {names}: {other!r}, {record!r}; choose one that tells them apart"
            )
    return held


def _wanted_by_key(
    endpoint: Endpoint, items: list[dict[str, Any]], parts: list[KeyPart], held: Mapping[_Key, Record]
) -> dict[_Key, dict[str, Any]]:
    """The desired objects, by what their key means among the objects that are there.

    Raises:
        InputError: a key means several objects, or two desired objects have the same key.
    """
    wanted: dict[_Key, dict[str, Any]] = {}
    for item in items:
        meant = list(itertools.product(*(part.meanings(item[part.name]) for part in parts)))
        meant = [one for one in meant if one in held] or meant
        shown = {part.name: item[part.name] for part in parts}
        if len(meant) > 1 and meant[0] in held:
            raise InputError(f"the key {shown!r} means {len(meant)} objects of {endpoint.path}; give the ids of what it names")
        for one in meant:
            if (first := wanted.setdefault(one, item)) is not item:
                other = {part.name: first[part.name] for part in parts}
                raise InputError(f"two desired objects have the same key: {other!r} and {shown!r}")
    return wanted


def _listed(desired: Any, names: list[str]) -> list[dict[str, Any]]:
    """The desired objects as dicts, with lists in the place of generators, which can be read only once.

    Raises:
        InputError: they are no list of dicts, one of them has no key, or there is no key.
    """
    if isinstance(desired, (str, bytes, Mapping, Record)) or not isinstance(desired, Iterable):
        raise InputError(f"sync() takes a list of dicts, one for each desired object, not {type(desired).__name__}")
    if not names:
        raise InputError("sync() needs a key: the field, or fields, that tell which object is which")
    items = []
    for index, item in enumerate(desired):
        if not isinstance(item, Mapping):
            raise InputError(f"every desired object must be a dict of fields, but item {index} is {item!r:.80}")
        if lacking := [name for name in names if item.get(name) is None]:
            raise InputError(f"a desired object has no {lacking[0]!r}, which is a key: {dict(item)!r}")
        items.append({name: list(value) if isinstance(value, Iterator) and not is_file(value) else value for name, value in item.items()})
    return items
