"""Records of some fields: GraphQL's rows in the form of REST's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..errors import CallError
from .facts import NotExact, facts_of
from .plan import Column, Plan, plan
from .rows import Hidden, answered

if TYPE_CHECKING:
    from ..endpoint import Endpoint
    from ..query import Query

_log = logging.getLogger("nbcore.projection")


def partial(endpoint: Endpoint, query: Query) -> list[dict[str, Any]] | None:
    """The rows of a query with its `only` fields, by GraphQL in REST's form; None where REST must read whole rows."""
    planned = plan(endpoint, query, query.only)
    if planned.route != "graphql" or any(column.kind in ("many", "custom", "plain choice") for column in planned.columns):
        return None
    try:
        data = answered(endpoint, query, planned)
        return _in_rest_form(endpoint, planned, data)
    except (CallError, Hidden, NotExact) as exc:
        _log.warning("only() of %s falls back to REST: %s", endpoint.path, exc)
        return None


def _in_rest_form(endpoint: Endpoint, planned: Plan, data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kind = facts_of(endpoint).object_type
    rows = [{"id": row["id"], "object_type": kind, "url": f"{endpoint.url}/{row['id']}/"} for row in data]
    for column in planned.columns:
        for source, target in zip(data, rows, strict=True):
            _put(endpoint, column, source, target)
    return rows


def _put(endpoint: Endpoint, column: Column, source: dict[str, Any] | None, target: dict[str, Any]) -> None:
    """Write one column of one row in its REST form."""
    for step, path in zip(column.steps, column.routes, strict=False):
        source = source[step] if source is not None else None
        if source is None:
            target[step] = None
            return
        kind = facts_of(endpoint.api.endpoint(path)).object_type
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
