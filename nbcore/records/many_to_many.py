"""The objects of a many-to-many field: a list to which objects are added and from which they are removed by Record, id or name."""

from __future__ import annotations

from typing import Any

from .. import values
from ..values import is_uuid
from .editing import Editable


class Related(list[Any]):
    """Related objects: `record.tags.add("core"); record.save()` sends the list as it is then.

    Args:
        items: the objects.
        plain: whether the items are texts, such as content types, and not objects.
    """

    def __init__(self, items: Any = (), plain: bool = False) -> None:
        super().__init__(items)
        self.plain = plain

    def add(self, *items: Any) -> None:
        """Add Records, ids or names. One that is there already is not added again.

        The list is sent by save(). Before it, nothing is sent but reads of names: they are loaded, once for all records that were read
        together, where a name is added to objects of which only ids are known.
        """
        for item in items:
            if self._place(item) is None:
                named = isinstance(item, str) and not self.plain and not is_uuid(item)
                self.append({"name": item} if named else item)

    def remove(self, *items: Any) -> None:
        """Remove Records, ids or names. The list is sent by save(); names are loaded as in add().

        Raises:
            ValueError: one of them is not in the list. Then none is removed.
        """
        places = {item if isinstance(item, str) else id(item): self._place(item) for item in items}
        if missing := [item for item in items if places[item if isinstance(item, str) else id(item)] is None]:
            raise ValueError(f"{missing[0]!r} is not in the list")
        for place in sorted({place for place in places.values() if place is not None}, reverse=True):
            del self[place]

    def _place(self, item: Any) -> int | None:
        """Where an object is in the list. Names are compared, and so may be loaded, only where ids do not tell."""
        told = values.said(item)
        if not told:
            return None
        if (same := next((index for index, held in enumerate(self) if values.said(held) == told), None)) is not None or "id" in told:
            return same
        named = (index for index, held in enumerate(self) if isinstance(held, Editable) and values.is_named_by(held, item, ask=True))
        return next(named, None)

    def __reduce__(self) -> tuple[Any, ...]:
        return Related, (list(self), self.plain)
