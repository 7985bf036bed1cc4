"""GraphQL's rows in the form of REST's: whole objects for only(), and single values for values()."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint

from .columns import Column
from .nulls import Hidden
from .selection import Selection
from .server import Server


def can_be_objects(selection: Selection) -> bool:
    """Whether the rows can be given as REST's objects."""
    return not any(column.kind in ("many", "custom", "plain choice") for column in selection.columns)


def as_objects(server: Server, endpoint: Endpoint, selection: Selection, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as REST's JSON objects that hold the columns and what identifies them."""
    kind = server.facts(endpoint).object_type
    rows = [{"id": row["id"], "object_type": kind, "url": f"{endpoint.url}/{row['id']}/"} for row in data]
    for column in selection.columns:
        for source, target in zip(data, rows, strict=True):
            _put(server, endpoint, column, source, target)
    return rows


def _put(server: Server, endpoint: Endpoint, column: Column, source: dict[str, Any] | None, target: dict[str, Any]) -> None:
    """Write one column of one row in its REST form."""
    for step, path in zip(column.steps, column.routes, strict=False):
        source = source[step] if source is not None else None
        if source is None:
            target[step] = None
            return
        kind = server.facts(endpoint.api.endpoint(path)).object_type
        url = f"{endpoint.api.base_url}/{path}/{source['id']}/"
        target = target.setdefault(step, {"id": source["id"], "object_type": kind, "url": url})
    if column.kind == "reference" or source is None:
        return
    value = source[column.steps[-1]]
    if column.kind == "choice" and value is not None:
        value, label = column.choices[value]
        target[column.steps[-1]] = {"value": value, "label": label}
    else:
        target[column.steps[-1]] = value.replace("+00:00", "Z") if column.kind == "time" and value else value


def as_values(selection: Selection, data: list[Any]) -> list[tuple[Any, ...]]:
    """A tuple for each row, with a plain value for each column.

    Raises:
        Hidden: GraphQL's null does not tell what REST would give.
    """
    return list(zip(*(_column(column, data) for column in selection.columns), strict=True))


def _column(column: Column, data: list[Any]) -> list[Any]:
    """The values of one column, as REST gives them."""
    steps = column.steps
    if column.kind == "many":
        return [_many(row, steps) for row in data]
    values = data
    for name in steps[:-1]:
        values = [None if value is None else value.get(name) for value in values]
    last = steps[-1]
    found = [None if value is None else value.get(last) for value in values]
    if column.kind == "time":
        return [value.replace("+00:00", "Z") if value else value for value in found]
    if column.kind == "plain choice" and None in found:
        raise Hidden(f"{column.path} is null in GraphQL for some rows, where REST tells blank from missing")
    if column.kind in ("choice", "plain choice"):
        return [column.choices[value][0] if value is not None else None for value in found]
    return found


def _many(value: Any, steps: tuple[str, ...]) -> Any:
    for index, name in enumerate(steps):
        if value is None:
            return None
        if isinstance(value, list):
            return [_many(item, steps[index:]) for item in value]
        value = value.get(name)
    return value
