"""Values as the server sends them: the one place that decides what is a reference, what a choice, and what their plain forms are."""

from __future__ import annotations

import copy
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
    """Whether a JSON value is a related object: it has an id, an object type and a route of the REST API."""
    return isinstance(value, dict) and value.get("id") is not None and isinstance(value.get("object_type"), str) and route_of(value) != ""


def route_of(value: Mapping[str, Any]) -> str:
    """The list route of an object, from its url: `http://host/x/api/dcim/devices/ID/` -> `dcim/devices`; "" without one.

    A model may have a field `url` of its own, which then hides the object's; the url of its notes tells too. The host is not
    trusted, nor used.
    """
    end = f"/{value.get('id')}"
    for name in ("url", "notes_url"):
        url = value.get(name)
        if isinstance(url, str):
            _, _, route = url.partition("/api/")
            route = route.split("?")[0].rstrip("/").removesuffix("/notes")
            if route.endswith(end):
                return route.removesuffix(end)
    return ""


def is_choice(value: Any) -> bool:
    """Whether a JSON value is a choice: exactly a value and a label."""
    return isinstance(value, dict) and len(value) == 2 and "value" in value and "label" in value


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


def copied(value: Any) -> Any:
    """A copy of JSON data, several times faster than copy.deepcopy."""
    if value.__class__ is dict:
        return {key: item if item.__class__ in SCALARS else copied(item) for key, item in value.items()}
    if value.__class__ is list:
        return [item if item.__class__ in SCALARS else copied(item) for item in value]
    return value if value.__class__ in SCALARS else copy.deepcopy(value)


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def identity(value: Any) -> str:
    """An id (or an object's) as the server writes it: UUIDs in lower case, with hyphens."""
    text = str(wire(value))
    return str(uuid.UUID(text)) if is_uuid(text) else text


def alike(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same JSON; True is not 1 there."""
    if left != right:
        return False
    if isinstance(left, dict):
        return all(alike(item, right[key]) for key, item in left.items())
    if isinstance(left, list):
        return all(map(alike, left, right))
    return isinstance(left, bool) == isinstance(right, bool)


def has_objects(value: Any) -> bool:
    """Whether a value of the server is read as a Record or Choice, or as a list of them."""
    if isinstance(value, list):
        return any(map(is_reference, value)) or bool(value and all(map(is_choice, value)))
    return is_reference(value) or is_choice(value)
