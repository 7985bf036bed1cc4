"""Cache: the hook plugin. Reads are answered from the store; writes, and changes of others, give marks a new word."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from nbcore import Call, InputError, Reply, hookimpl

from . import policy
from .changes import ChangeLog, LogError, News
from .entries import key, pack, unpack
from .relations import EVERYTHING, relations
from .stats import Counter, Stats
from .store import Store, StoreError

if TYPE_CHECKING:
    from nbcore import Api

# The server keeps the `display` of objects in trees for 5 s, whatever is written meanwhile.
_SETTLING = 6.0


@dataclass(eq=False, slots=True)
class _Server:
    """One Api that the cache serves.

    Attributes:
        api: it.
        name: a hash of the server's address: marks are shared by all who ask it.
        log: its change log, with revalidate="changes".
        pending: marks whose change could not be stored yet; nothing is answered before it is.
        jobs: jobs that were started here and not seen to end.
        version: the API version of its last answer.
    """

    api: weakref.ref[Api]
    name: str
    log: ChangeLog | None
    pending: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)
    version: str | None = None


@dataclass(frozen=True, slots=True)
class _Miss:
    """A read that goes to the server, and what its answer would be kept with."""

    server: _Server
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
        if not isinstance(ttl, (int, float)) or not ttl > 0:
            raise InputError(f"ttl must be seconds above 0, not {ttl!r}")
        if not isinstance(burst, (int, float)) or not burst >= 0:
            raise InputError(f"burst must be seconds, not {burst!r}")
        if revalidate not in (None, "changes"):
            raise InputError(f'revalidate must be "changes" or None, not {revalidate!r}')
        self.url, self.ttl, self.revalidate, self.burst, self.logged = url, float(ttl), revalidate, float(burst), tuple(logged)
        self._store = Store(url)
        self._count = Counter()
        self._lock = threading.Lock()
        self._servers: weakref.WeakKeyDictionary[Api, _Server] = weakref.WeakKeyDictionary()
        self._misses: dict[tuple[str, int], _Miss] = {}
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
        name = hashlib.sha256(api.options.base_url.encode()).hexdigest()[:16]
        with self._lock:
            self._servers[api] = _Server(weakref.ref(api), name, None)

    @hookimpl(tryfirst=True)
    def nbcore_send(self, call: Call) -> Reply | None:
        """The kept answer to a read, or None: then it is sent."""
        if not policy.cacheable(call) or (server := self._server(call.identity)) is None:
            return None
        started = time.monotonic()
        try:
            log = self._revalidated(call, server)
            if log is None:
                return None
            self._settle_pending(server)
            name = key(call)
            wanted = {f"{server.name} {mark}": mark for mark in policy.candidates(call, relations())}
            marks = {wanted[full]: word for full, word in self._store.marks(wanted).items()}
            entry = unpack(stored) if not call.fresh and (stored := self._store.get(name)) is not None else None
        except StoreError as exc:
            self._failed(exc)
            return None
        except LogError:
            return None
        if entry is not None and entry.until > time.time() and entry.log == log and entry.marks.items() <= marks.items():
            self._count.add("hits")
            return replace(entry.reply, elapsed=time.monotonic() - started)
        self._count.add("misses")
        self._misses[call.id, call.attempt] = _Miss(server, name, marks, log)
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

    def _server(self, identity: str) -> _Server | None:
        """The Api that asks."""
        with self._lock:
            servers = list(self._servers.values())
        for server in servers:
            if identity and (api := server.api()) is not None and api.transport.identity == identity:
                if self.revalidate and server.log is None:
                    server.log = ChangeLog(identity, self._store, self.burst)
                return server
        return None

    def _revalidated(self, call: Call, server: _Server) -> str | None:
        """Heed what others changed; the name under which to keep answers, None for an answer that must not be kept."""
        if server.log is None:
            return ""
        api = server.api()
        if api is None or not policy.logged(call, relations(), self.logged):
            return None

        def heed(news: News) -> None:
            marks = frozenset({EVERYTHING}) if news.types is None else relations().dropped(news.types, news.version)
            self._drop(server, marks)

        asked = time.monotonic()
        name = server.log.update(api, heed)
        if server.log.asked_since(asked):
            self._count.add("polls")
        return name

    def _keep(self, call: Call, reply: Reply, miss: _Miss) -> None:
        """Keep an answer, unless it is an error or may be older than what was written."""
        table = relations()
        good, data = policy.sound(call, reply)
        if not good:
            return
        miss.server.version = reply.header("api-version")
        marks = {mark: miss.marks[mark] for mark in policy.depends(call, reply, data, table)}
        changed = max(float(word.partition(" ")[0]) for word in marks.values())
        if policy.settles(call, table) and time.time() - changed < _SETTLING:
            return
        try:
            self._store.put(miss.key, pack(reply, self.ttl, marks, miss.log))
            self._count.add("stored")
        except StoreError as exc:
            self._failed(exc)

    # --- writes ------------------------------------------------------------------------------------------------------

    def _wrote(self, call: Call, reply: Reply | None) -> None:
        """Drop what a write touched, for everybody who uses this storage."""
        server = self._server(call.identity)
        if server is None:
            return
        version = (reply.header("api-version") if reply is not None else None) or server.version
        self._drop(server, policy.touched(call, version, relations()))
        if server.log is not None:
            server.log.stale()
        if reply is not None and reply.ok and b'"job_result"' in reply.content:
            found = policy.job_of(reply)
            server.jobs |= {found} if found else set()

    def _watch_job(self, call: Call, reply: Reply) -> None:
        """A job that was started here has ended: it may have written anything."""
        server = self._server(call.identity)
        if server is not None and (ended := policy.ended(reply, server.jobs)):
            server.jobs -= ended
            self._drop(server, frozenset({EVERYTHING}))

    def _drop(self, server: _Server, marks: Iterable[str]) -> None:
        """Change marks. What cannot be stored is remembered, and nothing is answered until it is."""
        with self._lock:
            server.pending |= set(marks)
        self._count.add("drops")
        try:
            self._settle_pending(server)
        except StoreError as exc:
            self._failed(exc)

    def _settle_pending(self, server: _Server) -> None:
        if not server.pending:
            return
        with self._lock:
            marks = set(server.pending)
        self._store.change(f"{server.name} {mark}" for mark in marks)
        with self._lock:
            server.pending -= marks

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
        for server in list(self._servers.values()):
            if server.log is not None:
                server.log.after_fork()

    def __repr__(self) -> str:
        return f"<Cache {self.url.rpartition('@')[2]}>"


def _restore(url: str, ttl: float, revalidate: Any, burst: float, logged: tuple[str, ...]) -> Cache:
    return Cache(url, ttl=ttl, revalidate=revalidate, burst=burst, logged=logged)


_alive: weakref.WeakSet[Cache] = weakref.WeakSet()


def _after_fork() -> None:
    for cache in list(_alive):
        cache.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
