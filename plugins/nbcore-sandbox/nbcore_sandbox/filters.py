"""Filters of lists: which rows a query string leaves, and its refusals."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import ipamfilters, rules
from .answers import Invalid, broken, not_served
from .index import Filter, Route
from .search import search
from .store import Row, Store

NOT_FILTERS = frozenset({"limit", "offset", "sort", "depth", "include", "exclude_m2m", "format", "api_version"})
_TRUE, _FALSE = frozenset({"true", "True"}), frozenset({"false", "False"})
Test = Callable[[Row], bool]

_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "": lambda have, want: have == want,
    "ic": lambda have, want: want.lower() in have.lower(),
    "ie": lambda have, want: have.lower() == want.lower(),
    "isw": lambda have, want: have.lower().startswith(want.lower()),
    "iew": lambda have, want: have.lower().endswith(want.lower()),
    "re": lambda have, want: re.search(want, have) is not None,
    "ire": lambda have, want: re.search(want, have, re.IGNORECASE) is not None,
}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "": lambda have, want: have == want,
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One parameter: the filter, what its path ends at, its values, and what a row has there."""

    store: Store
    route: Route
    found: Filter
    target: str
    values: list[str]
    have: Callable[[Row], list[Any]]


def split(route: Route, name: str) -> tuple[Filter, str] | None:
    """A query parameter as a filter and its lookup; None for one that the route does not have."""
    if name in route.filters:
        return route.filters[name], ""
    base, _, lookup = name.rpartition("__")
    found = route.filters.get(base)
    return (found, lookup) if found is not None and lookup in found.lookups else None


def select(store: Store, route: Route, query: Mapping[str, list[str]]) -> list[Row]:
    """The rows that the filters of a query string leave.

    Args:
        store: where rows lie.
        route: the list route.
        query: the parameters, each with its values.

    Returns:
        The rows, in no order.

    Raises:
        Invalid: an unknown filter, or a value that is none.
    """
    errors: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    tests: list[Test] = []
    for name, values in query.items():
        if name in NOT_FILTERS:
            continue
        found = split(route, name)
        if found is None:
            unknown[name] = ["Unknown filter field"]
            continue
        try:
            test = _test(store, route, name, *found, [value for value in values if value != ""])
        except ValueError as bad:
            errors[name] = [str(bad)]
            continue
        if test is not None:
            tests.append(test)
    if errors or unknown:
        raise Invalid({**errors, **unknown})
    return [row for row in store.rows(route.object_type) if all(test(row) for test in tests)]


def _test(store: Store, route: Route, name: str, found: Filter, lookup: str, values: list[str]) -> Test | None:
    """The test of one parameter; None when it says nothing. ValueError with the server's text for a bad value."""
    if not values:
        return None
    if found.name == "q":
        return search(store, route, values[-1])
    if special := ipamfilters.test(store, route, found.name, lookup, values):
        return special
    path = rules.PATHS.get(route.object_type, {}).get(found.name, found.name)
    if found.name == "has_primary_ip":
        return _switch(values, lambda row: row["primary_ip4"] is not None or row["primary_ip6"] is not None)
    if found.name == "local_config_context_data":
        return _switch(values, lambda row: row[found.name] is not None)
    if not store.knows(route.object_type, path):
        raise not_served(f"the filter {name} of {route.path}")

    def have(row: Row) -> list[Any]:
        return store.values(route.object_type, row, path)

    if lookup == "isnull":
        return _switch(values, lambda row: not [value for value in have(row) if value is not None])
    if found.name.startswith(("has_", "is_virtual_chassis", "virtual_chassis_member")) or found.name == "connected":
        return _switch(values, lambda row: any(value is not None for value in have(row)))
    kind, target = store.target(route.object_type, path)
    asked = _Asked(store, route, found, target, values, have)
    negative = lookup.startswith("n")
    positive = lookup[1:] if negative else lookup
    if kind == "boolean":
        return _switch(values, lambda row: any(have(row)))
    if kind == "object_types":
        if bad := [value for value in values if value not in store.index.object_types]:
            raise ValueError(_no_choice(bad[0]))
        return lambda row: all(value in have(row)[0] for value in values) if have(row) else False
    if kind == "ref":
        test = _references(asked)
    elif kind == "id":
        wanted = {_uuid(value) for value in values}
        test = lambda row: any(key in wanted for key in have(row))  # noqa: E731
    elif kind in ("integer", "decimal"):
        test = _ordered([_number(value, kind, single=found.single) for value in values], positive, have, float)
    elif kind == "datetime":
        test = _ordered([_moment(value) for value in values], positive, have, _moment)
    else:
        choices = kind in ("labelled", "choice") and not lookup
        test = _texts(asked, positive, choices=choices)
    return (lambda row: not test(row)) if negative else test


