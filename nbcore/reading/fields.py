"""The fields that a route takes, as its OPTIONS tells: their types and choices, and whether ids may be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .route import Route


def fields_of(route: Route, api_version: str | None = None, deadline: float | None = None) -> Mapping[str, Mapping[str, Any]]:
    """Field -> what the server says of it; empty for a token that may neither add nor change objects here.

    Sends one OPTIONS the first time, and keeps the answer.

    Args:
        route: the list route.
        api_version: the version of the REST API to ask for.
        deadline: the moment (time.monotonic) after which nothing more is tried.
    """
    if route.learned.writable is None:
        call = route.connection.call(
            "OPTIONS", route.list_path, api_version=api_version, endpoint=route.path, operation="options", deadline=deadline
        )
        data = route.connection.exchange(call)[1]
        actions = data.get("actions") if isinstance(data, dict) else None
        # Objects that can be changed and not added, such as jobs, are told of with PUT alone.
        told = (actions.get("POST") or actions.get("PUT")) if isinstance(actions, dict) else None
        route.learned.writable = told if isinstance(told, dict) else {}
    return route.learned.writable
