"""One object by what identifies it: get_or_create and update_or_create."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contracts import Endpoint
from ..errors import InputError, ServerError, StatusConflictError, ValidationError


def get_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Any, bool]:
    """The object that matches, or a new one; see Endpoint.get_or_create()."""
    if not lookup or any("__" in name for name in lookup):
        raise InputError("name the fields that identify the object, such as name='x'; lookups such as name__ic cannot be created from")
    if (found := endpoint.get(**lookup)) is not None:
        return found, False
    try:
        return endpoint.create({**lookup, **defaults}), True
    except (ValidationError, StatusConflictError, ServerError):
        # Another client may have made it since; if not, the refusal stands.
        if (found := endpoint.get(**lookup)) is None:
            raise
        return found, False


def update_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Any, bool]:
    """The object that matches, with these fields, or a new one; see Endpoint.update_or_create()."""
    record, created = get_or_create(endpoint, lookup, defaults)
    if not created:
        record.update(defaults)
    return record, created
