"""Audit: the hooks that record every write, before it leaves and after."""

from __future__ import annotations

import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from nbcore import Call, Change, InputError, Reply, hookimpl
from nbcore.errors import describe
from nbcore.plugins import Connections

from . import events
from .errors import AuditError
from .log import AppendLog
from .masking import Mask
from .users import Users

if TYPE_CHECKING:
    from nbcore import Api

_log = logging.getLogger("nbcore.audit")
_RECENT = 10_000
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Audit:
    """Records every write of the Apis it is given to, as lines of JSON at the end of a file.

    A line with the intent is in the file before the request leaves: if it cannot be written, the write is refused with AuditError.
    A line with the outcome follows, and one for each object that the server confirmed as changed. Safe to share between Apis, threads
    and forked processes; any number of processes may append to one file.

    Args:
        file: the log's file; made with mode 0600 when it is not there. Its folder must exist.
        fsync: wait until each line is on the disk itself, so that it also survives a power cut (slower).
        max_bytes: begin a new file before this one grows beyond (the old one's name gets the time); 0 for never.
        keep: how many old files stay; None for all of them.
        mask: field names to leave out beside secrets: `serial`, `*_pin`, or with their path, `custom_fields.door_code`.
        user: True to ask the server once whose token it is, False for no user, or the name to record.
        logger: a logger, or its name, that gets each line as well (level INFO), such as one with a SysLogHandler.

    Raises:
        AuditError: the file cannot be opened.
        InputError: an argument that cannot be used.
    """

    def __init__(
        self,
        file: str | os.PathLike[str],
        *,
        fsync: bool = False,
        max_bytes: int = 100 * 1024 * 1024,
        keep: int | None = None,
        mask: Iterable[str] = (),
        user: bool | str = True,
        logger: logging.Logger | str | None = None,
    ) -> None:
        self.path = os.path.abspath(os.fspath(file))
        self.mask = () if isinstance(mask, str) else tuple(mask)
        if isinstance(mask, str) or not all(isinstance(name, str) for name in self.mask):
            raise InputError('mask must be a list of field names, such as ["serial"]')
        _whole("max_bytes", max_bytes, 0)
        if keep is not None:
            _whole("keep", keep, 1)
        self.user = user
        self.logger = logger.name if isinstance(logger, logging.Logger) else logger
        try:
            self._file = AppendLog(self.path, max_bytes, keep, fsync)
        except OSError as exc:
            raise AuditError(f"the audit log {self.path} cannot be opened: {exc}") from exc
        self._forget()

    # --- hooks -------------------------------------------------------------------------------------------------------

    @hookimpl
    def nbcore_ready(self, api: Api) -> None:
        """Learn of an Api; one Audit may serve several."""
        self._connections.add(api.connection)

    @hookimpl(wrapper=True, trylast=True)
    def nbcore_send(self, call: Call) -> Generator[None, Reply, Reply]:
        """Record a write's intent, let it go, record its outcome. Last of the wrappers: what others refuse or answer is not recorded."""
        if not _may_write(call):
            return (yield)
        hidden: set[str] = set()
        self._intend(call, hidden)
        started = time.monotonic()
        try:
            reply = yield
        except BaseException as exc:
            self._append(events.failure(call, exc, time.monotonic() - started, self._masked, hidden))
            raise
        self._append(events.outcome(call, reply, reply.elapsed or time.monotonic() - started, self._masked, hidden))
        return reply

    @hookimpl(tryfirst=True)
    def nbcore_changed(self, change: Change) -> None:
        """Record an object's fields before and after; not those of a write that was never sent (a dry run)."""
        if change.call_id in self._recent:
            self._append(events.change(change, self._masked))

    @hookimpl
    def nbcore_close(self) -> None:
        """Close the file; the next write opens it again."""
        self._file.close()

    # --- lines -------------------------------------------------------------------------------------------------------

    def _intend(self, call: Call, hidden: set[str]) -> None:
        """The intent's line; AuditError, and so no request, where it cannot be written."""
        user = self._users.of(call, self._connections.of(call))
        try:
            self._write(events.intent(call, user, self._masked, hidden))
        except (OSError, ValueError, RecursionError) as exc:
            raise AuditError(
                f"{describe(call)} was not sent: the audit log {self.path} cannot be written ({exc}). Make room, or permit it.",
                call,
            ) from exc
        self._recent[call.id] = None
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)

    def _append(self, event: dict[str, Any]) -> None:
        """A line about what has already happened: when it cannot be written, that is logged, and the call goes on."""
        try:
            self._write(event)
        except Exception:
            _log.exception("the audit log %s: the %s of call %s could not be written", self.path, event.get("event"), event.get("call"))

    def _write(self, event: dict[str, Any]) -> None:
        line = json.dumps(event, separators=(",", ":"), allow_nan=False)
        self._file.append(line.encode("ascii"))
        if self.logger is not None:
            logging.getLogger(self.logger).info("%s", line)

    # --- copies ------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._connections = Connections()
        self._users = Users(self.user)
        self._masked = Mask(self.mask, self._connections.redact)
        self._recent: OrderedDict[str, None] = OrderedDict()  # the ids of the calls whose intent is in the log

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_connections", "_users", "_masked", "_recent")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def __repr__(self) -> str:
        return f"<Audit {self.path}>"


def _may_write(call: Call) -> bool:
    """Whether a call may change something: by its method and route, not by what the caller says it does."""
    if call.method.upper() in _READING:
        return False
    saved = call.operation == "graphql" and call.path.startswith("extras/graphql-queries/") and call.path.endswith("/run/")
    return not (call.queries or saved)


def _whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r}")
