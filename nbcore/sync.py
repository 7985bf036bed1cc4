"""What is there becomes what is desired: get_or_create, update_or_create, and a plan for many objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import EverythingError, InputError, ServerError, StatusConflictError, ValidationError
from .record import Record, changes
from .record.values import is_reference, is_uuid

if TYPE_CHECKING:
    from .endpoint import Endpoint

_SHOWN = 20


def get_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Record, bool]:
    """The object that matches, or a new one; see Endpoint.get_or_create()."""
    if not lookup or any("__" in name for name in lookup):
        raise InputError("name the fields that identify the object, such as name='x'; lookups such as name__ic cannot be created from")
    if (found := endpoint.get(**lookup)) is not None:
        return found, False
    try:
        return endpoint.create({**lookup, **defaults}), True
    except (ValidationError, StatusConflictError, ServerError):
        # Another client may have made it since; if not, the refusal stands.
        if (found := endpoint.get(**lookup)) is None:
            raise
        return found, False


def update_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Record, bool]:
    """The object that matches, with these fields, or a new one; see Endpoint.update_or_create()."""
    record, created = get_or_create(endpoint, lookup, defaults)
    if not created:
        record.update(defaults)
    return record, created


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

    def __bool__(self) -> bool:
        return bool(self.creates or self.updates or self.deletes)

    def apply(self, **options: Any) -> list[Record]:
        """Write it: creates, then updates, then deletes.

        Args:
            **options: chunk_size, on_error, parallel: as in Endpoint.create().

        Returns:
            The Records that were created and updated.
        """
        written = self.endpoint.create(self.creates, **options) if self.creates else []
        if self.updates:
            written += self.endpoint.bulk_update(self.updates, **options)
        if self.deletes:
            self.endpoint.delete(self.deletes, **options)
        return written

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
    """Compare what is desired with what is there; see Endpoint.sync()."""
    names = [key] if isinstance(key, str) else list(key)
    there = endpoint.filter(**among)
    if delete and not everything and not there.filtered:
        raise EverythingError(
            f"sync() of {endpoint.path} with delete=True and nothing in `among` would delete all that is not desired; "
            "narrow it, or say everything=True"
        )
    wanted: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for item in desired:
        if lacking := [name for name in names if item.get(name) is None]:
            raise InputError(f"a desired object has no {lacking[0]!r}, which is a key: {dict(item)!r}")
        identity = tuple(_form(item[name]) for name in names)
        if identity in wanted:
            raise InputError(f"two desired objects have the key {identity}")
        wanted[identity] = item
    # A related object in the key may be given by its name: then the names of those that are there are compared.
    by_name = [any(isinstance(item[name], str) and not is_uuid(item[name]) for item in wanted.values()) for name in names]
    made = Plan(endpoint)
    seen: set[tuple[Any, ...]] = set()
    for record in there:
        identity = tuple(_held(record, name, named) for name, named in zip(names, by_name, strict=True))
        if identity in seen:
            raise InputError(f"two objects of {endpoint.path} have the key {identity}; choose a key that tells them apart")
        seen.add(identity)
        if identity not in wanted:
            (made.deletes if delete else made.extra).append(record)
            continue
        for name, value in wanted[identity].items():
            if name not in names:
                record[name] = value
        (made.updates if changes.to_send(record) else made.unchanged).append(record)
    made.creates = [dict(item) for identity, item in wanted.items() if identity not in seen]
    return made


def _form(value: Any) -> Any:
    form = changes.normal(value)
    return repr(form) if isinstance(form, (dict, list)) else form


def _held(record: Record, name: str, named: bool) -> Any:
    held = record._data.get(name)
    if named and is_reference(held):
        related = getattr(record, name)
        return related.name if hasattr(related, "name") else str(related)
    return _form(held)