def _switch(values: list[str], test: Test) -> Test | None:
    """A boolean filter; a word that is neither true nor false says nothing."""
    if values[-1] in _TRUE:
        return test
    return (lambda row: not test(row)) if values[-1] in _FALSE else None


def _no_choice(value: str) -> str:
    return f"Select a valid choice. {value} is not one of the available choices."


def _uuid(value: str, text: str = "Enter a valid UUID.") -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError(text) from None


def _number(value: str, kind: str, *, single: bool) -> float:
    try:
        return float(value) if kind == "decimal" or single else int(value)
    except ValueError:
        raise ValueError("Enter a number." if kind == "decimal" or single else "Enter a whole number.") from None


def _moment(value: Any) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("Enter a valid date/time.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _ordered(wanted: list[Any], lookup: str, have: Callable[[Row], list[Any]], as_: Callable[[Any], Any]) -> Test:
    compare = _ORDER[lookup]
    return lambda row: any(compare(as_(value), want) for value in have(row) if value is not None for want in wanted)


def _texts(asked: _Asked, lookup: str, *, choices: bool) -> Test:
    have, values = asked.have, asked.values
    if choices:
        known = asked.store.index.by_type[asked.route.object_type].fields[asked.target].choices
        if bad := [value for value in values if value not in known and value != "null"]:
            raise ValueError(_no_choice(bad[0]))
    if lookup in ("re", "ire"):
        for value in values:
            try:
                re.compile(value)
            except re.error as error:
                raise broken(asked.store.index.nautobot, f"invalid regular expression: {error}\n", "DataError") from None
    compare = _TEXT["ie" if not lookup and (asked.route.object_type, asked.found.name) in rules.IGNORE_CASE else lookup]
    empty = not choices and not lookup and "null" in values

    def test(row: Row) -> bool:
        held = have(row)
        return (empty and held in ([], [None])) or any(compare(str(value), want) for value in held if value is not None for want in values)

    return test


def _references(asked: _Asked) -> Test:
    store, target, have = asked.store, asked.target, asked.have
    wanted: set[str | None] = set()
    groups: list[set[str]] = []
    named_by = rules.NAMED_BY.get(target, "name")
    for value in asked.values:
        if value == "null":
            wanted.add(None)
            continue
        if asked.found.type == "uuid":
            keys = {_uuid(value, f"“{value}” is not a valid UUID.")} & {row["id"] for row in store.rows(target)}
        else:
            keys = {row["id"] for row in store.rows(target) if value == row["id"] or str(row[named_by]) == value}
        if not keys:
            raise ValueError(_no_choice(value))
        if (asked.route.object_type, asked.found.name) in rules.TREE:
            keys = {key for top in keys for key in store.below(target, top)}
        groups.append(keys)
        wanted |= keys
    if asked.found.name == "tags":  # all of them, where other filters take any
        return lambda row: all(keys & set(have(row)) for keys in groups)
    return lambda row: any(key in wanted for key in have(row) or [None])
