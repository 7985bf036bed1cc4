"""The one rule for "the same": whether what a program gives for a field means what an object of the server holds there already.

save(), update(), update_or_create(), sync() and the checks after a lost answer all ask `same()`. What is held decides what is compared:

| The server holds | The same are |
|---|---|
| a related object | its id, a Record of it, its name as text, a dict of its fields (`{"name": "AX1", "manufacturer": {"name": "Acme"}}`) |
| a list of related objects | any collection that names each of them, in any order, however often |
| a choice | its value, a Choice, its dict; never its label |
| content types | any collection of the same texts |
| declared JSON | the same JSON, where True is not 1; of custom fields only the keys that are given count |
| a number, a text, a truth value, None | see `scalars.same_scalar` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import NotFoundError, PermissionDeniedError
from .choices import is_choice
from .json_text import alike
from .known_fields import JSON_FIELDS, MERGED, PLAIN_LISTS
from .references import is_reference, is_uuid, same_id
from .scalars import about, same_scalar
from .written import identity, is_many, normal, plain_json, wire

if TYPE_CHECKING:
    from ..contracts import Row


class Holder(Protocol):
    """An object of the server as the rule sees it: a Record, or a `Holding` of a JSON object alone."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The server's data."""

    def related(self, field: str) -> Any:
        """The Holder, or list of Holders, that a field's references name; sends nothing."""

    def load_field(self, field: str) -> None:
        """Bring a field that is not in `raw` yet into it, where it can exist; may send a request."""

    def is_json_field(self, field: str) -> bool:
        """Whether a field is plain JSON, whatever its shape."""

    def is_number_field(self, field: str, ask: bool) -> bool:
        """Whether a field holds numbers, as far as it is known; with `ask`, the server is asked."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A JSON object of the server, of which no more can be loaded than is in it."""

    raw: Mapping[str, Any]

    def related(self, field: str) -> Holding | list[Holding]:
        """The JSON objects that a field's references are."""
        value = self.raw[field]
        return [Holding(item) for item in value if is_reference(item)] if isinstance(value, list) else Holding(value)

    def load_field(self, field: str) -> None:
        """Nothing: there is no more to load."""

    def is_json_field(self, field: str) -> bool:
        """Whether a field is plain JSON on every route."""
        return field in JSON_FIELDS

    def is_number_field(self, field: str, ask: bool) -> bool:
        """False: it is not known."""
        return False


def same(holder: Holder, field: str, value: Any, ask: bool = False) -> bool:
    """Whether a value means what a field of an object holds.

    Args:
        holder: the object.
        field: the field's name.
        value: what a program gives: any Python value that can be written.
        ask: whether to load what is needed to tell: the field itself, and the names of related objects where ids cannot tell. Without it
            nothing is sent, and what cannot be told counts as different.
    """
    if not _has(holder, field, ask):
        return False
    held = holder.raw[field]
    if holder.is_json_field(field):
        return _same_json(field, held, value)
    if is_reference(held):
        return is_named_by(holder.related(field), value, ask)
    if is_choice(held):
        return same_scalar(field, held["value"], value)
    if isinstance(held, list):
        return _same_list(holder, field, held, value, ask)
    if isinstance(held, dict):
        return alike(normal(value), normal(held))
    return same_scalar(field, held, value, lambda: holder.is_number_field(field, ask))


def _has(holder: Holder, field: str, ask: bool) -> bool:
    """Whether an object has a field; one that is not loaded is loaded if that is allowed."""
    if field not in holder.raw and ask:
        try:
            holder.load_field(field)
        except (NotFoundError, PermissionDeniedError):
            return False  # an object that cannot be read cannot be compared, and is then written
    return field in holder.raw


def _same_json(field: str, held: Any, value: Any) -> bool:
    if field in MERGED and isinstance(held, dict) and isinstance(value, Mapping):
        return all(key in held and alike(plain_json(item), held[key]) for key, item in value.items())
    return alike(plain_json(value), held)


def _same_list(holder: Holder, field: str, held: list[Any], value: Any, ask: bool) -> bool:
    if not is_many(value):
        return False
    items = list(value)
    if field in PLAIN_LISTS:
        return {str(normal(item)) for item in items} == set(map(str, held))
    if held and all(map(is_reference, held)):
        return _same_objects(holder.related(field), items, ask)
    return alike(normal(items), normal(held))


