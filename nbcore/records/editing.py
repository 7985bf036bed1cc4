"""The changing half of a Record: assigning fields, what save() sends, and taking the server's newer data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..values import copied, is_file, normal, plain_json, wire
from . import changes

if TYPE_CHECKING:
    from ..contracts import Endpoint
    from ..values import Holder as _Base  # the reading half, which Record adds: type checkers are to know it here
else:
    _Base = object

NOTHING: set[str] = set()  # the assigned fields of a record of which none was: one set for all of them, which is never added to


class Editable(_Base):
    """What a Record is that can be changed.

    Fields are assigned as attributes, or in brackets where a method has the same name. Lists and JSON may also be changed in place. Nothing
    is sent before save().
    """

    __slots__ = ()

    _data: dict[str, Any]  # the server's data
    _endpoint: Endpoint
    _read: dict[str, Any] | None  # the values that were made of fields when they were read, or assigned to them
    _set: set[str]  # the fields that were assigned

    if TYPE_CHECKING:

        @property
        def has_details(self) -> bool:
            """Whether it is complete."""

        def __iter__(self) -> Iterator[tuple[str, Any]]: ...

    def __setattr__(self, name: str, value: Any) -> None:
        known = getattr(type(self), name, None)
        if isinstance(known, property) and known.fset is not None:
            object.__setattr__(self, name, value)
        elif known is not None or name[:1] == "_":
            raise AttributeError(f"{name!r} of {type(self).__name__} is not a field; for a field of that name: record[{name!r}] = ...")
        else:
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        own = name == "id" or (name == "url" and str(self._data.get("url")).rstrip("/").endswith(str(self._data.get("id"))))
        if own and name in self._data and value != self._data[name]:
            raise InputError(f"{name} of {self!r} cannot be changed")
        if self._read is None:
            object.__setattr__(self, "_read", {})
        if not self._set:
            object.__setattr__(self, "_set", set())
        self._set.add(name)
        # A generator can be read once, and is read more often: to compare, and at each attempt.
        self._read[name] = list(value) if isinstance(value, Iterator) and not is_file(value) else value  # type: ignore[index]

    def serialize(self, nested: bool = False, init: bool = False) -> Any:
        """The fields as they would be written: related objects as ids, choices as values.

        Args:
            nested: give only this object's id.
            init: give the server's data, without edits.
        """
        if nested:
            return self._data.get("id")
        if init:
            return {name: copied(value) if self.is_json_field(name) else wire(value) for name, value in self._data.items()}
        return {name: plain_json(value) if self.is_json_field(name) else normal(value) for name, value in self}

    def updates(self, ask: bool = False) -> dict[str, Any]:
        """The fields that save() would send, as they would be written; {} when nothing changed.

        Args:
            ask: whether to load what is needed to tell, as save() does: the name of the related object that is set, for a field that was
                given by name. Without it nothing is sent, and such a field counts as changed while the name is not loaded.
        """
        return changes.updates(self, ask)

    def save(self, if_unmodified: bool = False) -> bool:
        """Send what changed (one PATCH), and take the server's answer as the new state.

        What means the same in another form is no change: "3990" for 3990, a related object by its name, a list in another order. Where only
        the name of the related object can tell, it is loaded first, once for all records that were read together.

        Args:
            if_unmodified: read `last_updated` first (one GET) and write only if nobody changed the object since it was read. The server
                cannot check it together with the write, so a writer within that moment is still overwritten.

        Returns:
            True when something was sent; False when nothing had changed.

        Raises:
            ConflictError: somebody else changed it; `.theirs` is what it holds now.
            UnknownFieldError: a field was assigned that the route does not have (told by one OPTIONS, kept).
        """
        changed = self.updates(ask=True)
        if not changed:
            self._forget_edits()
            return False
        self.accept(self._endpoint.save_record(str(self._data["id"]), changed, self._data, if_unmodified), saved=True)
        return True

    def update(self, data: Mapping[str, Any]) -> bool:
        """Assign several fields and save(), as one step: where it fails, these fields are as they were before, and none of them is pending.

        Args:
            data: the fields.

        Returns:
            True when something was sent; False when nothing had changed.

        Raises:
            InputError, CallError: as for save(). What was assigned before, by itself, stays pending.
        """
        read = self._read or {}
        before = {name: (name in self._set, read[name]) if name in read else None for name in data}
        try:
            for name, value in data.items():
                self[name] = value
            return self.save()
        except BaseException:
            self._put_back(before)
            raise

    def delete(self) -> bool:
        """Delete the object (one DELETE). Returns True; raises NotFoundError when it is not there."""
        self._endpoint.delete_record(str(self._data["id"]), self._data)
        return True

    def accept(self, row: Mapping[str, Any], saved: bool = False) -> None:
        """Take newer data of the server as this record's own, which is complete then. Sends nothing.

        Args:
            row: the object as a route of the server answered it; fields that are not in it stay as they are.
            saved: whether the edits of this record were written with it, so that none is pending any more; else they stay pending.
        """
        if saved:
            self._forget_edits()
        fresh = {**self._data, **row}
        for name, value in list((self._read or {}).items()):
            # What was read and not changed is made anew when it is read again; but the Record of the same related object is kept.
            kept = isinstance(value, Editable) and wire(fresh.get(name)) == value._data.get("id")
            if name not in self._set and not kept and changes.is_unchanged(self, name, value):
                del self._read[name]  # type: ignore[union-attr]
        object.__setattr__(self, "_data", fresh)
        object.__setattr__(self, "_complete", True)

    def _forget_edits(self) -> None:
        """Forget which fields were assigned or changed in place."""
        for name in self._edits():
            del self._read[name]  # type: ignore[union-attr]
        object.__setattr__(self, "_set", NOTHING)

    def _put_back(self, before: Mapping[str, tuple[bool, Any] | None]) -> None:
        """Undo assignments.

        Args:
            before: for each field whether it was assigned before, and the value that was made of it; None where none was.
        """
        for name, was in before.items():
            if self._set:
                self._set.discard(name)
            if self._read is not None:
                self._read.pop(name, None)
            if was is not None:
                assigned, value = was
                if assigned:
                    self[name] = value
                else:
                    self._read[name] = value  # type: ignore[index]

    def _edits(self) -> dict[str, Any]:
        """The values that were assigned, and those that may have been changed in place, whether they differ from the data or not."""
        return {name: value for name, value in (self._read or {}).items() if name in self._set or isinstance(value, (list, dict))}
