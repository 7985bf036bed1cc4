"""Rows: what a server would answer to what is sent, as far as that can be told from other objects of the same route."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from nbcore import Record
from nbcore.values import encode, is_choice, is_reference

_NAMES = ("display", "name", "model", "label", "address", "prefix", "cid", "vid")


def model_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The form of each field: its first value in some rows that is not None."""
    model: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if model.get(name) in (None, []):
                model[name] = value
    return model


def created(item: Mapping[str, Any], model: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The row of a new object.

    Args:
        item: the fields that are sent.
        model: the form of each field, {} when there is no object to learn it from.
        url: the address of its list route, with a slash at the end.
    """
    now = _now()
    fields = formed(item, model)
    identity = str(fields.get("id") or uuid.uuid4())
    row = {name: _blank(name, value) for name, value in model.items()}
    row |= {"id": identity, "object_type": model.get("object_type"), "url": f"{url}{identity}/", "created": now, "last_updated": now}
    if "notes_url" in model:
        row["notes_url"] = f"{url}{identity}/notes/"
    row |= {**fields, "id": identity}
    row["display"] = next((str(row[name]) for name in _NAMES if row.get(name) not in (None, "")), identity)
    return {name: value for name, value in row.items() if name != "object_type" or value is not None}


def updated(row: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row with fields changed; custom fields that are not named stay."""
    merged = {**row, **fields}
    if isinstance(row.get("custom_fields"), Mapping) and isinstance(fields.get("custom_fields"), Mapping):
        merged["custom_fields"] = {**row["custom_fields"], **fields["custom_fields"]}
    if "last_updated" in row:
        merged["last_updated"] = _now()
    return merged


def formed(item: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are sent, in the form in which the server would answer them."""
    sent: dict[str, Any] = json.loads(encode(item))  # raises InputError for what could not be sent either
    return {name: _form(value, item[name], model.get(name)) for name, value in sent.items()}


def _form(value: Any, given: Any, model: Any) -> Any:
    if isinstance(given, Record):
        return _reference_of(given) or value
    if isinstance(value, list) and isinstance(given, (list, tuple)):
        kind = model[0] if isinstance(model, list) and model else None
        return [_form(item, source, kind) for item, source in zip(value, given, strict=True)]
    if is_reference(model) and (identity := _identity(value)):
        return {"id": identity, "object_type": model["object_type"], "url": _url(model, identity)}
    if is_choice(model) and isinstance(value, (str, int)):
        return {"value": value, "label": str(value)}
    return value


def _identity(value: Any) -> str | int | None:
    """The id in what is sent for a related object; None where it is named in another way."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return str(uuid.UUID(value))
    except (TypeError, ValueError, AttributeError):
        return None


def _url(model: Mapping[str, Any], identity: str | int) -> str:
    return f"{str(model['url']).rstrip('/').rpartition('/')[0]}/{identity}/"


def _reference_of(record: Record) -> dict[str, Any] | None:
    found = {name: record[name] for name in ("id", "object_type", "url") if name in record}
    return found if is_reference(found) else None


def _blank(name: str, value: Any) -> Any:
    """The value of a field that is not sent."""
    if isinstance(value, list):
        return []
    if name == "custom_fields" and isinstance(value, Mapping):
        return dict.fromkeys(value)
    return {} if isinstance(value, dict) and not is_reference(value) and not is_choice(value) else None


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
