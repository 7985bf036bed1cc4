"""The fields that a route takes, as its OPTIONS tells: their choices, whether ids may be chosen, and names it does not know."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .errors import CallError, UnknownFieldError
from .record.compare import agrees

if TYPE_CHECKING:
    from .endpoint import Endpoint


class IgnoredFieldWarning(UserWarning):
    """A write was done, but for fields that the server does not know or does not let anybody write."""


def fields_of(endpoint: Endpoint, api_version: str | None = None, deadline: float | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Field -> what the server says of it (one OPTIONS, kept); empty for a token that may not add objects here."""
    if endpoint.fields is None:
        call = endpoint.api.call("OPTIONS", f"{endpoint.path}/", api_version=api_version, endpoint=endpoint.path, operation="options")
        data = endpoint.api.transport.exchange(replace(call, deadline=deadline))[1]
        told = data.get("actions", {}).get("POST") if isinstance(data, dict) else None
        endpoint.fields = told if isinstance(told, dict) else {}
    found: Mapping[str, Mapping[str, Any]] = endpoint.fields
    return found


def must_be_known(endpoint: Endpoint, names: Iterable[str]) -> None:
    """Refuse names that the route does not take, before anything is sent; names that were seen on its objects are not asked for.

    Raises:
        UnknownFieldError: one is not known; the server would ignore it without a word.
    """
    strange = [name for name in names if name not in endpoint.known_fields and name not in endpoint.m2m_fields]
    fields = _told(endpoint) if strange else {}
    unknown = [name for name in strange if fields and name not in fields]
    if unknown:
        raise UnknownFieldError(f"{endpoint.path} has no {_listed(unknown, fields)}; nothing was sent")


def tell_ignored(endpoint: Endpoint, items: Iterable[dict[str, Any]], rows: Iterable[dict[str, Any]]) -> None:
    """Warn of what was sent and is not there in the answer because the server ignores it, as it does without a word."""
    strange = {
        name
        for item, row in zip(items, rows, strict=False)
        for name, value in item.items()
        if name != "id" and (name not in row or not agrees({name: value}, row))
    }
    if not strange:
        return
    fields = _told(endpoint)
    ignored = [name for name in sorted(strange) if name not in fields or fields[name].get("read_only")]
    if fields and ignored:
        text = f"{endpoint.path}: the server ignored {_listed(ignored, fields)}; the rest was written."
        warnings.warn(text, IgnoredFieldWarning, stacklevel=4)


def _told(endpoint: Endpoint) -> Mapping[str, Mapping[str, Any]]:
    """The fields; none where the server cannot be asked: a write does not fail for that."""
    try:
        return fields_of(endpoint)
    except CallError:
        return {}


def _listed(names: list[str], fields: Mapping[str, Any]) -> str:
    told = []
    for name in names:
        near = [] if name in fields else difflib.get_close_matches(name, fields, 1)
        told.append(f"{name!r} (which is read-only)" if name in fields else f"{name!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
    return "field " + ", ".join(told)
