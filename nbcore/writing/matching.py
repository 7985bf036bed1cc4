"""What a desired value means beside what is held: the same object, number, choice or text, in whatever form it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..errors import InputError
from ..reading import rows_of
from ..records import Record, unchanged
from ..values import alike, identity, is_reference, is_uuid, normal, plain_json, same, wire

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_HELD_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)  # "010" that is held is a text, not ten


class KeyPart:
    """A field of the key: what it holds, and which of the held values a desired one means.

    Args:
        name: the field.
        records: the objects that are there.
        values: what the desired objects say of the field.
    """

    def __init__(self, name: str, records: list[Record], values: list[Any]) -> None:
        self.name = name
        self._related: dict[str, Record] = {}
        self._plain: set[Any] = set()
        for record in records:
            if name not in record._data:
                raise InputError(f"{record!r} has no field {name!r}, which is a key")
            if is_reference(value := record._data[name]):
                self._related.setdefault(identity(value), record._related(name, value))
            elif value is not None:
                self._plain.add(self.held(record))
        self._numbers: dict[Decimal, list[str]] = {}
        for text in self._plain:
            if isinstance(text, str) and (number := _number(text, _HELD_NUMBER)) is not None:
                self._numbers.setdefault(number, []).append(text)
        self._found: dict[str, list[str]] = {}
        if not self._plain:
            self._know([value for value in values if isinstance(value, Record)], [_said(value) for value in values])

    def _know(self, given: list[Record], said: list[dict[str, Any]]) -> None:
        """Also know objects that are desired and not held yet: some may be named by their id and by their name."""
        for record in given:
            self._related.setdefault(identity(record), record)
        strange = list({one["id"]: None for one in said if "id" in one and one["id"] not in self._related})
        if strange and self._related and any("id" not in one for one in said):
            endpoint = next(iter(self._related.values())).endpoint
            self._related.update((key, endpoint.make(row)) for key, row in rows_of(endpoint.route, strange).items())

    def held(self, record: Record) -> Any:
        """What an object holds: a related object's id, a choice's value, a number, a text."""
        value = wire(record._data[self.name])
        if isinstance(value, (list, dict)):
            raise InputError(f"{self.name!r} cannot be a key: {record!r} holds {value!r:.80}")
        if is_reference(record._data[self.name]) or isinstance(value, str):
            return identity(value)
        return value if value is None or isinstance(value, bool) else _number(value)

    def meanings(self, value: Any) -> list[Any]:
        """The held values that a desired one means; when none is held, a form of its own."""
        form = normal(value)
        if isinstance(form, list) or (isinstance(form, dict) and self._plain):
            raise self._incomparable(value)
        if self._related or isinstance(form, dict):
            return self._objects(value)
        if not self._plain:
            return [identity(form)]
        number, kinds = _number(value), {type(held) for held in self._plain}
        if (isinstance(form, bool) != (kinds == {bool})) or (kinds == {Decimal} and number is None):
            raise self._incomparable(value)
        if str not in kinds:
            return [form if number is None else number]
        text = identity(form)
        return [text] if text in self._plain or number is None or isinstance(value, str) else self._numbers.get(number, [text])

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for related in map(_loaded, self._related.values()):
            found.setdefault(str(related._data.get("name", related._data.get("display"))), []).append(identity(related))
        return found

    def _objects(self, value: Any) -> list[str]:
        said = _said(value)
        if "id" in said:
            return [said["id"]]
        if not said:
            raise self._incomparable(value)
        if said.keys() == {"name"}:
            return self._names.get(str(said["name"])) or [str(said["name"])]
        own = repr(sorted(said.items()))
        if own not in self._found:
            if not all(_has(_loaded(related), name) for related in self._related.values() for name in said):
                raise self._incomparable(value)
            self._found[own] = [key for key, related in self._related.items() if _is(related, said)]
        return self._found[own] or [own]

    def _incomparable(self, value: Any) -> InputError:
        there = next(iter(self._related.values())) if self._related else next(iter(self._plain), None)
        return InputError(
            f"the key {self.name}={value!r:.80} cannot be compared with what is there, such as {there!r:.80}; nothing was planned"
        )


def is_as_desired(record: Record, name: str, value: Any) -> bool:
    """Whether a field means what is desired; what is needed to tell is loaded, once for all that were read together."""
    if name not in record._data and record._may_exist(name):
        record._load_with_siblings(name)
    if name not in record._data or unchanged(record, name, value):
        return name in record._data
    held = record._data[name]
    if name == "custom_fields" and isinstance(held, dict) and isinstance(value, Mapping):
        return all(alike(held.get(one), plain_json(item)) for one, item in value.items())
    if record._is_json(name):
        return False
    if is_reference(held):
        return _is(record._related(name, held), value)
    if isinstance(held, list) and held and all(map(is_reference, held)) and isinstance(value, (list, tuple, set, frozenset)):
        related = [record._related(name, one) for one in held]
        hits = {next((one for one in related if _is(one, item)), None) for item in value}
        return len(value) == len(held) and hits == set(related)
    number = _number(wire(held), _HELD_NUMBER)
    return number is not None and number == _number(value) and not (isinstance(held, str) and isinstance(value, str))


def _said(value: Any) -> dict[str, Any]:
    """What a value says of a related object: its id, or fields of it; {} when it can name none."""
    form = normal(value)
    if isinstance(form, dict):
        return {"id": identity(form["id"])} if form.get("id") else form
    if isinstance(form, bool) or not isinstance(form, (str, int)):
        return {}
    return {"name": form} if isinstance(form, str) and not is_uuid(form) else {"id": identity(form)}


def _is(related: Record, value: Any) -> bool:
    """Whether a value means a related object, which is loaded where the value gives no id."""
    said = _said(value)
    if not said or "id" in said:
        return bool(said) and identity(related) == said["id"]
    if same(_loaded(related)._data, value):
        return True
    for name, item in said.items():
        head, _, rest = name.partition("__")
        if not is_as_desired(related, head, {rest: item} if rest else item):
            return False
    return True


def _has(related: Record, name: str) -> bool:
    """Whether a related object can be compared by a field, or by one of an object it refers to (`location__name`)."""
    head, _, rest = name.partition("__")
    return head in related._data and (not rest or related._data[head] is None or is_reference(related._data[head]))


def _loaded(related: Record) -> Record:
    if not related.has_details:
        related._load_with_siblings("name")
    return related


def _number(value: Any, form: re.Pattern[str] = _NUMBER) -> Decimal | None:
    """The number that a value is or, as text, means."""
    if not isinstance(value, Decimal):
        value = normal(value)
    if isinstance(value, bool) or not (isinstance(value, (int, float, Decimal)) or (isinstance(value, str) and form.fullmatch(value))):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None
