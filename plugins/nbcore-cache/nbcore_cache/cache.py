"""Cache: the hook plugin. Reads are answered from the store; writes, and changes of others, give marks a new word."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nbcore import Call, InputError, Reply, hookimpl
from nbcore.plugins import Connections

from . import policy
from .changes import ChangeLog, LogError, News
from .entries import Entry, key, pack, unpack
from .relations import EVERYTHING, relations
from .stats import Counter, Stats
from .store import Store, StoreError

if TYPE_CHECKING:
    from nbcore import Api

# The server keeps the `display` of objects in trees for 5 s, whatever is written meanwhile.
_SETTLING = 6.0


@dataclass(eq=False, slots=True)
class _Client:
    """One identity that the cache serves.

    Attributes:
        server: a hash of the server's address; marks are shared by all who ask one server.
        log: its change log, with revalidate="changes".
        version: the API version of its last answer.
    """

    server: str
    log: ChangeLog | None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class _Miss:
    """A read that goes to the server, and what its answer would be kept with."""

    client: _Client
    key: str
    marks: dict[str, str]
    log: str


class Cache:
    """Answers reads from a storage, and drops what a write through the same Api touches.

    Args:
        url: "memory://", "sqlite:///FILE" (or "sqlite:////ABSOLUTE/FILE"), "redis://HOST:PORT/DB".
        ttl: seconds for which an answer may be used.
        revalidate: "changes" to ask the server's change log what others changed; None to rely on ttl alone.
        burst: with "changes": seconds during which one asking of the log is enough; 0 asks at every read.
        logged: with "changes": routes of server plugins whose models are change-logged, such as ["plugins/bgp/"]; others are not cached.

    Raises:
        InputError: a setting that cannot be used, or a file that cannot be written.
    """

    def __init__(
        self,
        url: str = "memory://",
        *,
        ttl: float = 300.0,
        revalidate: Literal["changes"] | None = None,
        burst: float = 1.0,
        logged: Iterable[str] = (),
    ) -> None:
        if revalidate not in (None, "changes"):
            raise InputError(f'revalidate must be "changes" or None, not {revalidate!r}')
        self.url, self.revalidate, self.logged = url, revalidate, tuple(logged)
        self.ttl = _seconds("ttl", ttl, least=0.001)
        self.burst = _seconds("burst", burst, least=0.0)
        self._store = Store(url)
        self._count = Counter()
        self._lock = threading.Lock()
        self._connections = Connections()
        self._clients: dict[str, _Client] = {}
        self._misses: dict[tuple[str, int], _Miss] = {}
        self._pending: set[str] = set()
        self._jobs: set[str] = set()
        _alive.add(self)

    @property
    def stats(self) -> Stats:
        """Hits, misses and what else is counted, so far."""
        return self._count.now()

    def clear(self) -> None:
        """Drop every answer in the storage, of every server and token."""
        self._store.clear()

    # --- hooks -------------------------------------------------------------------------------------------------------

    @hookimpl
    def nbcore_ready(self, api: Api) -> None:
        """Learn of an Api; one Cache may serve several."""
        self._connections.add(api.connection)

    @hookimpl(tryfirst=True)
    def nbcore_send(self, call: Call) -> Reply | None:
        """The kept answer to a read, or None: then it is sent."""
        if not policy.cacheable(call) or (client := self._client(call)) is None:
            return None
        started = time.monotonic()
        try:
            log = self._revalidated(call, client)
            if log is None:
                return None
            self._change()
            name = key(call)
            wanted = {f"{client.server} {mark}": mark for mark in policy.candidates(call, relations())}
            marks = {wanted[full]: word for full, word in self._store.marks(wanted).items()}
            stored = None if call.fresh else self._store.get(name)
        except StoreError as exc:
            self._failed(exc)
            return None
        except LogError:
            return None
        entry = self._entry(name, stored)
        if entry is not None and entry.until > time.time() and entry.log == log and entry.marks.items() <= marks.items():
            self._count.add("hits")
            return replace(entry.reply, elapsed=time.monotonic() - started)
        self._count.add("misses")
        self._misses[call.id, call.attempt] = _Miss(client, name, marks, log)
        return None

    @hookimpl(specname="nbcore_send", wrapper=True, tryfirst=True)
    def keep(self, call: Call) -> Generator[None, Reply, Reply]:
        """Keep the answer to a read that was sent; drop what a write touched, whether it succeeded or not."""
        reply: Reply | None = None
        try:
            reply = yield
            return reply
        finally:
            miss = self._misses.pop((call.id, call.attempt), None)
            if call.writes:
                self._wrote(call, reply)
            elif reply is not None and miss is not None:
                self._keep(call, reply, miss)
            elif reply is not None and call.path.startswith("extras/job-results/"):
                self._watch_job(call, reply)

    @hookimpl
    def nbcore_close(self, api: Api) -> None:
        """Close the storage; it opens again when it is used."""
        self._store.close()

    # --- reads -------------------------------------------------------------------------------------------------------

    def _client(self, call: Call) -> _Client | None:
        """Who asks; None for a call that does not say."""
        client = self._clients.get(call.identity)
        if client is None and call.identity:
            log = ChangeLog(call.identity, self._store, self.burst, lambda: self._count.add("polls")) if self.revalidate else None
            server = hashlib.sha256(call.server.encode()).hexdigest()[:16]
            client = self._clients.setdefault(call.identity, _Client(server, log))
        return client

    def _entry(self, name: str, stored: bytes | None) -> Entry | None:
        """The kept answer in what the storage gave; one that is damaged is dropped."""
        entry = unpack(stored) if stored is not None else None
        if stored is not None and entry is None:
            with contextlib.suppress(StoreError):
                self._store.drop(name)
        return entry

    def _revalidated(self, call: Call, client: _Client) -> str | None:
        """Heed what others changed; the name under which to keep answers, None for an answer that must not be kept."""
        if client.log is None:
            return ""
        connection = self._connections.of(call)
        if connection is None or not policy.logged(call, relations(), self.logged):
            return None

        def heed(news: News) -> None:
            marks = frozenset({EVERYTHING}) if news.types is None else relations().dropped(news.types, news.version)
            if marks:
                self._count.add("drops")
                self._change(f"{client.server} {mark}" for mark in marks)

        return client.log.update(connection, heed)

    def _keep(self, call: Call, reply: Reply, miss: _Miss) -> None:
        """Keep an answer, unless it is an error or may be older than what was written."""
        table = relations()
        data = policy.worth(call, reply)
        if data is None:
            return
        miss.client.version = reply.header("api-version")
        marks = {mark: miss.marks[mark] for mark in policy.depends(call, reply, data, table)}
        changed = max(float(word.partition(" ")[0]) for word in marks.values())
        if policy.settles(call, table) and time.time() - changed < _SETTLING:
            return
        try:
            self._store.put(miss.key, pack(reply, self.ttl, marks, miss.log))
        except StoreError as exc:
            self._failed(exc)
        else:
            self._count.add("stored")

    # --- writes ------------------------------------------------------------------------------------------------------

    def _wrote(self, call: Call, reply: Reply | None) -> None:
        """Drop what a write touched, for everybody who uses this storage."""
        client = self._client(call)
        if client is None:
            return
        if client.log is not None:
            client.log.stale()
        if reply is not None:
            self._jobs |= policy.jobs_started(reply)
        version = (reply.header("api-version") if reply is not None else None) or client.version
        self._drop(client, policy.touched(call, version, relations()))

    def _watch_job(self, call: Call, reply: Reply) -> None:
        """A job that was started here has ended: it may have written anything."""
        if (ended := policy.jobs_ended(reply, self._jobs)) and (client := self._client(call)) is not None:
            self._jobs -= ended
            self._drop(client, frozenset({EVERYTHING}))

    def _drop(self, client: _Client, marks: Iterable[str]) -> None:
        self._count.add("drops")
        try:
            self._change(f"{client.server} {mark}" for mark in marks)
        except StoreError as exc:
            self._failed(exc)

    def _change(self, marks: Iterable[str] = ()) -> None:
        """Change marks, and those whose change could not be stored before: nothing is answered until it could."""
        with self._lock:
            self._pending |= set(marks)
            due = set(self._pending)
        if due:
            self._store.change(due)
            with self._lock:
                self._pending -= due

    def _failed(self, exc: StoreError) -> None:
        self._count.add("failures")
        self._store.warn(f"the cache cannot be used and reads go to the server ({exc})")

    # --- copies ------------------------------------------------------------------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.url, self.ttl, self.revalidate, self.burst, self.logged)

    def after_fork(self) -> None:
        """In a forked child: no lock or connection of the parent is used again."""
        self._lock = threading.Lock()
        self._misses = {}
        self._count.after_fork()
        self._store.after_fork()
        for client in list(self._clients.values()):
            if client.log is not None:
                client.log.after_fork()

    def __repr__(self) -> str:
        return f"<Cache {self.url.rpartition('@')[2]}>"


def _seconds(name: str, value: Any, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value < float("inf"):
        raise InputError(f"{name} must be a number of seconds of at least {least}, not {value!r}")
    return float(value)


def _restore(url: str, ttl: float, revalidate: Any, burst: float, logged: tuple[str, ...]) -> Cache:
    return Cache(url, ttl=ttl, revalidate=revalidate, burst=burst, logged=logged)


_alive: weakref.WeakSet[Cache] = weakref.WeakSet()


def _after_fork() -> None:
    for cache in list(_alive):
        cache.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
