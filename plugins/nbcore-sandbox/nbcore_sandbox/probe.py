"""What only a write shows: which fields must be unique, the defaults, and the fields of the answer to a create.

A copy of an existing object is posted. A server with a uniqueness rule refuses it and names the fields; one of them is then
changed and the copy posted again, until it is created. What was created is deleted at once.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .remote import Remote

_ONE = re.compile(r"^.* with this (.+) already exists\.$")
_SET = re.compile(r"^The fields (.+) must make a unique set\.$")
_TRIES = 12


def probe(remote: Remote, route: str, found: dict[str, Any]) -> None:
    """Add `unique`, the fields' defaults and the hidden fields of a create's answer to what is known of a route.

    Args:
        remote: a server that is there for testing.
        route: the list route.
        found: its entry in the index, with its sample row.
    """
    fields, sample = found["fields"], found["sample"]
    full = {name: value for name, field in fields.items() if (value := _writable(field, sample.get(name))) is not None and name != "id"}
    found["unique"] = unique = []  # type: ignore[var-annotated]
    _create(remote, route, full, fields, unique)
    required = {name for name in full if fields[name]["options"].get("required")}
    refs = {name for name in full if fields[name]["kind"] == "ref"}
    for names in (required, required | refs):
        created = _create(remote, route, {name: value for name, value in full.items() if name in names}, fields, [])
        if created is None:
            continue
        for name, field in fields.items():
            if name not in names and name in created and _settable(field) and field["kind"] not in ("ref", "many"):
                value = created[name]
                field["default"] = value["value"] if isinstance(value, dict) and "value" in value else value
        found["hidden"]["created"] = [name for name in found["row"] if name not in created]
        return


def _create(remote: Remote, route: str, body: dict[str, Any], fields: dict[str, Any], unique: list[dict[str, Any]]) -> Any:
    body = dict(body)
    for _ in range(_TRIES):
        answer = remote.send("POST", f"{route}/", body)
        if answer.status == 201:
            remote.send("DELETE", f"{route}/{answer.json['id']}/")
            return answer.json
        if not isinstance(answer.json, dict):
            return None
        rule = _rule(answer.json, fields)
        if rule and rule not in unique:
            unique.append(rule)
        changed = [name for name in (rule["fields"] if rule else ["name"]) if _bump(body, name, fields)]
        if not changed and not any(_bump(body, name, fields) for name in ("prefix", "address", "name")):
            return None
    return None


def _rule(errors: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any] | None:
    """The uniqueness rule that an answer tells."""
    labels = {field["options"].get("label", "").lower(): name for name, field in fields.items()}
    for key, texts in errors.items():
        for text in texts if isinstance(texts, list) else []:
            if found := _SET.match(text):
                return {"fields": found[1].split(", "), "key": key, "text": text}
            if found := _ONE.match(text):
                words = re.split(r", | and ", found[1])
                names = [key] if key in fields else [labels.get(word.lower(), word.lower().replace(" ", "_")) for word in words]
                return {"fields": names, "key": key, "text": text}
    return None


def _settable(field: dict[str, Any]) -> bool:
    return not field["options"].get("read_only") and field["kind"] not in ("computed", "json")


def _writable(field: dict[str, Any], value: Any) -> Any:
    if not _settable(field) or value in (None, "", [], {}):
        return None
    if isinstance(value, dict):
        return value.get("value", value.get("id"))
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [item["id"] for item in value]
    return value


def _bump(body: dict[str, Any], name: str, fields: dict[str, Any]) -> bool:
    """Change a value of a body to the next; False for what cannot be changed so."""
    value = body.get(name)
    if isinstance(value, bool) or value is None or fields[name]["kind"] not in ("string", "integer"):
        return False
    if isinstance(value, int):
        body[name] = value + 1
        return True
    try:
        network = ipaddress.ip_interface(value)
    except ValueError:
        body[name] = f"{value}-probe"
        return True
    step = network.network.num_addresses if network.ip == network.network.network_address else 1
    body[name] = f"{network.ip + step}/{network.network.prefixlen}"
    return True
