"""What may be kept, and what it depends on. All knowledge of Nautobot's ways is here and in the table of relations."""

from __future__ import annotations

import json
import re
from typing import Any

from nbcore import Call, Reply

from .relations import EVERYTHING, UNBOUND, Relations

# What the server changes by itself, what belongs to one moment, and what holds secrets.
_NEVER = (
    "users/", "status/", "swagger", "extras/job-results/", "extras/job-logs/", "extras/scheduled-jobs/", "extras/file-proxies/",
    "extras/object-changes/", "extras/approval-workflow", "extras/dynamic-groups/", "worker-status",
)  # fmt: skip
_LIVE = frozenset({"napalm", "check", "logs", "stats", "variables", "run"})
# Parameters that shape a list without reaching for other objects; filters are known by the fields of the rows.
_SHAPE = frozenset({"limit", "offset", "sort", "exclude_m2m", "id", "format"})
_LOOKUPS = frozenset(
    ["n", "ic", "nic", "ie", "nie", "isw", "nisw", "iew", "niew", "re", "nre", "ire", "nire", "gt", "gte", "lt", "lte", "isnull"]
)
# Names, in a query or a filter, of what the change log says nothing about.
_UNLOGGED = re.compile(r"(?i)\b(rel_|cr_|cpf_|\w*(job|user|token|image|file|relationship|association|assignment|object_change|computed))")


def is_query(call: Call) -> bool:
    """Whether a POST is a GraphQL query, or runs a saved one: by its route too, and not by what the caller says alone."""
    saved = call.path.startswith("extras/graphql-queries/") and call.path.endswith("/run/")
    return call.queries or (call.operation == "graphql" and call.method == "POST" and saved)


def cacheable(call: Call) -> bool:
    """Whether the answer to a call may be kept at all."""
    reads = call.method in ("GET", "OPTIONS") or is_query(call)
    if not reads or call.files is not None or not call.accept.startswith("application/json") or call.path.startswith(_NEVER):
        return False
    return call.path.rstrip("/").rpartition("/")[2] not in _LIVE or is_query(call)


def logged(call: Call, table: Relations, also: tuple[str, ...]) -> bool:
    """Whether the server's change log tells of whatever can alter the answer."""
    if is_query(call):
        text = call.body.get("query") if isinstance(call.body, dict) else None
        return isinstance(text, str) and not _UNLOGGED.search(text)
    if any(_UNLOGGED.match(name) or (name == "include" and _UNLOGGED.search(value)) for name, value in call.params):
        return False
    path, _ = table.split(call.path)
    route = table.routes.get(path)
    return route.logged if route is not None else call.path.startswith(also)


def candidates(call: Call, table: Relations) -> tuple[str, ...]:
    """The marks that the answer may depend on, before it is known."""
    path, _ = table.split(call.path)
    return tuple(dict.fromkeys((EVERYTHING, UNBOUND, table.mark(path) if call.method == "GET" else UNBOUND)))


def depends(call: Call, reply: Reply, data: Any, table: Relations) -> tuple[str, ...]:
    """The marks that an answer depends on: its route's, where its rows alone tell that nothing else can alter it."""
    path, rest = table.split(call.path)
    own = table.mark(path)
    bound = call.method == "GET" and own != UNBOUND and len(rest) <= 1 and reply.header("api-version") == table.version
    rows = data.get("results") if isinstance(data, dict) and "results" in data else [data]
    if not bound or not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return EVERYTHING, UNBOUND
    fields = rows[0].keys()
    return (EVERYTHING, own) if all(_own(name, value, fields) for name, value in call.params) else (EVERYTHING, UNBOUND)


def _own(name: str, value: str, fields: Any) -> bool:
    """Whether a parameter reaches no further than the rows' own fields."""
    if name in _SHAPE or (name == "depth" and value == "0"):
        return True
    base, _, lookup = name.partition("__")
    return base in fields and (not lookup or lookup in _LOOKUPS) and name not in ("include", "depth", "q")


def touched(call: Call, version: str | None, table: Relations) -> frozenset[str]:
    """The marks to change after a write."""
    path, rest = table.split(call.path)
    route = table.routes.get(path)
    if route is None or len(rest) > 1:
        return frozenset({EVERYTHING})
    return table.dropped([route.type], version)


def settles(call: Call, table: Relations) -> bool:
    """Whether the server may still give an old `display` for some seconds after a change."""
    route = table.routes.get(table.split(call.path)[0])
    return route is not None and route.settles


def worth(call: Call, reply: Reply) -> Any:
    """The JSON of an answer that is worth keeping; None for errors, and for what is no JSON or not the server's."""
    if reply.status != 200 or reply.source != "server" or "json" not in (reply.header("content-type") or ""):
        return None
    data = _json(reply)
    if is_query(call):
        return data if isinstance(data, dict) and "errors" not in data else None
    return data if isinstance(data, (dict, list)) else None


def jobs_started(reply: Reply) -> set[str]:
    """The job that the server began for a write; its own writes come later."""
    data = _json(reply) if b'"job_result"' in reply.content else None
    job = data.get("job_result") if isinstance(data, dict) else None
    return {str(job["id"])} if isinstance(job, dict) and job.get("id") else set()


def jobs_ended(reply: Reply, started: set[str]) -> set[str]:
    """Those of some jobs that an answer about job results shows as done."""
    data = _json(reply) if started else None
    rows = data.get("results", [data]) if isinstance(data, dict) else []
    return {str(row["id"]) for row in rows if isinstance(row, dict) and row.get("date_done") and str(row.get("id")) in started}


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.content)
    except (ValueError, RecursionError):
        return None
