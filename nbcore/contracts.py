"""The Protocols between rooms: what a lower room, a plugin's declaration or a hook may ask of an object that an upper room makes.

The classes that keep these promises are `transport.Connection`, `reading.Route`, `records.Record`, and `client.Api`, `App` and `Endpoint`.
A room that is below one of them imports its Protocol from here, and never the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from .errors import CallError
from .messages import Call, Change, Operation, Reply
from .options import Options

In = TypeVar("In")
Out = TypeVar("Out")
Row = dict[str, Any]  # a JSON object of the server
WriteOperation = Literal["create", "update", "allocate"]
Decoder = Callable[[Call, Reply], Any]
Settle = Callable[[Call, CallError], "tuple[Reply, Any] | None"]
# Makes a table of another library: called with a record set, the fields as a tuple, and the caller's keywords.
Exporter = Callable[..., Any]
Returns = Literal["json", "text", "bytes", "reply"]


class Connection(Protocol):
    """What one Api sends with: the one place that builds a request, sends it, and tells the hooks."""

    options: Options
    default_filters: dict[str, Any]
    object_types: dict[str, str]

    @property
    def api_version(self) -> str | None:
        """The version of the REST API that is asked for; None for the server's own."""

    @property
    def identity(self) -> str:
        """A hash of all that identifies the connection, without a secret."""

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, str]] = (),
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        api_version: str | None = None,
        endpoint: str = "",
        action: str = "",
        operation: Operation = "",
        accept: str = "application/json",
        resend: bool | None = None,
        fresh: bool = False,
        deadline: float | None = None,
    ) -> Call:
        """A Call, not yet sent."""

    def exchange(self, call: Call, decode: Decoder | None = None, settle: Settle | None = None, doubt: bool = False) -> tuple[Reply, Any]:
        """Send a call, again where its failure allows, and read the answer."""

    def request(self, method: str, path: str, *, returns: Returns = "json", **arguments: Any) -> Any:
        """Build a call, send it, and give what its answer holds."""

    def map(self, work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
        """`work(item)` of each item, several at once, in the order given."""

    def watch(self, name: str, **arguments: Any) -> None:
        """Call a hook that only watches."""

    def redact(self, value: str) -> str:
        """A text without the token."""


class Route(Protocol):
    """A list route, such as `dcim/devices`, and what was learned of it."""

    @property
    def path(self) -> str:
        """The route below /api/, without a slash at its end."""

    @property
    def connection(self) -> Connection:
        """What its requests are sent with."""

    @property
    def json_fields(self) -> frozenset[str]:
        """The fields that are plain JSON, whatever their shape."""

    @property
    def m2m_fields(self) -> frozenset[str]:
        """The many-to-many fields that the server leaves out of reads."""

    def detail_path(self, key: Any) -> str:
        """The route of one object."""


class Query(Protocol):
    """What a list is asked for: see `reading.Query`."""

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """Filters and reading options, as they are sent."""

    @property
    def start(self) -> int:
        """The first row wanted."""

    @property
    def stop(self) -> int | None:
        """The row after the last wanted; None for all."""

    @property
    def page_size(self) -> int | None:
        """Rows a page; None for the Api's."""


class Record(Protocol):
    """One object of Nautobot: see `records.Record`."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The server's data, as it came."""

    def updates(self) -> dict[str, Any]:
        """The fields that save() would send."""


class Endpoint(Protocol):
    """A list route as a person holds it, and what records ask of it: see `client.Endpoint`."""

    path: str

    @property
    def api(self) -> Api:
        """The Api it belongs to."""

    @property
    def route(self) -> Any:
        """Its route, with what was learned of it: a `reading.Route`."""

    @property
    def record_actions(self) -> Mapping[str, Any]:
        """The declared routes below a record: attribute -> ActionSpec."""

    def detail_path(self, key: Any) -> str:
        """The route of one object."""

    def make(self, data: Row, complete: bool = True, group: Any = None) -> Any:
        """The Record of a JSON object of this route."""

    def make_all(self, rows: Iterable[Row]) -> list[Any]:
        """The Records of JSON objects that came together."""

    def type_of(self, data: Mapping[str, Any]) -> str:
        """The object type in a JSON object."""

    def changed(self, change: Change) -> None:
        """Tell the hooks of a confirmed write."""

    def prepare_items(self, items: list[Row], operation: WriteOperation, many: bool) -> list[Row]:
        """What is sent for the items of a create, an update or an allocation: see `client.Endpoint`."""

    def finish_rows(self, rows: list[Row], items: list[Row], operation: WriteOperation) -> list[Row]:
        """What is made of the rows that came back for these items: see `client.Endpoint`."""

    def get(self, *args: Any, **filters: Any) -> Any:
        """One object, or None."""

    def filter(self, *args: Any, **filters: Any) -> Any:
        """The objects that match: a RecordSet."""

    def create(self, *args: Any, **fields: Any) -> Any:
        """Create one object, or several."""

    def bulk_update(self, objects: Sequence[Any], **options: Any) -> list[Any]:
        """Change several objects."""

    def delete(self, objects: Iterable[Any], **options: Any) -> bool:
        """Delete several objects."""

    def record_class(self, data: Mapping[str, Any]) -> type[Any]:
        """The class of a JSON object of this route."""

    def bind(self, spec: Any, record: Any) -> Any:
        """An action of a record."""

    def record_action(self, name: str, record: Any) -> Any:
        """A route below a record, by its name."""

    def save_record(self, key: str, changed: Row, known: Mapping[str, Any], if_unmodified: bool) -> Row:
        """Change one object with a PATCH, and give it as it is now."""

    def delete_record(self, key: str, known: Mapping[str, Any]) -> None:
        """Delete one object."""


class App(Protocol):
    """A namespace of endpoints: see `client.App`."""

    name: str
    path: str


class Api(Protocol):
    """A connection to one Nautobot as hooks and records see it: see `client.Api`. It has no way to the token."""

    @property
    def options(self) -> Options:
        """Its settings."""

    @property
    def connection(self) -> Connection:
        """What it sends with."""

    @property
    def base_url(self) -> str:
        """The root of the REST API, without a slash at the end."""

    @property
    def graphql(self) -> Any:
        """Queries in GraphQL: `.query(text, variables)`."""

    def status(self) -> dict[str, Any]:
        """The server's status: its version, and those of its apps."""

    def endpoint(self, path: str) -> Any:
        """The endpoint of a list route, such as "dcim/devices"."""

    def wrap(self, data: Any) -> Any:
        """Records for JSON objects of the server."""

    def request(self, method: str, path: str, *, returns: Returns = "json", **arguments: Any) -> Any:
        """Send one request."""


class JournalStore(Protocol):
    """Where a journal of a bulk write is kept, so that a later process can go on from it: `create(items, journal=store)`.

    A journal is a sequence of lines, each of them one JSON object in UTF-8 without a line break. A store keeps the lines in order, and
    need not understand them. Calls may come from several threads, one at a time. `str(store)` names it in the texts of errors.
    """

    def hold(self) -> None:
        """Take the store for writing, until close(). InputError where another process, or another bulk write of this one, has it."""

    def read(self) -> list[bytes]:
        """The lines that it holds; an empty list where it holds none. Called while the store is held, and by itself."""

    def replace(self, lines: Iterable[bytes]) -> None:
        """Keep these lines in the place of those that it holds: all of them, or none when that fails. Called while the store is held."""

    def add(self, line: bytes) -> None:
        """Keep one more line. It must be kept for good when this returns, since what it tells of is sent then."""

    def close(self) -> None:
        """End writing, and let other processes have the store."""
