"""Fields that the server would not write: refused before anything is sent, or told afterwards, since Nautobot ignores them silently."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import CallError, UnknownFieldError, nearest
from ..reading import Route, fields_of
from ..values import agrees


class IgnoredFieldWarning(UserWarning):
    """A write was done, but for fields that the server does not know or does not let anybody write."""


def must_be_known(route: Route, names: Iterable[str]) -> None:
    """Refuse names that the route does not take, before anything is sent; names that were seen on its objects are not asked for.

    Raises:
        UnknownFieldError: one is not known; the server would ignore it without a word.
    """
    strange = [name for name in names if name not in route.learned.seen and name not in route.m2m_fields]
    fields = _told(route) if strange else {}
    unknown = [name for name in strange if fields and name not in fields]
    if unknown:
        raise UnknownFieldError(f"{route.path} has no {_listed(unknown, fields)}; nothing was sent")


def tell_ignored(route: Route, items: Iterable[dict[str, Any]], rows: Iterable[dict[str, Any]]) -> None:
    """Warn of what was sent and is not there in the answer because the server ignores it, as it does without a word."""
    strange = {
        name
        for item, row in zip(items, rows, strict=False)
        for name, value in item.items()
        if name != "id" and (name not in row or not agrees({name: value}, row))
    }
    if not strange:
        return
    fields = _told(route)
    ignored = [name for name in sorted(strange) if name not in fields or fields[name].get("read_only")]
    if fields and ignored:
        text = f"{route.path}: the server ignored {_listed(ignored, fields)}; the rest was written."
        warnings.warn(text, IgnoredFieldWarning, stacklevel=4)


def _told(route: Route) -> Mapping[str, Mapping[str, Any]]:
    """The fields; none where the server cannot be asked: a write does not fail for that."""
    try:
        return fields_of(route)
    except CallError:
        return {}


def _listed(names: list[str], fields: Mapping[str, Any]) -> str:
    told = []
    for name in names:
        near = "" if name in fields else nearest(name, fields)
        told.append(f"{name!r} (which is read-only)" if name in fields else f"{name!r}" + (f" (did you mean {near!r}?)" if near else ""))
    return "field " + ", ".join(told)
