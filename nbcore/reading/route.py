"""Route: a list route of the server, and all that was learned of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..errors import InputError
from ..plugins import EndpointSpec

if TYPE_CHECKING:
    from ..contracts import Connection

_DEFAULT_M2M = ("tags", "content_types", "object_types")


class Learned:
    """What the server's answers told of a route so far.

    Attributes:
        seen: the fields that its objects were seen to have.
        lacking: fields that were looked for on its objects, and are not there.
        writable: what OPTIONS says of each field; None until it was asked, {} for a token that may not add objects here.
        null_forms: the parameter that asks for objects without a value, by filter.
        takes_ids: whether the server takes ids that the client chose; None until a create told.
    """

    __slots__ = ("lacking", "null_forms", "seen", "takes_ids", "writable")

    def __init__(self) -> None:
        self.seen: frozenset[str] = frozenset()
        self.lacking: set[str] = set()
        self.writable: Mapping[str, Mapping[str, Any]] | None = None
        self.null_forms: dict[str, tuple[str, str]] = {}
        self.takes_ids: bool | None = None


class Route:
    """A list route, such as `dcim/devices`.

    Args:
        connection: what its requests are sent with.
        spec: its declaration; a plain one for a route that no package declares.
        path: the route below /api/, without a slash at its end.

    Attributes:
        json_fields: the fields that are plain JSON, whatever their shape.
        m2m_fields: the many-to-many fields that the server leaves out of reads.
        learned: what the server's answers told of it.
    """

    __slots__ = ("connection", "json_fields", "learned", "m2m_fields", "path", "spec")

    def __init__(self, connection: Connection, spec: EndpointSpec, path: str) -> None:
        self.connection = connection
        self.spec = spec
        self.path = path
        self.json_fields = frozenset(spec.json_fields)
        # With exclude_m2m the server leaves out these as well, which it gives by default.
        self.m2m_fields = frozenset((*spec.m2m_fields, *(_DEFAULT_M2M if connection.options.exclude_m2m else ())))
        self.learned = Learned()

    @property
    def list_path(self) -> str:
        """The route as it is asked, with a slash at its end."""
        return f"{self.path}/"

    def detail_path(self, key: Any) -> str:
        """The route of one object.

        Args:
            key: the object's id, or anything that has one as its JSON form, such as a Record.

        Raises:
            InputError: there is no id, or one that would name another route.
        """
        form = key.__json__() if hasattr(key, "__json__") else key
        text = "" if form is None or isinstance(form, bool) else str(form)
        if not text:
            raise InputError(f"an empty id for {self.path} (got {key!r}); an id is a UUID, or a number where the route has numbers")
        if text in (".", "..") or any(char in text for char in "/\\?#%") or not text.isprintable():
            raise InputError(f"{text!r} is not an id for {self.path}: it would name another route")
        return f"{self.path}/{quote(text, safe='')}/"

    def learn(self, row: Mapping[str, Any]) -> None:
        """Remember which fields an object of this route has."""
        if not self.learned.seen >= row.keys():
            self.learned.seen |= row.keys()

    def __repr__(self) -> str:
        return f"<Route {self.path}>"
