"""Record: one object of the server, its data as it came, and values made when they are read."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from ..contracts import Api, Endpoint
from ..errors import InputError, NotLoadedError, ShapeError
from ..values import PLAIN_LISTS, SCALARS, Choice, copied, is_choice, is_reference, normal, plain_json, wire
from . import changes
from .many_to_many import Related
from .siblings import Siblings

_JSON = frozenset({"custom_fields", "config_context", "local_config_context_data", "computed_fields", "relationships"})
OPT_IN = frozenset({"config_context", "computed_fields", "relationships"})


class Record:
    """One object of Nautobot.

    Attributes are the server's fields: a related object is a Record, a choice a Choice, JSON stays plain. A field that the
    data does not hold is loaded from the object's own route (one GET) where it can exist: on a related object, of which the server
    sends only id, type and url; and, on a complete record, for `config_context`, `computed_fields`, `relationships` and many-to-many
    fields that were left out.
    `record["save"]` reads a field whose name is a method's. Equal to a Record of the same route and id.

    Args:
        data: the server's JSON object.
        endpoint: the list route it belongs to.
        complete: whether `data` comes from a list or detail route, and so has every field.
        group: the records it was read with.
    """

    __slots__ = ("__weakref__", "_complete", "_data", "_endpoint", "_group", "_read", "_set")

    _data: dict[str, Any]
    _endpoint: Endpoint
    _complete: bool
    _group: Siblings | None
    _read: dict[str, Any] | None
    _set: set[str]

    def __init__(self, data: dict[str, Any], endpoint: Endpoint, complete: bool = True, group: Siblings | None = None) -> None:
        _put_data(self, data)
        _put_endpoint(self, endpoint)
        _put_complete(self, complete)
        _put_group(self, group)
        _put_read(self, None)
        _put_set(self, _NOTHING)

    # --- reading ---------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__" or name in Record.__slots__:
            raise AttributeError(name)
        read = self._read
        if read is not None and name in read:
            return read[name]
        try:
            value = self._data[name]
        except KeyError:
            return self._absent(name)
        if value.__class__ in SCALARS:
            return value
        return self._keep(name, self._wrap(name, value))

    def _keep(self, name: str, value: Any) -> Any:
        if self._read is None:
            object.__setattr__(self, "_read", {})
        assert self._read is not None  # noqa: S101  for the type checker
        return self._read.setdefault(name, value)

    def _wrap(self, name: str, value: Any) -> Any:
        """The Python value of a field that is not a scalar; plain JSON is copied, so that changes in it show."""
        if self._is_json(name):
            return copied(value)
        if is_reference(value):
            return self._related(name, value)
        if is_choice(value):
            return Choice(value["value"], value["label"])
        if isinstance(value, list) and (not value or any(map(is_reference, value)) or name in PLAIN_LISTS):
            return Related((self._related(name, item) if is_reference(item) else item for item in value), name in PLAIN_LISTS)
        if isinstance(value, list) and value and all(map(is_choice, value)):
            return [Choice(item["value"], item["label"]) for item in value]
        return copied(value)

    def _is_json(self, name: str) -> bool:
        """Whether a field is plain JSON whatever its shape."""
        return name in _JSON or name in self._endpoint.route.json_fields

    def _absent(self, name: str) -> Any:
        """The value of a field that the data does not hold: an action, a load, or an AttributeError without a request."""
        if name[:1] != "_":
            if (spec := self._endpoint.record_actions.get(name)) is not None:
                return self._endpoint.bind(spec, self)
            if self._may_exist(name):
                if self._endpoint.api.options.lazy == "off":
                    raise NotLoadedError(
                        f'{self!r} has no {name!r} loaded and lazy="off": ask for it with depth=1, include= or exclude_m2m=False'
                    )
                self._load_with_siblings(name)
                if name in self._data:
                    return getattr(self, name)
                self._endpoint.route.learned.lacking.add(name)
        raise AttributeError(f"{self!r} has no field {name!r}")

    def _may_exist(self, name: str) -> bool:
        if "url" not in self._data or "id" not in self._data or name == "keys":  # dict() asks whether there is a `keys`
            return False
        if name in self._endpoint.route.learned.lacking:
            return False
        if not self._complete:
            known = self._endpoint.route.learned.seen
            return not known or name in known or name in OPT_IN or name in self._endpoint.route.m2m_fields
        return name in OPT_IN or name in self._endpoint.route.m2m_fields

    def _related(self, name: str, value: dict[str, Any]) -> Record:
        """The Record of a reference; one object for all that were read together."""
        return self.siblings.related(name, value)

    @property
    def siblings(self) -> Siblings:
        """The records that load together with this one."""
        if self._group is None:
            object.__setattr__(self, "_group", Siblings(self._endpoint.api, [self]))
        assert self._group is not None  # noqa: S101  for the type checker
        return self._group

    def _load_with_siblings(self, name: str) -> None:
        """Load a missing field of this record and of those that were read with it."""
        if self._group is None:
            self._load()
        else:
            self._group.load(self, name if self._complete or name in OPT_IN or name in self._endpoint.route.m2m_fields else "")

    def _take(self, data: dict[str, Any], name: str) -> None:
        """Take a row that was read for a missing field."""
        self._rebase({name: data[name]} if self._complete and name in data else data)
        self._endpoint.route.learn(data)

    def _load(self) -> bool:
        """Read the object's own route with every field; edits that are not saved stay."""
        params = {"exclude_m2m": "false", "include": sorted(OPT_IN)}
        path = self._endpoint.route.detail_path(self._data["id"])
        data = self._endpoint.api.request("GET", path, params=params, endpoint=self._endpoint.path, operation="get")
        if not isinstance(data, dict) or str(data.get("id")) != str(self._data["id"]):
            raise ShapeError(f"GET {path} was answered with another object than {self._data['id']}")
        self._rebase(data)
        self._endpoint.route.learn(data)
        return True

    def _rebase(self, data: Mapping[str, Any]) -> None:
        """Take the server's newer data; what was read and not changed is read anew."""
        fresh = {**self._data, **data}
        if self._read:
            for name in [name for name in self._read if name not in self._set]:
                value = self._read[name]
                unchanged = changes.unchanged(self, name, value)
                if unchanged and not (isinstance(value, Record) and wire(fresh.get(name)) == value.id):
                    del self._read[name]
        object.__setattr__(self, "_data", fresh)
        object.__setattr__(self, "_complete", True)

    def full_details(self) -> bool:
        """Read the object's own route again, with every field (one GET). Edits that are not saved stay.

        Returns:
            True when it was read; False for an object without a route.
        """
        return "url" in self._data and "id" in self._data and self._load()

    def __getitem__(self, name: str) -> Any:
        """A field as plain JSON data, without any request; KeyError when the data does not hold it."""
        read = self._read
        if read is not None and name in read and (name in self._set or isinstance(read[name], (list, dict))):
            return _data(read[name])
        value = self._data[name]
        if value.__class__ in (list, dict):
            # JSON may be changed in place here as on the attribute, and then it is a change.
            return self._keep(name, copied(value)) if self._is_json(name) or not _has_objects(value) else copy.copy(value)
        return value

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """The fields as (name, plain data) pairs, for dict(); what is done to them does not change the record."""
        for name in {**self._data, **dict.fromkeys(self._set)}:
            if (read := self._read) is not None and name in read:
                yield name, copied(self[name])
            else:
                value = self._data[name]
                yield name, value if value.__class__ in SCALARS else copied(value)

    def __contains__(self, name: object) -> bool:
        return name in self._data or name in self._set

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._data, *self._endpoint.record_actions})

    # --- what it is ------------------------------------------------------------------------------------------------

    @property
    def api(self) -> Api:
        """The Api it was read through."""
        return self._endpoint.api

    @property
    def endpoint(self) -> Endpoint:
        """The list route it belongs to."""
        return self._endpoint

    @property
    def raw(self) -> Mapping[str, Any]:
        """The server's data, as it came; not a copy, and not to be changed."""
        return self._data

    @property
    def has_details(self) -> bool:
        """Whether it has every field: it came from a list or detail route, or was loaded."""
        return self._complete

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        mine, theirs = self._data.get("id"), other._data.get("id")
        return self is other or (mine is not None and mine == theirs and self._endpoint.path == other._endpoint.path)

    def __hash__(self) -> int:
        return hash((self._endpoint.path, self._data.get("id")))

    def __str__(self) -> str:
        """The display name, else name, else label; a related object that has none of them yet is loaded for it."""
        if not self._complete and self._endpoint.api.options.lazy != "off" and not self._shown() and self._may_exist("display"):
            self._load_with_siblings("display")
        return self._shown() or (f"{self._data.get('object_type', '')} {self._data.get('id', '')}".strip() if not self._complete else "")

    def _shown(self) -> str:
        return str(next((self._data[name] for name in ("display", "name", "label") if self._data.get(name)), ""))

    def __repr__(self) -> str:
        """Its class (the object type where no package gives it one), display name and id, without any request."""
        shown = f"{self._shown()!r} " if self._shown() else ""
        named = type(self).__name__
        if named == "Record":
            named = self._data.get("object_type") or named
        return f"<{named} {shown}{self._data.get('id', '')}>"

    def __json__(self) -> Any:
        return self._data.get("id", self._data)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._endpoint, self._data, self._complete, self._edits(), set(self._set))

    def _edits(self) -> dict[str, Any]:
        """What was assigned, and what may have been changed in place."""
        return {name: value for name, value in (self._read or {}).items() if name in self._set or isinstance(value, (list, dict))}

    def __copy__(self) -> Record:
        return _restore(self._endpoint, self._data, self._complete, dict(self._read or {}), set(self._set))

    def __deepcopy__(self, memo: dict[int, Any]) -> Record:
        edits = copy.deepcopy(self._edits(), memo)
        return _restore(self._endpoint, copy.deepcopy(self._data, memo), self._complete, edits, set(self._set))

    # --- writing ---------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        known = getattr(type(self), name, None)
        if isinstance(known, property) and known.fset is not None:
            object.__setattr__(self, name, value)
        elif known is not None or name[:1] == "_":
            raise AttributeError(f"{name!r} of {type(self).__name__} is not a field; for a field of that name: record[{name!r}] = ...")
        else:
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        own = name == "id" or (name == "url" and str(self._data.get("url")).rstrip("/").endswith(str(self._data.get("id"))))
        if own and name in self._data and value != self._data[name]:
            raise InputError(f"{name} of {self!r} cannot be changed")
        if self._read is None:
            object.__setattr__(self, "_read", {})
        if not self._set:
            object.__setattr__(self, "_set", set())
        self._set.add(name)
        # A generator can be read once, and is read more often: to compare, and at each attempt.
        self._read[name] = list(value) if isinstance(value, Iterator) else value  # type: ignore[index]

    def serialize(self, nested: bool = False, init: bool = False) -> Any:
        """The fields as they would be written: related objects as ids, choices as values.

        Args:
            nested: give only this object's id.
            init: give the server's data, without edits.
        """
        if nested:
            return self._data.get("id")
        if init:
            return {name: copied(value) if self._is_json(name) else wire(value) for name, value in self._data.items()}
        return {name: plain_json(value) if self._is_json(name) else normal(value) for name, value in self}

    def updates(self) -> dict[str, Any]:
        """The fields that save() would send; {} when nothing changed. Sends nothing."""
        return changes.updates(self)

    def save(self, if_unmodified: bool = False) -> bool:
        """Send what changed (one PATCH), and take the server's answer as the new state.

        Args:
            if_unmodified: read `last_updated` first (one GET) and write only if nobody changed the object since it was read. The server
                cannot check it together with the write, so a writer within that moment is still overwritten.

        Returns:
            True when something was sent; False when nothing had changed (no request).

        Raises:
            ConflictError: somebody else changed it; `.theirs` is what it holds now.
            UnknownFieldError: a field was assigned that the route does not have (told by one OPTIONS, kept).
        """
        changed = changes.to_send(self)
        if not changed:
            self._settle()
            return False
        self.accept(self._endpoint.save_record(str(self._data["id"]), changed, self._data, if_unmodified), saved=True)
        return True

    def accept(self, row: Mapping[str, Any], saved: bool = False) -> None:
        """Take newer data of the server as this record's own; sends nothing.

        Args:
            row: the object as a route of the server answered it; fields that are not in it stay as they are.
            saved: whether the edits of this record were written with it, so that none is pending any more; else they stay pending.
        """
        if saved:
            self._settle()
        self._rebase(row)

    def _settle(self) -> None:
        """Forget which fields were assigned or changed in place."""
        if self._read:
            for name in self._edits():
                del self._read[name]
        object.__setattr__(self, "_set", _NOTHING)

    def update(self, data: Mapping[str, Any]) -> bool:
        """Assign several fields and save(): True when something was sent."""
        for name, value in data.items():
            self[name] = value
        return self.save()

    def delete(self) -> bool:
        """Delete the object (one DELETE). Returns True; raises NotFoundError when it is not there."""
        self._endpoint.delete_record(str(self._data["id"]), self._data)
        return True


