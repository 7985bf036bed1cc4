"""Equality, hash and repr of the frozen data classes, written once."""

from __future__ import annotations

from dataclasses import Field
from typing import Any, ClassVar


class ByFields:
    """What `@dataclass` would otherwise generate for each class anew, which is a third of what defining one costs at every start.

    A data class that derives from it says `eq=False, repr=False`.
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = [name for name, item in self.__dataclass_fields__.items() if item.compare]
        return all(getattr(self, name) == getattr(other, name) for name in compared)

    def __hash__(self) -> int:
        fields = self.__dataclass_fields__.items()
        return hash(tuple(getattr(self, name) for name, item in fields if (item.compare if item.hash is None else item.hash)))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name, item in self.__dataclass_fields__.items() if item.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"
