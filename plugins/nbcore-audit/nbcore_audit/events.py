"""The lines of the log: what is written of an intent, an outcome and a change. Documented in the package's documentation."""

from __future__ import annotations

import datetime
import functools
import os
import pwd
import re
from typing import Any

from nbcore import Call, CallError, Change, ConnectError, ContentError, InputError, PluginError, RedirectError, Reply, TransportError
from nbcore.errors import server_text

from .masking import Mask

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MAX_TEXT = 500
_MAX_PARSED = 32 * 1024 * 1024
# A redirected write was answered, but neither followed nor carried out.
_UNSENT = (ConnectError, InputError, PluginError, RedirectError)


def intent(call: Call, user: str | None, mask: Mask, hidden: set[str]) -> dict[str, Any]:
    """What is about to be sent, and who sends it. `hidden` gets the texts that were masked."""
    event = _head("intent", call)
    event |= {
        "server": call.server.removesuffix("/api") or None,
        "user": user,
        "os_user": _os_user(os.geteuid()),
        "host": os.uname().nodename,
        "pid": os.getpid(),
    }
    event |= {"method": call.method, "path": mask.text(call.path), "operation": call.operation}
    optional = {
        "endpoint": call.endpoint,
        "action": call.action,
        "object_type": call.object_type,
        "params": mask.of(_grouped(call.params), call.endpoint, hidden),
        "ids": _ids_asked(call),
        "fields": mask.of(call.body, call.endpoint, hidden),
        "files": {name: {"name": file[0], "bytes": len(file[1])} for name, file in (call.files or {}).items()},
    }
    return event | {name: value for name, value in optional.items() if value not in (None, "", [], {})}


def outcome(call: Call, reply: Reply, seconds: float, mask: Mask, hidden: set[str]) -> dict[str, Any]:
    """What the server answered."""
    result = "done" if reply.status < 300 else "refused" if reply.status < 500 else "failed"
    event = _head("outcome", call) | {"result": result, "status": reply.status, "seconds": round(seconds, 6)}
    if reply.source != "server":
        event["source"] = reply.source
    if result != "done":
        text = mask.text(server_text(reply)[: 4 * _MAX_TEXT], hidden)
        event["error"] = text[:_MAX_TEXT]
    else:
        event |= _named(reply)
    if request := reply.header("X-Request-ID"):
        event["server_request"] = mask.text(request)
    return event


def failure(call: Call, exc: BaseException, seconds: float, mask: Mask, hidden: set[str]) -> dict[str, Any]:
    """Why there is no answer: `unsent` when it is sure that nothing was, else `unknown`."""
    result = "unsent" if isinstance(exc, _UNSENT) or _kept_back(exc) else "unknown"
    text = mask.text(str(exc)[: 4 * _MAX_TEXT], hidden)[:_MAX_TEXT]
    return _head("outcome", call) | {"result": result, "error": f"{type(exc).__name__}: {text}", "seconds": round(seconds, 6)}


def change(confirmed: Change, mask: Mask) -> dict[str, Any]:
    """An object's fields before and after, as far as the client knows them."""
    return {
        "v": 1, "event": "change", "time": _now(), "call": confirmed.call_id, "action": confirmed.action,
        "object_type": confirmed.object_type, "endpoint": confirmed.endpoint, "id": confirmed.id,
        "before": mask.of(confirmed.before, confirmed.endpoint), "after": mask.of(confirmed.after, confirmed.endpoint),
    }  # fmt: skip


def _head(event: str, call: Call) -> dict[str, Any]:
    # The order of the first two is AppendLog's HEAD.
    return {"v": 1, "event": event, "time": _now(), "call": call.id, "attempt": call.attempt}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@functools.cache
def _os_user(uid: int) -> str:
    """The user of this process by the system's own list: the environment could say anything."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _grouped(params: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in params:
        found.setdefault(name, []).append(value)
    return found


def _ids_asked(call: Call) -> list[str]:
    """The ids in a call's path and body."""
    if call.endpoint and call.path.startswith(f"{call.endpoint}/"):
        below = call.path[len(call.endpoint) + 1 :].strip("/").split("/")[0]
        found = [below] if below and below != call.action else []
    else:
        found = [match[0] for match in _UUID.finditer(call.path)]
    items = call.body if isinstance(call.body, (list, tuple)) else [call.body]
    return found + [str(item["id"]) for item in items if isinstance(item, dict) and item.get("id")]


def _named(reply: Reply) -> dict[str, Any]:
    """The ids and object type of the objects in an answer; the job result of a job that was started."""
    if not reply.content or len(reply.content) > _MAX_PARSED:
        return {}
    try:
        data = reply.json()
    except (ValueError, RecursionError):
        return {}
    found: dict[str, Any] = {}
    if isinstance(data, dict) and isinstance(data.get("job_result"), dict):
        found["job_result"] = str(data["job_result"].get("id"))
    rows = [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]
    if ids := [str(item["id"]) for item in rows if item.get("id")]:
        found["ids"] = ids
    if rows and isinstance(rows[0].get("object_type"), str):
        found["object_type"] = rows[0]["object_type"]
    return found


def _kept_back(exc: BaseException) -> bool:
    """Whether another plugin refused the call: an error that knows of no answer and of no connection."""
    return isinstance(exc, CallError) and not isinstance(exc, (TransportError, ContentError)) and exc.reply is None
