"""The types of the values in a record: what a field's JSON becomes when it is read.

A text, a number, a truth value and None stay as they are, and `Record.__getattr__` gives them without coming here. What a Python value
becomes when it is written is in `values.written`, and what counts as the same value in `values.sameness`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..values import PLAIN_LISTS, Choice, copied, is_choice, is_reference
from .many_to_many import Related

if TYPE_CHECKING:
    from .record import Record


def python_value(record: Record, name: str, value: Any) -> Any:
    """The Python value of a field whose JSON is a list or an object.

    Args:
        record: the record that the field belongs to.
        name: the field's name.
        value: the field's JSON.

    Returns:
        A Record for a related object, a Choice for a choice, a `Related` list for a list of related objects or of content types, and a
        list of Choices for a list of choices. Any other JSON, and all that is declared as JSON, is copied, so that changes in it show.
    """
    if record.is_json_field(name):
        return copied(value)
    if is_reference(value):
        return record.siblings.related(name, value)
    if is_choice(value):
        return Choice(value["value"], value["label"])
    if isinstance(value, list):
        if not value or name in PLAIN_LISTS or any(map(is_reference, value)):
            items = (record.siblings.related(name, item) if is_reference(item) else item for item in value)
            return Related(items, plain=name in PLAIN_LISTS)
        if all(map(is_choice, value)):
            return [Choice(item["value"], item["label"]) for item in value]
    return copied(value)


def is_read_as_objects(value: Any) -> bool:
    """Whether a field's JSON is read as a Record or a Choice, or as a list of them, and so is not plain JSON to a reader."""
    if isinstance(value, list):
        return any(map(is_reference, value)) or bool(value and all(map(is_choice, value)))
    return is_reference(value) or is_choice(value)
