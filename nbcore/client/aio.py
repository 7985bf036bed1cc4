"""nb.aio: the same calls, awaited.

    async for device in nb.aio.dcim.devices.filter(role="leaf").prefetch("location__parent"):
        print(device.name, device.location.parent)
    device = await nb.aio.dcim.devices.get(name="ams01")
    await nb.aio.load(device, "location__parent")

The calls run on threads of their own, `max_workers` at once, through the same Api: hooks, retries, budget and connections are shared with
what is called without await. A Record still loads a missing field when it is read, and then blocks the event loop: load it ahead.
"""

from __future__ import annotations

import asyncio
import builtins
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from ..contracts import Row
from ..errors import InputError
from ..records import Siblings
from ..transport import Scope, Workers, within
from .app import App
from .endpoint import Endpoint
from .graphql import GraphQLRecord
from .record import R, Record
from .recordset import RecordSet

if TYPE_CHECKING:
    from .api import Api

_P = ParamSpec("_P")
_T = TypeVar("_T")
_END = object()


class Aio:
    """The apps of an Api, to be awaited: `nb.aio`.

    Args:
        api: the Api whose calls are awaited.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self._workers = Workers(api.max_workers, "nbcore-aio")

    async def run(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a blocking call of this Api on a thread, with the caller's context variables.

        Where the wait for it is cancelled, what it has in flight is ended, and nothing more is sent.
        """
        scope = Scope()
        with within(scope):
            future = self._workers.submit(function, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            scope.end()
            raise

    async def load(self, records: Record | Iterable[Record], *paths: str) -> None:
        """Read related objects ahead, for a record or for records that were read together.

        Args:
            records: a Record, a list of them, or a RecordSet; one that was not read is read first.
            *paths: such as "location__parent".
        """
        await self.run(_load, records, paths)

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> GraphQLRecord:
        """nb.graphql.query(), awaited."""
        return await self.run(self.api.graphql.query, query, variables)

    def endpoint(self, path: str) -> AsyncEndpoint:
        """The endpoint of a list route, such as "dcim/devices"."""
        return AsyncEndpoint(self, self.api.endpoint(path))

    @property
    def plugins(self) -> AsyncPluginApps:
        """The server's own plugins, packaged or not: `nb.aio.plugins.bgp`."""
        return AsyncPluginApps(self)

    def __getattr__(self, name: str) -> AsyncApp:
        if name.startswith("_"):
            raise AttributeError(name)
        if hasattr(type(self.api), name):  # it may send, as `version` does
            raise AttributeError(f"nb.aio has no {name!r}; run what sends on a thread: await nb.aio.run(getattr, nb, {name!r})")
        return AsyncApp(self, getattr(self.api, name))

    def close(self) -> None:
        """End the threads."""
        self._workers.close()


class AsyncApp:
    """The endpoints of one app, to be awaited; nothing is asked of the server to find one."""

    def __init__(self, aio: Aio, app: App) -> None:
        self._aio = aio
        self._app = app

    def __getattr__(self, name: str) -> AsyncEndpoint:
        if name.startswith("_"):
            raise AttributeError(name)
        return AsyncEndpoint(self._aio, self._app.declared(name))


class AsyncPluginApps:
    """The apps of the server's own plugins, to be awaited."""

    def __init__(self, aio: Aio) -> None:
        self._aio = aio

    def __getattr__(self, name: str) -> AsyncApp:
        if name.startswith("_"):
            raise AttributeError(name)
        return AsyncApp(self._aio, getattr(self._aio.api.plugins, name))


class AsyncEndpoint(Generic[R]):
    """A list route, to be awaited; its methods are those of Endpoint, take the same arguments and send the same requests."""

    def __init__(self, aio: Aio, endpoint: Endpoint[R]) -> None:
        self._aio = aio
        self._endpoint = endpoint

    def filter(self, *args: Any, **filters: Any) -> AsyncRecordSet[R]:
        """The objects that match; sends nothing yet.

        Raises:
            InputError: a filter that cannot be sent, or the records of another list that were not read yet.
        """
        _must_be_read(filters)
        return AsyncRecordSet(self._aio, self._endpoint.filter(*args, **filters))

    def all(self, *args: Any, **filters: Any) -> AsyncRecordSet[R]:
        """All objects; sends nothing yet."""
        return self.filter(*args, **filters)

    async def get(self, *args: Any, **filters: Any) -> R | None:
        """Endpoint.get(), awaited."""
        return await self._aio.run(self._endpoint.get, *args, **filters)

    async def create(self, *args: Any, **fields: Any) -> Any:
        """Endpoint.create(), awaited."""
        return await self._aio.run(self._endpoint.create, *args, **fields)

    async def update(self, *args: Any, **arguments: Any) -> Any:
        """Endpoint.update(), awaited."""
        return await self._aio.run(self._endpoint.update, *args, **arguments)

    async def delete(self, *args: Any, **arguments: Any) -> Any:
        """Endpoint.delete(), awaited."""
        return await self._aio.run(self._endpoint.delete, *args, **arguments)

    async def count(self, *args: Any, **filters: Any) -> int:
        """Endpoint.count(), awaited."""
        return await self._aio.run(self._endpoint.count, *args, **filters)

    async def choices(self) -> dict[str, list[Row]]:
        """Endpoint.choices(), awaited."""
        return await self._aio.run(self._endpoint.choices)


class AsyncRecordSet(Generic[R]):
    """A lazy sequence of records, to be awaited or iterated with `async for`; its methods are those of RecordSet."""

    def __init__(self, aio: Aio, records: RecordSet[R]) -> None:
        self._aio = aio
        self._records = records

    def filter(self, *args: Any, **filters: Any) -> AsyncRecordSet[R]:
        """These records narrowed further."""
        _must_be_read(filters)
        return AsyncRecordSet(self._aio, self._records.filter(*args, **filters))

    def prefetch(self, *paths: str) -> AsyncRecordSet[R]:
        """These records with related objects read ahead."""
        return AsyncRecordSet(self._aio, self._records.prefetch(*paths))

    def only(self, *fields: str) -> AsyncRecordSet[R]:
        """These records with just some fields read."""
        return AsyncRecordSet(self._aio, self._records.only(*fields))

    @overload
    def __getitem__(self, window: int) -> Awaitable[R]: ...
    @overload
    def __getitem__(self, window: slice) -> AsyncRecordSet[R]: ...

    def __getitem__(self, window: int | slice) -> Awaitable[R] | AsyncRecordSet[R]:
        """A part of the records, such as [:10], which sends nothing; or one of them, to be awaited: `await records[0]`."""
        if not isinstance(window, slice):
            return self._aio.run(self._records.__getitem__, window)
        if window.step not in (None, 1) or any(end is not None and end < 0 for end in (window.start, window.stop)):
            raise InputError("a part of these records has a start and a stop from the beginning, and no step, such as [:10]")
        records = self._records.all()[window]
        assert isinstance(records, RecordSet)  # noqa: S101  for the type checker
        return AsyncRecordSet(self._aio, records)

    # What would read without await, on the thread of the event loop.
    __iter__ = None
    __contains__ = None

    def __bool__(self) -> bool:
        raise TypeError("whether there are records has to be asked of the server: await records.exists()")

    async def __aiter__(self) -> AsyncIterator[R]:
        """The records one by one, a page at a time; leaving the loop, or being cancelled, stops the pages that were not asked for."""
        pages = self._records.pages()
        try:
            while (page := await self._aio.run(next, pages, _END)) is not _END:
                for record in page:  # type: ignore[attr-defined]
                    yield record
        finally:
            _close(pages)

    async def list(self) -> list[R]:
        """All records."""
        return await self._aio.run(list, self._records)

    async def count(self) -> int:
        """How many there are."""
        return await self._aio.run(self._records.count)

    async def exists(self) -> bool:
        """Whether there is any."""
        return await self._aio.run(self._records.exists)

    async def first(self) -> R | None:
        """The first, or None."""
        return await self._aio.run(self._records.first)

    async def values(self, *fields: str) -> builtins.list[Row]:
        """RecordSet.values(), awaited."""
        return await self._aio.run(self._records.values, *fields)

    async def values_list(self, *fields: str, flat: bool = False) -> builtins.list[Any]:
        """RecordSet.values_list(), awaited."""
        return await self._aio.run(functools.partial(self._records.values_list, *fields, flat=flat))


def _must_be_read(filters: Mapping[str, Any]) -> None:
    """Refuse a filter whose values are records that were not read yet: it would read them on the thread of the event loop."""
    for name, value in filters.items():
        if isinstance(value, AsyncRecordSet) or (isinstance(value, RecordSet) and not value.is_read):
            raise InputError(f"filter {name}: these records were not read yet; give `await records.list()`, or a list")


def _close(pages: Any) -> None:
    """End a generator that may be in the middle of a page on another thread."""
    try:
        pages.close()
    except ValueError:  # it is running: a cancelled read ends with its page
        return


def _load(records: Record | Iterable[Record], paths: tuple[str, ...]) -> None:
    groups: dict[int, Siblings] = {}
    for record in [records] if isinstance(records, Record) else records:
        group = record.siblings
        groups.setdefault(id(group), group)
    for group in groups.values():
        for path in paths:
            group.prefetch(path)
