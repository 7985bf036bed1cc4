"""The objects of a many-to-many field: a list to which objects are added and from which they are removed by Record, id or name."""

from __future__ import annotations

from typing import Any

from ..values import is_uuid, wire


class Related(list[Any]):
    """Related objects; `record.tags.add("core"); record.save()` sends what the list then holds.

    Args:
        items: the objects.
        plain: whether the items are text that the server takes as it is.
    """

    def __init__(self, items: Any = (), plain: bool = False) -> None:
        super().__init__(items)
        self.plain = plain

    def add(self, *items: Any) -> None:
        """Add Records, ids or names; one that is there already is not added again. Sends nothing before save()."""
        for item in items:
            if self._place(item) is None:
                named = isinstance(item, str) and not self.plain and not is_uuid(item)
                self.append({"name": item} if named else item)

    def remove(self, *items: Any) -> None:
        """Remove Records, ids or names. Sends nothing before save(); names of objects that are not loaded are loaded, together.

        Raises:
            ValueError: one is not there; then none is removed.
        """
        places = {item if isinstance(item, str) else id(item): self._place(item) for item in items}
        if missing := [item for item in items if places[item if isinstance(item, str) else id(item)] is None]:
            raise ValueError(f"{missing[0]!r} is not in the list")
        for place in sorted({place for place in places.values() if place is not None}, reverse=True):
            del self[place]

    def _place(self, item: Any) -> int | None:
        """Where an object is; names are compared only where ids do not tell."""
        wanted = wire(item)
        for index, held in enumerate(self):
            if wire(held) == wanted:
                return index
        name = wanted.get("name") if isinstance(wanted, dict) else wanted
        if self.plain or not isinstance(name, str) or is_uuid(name):
            return None
        return next((index for index, held in enumerate(self) if name == _name(held)), None)

    def __reduce__(self) -> tuple[Any, ...]:
        return Related, (list(self), self.plain)


def _name(held: Any) -> Any:
    return held.get("name") if isinstance(held, dict) else getattr(held, "name", None)
