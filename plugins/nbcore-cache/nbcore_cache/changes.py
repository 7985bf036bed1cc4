"""The server's object-change log, read from where it was left: which types did anybody change since?

No clock but the server's is used: a change is known by its id, and what is new is asked for by the time of the newest change seen,
less an overlap, since a change of a long transaction appears later than its time says.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nbcore import CallError, PermissionDeniedError
from nbcore.contracts import Connection

from .store import Store

_ROUTE = "extras/object-changes"
_OVERLAP = timedelta(seconds=120)
_PAGE = 100
_MOST = 1000
_DENIED_FOR = 60.0


class LogError(Exception):
    """The change log cannot be asked now, so nothing kept can be trusted."""


@dataclass(slots=True)
class Place:
    """Where reading stands.

    Attributes:
        name: a word for this reading since its beginning; what was kept under another is not covered by it.
        since: changes from this time on are asked for; "" for all.
        seen: those of them that were read, by id, with their times.
    """

    name: str
    since: str = ""
    seen: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As a note."""
        return json.dumps({"name": self.name, "since": self.since, "seen": self.seen}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class News:
    """What a reading of the log gave.

    Attributes:
        types: the object types that were changed; None when there were too many changes to read.
        version: the server's API version.
    """

    types: frozenset[str] | None
    version: str | None


class ChangeLog:
    """The change log as one identity sees it.

    Args:
        name: the identity.
        store: where the place is kept, for later processes and beside this one.
        burst: seconds during which one asking is enough.
        asking: called at each asking.
    """

    def __init__(self, name: str, store: Store, burst: float, asking: Callable[[], None]) -> None:
        self._name = f"changes {name}"
        self._store = store
        self._burst = burst
        self._asking = asking
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._denied = float("-inf")
        self._place: Place | None = None

    def stale(self) -> None:
        """The next asking is not spared: something was just written."""
        self._asked = float("-inf")

    def after_fork(self) -> None:
        """In a forked child: a lock that no thread of the parent holds."""
        self._lock = threading.Lock()

    def update(self, connection: Connection, heed: Callable[[News], None]) -> str:
        """Ask the log, unless it was asked within the burst, and let `heed(News)` act before the place moves on.

        Returns:
            The name of the reading, under which answers may be kept now.

        Raises:
            LogError: it cannot be asked.
            StoreError: the storage cannot be used; the place then stays.
        """
        with self._lock:
            now = time.monotonic()
            if self._place is not None and now - self._asked < self._burst:
                return self._place.name
            if now - self._denied < _DENIED_FOR:
                raise LogError
            self._asking()
            try:
                place = self._load()
                if place is None:
                    place = self._begin(connection)
                elif (news := self._read(connection, place)) is not None:
                    heed(news)
                    self._store.leave(self._name, place.text())
            except PermissionDeniedError as exc:
                self._denied = now
                self._store.warn(f"the token may not read {_ROUTE}, so revalidate='changes' cannot work and nothing is cached: {exc}")
                raise LogError from exc
            except CallError as exc:
                raise LogError from exc
            self._place, self._asked = place, now
            return place.name

    def _load(self) -> Place | None:
        note = self._store.note(self._name)
        if note is None:
            return None
        try:
            return _place(json.loads(note))
        except (ValueError, TypeError, AttributeError, RecursionError):
            self._store.damaged("the place in the change log")
            return None  # a new reading begins, under which nothing of the old one is used

    def _begin(self, connection: Connection) -> Place:
        """A new reading: what is in the log so far is old."""
        place = Place(uuid.uuid4().hex)
        rows, _, _ = self._page(connection, place, 1)
        if rows:
            place.since = _before(rows[0]["time"])
            self._read(connection, place)
        self._store.leave(self._name, place.text())
        return place

    def _read(self, connection: Connection, place: Place) -> News | None:
        """Read what is new, and move the place; None when nothing is."""
        rows, count, version = self._page(connection, place, 1)
        if count == len(place.seen) and (not rows or rows[0]["id"] in place.seen):
            return None
        found: dict[str, dict[str, Any]] = {}
        fresh: list[dict[str, Any]] = []
        while len(found) < count and len(fresh) <= _MOST:
            rows, count, _ = self._page(connection, place, _PAGE, offset=len(found))
            if all(row["id"] in found for row in rows):
                break
            found.update((row["id"], row) for row in rows)
            fresh = [row for key, row in found.items() if key not in place.seen]
            if 0 < count - len(place.seen) <= len(fresh):
                break
        if not found:
            place.seen = {}
            return News(frozenset(), version)
        newest = max((row["time"] for row in found.values()), key=datetime.fromisoformat)
        if len(fresh) > _MOST:
            # What was not read counts as seen, since everything is dropped for it.
            place.since = newest
            place.seen = {key: row["time"] for key, row in found.items() if row["time"] == newest}
            return News(None, version)
        place.since = _before(newest)
        start = datetime.fromisoformat(place.since)
        times = place.seen | {key: row["time"] for key, row in found.items()}
        place.seen = {key: at for key, at in times.items() if datetime.fromisoformat(at) >= start}
        types = {kind for row in fresh for kind in (row["changed_object_type"], row.get("related_object_type")) if kind}
        return News(frozenset(types), version)

    def _page(self, connection: Connection, place: Place, limit: int, offset: int = 0) -> tuple[list[dict[str, Any]], int, str | None]:
        """The newest rows since the place, how many there are, and the API version."""
        params: dict[str, Any] = {"sort": "-time", "limit": limit, "depth": 0}
        params |= {"offset": offset} if offset else {}
        params |= {"time__gte": place.since} if place.since else {}
        reply = connection.request("GET", f"{_ROUTE}/", params=params, endpoint=_ROUTE, operation="list", fresh=True, returns="reply")
        try:
            data = reply.json()
            rows, count = data["results"], int(data["count"])
            times = [datetime.fromisoformat(row["time"]) for row in rows if row["id"] and "changed_object_type" in row]
            if len(times) != len(rows):
                raise ValueError("rows that are no changes")
        except (ValueError, KeyError, TypeError) as exc:
            raise LogError(f"{_ROUTE} was not answered with changes: {exc}") from exc
        return rows, count, reply.header("api-version")


def _place(told: dict[str, Any]) -> Place:
    """A place as it was noted; ValueError, TypeError or AttributeError for what is none."""
    place = Place(**told)
    name: object = place.name
    times = [*filter(None, [place.since]), *place.seen.values()]
    if not isinstance(name, str) or not name or any(datetime.fromisoformat(at).tzinfo is None for at in times):
        raise ValueError("no place")
    return place


def _before(moment: str) -> str:
    """The time from which on to ask, when the newest change is of this moment."""
    return (datetime.fromisoformat(moment) - _OVERLAP).isoformat().replace("+00:00", "Z")
