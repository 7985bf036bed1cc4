"""A choice: a value out of a fixed set, as the server sends it with its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Choice:
    """A value out of a fixed set: `{"value": "front", "label": "Front"}`. Equal to its value and hashed as it.

    Attributes:
        value: what the server stores.
        label: what people read; also its text.
    """

    __slots__ = ("label", "value")

    def __init__(self, value: Any, label: str) -> None:
        self.value = value
        self.label = label

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Choice):
            return bool(self.value == other.value)
        if isinstance(other, Mapping):
            return dict(self) == other
        return bool(self.value == other)

    def __hash__(self) -> int:
        return hash(self.value)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """The pairs of the choice, for dict()."""
        yield "value", self.value
        yield "label", self.label

    def __getitem__(self, name: str) -> Any:
        return dict(self)[name]

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"<Choice {self.value!r}>"

    def __json__(self) -> Any:
        return self.value


def is_choice(value: Any) -> bool:
    """Whether a JSON value is a choice: exactly a value and a label."""
    return isinstance(value, dict) and len(value) == 2 and "value" in value and "label" in value
