"""Values as the server sends them: the one place that decides what is a reference, what a choice, and what their plain forms are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

SCALARS = frozenset({str, int, float, bool, type(None)})


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


def is_reference(value: Any) -> bool:
    """Whether a JSON value is a related object: it has an id, a url and an object type."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("url"), str)
        and isinstance(value.get("object_type"), str)
        and value.get("id") is not None
    )


def is_choice(value: Any) -> bool:
    """Whether a JSON value is a choice: exactly a value and a label."""
    return isinstance(value, dict) and len(value) == 2 and "value" in value and "label" in value


def path_of(url: str) -> str:
    """The list route in an object's url: `http://host/x/api/dcim/devices/ID/` -> `dcim/devices`. The host is not trusted, nor used."""
    _, _, route = url.partition("/api/")
    return route.split("?")[0].rstrip("/").rpartition("/")[0]


def wire(value: Any) -> Any:
    """A value as it is written: a reference is its id, a choice its value; the rest stays."""
    if value.__class__ in SCALARS:
        return value
    if isinstance(value, list):
        return [wire(item) for item in value]
    if isinstance(value, dict):
        if is_reference(value):
            return value["id"]
        return value["value"] if is_choice(value) else value
    return value.__json__() if hasattr(value, "__json__") else value


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