def _same_objects(held: Sequence[Holder], items: list[Any], ask: bool) -> bool:
    """Whether some values name each of the related objects, and no other. Ids are looked at first, since names may have to be loaded."""
    everyone = {same_id(one.raw["id"]): one for one in held}
    ids = {told["id"] for item in items if "id" in (told := said(item))}
    named = [item for item in items if "id" not in said(item)]
    left = {key: one for key, one in everyone.items() if key not in ids}
    if not ids <= everyone.keys() or len(left) > len(named):
        return False
    for item in named:
        if (found := next((key for key, one in left.items() if is_named_by(one, item, ask)), None)) is not None:
            del left[found]
        elif not any(is_named_by(one, item, ask) for one in everyone.values()):
            return False
    return not left


def said(value: Any) -> dict[str, Any]:
    """What a value says of a related object: {"id": ...}, or fields of it (a text is its name); {} for a value that names no object."""
    form = normal(value)
    if isinstance(form, dict):
        return {"id": identity(form["id"])} if form.get("id") else form
    if isinstance(form, bool) or not isinstance(form, (str, int)):
        return {}
    return {"name": form} if isinstance(form, str) and not is_uuid(form) else {"id": identity(form)}


def is_named_by(related: Holder, value: Any, ask: bool = False) -> bool:
    """Whether a value names a related object.

    Args:
        related: the object.
        value: an id, a Record, a name, or a dict of its fields. `{"location__name": "AMS"}` is `{"location": {"name": "AMS"}}`.
        ask: whether to load what is needed to tell; see `same`.
    """
    told = said(value)
    if not told or "id" in told:
        return bool(told) and told["id"] == same_id(related.raw["id"])
    if not isinstance(value, Mapping):
        name = told["name"]
        known = name == str(related.raw["id"]) or _has(related, "name", ask) or _has(related, "display", ask)
        return known and name in (str(related.raw["id"]), name_of(related.raw))
    for field, item in told.items():
        head, _, rest = field.partition("__")
        if not same(related, head, {rest: item} if rest else item, ask):
            return False
    return True


def name_of(row: Mapping[str, Any]) -> str:
    """The text that names an object in a field of another: its name, or its display name where it has none."""
    return str(row.get("name", row.get("display")))


# --- after a lost answer -------------------------------------------------------------------------------------------------


def agrees(item: Row, row: Row) -> bool:
    """Whether an object may be the one that was sent: none of the texts and numbers that were sent differs from what it holds."""
    shared = {name: value for name, value in item.items() if isinstance(value, (str, int)) and name in row}
    return all(isinstance(row[name], (dict, list)) or about(row[name], value) for name, value in shared.items())


def holds(row: Row, body: Mapping[str, Any], loosely: bool = False) -> bool:
    """Whether an object holds the fields that were sent.

    Args:
        row: the object as it was read after the answer was lost.
        body: the fields that were sent.
        loosely: whether a value also counts that the server may have made of what was sent, such as a text in lower case.
    """
    held = Holding(row)
    return all(
        name in row and (same(held, name, value) or (loosely and about(wire(row[name]), normal(value)))) for name, value in body.items()
    )


def depth_to_compare(row: Row, body: Mapping[str, Any]) -> int:
    """The `depth` to read an object with, so that the fields that were sent can be compared: 0 where the ids of related objects tell.

    Args:
        row: the object as it was read without depth.
        body: the fields that were sent.
    """
    return max((_depth(row.get(name), normal(value)) for name, value in body.items()), default=0)


def _depth(held: Any, value: Any) -> int:
    if isinstance(held, list):
        return max((_depth(held[0], item) for item in value), default=0) if held and isinstance(value, list) else 0
    told = said(value) if is_reference(held) else {}
    return _levels(told) if told and "id" not in told else 0


def _levels(told: Mapping[str, Any]) -> int:
    """How many objects deep a dict of fields looks: `{"location": {"name": "AMS"}}` and `{"location__name": "AMS"}` look two deep."""
    return max(1 + name.count("__") + (_levels(item) if isinstance(item, Mapping) and item else 0) for name, item in told.items())


def untouched(row: Row, body: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether nobody wrote an object since the caller read it, as far as the fields that were sent tell.

    Args:
        row: the object as it is now.
        body: the fields that were sent.
        before: the object as the caller knew it.
    """
    if before.get("last_updated") is not None and before.get("last_updated") == row.get("last_updated"):
        return True
    return all(name in before and name in row and same(Holding(row), name, wire(before[name])) for name in body)
