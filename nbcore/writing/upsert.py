"""One object by what identifies it, made where it is not there: get_or_create and update_or_create."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contracts import Endpoint
from ..errors import InputError, ServerError, StatusConflictError, ValidationError
from ..transport import deciding


def get_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Any, bool]:
    """The object that matches, or a new one.

    Sends one GET and, where nothing matches, one POST. Where the server refuses to create, another client may have been quicker: the
    object is looked for once more.

    Args:
        endpoint: the list route.
        lookup: the fields that identify the object: filters, and fields of a new object.
        defaults: further fields of a new object.

    Returns:
        The Record, and whether it was created.

    Raises:
        InputError: `lookup` is empty, or has a filter that is no field of an object.
        MultipleObjectsError: several objects match.
        CallError: the server refused the new object, and there is none that matches.
    """
    if not lookup or any("__" in name for name in lookup):
        raise InputError("name the fields that identify the object, such as name='x'; lookups such as name__ic cannot be created from")
    if (found := _looked_for(endpoint, lookup)) is not None:
        return found, False
    try:
        return endpoint.create({**lookup, **defaults}), True
    except (ValidationError, StatusConflictError, ServerError):
        if (found := _looked_for(endpoint, lookup)) is None:
            raise
        return found, False


def _looked_for(endpoint: Endpoint, lookup: Mapping[str, Any]) -> Any:
    with deciding():
        return endpoint.get(**lookup)


def update_or_create(endpoint: Endpoint, lookup: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[Any, bool]:
    """The object that matches, changed to have some fields, or a new one with them.

    Sends what get_or_create() sends and, where the object is there and differs, one PATCH of what differs, as Record.save() does.

    Args:
        endpoint: the list route.
        lookup: the fields that identify the object: filters, and fields of a new object.
        defaults: the fields that it is to have.

    Returns:
        The Record, and whether it was created.

    Raises:
        InputError, MultipleObjectsError, CallError: as in get_or_create().
    """
    record, created = get_or_create(endpoint, lookup, defaults)
    if not created:
        record.update(defaults)
    return record, created
