"""A related object in brackets, `record["role"]`: a dict of what is loaded of it, of which missing keys load as the attribute would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..values import copied, is_reference
from . import loading

if TYPE_CHECKING:
    from .record import Record


class Loaded(dict[str, Any]):
    """The data of a related object as a dict: plain to json, to `in` and to loops, while a key that is not there is loaded.

    What is loaded is loaded for all records that were read together, as by `record.role.name`. So templates that look in brackets first,
    such as jinja2's `selectattr("role.name", ...)` and `"{d[role][name]}".format(d=record)`, find what the attribute gives.

    Args:
        record: the related object.
    """

    __slots__ = ("_record",)

    def __init__(self, record: Record) -> None:
        super().__init__(copied(dict(record.raw)))
        self._record = record

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)  # which asks __missing__
        return in_brackets(self._record, name, value) if value.__class__ in (dict, list) else value

    def __missing__(self, name: str) -> Any:
        record = self._record
        if str(name)[:1] != "_" and name not in record.raw and loading.may_exist(record, name):
            loading.must_be_lazy(record, name)
            loading.load_missing(record, name)
        if name not in record.raw:
            raise KeyError(name)
        for key, value in record.raw.items():
            self.setdefault(key, copied(value))
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """A key's value, loaded where it is not there yet; the default where the object has no such field."""
        try:
            return self[name]
        except KeyError:
            return default

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def in_brackets(record: Record, name: str, value: Any) -> Any:
    """The JSON of a record's field as `record[name]` gives it: as it is, but for related objects, which are `Loaded`.

    Args:
        record: the record that the field belongs to.
        name: the field's name.
        value: the field's JSON; a list or an object.
    """
    if record.is_json_field(name):
        return value
    if isinstance(value, list):
        return [_one(record, name, item) for item in value]
    return _one(record, name, value)


def _one(record: Record, name: str, value: Any) -> Any:
    if is_reference(value):
        try:
            return Loaded(record.siblings.related(name, value))
        except InputError:  # its url names no list route
            pass
    return copied(value)
