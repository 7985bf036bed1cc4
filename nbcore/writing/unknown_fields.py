"""Fields that the server would not write: refused before anything is sent, or told afterwards, since Nautobot ignores them silently."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from ..contracts import Row
from ..errors import CallError, UnknownFieldError, nearest
from ..reading import Route, fields_of
from ..records import OPT_IN
from ..values import MERGED, PLAIN_LISTS, holds, is_choice, is_many, is_reference, said

# What every object says of itself. A copy of an object has it too.
_OF_ITSELF = frozenset({"object_type", "display", "url", "natural_slug", "notes_url", "created", "last_updated", "computed_fields"})
_OFTEN_WRITTEN = PLAIN_LISTS | {"tags"}


class IgnoredFieldWarning(UserWarning):
    """A write was done, but for fields that the server does not know or does not let anybody write."""


def must_be_known(route: Route, names: Iterable[str]) -> None:
    """Refuse fields that the route does not have, before anything is sent.

    The server is asked which fields there are (one OPTIONS, kept) only for names that were not seen on an object of the route.

    Args:
        route: the list route.
        names: the fields that are to be written.

    Raises:
        UnknownFieldError: one is not known. The server would ignore it without a word.
    """
    strange = [name for name in names if name not in route.learned.seen and name not in route.m2m_fields]
    fields = _fields(route) if strange else {}
    unknown = [name for name in strange if fields and name not in fields]
    if unknown:
        raise UnknownFieldError(f"{route.path} has no field {', '.join(_listed(route, unknown, fields))}; nothing was sent")


def ignored_by_server(route: Route, items: Iterable[Mapping[str, Any]], rows: Iterable[Row]) -> str:
    """What a warning says of fields that were sent and that the server ignored; "" when it ignored none.

    The server is asked which fields there are (one OPTIONS, kept) only when its answer does not hold something that was sent.

    Args:
        route: the list route.
        items: what was sent.
        rows: the objects that the server answered, in the same order.
    """
    strange: set[str] = set()
    typos: dict[str, str] = {}
    for item, row in zip(items, rows, strict=False):
        for name, value in item.items():
            if name == "id" or (name in OPT_IN and name not in row):
                continue
            if name in MERGED and isinstance(value, Mapping) and isinstance(row.get(name), Mapping):
                typos |= {f"{name}.{key}": nearest(key, row[name]) for key in value if key not in row[name]}
            elif name not in row or not _may_hold(row, name, value, name in route.spec.assigned_by):
                strange.add(name)
    fields = _fields(route) if strange else {}
    told = _listed(route, [name for name in sorted(strange) if _is_ignored(route, fields, name)], fields)
    told += [f"{key!r}{_meant(near)}" for key, near in sorted(typos.items())]
    return f"{route.path}: the server ignored field {', '.join(told)}; the rest was written." if told else ""


def cannot_be_set(route: Route, wanted: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """What an error says of fields that are to be written and that the server would ignore; "" where it takes them, or nobody can tell.

    The server is asked (one OPTIONS, kept) only where a field is of a kind that it often ignores: what it says of every object by itself,
    numbers of related objects, and lists of them.

    Args:
        route: the list route.
        wanted: the fields that are to be written.
        known: an object of the route, which tells the custom fields that there are; {} where there is none.
    """
    doubtful = any(
        name in _OF_ITSELF or name in route.spec.assigned_by or name.endswith("_count") or (is_many(value) and name not in _OFTEN_WRITTEN)
        for name, value in wanted.items()
    )
    fields = _fields(route) if doubtful or route.learned.writable else {}
    told = _listed(route, [name for name in sorted(wanted) if _is_ignored(route, fields, name, unknown=False)], fields)
    for name in MERGED & wanted.keys():
        if isinstance(there := known.get(name), Mapping) and isinstance(wanted[name], Mapping):
            absent = [key for key, value in wanted[name].items() if key not in there and value is not None]
            told += [f"'{name}.{key}'{_meant(nearest(key, there))}" for key in absent]
    return f"{route.path}: field {', '.join(told)} cannot be set: the server would ignore it" if told else ""


def written_of(route: Route, body: Mapping[str, Any], deadline: float | None) -> Mapping[str, Any]:
    """Of the fields of a body, those that the server may write: without those that it shows only (one OPTIONS, kept).

    Args:
        route: the list route.
        body: the fields that were sent.
        deadline: the moment (time.monotonic) after which nothing more is tried.
    """
    fields = _fields(route, deadline)
    return {name: value for name, value in body.items() if not _is_ignored(route, fields, name, unknown=False)}


def _is_ignored(route: Route, fields: Mapping[str, Mapping[str, Any]], name: str, unknown: bool = True) -> bool:
    """Whether the server ignores a field in a write: it says so, or, where it cannot be asked, the declaration of the route does.

    Args:
        route: the list route.
        fields: what the server says of its fields; {} where it cannot be asked.
        name: the field.
        unknown: whether a field that the server does not name is ignored.
    """
    if not fields:
        return name in route.spec.assigned_by
    return bool(fields[name].get("read_only")) if name in fields else unknown


def _may_hold(row: Row, name: str, value: Any, exactly: bool) -> bool:
    """Whether what an object holds in a field may be what was sent.

    Args:
        row: the object, as the server answered it.
        name: the field.
        value: what was sent.
        exactly: whether to say no where it cannot be told, since the object was named by its name.
    """
    held = row[name]
    if holds(row, {name: value}, loosely=True):
        return True
    if name in _OFTEN_WRITTEN and isinstance(held, list):
        return True
    if exactly or _is_empty(held) or _is_empty(value):
        return False
    if is_reference(held):
        return "id" not in said(value)
    if isinstance(held, list) and all(map(is_reference, held)) and is_many(value):
        return not all("id" in said(item) for item in value)
    return isinstance(held, dict) and not is_choice(held)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, (list, dict)) and not value)


def warn_ignored(text: str) -> None:
    """Warn of fields that the server ignored, at the line outside of nbcore that asked for the write.

    Args:
        text: what `ignored_by_server` says; "" warns of nothing.
    """
    if text:
        warnings.warn(text, IgnoredFieldWarning, stacklevel=_level_outside())


def _level_outside() -> int:
    """The `stacklevel` with which a warning of this module names the first line that is in no package of nbcore."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(module: str) -> bool:
    """Whether a module is the core's, or of one of the packages that are named after it (`nbcore_apps`)."""
    package = module.partition(".")[0]
    return package == "nbcore" or package.startswith("nbcore_")


def _fields(route: Route, deadline: float | None = None) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a route; none where the server cannot be asked, since a write does not fail for that."""
    try:
        return fields_of(route, deadline=deadline)
    except CallError:
        return {}


def _listed(route: Route, names: list[str], fields: Mapping[str, Any]) -> list[str]:
    """Names for a text, each with why it cannot be written, or what may have been meant."""
    told = []
    for name in names:
        if where := route.spec.assigned_by.get(name):
            told.append(f"{name!r} (which is read-only: objects of {where} make it; create or delete those)")
        elif name in fields:
            told.append(f"{name!r} (which is read-only)")
        else:
            told.append(f"{name!r}{_meant(nearest(name, fields))}")
    return told


def _meant(near: str) -> str:
    return f" (did you mean {near!r}?)" if near else ""
