"""References: a related object as the server sends it, `{id, object_type, url}`; its list route; and ids in one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_reference(value: Any) -> bool:
    """Whether a JSON value is a related object: it has an id, an object type and a route of the REST API."""
    return isinstance(value, dict) and value.get("id") is not None and isinstance(value.get("object_type"), str) and route_of(value) != ""


def route_of(value: Mapping[str, Any]) -> str:
    """The list route of an object, from its url: `http://host/x/api/dcim/devices/ID/` -> `dcim/devices`; "" without one.

    A model may have a field `url` of its own, which then hides the object's; the url of its notes tells too. The host is not
    trusted, nor used.
    """
    end = f"/{value.get('id')}"
    for name in ("url", "notes_url"):
        url = value.get(name)
        if isinstance(url, str):
            _, _, route = url.partition("/api/")
            route = route.split("?")[0].rstrip("/").removesuffix("/notes")
            if route.endswith(end):
                return route.removesuffix(end)
    return ""


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID."""
    import uuid  # imported here: it takes milliseconds to import, and a program that only lists objects does without it

    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def same_id(value: Any) -> str:
    """An id as the server writes it: a UUID in lower case, with hyphens; any other text stays as it is."""
    import uuid

    text = str(value)
    return str(uuid.UUID(text)) if is_uuid(text) else text
