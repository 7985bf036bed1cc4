"""What several of Nautobot's apps share: the App class, values for texts, and cable paths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, NoReturn, TypeVar

from nbcore import Action, ActionSpec, App, InputError, NotLoadedError, Record

TRACE = ActionSpec("trace")
PATHS = ActionSpec("paths")

_A = TypeVar("_A", bound=Action)


class NautobotApp(App):
    """One of Nautobot's own apps."""

    def choices(self) -> NoReturn:
        """Gone from the server since Nautobot 2: each endpoint tells its own choices.

        Raises:
            InputError: always; nothing is sent.
        """
        raise InputError(f"{self.path}/_choices/ is gone from Nautobot; ask the endpoint, such as nb.{self.name}.<endpoint>.choices()")

    def config(self) -> Any:
        """The settings of the user whose token it is: `nb.users.config()`.

        Returns:
            The JSON of the app's route `config/`.
        """
        return self.api.request("GET", f"{self.path}/config/", endpoint=f"{self.path}/config", operation="get")

    def get_custom_fields(self, filters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The custom fields of the server, whatever app is asked.

        Args:
            filters: filters of `nb.extras.custom_fields`, such as `{"content_types": "dcim.device"}`.

        Returns:
            All that match, as the server's JSON.
        """
        return self._rows("extras/custom-fields", filters)

    def get_custom_field_choices(self, filters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The choices of the server's custom fields, whatever app is asked.

        Args:
            filters: filters of `nb.extras.custom_field_choices`, such as `{"custom_field": "rack_colour"}`.

        Returns:
            All that match, as the server's JSON.
        """
        return self._rows("extras/custom-field-choices", filters)

    def _rows(self, path: str, filters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        return [dict(record) for record in self.api.endpoint(path).filter(**(filters or {}))]


def field(record: Record, *path: str) -> str:
    """The text of a field, or of a related object's field; "" where it has none or lazy="off" forbids to load it."""
    try:
        value: Any = reduce(getattr, path, record)
    except (NotLoadedError, AttributeError):
        return ""
    return "" if value is None else str(value)


def bound(cls: type[_A], record: Record, name: str) -> _A:
    """An action of a record, as a class of its own."""
    plain = record.detail_action(name)
    return cls(plain.endpoint, plain.spec, plain.path, plain.owner)


class CablePath(Record):
    """A path through cables: origin, destination, and the objects in between (path)."""

    __slots__ = ()


class TraceableRecord(Record):
    """A port where a cable path may begin."""

    __slots__ = ()

    def trace(self) -> list[list[Record | None]]:
        """The path from this port, hop by hop (one GET).

        Returns:
            A list of [near end, cable, far end], each a Record, or None where the path is open; [] when nothing is connected.
        """
        return [[None if item is None else self._hop(item) for item in hop] for hop in self.detail_action("trace").list()]

    def _hop(self, data: dict[str, Any]) -> Any:
        found = self.wrap(data)
        # A cable in a trace comes without its ends: they are there to be loaded.
        return found.endpoint.make(data, complete=False) if data.get("object_type") == "dcim.cable" else found


class PassThroughRecord(Record):
    """A port in the middle of cable paths."""

    __slots__ = ()

    def paths(self) -> list[CablePath]:
        """The cable paths through this port (one GET)."""
        return [CablePath(data, self.endpoint) for data in self.detail_action("paths").list()]
