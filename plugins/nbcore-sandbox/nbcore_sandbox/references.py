"""A reference as it is written: by id, by url, by a dict of attributes, or by a natural key joined with semicolons."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from . import names, rules
from .answers import not_served
from .index import Field
from .store import Row, Store

_UNKNOWN = "Related objects must be referenced by ID or by dictionary of attributes. Received an unrecognized value: "
_LOOKUPS: Mapping[str, Callable[[str, str], bool]] = {
    "exact": lambda have, want: have == want,
    "iexact": lambda have, want: have.lower() == want.lower(),
    "contains": lambda have, want: want in have,
    "icontains": lambda have, want: want.lower() in have.lower(),
    "startswith": lambda have, want: have.startswith(want),
    "istartswith": lambda have, want: have.lower().startswith(want.lower()),
    "endswith": lambda have, want: have.endswith(want),
    "iendswith": lambda have, want: have.lower().endswith(want.lower()),
}


class BadReference(ValueError):
    """What was written names no object, or more than one; its text is the server's."""


def resolve(store: Store, owner: str, field: Field, value: Any) -> str:
    """The id of the object that a written reference means.

    Args:
        store: where objects lie.
        owner: the object type of the object that refers.
        field: the field that refers.
        value: what was written.

    Returns:
        The id.

    Raises:
        BadReference: no such object, several, or not a reference.
    """
    target = field.to
    if isinstance(value, list):
        if bad := next((item for item in value if not (isinstance(item, str) and _is_uuid(item))), None):
            raise BadReference(f"{_UNKNOWN}{bad}")
        raise not_served("a list as a single reference")
    if isinstance(value, dict):
        value = value.get("url", value.get("id", value))
    if isinstance(value, str) and not _is_uuid(value) and not _is_url(value):
        value = _natural(store, target, value)
    if isinstance(value, dict):
        wanted = _flat(value)
        for path in wanted:
            _check(store, target, path)
        said = repr(wanted)
        found = [row["id"] for row in store.rows(target or "") if all(_matches(store, target, row, *item) for item in wanted.items())]
    else:
        key = value.rstrip("/").rpartition("/")[2] if isinstance(value, str) and _is_url(value) else value
        try:
            key = uuid.UUID(str(key))
        except ValueError:
            raise BadReference(f"{_UNKNOWN}{value}") from None
        said = repr({"pk": key})
        found = [str(key)] if store.get(target, str(key)) else []
    if target in rules.LIMITED:
        found = [key for key in found if owner in (store.get(target, key) or {"content_types": ()})["content_types"]]
    if not found:
        raise BadReference(f"Related object not found using the provided attributes: {said}")
    if len(found) > 1:
        raise BadReference(f"Multiple objects match the provided attributes: {said}")
    return str(found[0])


def _is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def _is_url(value: str) -> bool:
    parts = urlsplit(value)
    return bool(parts.scheme and ("." in parts.netloc or "localhost" in parts.netloc or parts.scheme == "sandbox"))


def _natural(store: Store, target: str | None, value: str) -> Any:
    """The attributes that a natural key stands for."""
    if target is None or target not in store.index.by_type:
        raise not_served(f"references to {target or 'other objects'} by a natural key")
    paths = names.key_paths(store, target)
    if target == "dcim.location":
        paths = paths[: max(2, store.depth())]
    parts = [None if part == "\0" else part for part in map(unquote_plus, value.split(";"))]
    if len(parts) > len(paths):
        raise BadReference(f"Related object not found using provided composite-key: {value}")
    return dict(zip(paths, [*parts, *[None] * (len(paths) - len(parts))], strict=True))


def _flat(value: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict):
            found.update(_flat(item, f"{start}{name}__"))
        else:
            found[f"{start}{name}"] = item
    return found


def _split(path: str) -> tuple[str, str]:
    head, _, last = path.rpartition("__")
    return (head, last) if head and last in _LOOKUPS else (path, "exact")


def _check(store: Store, target: str | None, path: str) -> None:
    if target is None or store.knows(target, _split(path)[0]):
        return
    route = store.index.by_type.get(target)
    if route is None:
        return
    step = path.partition("__")[0]
    if store.knows(target, step):
        raise BadReference(f"Unsupported lookup '{path.partition('__')[2]}' for CharField or join on the field not permitted.")
    raise BadReference(f"Cannot resolve keyword '{step}' into field. Choices are: {', '.join(sorted(route.fields))}")


def _matches(store: Store, target: str | None, row: Row, path: str, want: Any) -> bool:
    steps, lookup = _split(path)
    have = store.values(target or "", row, steps)
    if want is None:
        return all(item is None for item in have)
    return any(item is not None and _LOOKUPS[lookup](str(item), str(want)) for item in have)
