"""Fields that the server would not write: refused before anything is sent, or told afterwards, since Nautobot ignores them silently."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import CallError, UnknownFieldError, nearest
from ..reading import Route, fields_of
from ..values import agrees


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
        raise UnknownFieldError(f"{route.path} has no {_listed(unknown, fields)}; nothing was sent")


def ignored_by_server(route: Route, items: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> str:
    """What a warning says of fields that were sent and that the server ignored; "" when it ignored none.

    The server is asked which fields there are (one OPTIONS, kept) only when something that was sent is not in its answer.

    Args:
        route: the list route.
        items: what was sent.
        rows: the objects that the server answered, in the same order.
    """
    strange = {
        name
        for item, row in zip(items, rows, strict=False)
        for name, value in item.items()
        if name != "id" and (name not in row or not agrees({name: value}, dict(row)))
    }
    fields = _fields(route) if strange else {}
    ignored = [name for name in sorted(strange) if fields and (name not in fields or fields[name].get("read_only"))]
    return f"{route.path}: the server ignored {_listed(ignored, fields)}; the rest was written." if ignored else ""


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


def _fields(route: Route) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a route; none where the server cannot be asked, since a write does not fail for that."""
    try:
        return fields_of(route)
    except CallError:
        return {}


def _listed(names: list[str], fields: Mapping[str, Any]) -> str:
    """Names for a text, each with why it cannot be written or what may have been meant."""
    told = []
    for name in names:
        near = "" if name in fields else nearest(name, fields)
        told.append(f"{name!r} (which is read-only)" if name in fields else f"{name!r}" + (f" (did you mean {near!r}?)" if near else ""))
    return "field " + ", ".join(told)
