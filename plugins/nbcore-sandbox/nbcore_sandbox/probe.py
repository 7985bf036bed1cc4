"""What only a write shows: which fields must be unique, the defaults, and the fields of the answer to a create.

A copy of an existing object is posted. A server with a uniqueness rule refuses it and names the fields; one of them is then
changed and the copy posted again, until it is created. What was created is deleted at once.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .remote import Remote

_ONE = re.compile(r"^.* with this (.+) already exists\.$")
_SET = re.compile(r"^The fields (.+) must make a unique set\.$")
_TRIES = 300


class Probe:
    """The probing of one route.

    Args:
        remote: a server that is there for testing.
        route: the list route.
        found: its entry in the index, with its sample row.
        routes: the recorded routes by object type.
    """

    def __init__(self, remote: Remote, route: str, found: dict[str, Any], routes: Mapping[str, str]) -> None:
        self._remote = remote
        self._route = route
        self._found = found
        self._fields: dict[str, dict[str, Any]] = found["fields"]
        self._routes = routes
        self._spare: dict[str, list[str]] = {}

    def run(self) -> None:
        """Add `unique`, the fields' defaults and the hidden fields of a create's answer to the entry."""
        self._found["unique"] = unique = []  # type: ignore[var-annotated]
        for row in (self._found["first"], self._found["sample"]):
            self._create(self._writable(row), unique)
        full = self._writable(self._found["first"])
        required = {name for name in full if self._fields[name]["options"].get("required")}
        refs = [name for name in full if self._fields[name]["kind"] == "ref" and name not in required]
        # What must be there besides the required fields, such as an interface's device, is found by trying.
        for more in ([], *([name] for name in refs), refs):
            names = required | set(more)
            made = self._create({name: value for name, value in full.items() if name in names}, [])
            if made is not None:
                self._note(names, *made)
                return
        print(f"probing {self._route}: no copy of an object could be created; defaults are not known")

    def _writable(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, field in self._fields.items()
            if name != "id" and (value := _writable(field, row.get(name))) is not None
        }  # fmt: skip

    def _note(self, sent: Iterable[str], answer: dict[str, Any], read: dict[str, Any]) -> None:
        for name, field in self._fields.items():
            if name != "id" and name not in sent and name in read and _settable(field) and field["kind"] not in ("ref", "many"):
                value = read[name]
                field["default"] = value["value"] if isinstance(value, dict) and "value" in value else value
        self._found["hidden"]["created"] = [name for name in self._found["row"] if name not in answer]

    def _create(self, body: dict[str, Any], unique: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The answer to a create of the body, changed until it is taken, and the object as it is read then."""
        body = dict(body)
        for _ in range(_TRIES):
            answer = self._remote.send("POST", f"{self._route}/", body)
            if answer.status == 201:
                path = f"{self._route}/{answer.json['id']}/"
                read = self._remote.get(path)
                self._remote.send("DELETE", path)
                return answer.json, read
            if not isinstance(answer.json, dict):
                return None
            rule = self._rule(answer.json)
            if rule and rule not in unique:
                unique.append(rule)
            names = rule["fields"] if rule else []
            changed = [name for name in names if self._bump(body, name)] or [
                name for name in ("prefix", "address", "name") if self._bump(body, name)
            ]
            if not changed and not any(self._other(body, name) for name in names):
                return None
        return None

    def _rule(self, errors: dict[str, Any]) -> dict[str, Any] | None:
        """The uniqueness rule that an answer tells."""
        labels = {field["options"].get("label", "").lower(): name for name, field in self._fields.items()}
        for key, texts in errors.items():
            for text in texts if isinstance(texts, list) else []:
                if found := _SET.match(text):
                    return {"fields": found[1].split(", "), "key": key, "text": text}
                if found := _ONE.match(text):
                    words = [word.lower() for word in re.split(r", | and ", found[1])]
                    names = [key] if key in self._fields else [labels.get(word, word.replace(" ", "_")) for word in words]
                    return {"fields": names, "key": key, "text": text}
        return None

    def _bump(self, body: dict[str, Any], name: str) -> bool:
        """Change a value of a body to the next; False for what cannot be changed so."""
        value = body.get(name)
        kind = self._fields[name]["kind"] if name in self._fields else ""
        if value is None or isinstance(value, bool) or kind not in ("string", "integer"):
            return False
        body[name] = value + 1 if isinstance(value, int) else _next(value)
        return True

    def _other(self, body: dict[str, Any], name: str) -> bool:
        """Refer to another object; False when there is none left."""
        route = self._routes.get(self._fields[name].get("to") or "") if name in body else None
        if route is None:
            return False
        if name not in self._spare:
            rows = self._remote.get(f"{route}/?limit=50")["results"]
            self._spare[name] = [row["id"] for row in rows]
        if not self._spare[name]:
            return False
        body[name] = self._spare[name].pop()
        return True


def _next(value: str) -> str:
    """The next address or network, or the text with a word added."""
    try:
        network = ipaddress.ip_interface(value)
    except ValueError:
        return f"{value}-probe"
    step = network.network.num_addresses if network.ip == network.network.network_address else 1
    return f"{network.ip + step}/{network.network.prefixlen}"


def _settable(field: dict[str, Any]) -> bool:
    return not field["options"].get("read_only") and field["kind"] not in ("computed", "json")


def _writable(field: dict[str, Any], value: Any) -> Any:
    """A value of a row as it can be written; None for one that cannot, or is empty."""
    if not _settable(field) or value in (None, "", [], {}):
        return None
    if isinstance(value, dict):
        return value.get("value", value.get("id"))
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [item["id"] for item in value]
    return value
