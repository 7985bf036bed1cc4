"""Record as a person holds it: `records.Record`, with the ways from an object to its Api, its endpoint and its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import records

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # type checkers know it; at run time nothing but the standard library is needed

    from .action import Action
    from .api import Api
    from .endpoint import Endpoint

    R = TypeVar("R", bound="Record", default="Record")
else:
    from typing import TypeVar

    R = TypeVar("R")


class Record(records.Record):
    """One object of Nautobot.

    Attributes are the server's fields: a related object is a Record, a choice a Choice, JSON stays plain. A field that the
    data does not hold is loaded from the object's own route (one GET) where it can exist: on a related object, of which the server
    sends only id, type and url; and, on a complete record, for `config_context`, `computed_fields`, `relationships` and many-to-many
    fields that were left out.
    `record["save"]` reads a field whose name is a method's. Equal to a Record of the same route and id.

    The class of a package derives from this one, with `__slots__ = ()`.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        # The base knows them as Protocols; here they are what they are.
        @property
        def api(self) -> Api:
            """The Api it was read through."""

        @property
        def endpoint(self) -> Endpoint:
            """The list route it belongs to."""

    def detail_action(self, name: str) -> Action:
        """A route below this object by its name, such as "available-ips"."""
        return self.endpoint.record_action(name, self)

    def wrap(self, data: Any) -> Any:
        """Records for the related objects in JSON data (see Api.wrap)."""
        return self.api.wrap(data)

    @property
    def notes(self) -> Action:
        """The notes of this object: `.list()` and `.create({"note": "..."})` (route `.../{id}/notes/`)."""
        return self.endpoint.record_action("notes", self)