_NOTHING: set[str] = set()
# The slots' own setters: a record is made for every row, and object.__setattr__ costs twice as much.
_put_data, _put_endpoint, _put_complete, _put_group, _put_read, _put_set = (
    vars(Record)[slot].__set__ for slot in ("_data", "_endpoint", "_complete", "_group", "_read", "_set")
)


def _data(value: Any) -> Any:
    """A read value back as plain data."""
    if isinstance(value, (Record, Choice)):
        return dict(value)
    if isinstance(value, (list, tuple)) and any(isinstance(item, (Record, Choice)) for item in value):
        return [_data(item) for item in value]
    return value


def _restore(endpoint: Endpoint, data: dict[str, Any], complete: bool, edits: dict[str, Any], names: set[str]) -> Record:
    """A record again from its parts, for pickle and copy; of the class that the endpoint has now."""
    record: Record = endpoint.record_class(data)(data, endpoint, complete)
    if edits:
        object.__setattr__(record, "_read", edits)
    if names:
        object.__setattr__(record, "_set", names)
    return record


def _has_objects(value: Any) -> bool:
    """Whether a value of the server is read as a Record or Choice, or as a list of them."""
    if isinstance(value, list):
        return any(map(is_reference, value)) or bool(value and all(map(is_choice, value)))
    return is_reference(value) or is_choice(value)
