"""ReadOnly: the hooks that keep writes from leaving."""

from __future__ import annotations

import logging
import re
import weakref
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any, Literal

from nbcore import Call, InputError, Reply, hookimpl
from nbcore.errors import describe
from nbcore.plugins import Connections

from .errors import ReadOnlyError
from .recorder import Recorder

if TYPE_CHECKING:
    from nbcore import Api

_log = logging.getLogger("nbcore.readonly")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# POSTs that change nothing: GraphQL has no mutations in Nautobot.
_QUERIES = ("graphql/", "extras/graphql-queries/*/run/", "core/render-jinja-template/", "ui/core/render-jinja-template/")


class ReadOnly:
    """Keeps every write of the Apis it is given to from leaving; reads and GraphQL queries pass.

    What counts is the request itself (its method and route), not what the caller says of it.

    Args:
        mode: "refuse" raises ReadOnlyError; "record" keeps the call in `calls` and answers in the server's place, so that a script
            goes on (see the documentation for what is answered). What has no honest answer, such as a job run, is kept and refused.
        allow: more routes that a POST may go to since it only reads there, such as "plugins/search/find/"; `*` stands for one part.
        source: what asked for it, for the error's text.

    Attributes:
        calls: what would have been sent, in order, in mode "record".

    Raises:
        InputError: an argument that cannot be used.
    """

    def __init__(
        self, mode: Literal["refuse", "record"] = "refuse", *, allow: Iterable[str] = (), source: str = "plugins=[ReadOnly()]"
    ) -> None:
        if mode not in ("refuse", "record"):
            raise InputError(f'the mode of nbcore-readonly is "refuse" or "record", not {mode!r}')
        self.allow = () if isinstance(allow, str) else tuple(allow)
        if isinstance(allow, str) or not all(isinstance(route, str) for route in self.allow):
            raise InputError('allow must be a list of routes, such as ["plugins/search/find/"]')
        self.mode = mode
        self.source = source
        self.calls: list[Call] = []
        self._forget()

    @hookimpl
    def nbcore_ready(self, api: Api) -> None:
        """Learn of an Api; one ReadOnly may serve several."""
        self._connections.add(api.connection)

    @hookimpl(wrapper=True, tryfirst=True)
    def nbcore_send(self, call: Call) -> Generator[None, Reply, Reply]:
        """Let reads go; raise for writes, before any other plugin sees them."""
        if not self._changes_something(call):
            return (yield)
        if self.mode == "record":
            self.calls.append(call)
            _log.info("recorded, not sent: %s", describe(call))
            raise _Recorded(self._text(call, "a dry run could not answer it"), call)
        raise ReadOnlyError(
            self._text(call, 'reads and GraphQL queries work, and mode="record" (NBCORE_READONLY=record) makes a dry run'), call
        )

    # pluggy registers the methods of an object in the order of their names and calls the last of them first, so this one is around the
    # one above. It takes two: a wrapper cannot answer without letting the call through to the wrappers inside it, but it can raise.
    @hookimpl(specname="nbcore_send", wrapper=True, tryfirst=True)
    def shown_as_if_sent(self, call: Call) -> Generator[None, Reply, Reply]:
        """In mode "record": answer the writes that were recorded, and show them in the reads that follow."""
        try:
            reply = yield
        except _Recorded:
            if (connection := self._connections.of(call)) is None:
                raise  # nothing says which Api could read what the answer needs
            return self._recorder(call).answer(call, connection)
        if self.mode == "record" and call.method.upper() == "GET":
            return self._recorder(call).shown(call, reply)
        return reply

    @hookimpl
    def nbcore_close(self, api: Api) -> None:
        """Say how much was recorded."""
        if self.mode == "record":
            _log.info("%s: %d writes were recorded, none was sent", api.options.url, len(self.calls))

    def _changes_something(self, call: Call) -> bool:
        if call.method.upper() in _READING:
            return False
        return call.method.upper() != "POST" or not any(_matches(route, call.path) for route in (*_QUERIES, *self.allow))

    def _text(self, call: Call, advice: str) -> str:
        return f"{describe(call)} was not sent: this Api is read-only ({self.source}); {advice}."

    def _recorder(self, call: Call) -> Recorder:
        """What was recorded for the server of a call."""
        return self._recorders.setdefault(call.server, Recorder())

    def serves(self, api: Api) -> bool:
        """Whether this object was given to an Api."""
        return api.connection in self._connections

    def _forget(self) -> None:
        self._recorders: dict[str, Recorder] = {}
        self._connections = Connections()
        _alive.add(self)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_connections", "_recorders")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def __repr__(self) -> str:
        return f"<ReadOnly {self.mode}>"


class _Recorded(ReadOnlyError):
    """A write that was recorded, on its way to the wrapper that answers it."""


_alive: weakref.WeakSet[ReadOnly] = weakref.WeakSet()


def _matches(route: str, path: str) -> bool:
    # A part is an id or a name: no dots or escapes, which could lead to another route.
    return re.fullmatch(re.escape(route.strip("/")).replace(r"\*", "[A-Za-z0-9_-]+") + "/?", path) is not None


def recorded(api: Api) -> list[Call]:
    """What an Api in mode "record" would have sent, in order; also where the environment or the settings made it so."""
    return [call for guard in list(_alive) if guard.serves(api) for call in guard.calls]
