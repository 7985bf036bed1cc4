"""Record: one object of the server. It keeps the data as it came, and makes a value when it is read. Its changing half is in `editing`."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import did_you_mean
from ..values import JSON_FIELDS, SCALARS, Choice, computed, copied, is_reference, recomputed
from . import loading
from .brackets import Loaded, in_brackets
from .editing import NOTHING, Editable
from .siblings import Siblings
from .value_types import is_read_as_objects, python_value

if TYPE_CHECKING:
    from ..contracts import Api, Endpoint


class Record(Editable):
    """One object of Nautobot.

    Attributes are the server's fields: a related object is a Record, a choice a Choice, JSON stays plain. A field that the data does not
    hold is loaded where it can exist: on a related object, of which the server sends only its id, type and url; and, on a complete record,
    for `config_context`, `computed_fields`, `relationships` and many-to-many fields, which the server leaves out. It is loaded for all
    records that were read together, with few requests. `record["save"]` reads a field whose name is a method's.
    Two Records are equal when their route and id are.

    Args:
        data: the server's JSON object.
        endpoint: the list route it belongs to.
        complete: whether `data` comes from a list or detail route, and so has every field that the server gives unasked.
        group: the records it was read with.
    """

    __slots__ = ("__weakref__", "_complete", "_data", "_endpoint", "_group", "_read", "_set")

    _complete: bool
    _computed: ClassVar[frozenset[str]] = frozenset()  # the properties of its class
    _group: Siblings | None

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._computed = computed(cls)

    def __init__(self, data: dict[str, Any], endpoint: Endpoint, complete: bool = True, group: Siblings | None = None) -> None:
        _put_data(self, data)
        _put_endpoint(self, endpoint)
        _put_complete(self, complete)
        _put_group(self, group)
        _put_read(self, None)
        _put_set(self, NOTHING)

    # --- reading ---------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__" or name in Record.__slots__:
            raise AttributeError(name)
        if name in self._computed:
            return recomputed(self, name)
        read = self._read
        if read is not None and name in read:
            return read[name]
        try:
            value = self._data[name]
        except KeyError:
            return self._absent(name)
        if value.__class__ in SCALARS:
            return value
        return self._keep(name, python_value(self, name, value))

    def _keep(self, name: str, value: Any) -> Any:
        if self._read is None:
            _put_read(self, {})
        assert self._read is not None  # noqa: S101  for the type checker
        return self._read.setdefault(name, value)

    def _absent(self, name: str) -> Any:
        """The value of an attribute that the data does not hold: an action, or a field that is loaded. Else an AttributeError."""
        if name[:1] != "_":
            if (spec := self._endpoint.record_actions.get(name)) is not None:
                return self._endpoint.bind(spec, self)
            if loading.may_exist(self, name):
                loading.must_be_lazy(self, name)
                loading.load_missing(self, name)
                if name in self._data:
                    return getattr(self, name)
        known = {*self._data, *self._endpoint.route.learned.seen, *self._endpoint.record_actions}
        raise AttributeError(f"{self!r} has no field {name!r}{did_you_mean(name, known) if name[:1] != '_' else ''}")

    def __getitem__(self, name: str) -> Any:
        """A field as plain JSON data, without any request; KeyError when the data does not hold it.

        A related object is a dict of what is loaded of it, and its other fields load when they are looked up in that dict.
        """
        read = self._read
        if read is not None and name in read and (name in self._set or isinstance(read[name], (list, dict))):
            return _plain(read[name])
        value = self._data[name]
        if value.__class__ in (list, dict):
            # JSON may be changed in place here as on the attribute, and then it is a change.
            return (
                self._keep(name, copied(value))
                if self.is_json_field(name) or not is_read_as_objects(value)
                else in_brackets(self, name, value)
            )
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
        known = {*super().__dir__(), *self._data, *self._endpoint.record_actions}
        return sorted(name for name in known if name not in _INNER and (name[:1] != "_" or name[:2] == "__"))

    def full_details(self) -> bool:
        """Read the object's own route again, with every field (one GET). Edits that are not saved stay.

        Returns:
            True when it was read; False for an object without a route.
        """
        if "url" not in self._data or "id" not in self._data:
            return False
        loading.load_whole(self)
        return True

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
        """Whether it is complete: it came from a list or detail route, or was loaded. Else it has only what a reference holds."""
        return self._complete

    @property
    def siblings(self) -> Siblings:
        """The records that load together with this one."""
        if self._group is None:
            _put_group(self, Siblings(self._endpoint.api, [self]))
        assert self._group is not None  # noqa: S101  for the type checker
        return self._group

    def related(self, field: str) -> Record | list[Record] | None:
        """The Record, or list of Records, that a field's references in the server's data name. Sends nothing.

        Args:
            field: the field's name.

        Returns:
            One Record for a related object, a list for a list; None for a field without any. All records that were read together get the
            same Record of one related object. What was assigned to the field and is not saved does not count.

        Raises:
            KeyError: the data does not hold the field.
        """
        value = self._data[field]
        if isinstance(value, list):
            return [self.siblings.related(field, item) for item in value if is_reference(item)]
        return self.siblings.related(field, value) if is_reference(value) else None

    def load_field(self, field: str) -> None:
        """Load a field that the data does not hold, where it can exist, for this record and those that were read with it.

        After it `raw` holds the field, or the object has none. Without a field to load nothing is sent; else it is one GET for all records
        that fit a request line.

        Raises:
            CallError: the request failed; NotFoundError where the object was deleted.
        """
        if field not in self._data and loading.may_exist(self, field):
            loading.load_missing(self, field)

    def is_json_field(self, field: str) -> bool:
        """Whether a field is plain JSON, in which nothing is read as a related object or a choice."""
        return field in JSON_FIELDS or field in self._endpoint.route.json_fields

    def is_number_field(self, field: str, ask: bool = False) -> bool:
        """Whether a field holds numbers that the server writes as texts, such as "12.500000".

        Args:
            field: the field's name.
            ask: whether to ask the server (one OPTIONS of the route, kept). Without it the answer is False while nobody has asked.
        """
        return self.siblings.types_of(self._endpoint.route, ask).get(field) in ("decimal", "float")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        mine, theirs = self._data.get("id"), other._data.get("id")
        return self is other or (mine is not None and mine == theirs and self._endpoint.path == other._endpoint.path)

    def __hash__(self) -> int:
        return hash((self._endpoint.path, self._data.get("id")))

    def __str__(self) -> str:
        """The display name, else name, else label; a related object that has none of them yet is loaded for it."""
        if not self._complete and self._endpoint.api.options.lazy != "off" and not self._shown():
            self.load_field("display")
        return self._shown() or (f"{self._data.get('object_type', '')} {self._data.get('id', '')}".strip() if not self._complete else "")

    def _shown(self) -> str:
        return str(next((self._data[name] for name in ("display", "name", "label") if self._data.get(name)), ""))

    def __repr__(self) -> str:
        """Its class (the object type where no package gives it one), display name and id, without any request."""
        named = type(self).__name__
        if named == "Record":
            named = self._data.get("object_type") or named
        key = self._data.get("id", "")
        # What is not in Nautobot, such as a free prefix, has neither a display name nor an id: its class may have a text for it.
        shown = self._shown() or ("" if key else str(self))
        return f"<{' '.join(part for part in (named, repr(shown) if shown else '', str(key)) if part)}>"

    def __json__(self) -> Any:
        return self._data.get("id", self._data)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._endpoint, self._data, self._complete, self._edits(), set(self._set))

    def __copy__(self) -> Record:
        return _restore(self._endpoint, self._data, self._complete, dict(self._read or {}), set(self._set))

    def __deepcopy__(self, memo: dict[int, Any]) -> Record:
        edits = copy.deepcopy(self._edits(), memo)
        return _restore(self._endpoint, copy.deepcopy(self._data, memo), self._complete, edits, set(self._set))


# What other rooms and packages use: no completion shows them.
_INNER = frozenset({"accept", "is_json_field", "is_number_field", "load_field", "related", "siblings"})
# The slots' own setters: a record is made for every row, and object.__setattr__ costs twice as much.
_put_data, _put_endpoint, _put_complete, _put_group, _put_read, _put_set = (
    vars(Record)[slot].__set__ for slot in ("_data", "_endpoint", "_complete", "_group", "_read", "_set")
)


def _plain(value: Any) -> Any:
    """A value that was read, as plain data again."""
    if isinstance(value, Record):
        return Loaded(value)
    if isinstance(value, Choice):
        return dict(value)
    if isinstance(value, (list, tuple)) and any(isinstance(item, (Record, Choice)) for item in value):
        return [_plain(item) for item in value]
    return value


def _restore(endpoint: Endpoint, data: dict[str, Any], complete: bool, edits: dict[str, Any], names: set[str]) -> Record:
    """A record again from its parts, for pickle and copy; of the class that the endpoint has now."""
    record: Record = endpoint.record_class(data)(data, endpoint, complete)
    if edits:
        _put_read(record, edits)
    if names:
        _put_set(record, names)
    return record
