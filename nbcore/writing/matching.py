"""Which object of the server a desired object of sync() is: keys compared by what they mean, in whatever form they are given.

Whether the other fields are as desired is told by `values.same`, the rule that save() and update() use too.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from ..errors import InputError
from ..reading import rows_of
from ..records import Record
from ..values import identity, is_named_by, is_reference, name_of, normal, number_of, said, wire, written_number


class KeyPart:
    """One field of a key: what it holds on each object that is there, and which of these values a desired one means.

    Values are given as plain keys of a dict (an id, a text, a number), so that many thousand objects are found without comparing each pair.

    Args:
        name: the field.
        records: the objects that are there.
        values: what the desired objects say of the field.

    Raises:
        InputError: an object has no such field.
        CallError: an object that the desired ones name could not be read. Of objects that are desired and not held yet, those that some
            name by id and others otherwise are read with one GET a request line of ids.
    """

    def __init__(self, name: str, records: list[Record], values: list[Any]) -> None:
        self.name = name
        self._related: dict[str, Record] = {}  # the related objects, by id
        self._plain: set[Any] = set()  # the texts, numbers and truth values
        for record in records:
            if name not in record.raw:
                raise InputError(f"{record!r} has no field {name!r}, which is a key")
            if isinstance(related := record.related(name), Record):
                self._related.setdefault(identity(related), related)
            elif record.raw[name] is not None:
                self._plain.add(self.held(record))
        self._numbers: dict[Decimal, list[str]] = {}  # the texts that are numbers, by their number
        for text in self._plain:
            if isinstance(text, str) and (number := written_number(text)) is not None:
                self._numbers.setdefault(number, []).append(text)
        self._found: dict[str, list[str]] = {}  # what a dict of fields was found to name
        if not self._plain:
            self._know([value for value in values if isinstance(value, Record)], [said(value) for value in values])

    def _know(self, given: list[Record], told: list[dict[str, Any]]) -> None:
        """Also know objects that are desired and not held yet: one of them may be named by its id here and by its name there."""
        for record in given:
            self._related.setdefault(identity(record), record)
        strange = list({one["id"]: None for one in told if "id" in one and one["id"] not in self._related})
        if strange and self._related and any("id" not in one for one in told):
            endpoint = next(iter(self._related.values())).endpoint
            self._related.update((key, endpoint.make(row)) for key, row in rows_of(endpoint.route, strange).items())

    def held(self, record: Record) -> Any:
        """What an object holds: the id of a related object, the value of a choice, a number, a text.

        Raises:
            InputError: it holds a list or JSON, which cannot be a key.
        """
        value = wire(record.raw[self.name])
        if isinstance(value, (list, dict)):
            raise InputError(f"{self.name!r} cannot be a key: {record!r} holds {value!r:.80}")
        if is_reference(record.raw[self.name]) or isinstance(value, str):
            return identity(value)
        return value if value is None or isinstance(value, bool) else number_of(value)

    def meanings(self, value: Any) -> list[Any]:
        """The held values that a desired value means.

        Args:
            value: what a desired object says of the field.

        Returns:
            The held values; where none is meant, one value that nothing holds, and that is the same for desired objects that mean the same.

        Raises:
            InputError: the value cannot be compared with what is held.
            CallError: the names of the related objects, which are loaded together the first time, could not be read.
        """
        form = normal(value)
        if isinstance(form, list) or (isinstance(form, dict) and self._plain):
            raise self._incomparable(value)
        if self._related or isinstance(form, dict):
            return self._meant_objects(value)
        if not self._plain:
            return [identity(form)]
        number, kinds = number_of(value), {type(held) for held in self._plain}
        if (isinstance(form, bool) != (kinds == {bool})) or (kinds == {Decimal} and number is None):
            raise self._incomparable(value)
        if str not in kinds:
            return [form if number is None else number]
        text = identity(form)
        return [text] if text in self._plain or number is None or isinstance(value, str) else self._numbers.get(number, [text])

    @cached_property
    def _ids_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for related in map(_loaded, self._related.values()):
            found.setdefault(name_of(related.raw), []).append(identity(related))
        return found

    def _meant_objects(self, value: Any) -> list[str]:
        """The ids of the related objects that a desired value names; a form of its own where it names none."""
        told = said(value)
        if "id" in told:
            return [told["id"]]
        if not told:
            raise self._incomparable(value)
        if told.keys() == {"name"}:
            return self._ids_by_name.get(str(told["name"])) or [str(told["name"])]
        own = repr(sorted(told.items()))
        if own not in self._found:
            if not all(_has(_loaded(related), name) for related in self._related.values() for name in told):
                raise self._incomparable(value)
            self._found[own] = [key for key, related in self._related.items() if is_named_by(related, told, ask=True)]
        return self._found[own] or [own]

    def _incomparable(self, value: Any) -> InputError:
        there = next(iter(self._related.values())) if self._related else next(iter(self._plain), None)
        return InputError(
            f"the key {self.name}={value!r:.80} cannot be compared with what is there, such as {there!r:.80}; nothing was planned"
        )


def _has(related: Record, name: str) -> bool:
    """Whether a related object can be compared by a field, or by a field of an object that it refers to (`location__name`)."""
    head, _, rest = name.partition("__")
    return head in related.raw and (not rest or related.raw[head] is None or is_reference(related.raw[head]))


def _loaded(related: Record) -> Record:
    """A related object with its fields; all that were read together are loaded with it."""
    if not related.has_details:
        related.siblings.load(related)
    return related
