"""Where an app is described: a server, or its OpenAPI document in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbcore
from nbcore import EndpointSpec, InputError, RequestError

from .document import Found, find, left_out
from .schema import part


def describe(source: str, name: str) -> Found:
    """What a server or a file says of an app.

    A server is asked for its document, and for the fields of each list route (OPTIONS): its document does not name many-to-many fields that
    can only be read. A file cannot be asked; a note says so.

    Args:
        source: an address, or the path of a file with the OpenAPI document as JSON.
        name: the app's URL slug.

    Raises:
        NbcoreError: the server or the file cannot be read, or has no such app.
    """
    if "://" not in source:
        found = find(_read(Path(source)), name)
        note = "many-to-many fields that can only be read are not in a document: add them to m2m_fields, or generate from the server"
        return replace(found, notes=(*found.notes, note))
    with nbcore.api(source) as api:
        found = find(api.openapi(), name)
        notes = list(found.notes)
        endpoints = tuple(_asked(api, found, endpoint, notes) for endpoint in found.spec.endpoints)
    return replace(found, spec=replace(found.spec, endpoints=endpoints), notes=tuple(notes))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"--from {str(path)!r} is neither an address (https://...) nor a file") from None
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror or exc}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not JSON; save the server's /api/swagger.json") from None
    return part({"document": document}, "document")


def _asked(api: nbcore.Api, found: Found, endpoint: EndpointSpec, notes: list[str]) -> EndpointSpec:
    """An endpoint with the many-to-many fields that the server itself names."""
    if endpoint.key == "singleton":
        return endpoint
    path = f"{found.spec.path}/{endpoint.slug}"
    try:
        fields = _fields(api, path)
        if fields is None:
            fields = _of_a_row(api, path)
    except RequestError as exc:
        fields = None
        notes.append(f"{endpoint.slug}: the server did not say which many-to-many fields it has: {exc}")
    else:
        if fields is None:
            notes.append(f"{endpoint.slug}: many-to-many fields that can only be read cannot be told: no write permission and no object")
    return replace(endpoint, m2m_fields=left_out({*endpoint.m2m_fields, *(fields or ())}, found.properties[endpoint.slug]))


def _fields(api: nbcore.Api, path: str) -> set[str] | None:
    """The related and other composite fields that a route's OPTIONS name; None without the permission to write."""
    actions = part(api.request("OPTIONS", f"{path}/", operation="options"), "actions")
    known = {**part(actions, "POST"), **part(actions, "PUT")}
    return {name for name, about in known.items() if part({"about": about}, "about").get("type") == "field"} or None


def _of_a_row(api: nbcore.Api, path: str) -> set[str] | None:
    """The fields that one object gains with `exclude_m2m=false`; None where there is no object."""
    first = _first(api, path, {"limit": 1})
    if first is None:
        return None
    whole = _first(api, path, {"limit": 1, "id": first["id"], "exclude_m2m": False}) or {}
    return set(whole) - set(first)


def _first(api: nbcore.Api, path: str, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
    answer = api.request("GET", f"{path}/", params=params, endpoint=path, operation="list")
    rows = answer.get("results") if isinstance(answer, dict) else None
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
