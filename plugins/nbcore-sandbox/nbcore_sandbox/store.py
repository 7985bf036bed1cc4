"""The objects, in memory: rows by object type and id, ways along and back along references, and transactions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from . import rules
from .index import Index

Row = dict[str, Any]


class Store:
    """Rows of an index's object types. References are held as ids. A row is never changed in place: `put` replaces it.

    Args:
        index: the schema.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._tables: dict[str, dict[str, Row]] = {object_type: {} for object_type in index.by_type}
        self._undo: list[tuple[str, str, Row | None]] | None = None

    def copy(self) -> Store:
        """Another store with the same rows; what is written to one is not seen in the other."""
        other = Store(self.index)
        other._tables = {object_type: dict(table) for object_type, table in self._tables.items()}
        return other

    def __len__(self) -> int:
        return sum(map(len, self._tables.values()))

    def rows(self, object_type: str) -> list[Row]:
        """All rows of a type; none of a type that is not served."""
        return list(self._tables.get(object_type, {}).values())

    def get(self, object_type: str | None, key: str | None) -> Row | None:
        """A row, or None."""
        return None if key is None or object_type is None else self._tables.get(object_type, {}).get(key)

    def put(self, object_type: str, row: Row) -> None:
        """Add a row, or replace the one with its id."""
        table = self._tables[object_type]
        self._note(object_type, row["id"], table.get(row["id"]))
        table[row["id"]] = row

    def drop(self, object_type: str, key: str) -> None:
        """Remove a row."""
        self._note(object_type, key, self._tables[object_type].pop(key))

    def _note(self, object_type: str, key: str, before: Row | None) -> None:
        if self._undo is not None:
            self._undo.append((object_type, key, before))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing when an exception leaves it."""
        outer, self._undo = self._undo, []
        try:
            yield
        except BaseException:
            for object_type, key, before in reversed(self._undo):
                if before is None:
                    self._tables[object_type].pop(key, None)
                else:
                    self._tables[object_type][key] = before
            self._undo = []
            raise
        finally:
            done, self._undo = self._undo, outer
            if outer is not None and done:
                outer.extend(done)

    def referring(self, object_type: str, name: str, key: str) -> list[Row]:
        """The rows of a type whose field refers to an id."""
        many = self.index.by_type[object_type].fields[name].kind == "many"
        if many:
            return [row for row in self._tables[object_type].values() if key in row[name]]
        return [row for row in self._tables[object_type].values() if row[name] == key]

    def referrers(self, target: str, key: str) -> Iterator[tuple[str, str, Row]]:
        """Every row that refers to an object: its type, the field, and the row."""
        for object_type, route in self.index.by_type.items():
            for name, field in route.fields.items():
                if field.to == target and field.kind in ("ref", "many") and not field.write_only and not self.derived(object_type, name):
                    for row in self.referring(object_type, name, key):
                        yield object_type, name, row

    @staticmethod
    def derived(object_type: str, name: str) -> str | None:
        """The path a field is read from, when it is not held in the row."""
        return rules.DERIVED.get(object_type, {}).get(name)

    def knows(self, object_type: str, path: str) -> bool:
        """Whether a path can be followed from an object type."""
        with contextlib.suppress(LookupError):
            self.target(object_type, path)
            return True
        return False

    def target(self, object_type: str, path: str) -> tuple[str, str]:
        """What a path ends at: ("ref", object type) for objects, else the kind of field and its name.

        Raises:
            LookupError: a step is not known.
        """
        step, _, rest = path.partition("__")
        if step in ("id", "pk"):
            return "id", step
        route = self.index.by_type.get(object_type)
        if route is None:
            raise LookupError(step)
        if step in rules.RELATED.get(object_type, {}):
            found = rules.RELATED[object_type][step][0]
        elif (field := route.fields.get(step.removeprefix("_"))) is not None:
            if field.kind not in ("ref", "many"):
                if rest:
                    raise LookupError(rest)
                return field.kind, step
            found = field.to or ""
        else:
            raise LookupError(step)
        return self.target(found, rest) if rest else ("ref", found)

    def values(self, object_type: str, row: Row, path: str) -> list[Any]:
        """What a path leads to from a row: ids of objects, or values; missing references lead to nothing.

        Args:
            object_type: the row's type.
            row: the row.
            path: such as `device_type__manufacturer__name`.

        Returns:
            The values, in the order of the way.
        """
        step, _, rest = path.partition("__")
        if step in ("id", "pk"):
            return [row["id"]]
        back = rules.RELATED.get(object_type, {}).get(step)
        if back is not None:
            found, keys = back[0], [other["id"] for other in self.referring(*back, row["id"])]
        else:
            field = self.index.by_type[object_type].fields[step]
            if field.kind not in ("ref", "many"):
                return [row[step]]
            found = field.to or ""
            if elsewhere := self.derived(object_type, step):
                keys = self.values(object_type, row, elsewhere)
            else:
                keys = row[step] if field.kind == "many" else [] if row[step] is None else [row[step]]
        if not rest:
            return list(keys)
        return [value for key in keys if (other := self.get(found, key)) is not None for value in self.values(found, other, rest)]

    def value(self, object_type: str, row: Row, path: str) -> Any:
        """The first of what a path leads to; None where it leads to nothing."""
        return next(iter(self.values(object_type, row, path)), None)

    def above(self, object_type: str, row: Row) -> list[Row]:
        """A row of a tree and those above it, itself first."""
        line = [row]
        while (parent := self.get(object_type, line[-1]["parent"])) is not None:
            line.append(parent)
        return line

    def below(self, object_type: str, key: str) -> set[str]:
        """The ids of an object of a tree and of all below it."""
        found, new = {key}, {key}
        while new:
            new = {row["id"] for row in self.rows(object_type) if row.get("parent") in new} - found
            found |= new
        return found

    def depth(self) -> int:
        """How many locations may stand above another, at the deepest."""
        return max((len(self.above("dcim.location", row)) for row in self.rows("dcim.location")), default=1)
