"""Endpoint: a list route, read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from .action import Action
from .errors import InputError, MultipleObjectsError, NotFoundError, RouteNotFoundError, ShapeError
from .fields import fields_of
from .query import build
from .record import Record
from .record.siblings import Siblings
from .recordset import RecordSet
from .spec import ActionSpec, EndpointSpec
from .writing import Writing

if TYPE_CHECKING:
    from .api import Api

_DEFAULT_M2M = ("tags", "content_types", "object_types")
_NOTES = ActionSpec("notes", methods=("GET", "POST"), returns="records", paged=True)


class Endpoint(Writing):
    """A list route, such as `nb.dcim.devices`.

    Args:
        api: the Api.
        spec: its declaration; a plain one for a route that no package declares.
        app_path: the app's route, such as "dcim" or "plugins/bgp".
    """

    def __init__(self, api: Api, spec: EndpointSpec, app_path: str) -> None:
        self.api = api
        self.spec = spec
        self.name = spec.slug
        self.path = f"{app_path}/{spec.slug}"
        self.json_fields = frozenset(spec.json_fields)
        # With exclude_m2m the server leaves out these as well, which it gives by default.
        self.m2m_fields = frozenset((*spec.m2m_fields, *(_DEFAULT_M2M if api.options.exclude_m2m else ())))
        self.lacking: set[str] = set()
        self.record_actions = {action.attribute: action for action in spec.actions if action.on == "record"}
        self.endpoint_actions = {action.attribute: action for action in spec.actions if action.on == "endpoint"}
        self.null_forms: dict[str, tuple[str, str]] = {}
        self.known_fields: frozenset[str] = frozenset()
        self.facts: Any = None
        self.fields: Mapping[str, Mapping[str, Any]] | None = None
        self._classes: dict[str, type[Record]] = {}

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"{self.api.base_url}/{self.path}"

    # --- reading -----------------------------------------------------------------------------------------------------

    def all(self, *args: Any, api_version: str | None = None, **filters: Any) -> RecordSet:
        """All objects; the same as filter()."""
        return self.filter(*args, api_version=api_version, **filters)

    def filter(self, *args: Any, api_version: str | None = None, **filters: Any) -> RecordSet:
        """The objects that match; nothing is sent before they are needed.

        Args:
            *args: text to search for, as `q=`.
            api_version: the version to ask for, for this read.
            **filters: the server's filters for this route; a list asks for any of its values, None for objects without a value.
                Also `limit` (the page size), `offset` (with limit: just that page), `sort`, `depth`, `include`, `exclude_m2m`.

        Raises:
            InputError: `pk`, an offset without a positive limit, a value that cannot be a filter.
        """
        return RecordSet(self, build(args, {**self.api.default_filters, **filters}, api_version))

    def get(self, *args: Any, api_version: str | None = None, **filters: Any) -> Record | None:
        """One object: by its id (or a natural key the server takes in its place), or the only one that matches the filters.

        Returns:
            The record, or None when there is none.

        Raises:
            InputError: an empty key, or one that is no id.
            MultipleObjectsError: several match (a ValueError); two rows were read at the most.
        """
        if not args:
            found = list(self.filter(api_version=api_version, **filters)[:2])
            if len(found) > 1:
                raise MultipleObjectsError(f"get() returned more than one result for {self.path}; narrow the filters, or use filter()")
            return found[0] if found else None
        if len(args) > 1:
            raise InputError("get() takes one id")
        path = self.detail_path(args[0])
        query = build((), {**self.api.default_filters, **filters}, api_version)
        try:
            data = self.api.request("GET", path, params=query.params, api_version=api_version, endpoint=self.path, operation="get")
        except RouteNotFoundError:
            raise
        except NotFoundError:
            return None
        key = str(args[0]).lower()
        if not isinstance(data, dict) or "id" not in data or (_is_uuid(key) and str(data["id"]).lower() != key):
            raise ShapeError(f"GET {path} was not answered with the object {key}")
        self.learn(data)
        return self.make(data)

    def count(self, *args: Any, api_version: str | None = None, **filters: Any) -> int:
        """How many objects match (one request, without the rows)."""
        return RecordSet(self, build(args, filters, api_version)).count()

    def choices(self, api_version: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The values that choice fields take: field -> [{"value": ..., "display": ...}] (one OPTIONS, kept).

        Raises:
            InputError: the token may not add objects here, or nobody can, and Nautobot then names no choices.
        """
        fields = fields_of(self, api_version)
        if not fields:
            raise InputError(
                f"OPTIONS {self.path}/ names no fields to write: the token may not add objects here, and Nautobot then tells no choices"
            )
        found = {name: field.get("choices") or (field.get("child") or {}).get("choices") for name, field in fields.items()}
        return {name: list(values) for name, values in found.items() if values}

    # --- what records and packages use ---------------------------------------------------------------------------------

    def make(self, data: dict[str, Any], complete: bool = True, group: Siblings | None = None) -> Record:
        """The Record of a JSON object of this route; with the group that it loads related objects together with."""
        return self.record_class(data)(data, self, complete, group)

    def make_all(self, rows: Iterable[dict[str, Any]]) -> list[Record]:
        """The Records of JSON objects that came together, and load related objects together."""
        group = Siblings(self.api)
        return group.hold([self.make(row, group=group) for row in rows])

    def record_class(self, data: Mapping[str, Any]) -> type[Record]:
        """The class of a JSON object of this route: its spec's, with what packages add to its object type."""
        object_type = self.type_of(data)
        if (found := self._classes.get(object_type)) is None:
            found = self._classes[object_type] = self.api.plugins_found.extended(self.spec.record or Record, object_type)
            self.api.object_types[self.path] = object_type
        return found

    def type_of(self, data: Mapping[str, Any]) -> str:
        """The object type in a JSON object, such as "dcim.device"; "" without one."""
        value = data.get("object_type")
        return value if isinstance(value, str) else ""

    def learn(self, data: Mapping[str, Any]) -> None:
        """Remember which fields an object of this route has."""
        if not self.known_fields >= data.keys():
            self.known_fields |= data.keys()

    def detail_path(self, key: Any) -> str:
        """The route of one object.

        Raises:
            InputError: no id, or one that would name another route.
        """
        if isinstance(key, Record):
            key = key.id
        text = "" if key is None or isinstance(key, bool) else str(key)
        if not text:
            raise InputError(f"an empty id for {self.path} (got {key!r}); an id is a UUID, or a number where the route has numbers")
        if not _segment_ok(text):
            raise InputError(f"{text!r} is not an id for {self.path}: it would name another route")
        return f"{self.path}/{quote(text, safe='')}/"

    def action(self, name: str) -> Action:
        """A route below this endpoint, by its name."""
        spec = self.endpoint_actions.get(name.replace("-", "_"))
        if spec is None:
            raise InputError(f"{self.path} has no action {name!r}; it has: {', '.join(self.endpoint_actions) or 'none'}")
        return Action(self, spec, f"{self.path}/{spec.name}/")

    def record_action(self, name: str, record: Record) -> Action:
        """A route below a record, by its name."""
        spec = self.record_actions.get(name.replace("-", "_")) or (_NOTES if name == "notes" else None)
        if spec is None:
            raise InputError(f"{self.path} has no action {name!r} on records; it has: {', '.join(self.record_actions) or 'none'}")
        return self.bind(spec, record)

    def bind(self, spec: ActionSpec, record: Record) -> Action:
        """An action of a record."""
        return Action(self, spec, f"{self.detail_path(record['id'])}{spec.name}/", str(record["id"]))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            actions = self.__dict__.get("endpoint_actions", {})
            if name in actions:
                return self.action(name)
        raise AttributeError(f"endpoint {self.__dict__.get('path', '')!r} has no {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.endpoint_actions})

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.api, self.path)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"


def _restore(api: Api, path: str) -> Endpoint:
    return api.endpoint(path)


def _segment_ok(text: str) -> bool:
    return text not in ("", ".", "..") and not any(char in text for char in "/\\?#%") and text.isprintable()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
