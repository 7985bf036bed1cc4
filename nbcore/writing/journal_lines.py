"""What a journal says, as lines of JSON: how they are written, and how they are read back strictly.

The first line is the head: which operation, of which server and list route, and how many items. Then comes a line for each item with its
id, and then one for every change of state, in the order in which they happened. Any JournalStore keeps these lines as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from ..errors import InputError
from ..values import encode

State = Literal["waiting", "unknown", "created", "updated", "deleted", "unchanged", "failed"]
Operation = Literal["create", "update", "delete"]
STATES: tuple[State, ...] = get_args(State)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
DONE: frozenset[State] = frozenset({"created", "updated", "deleted", "unchanged"})
Line = dict[str, Any]


def head_line(operation: Operation, url: str, path: str, number: int, api_version: str | None) -> bytes:
    """The first line: what is written, where, and how many items follow."""
    return encode({"nbcore": "journal", "operation": operation, "url": url, "path": path, "items": number, "api_version": api_version})


def item_line(key: str, item: Mapping[str, Any]) -> bytes:
    """The line of one item: its id, and the fields that are sent."""
    return encode({"id": key, "item": item})


def state_line(state: State, places: Sequence[int], errors: Mapping[int, str], ids: Mapping[int, str]) -> bytes:
    """The line of a change of state.

    Args:
        state: the state that the items are in from now on.
        places: which items.
        errors: what the server said, by item.
        ids: the ids that the server chose, by item.
    """
    line: Line = {"state": state, "n": places}
    if errors:
        line["errors"] = {str(place): text for place, text in errors.items()}
    if ids:
        line["ids"] = {str(place): key for place, key in ids.items()}
    return encode(line)


def parse(lines: Iterable[bytes], name: str) -> tuple[Line, list[Line], list[Line]]:
    """Read a journal's lines.

    A last line that is no JSON was cut while it was written. It is left out: nothing was sent after it.

    Args:
        lines: the lines, in order.
        name: what a text calls the journal, such as its file.

    Returns:
        The head, the items, and the changes of state.

    Raises:
        InputError: the lines are no journal, or one of them is damaged. The text names the line.
    """
    found = [_object(line) for line in lines]
    head = found[0] if found else None
    if head is None or head.get("nbcore") != "journal" or head.get("operation") not in OPERATIONS:
        raise InputError(f"{name} is not a journal of nbcore")
    if found[-1] is None:
        found.pop()
    number = head.get("items")
    if isinstance(number, bool) or not isinstance(number, int) or not isinstance(head.get("path"), str):
        raise InputError(f"{name} is damaged: its first line names no items or no path")
    items, states = found[1 : number + 1], found[number + 1 :]
    for place, line in enumerate(found[1:], 2):
        if line is None or not (_is_item(line) if place <= number + 1 else _is_state(line, number)):
            raise InputError(
                f"{name} is damaged in line {place}: what was sent cannot be known from it. Objects may have been created; the ids in its "
                "other lines tell which to look for"
            )
    if len(items) < number:
        raise InputError(f"{name} holds {len(items)} of {number} items: it was cut before anything was sent")
    return head, [line for line in items if line], [line for line in states if line]


def must_be_done(lines: Sequence[bytes], name: str) -> None:
    """Refuse to write over a journal that is not done, and over what is no journal.

    Args:
        lines: what the store holds; none where it holds nothing yet.
        name: what a text calls the journal.

    Raises:
        InputError: something is left to do in it, or it is no journal.
    """
    if not lines:
        return
    head, items, states = parse(lines, name)
    state = {place: line["state"] for line in states for place in line["n"]}
    if left := sum(1 for place in range(len(items)) if state.get(place) not in DONE):
        raise InputError(
            f"{name} is the journal of a {head['operation']} of {head['path']} that is not done ({left} of {len(items)} items are left): "
            f"Journal.load(..., nb).resume() goes on with it; or delete it, or name another. Nothing was sent"
        )


def _object(line: bytes) -> Line | None:
    """The JSON object of a line; None where it is none."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _is_item(line: Line) -> bool:
    return isinstance(line.get("id"), str) and isinstance(line.get("item"), dict)


def _is_state(line: Line, number: int) -> bool:
    places = line.get("n")
    return (
        line.get("state") in STATES
        and isinstance(places, list)
        and all(isinstance(place, int) and 0 <= place < number for place in places)
        and all(isinstance(line.get(name, {}), dict) for name in ("errors", "ids"))
    )
