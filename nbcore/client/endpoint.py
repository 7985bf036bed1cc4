"""Endpoint: a list route, read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..errors import InputError, MultipleObjectsError, NotFoundError, RouteNotFoundError, ShapeError, did_you_mean
from ..plugins import ActionSpec, EndpointSpec
from ..reading import build, fields_of
from ..records import Siblings
from ..values import attribute_of, computed, is_uuid, recomputed
from .action import Action
from .endpoint_writes import EndpointWrites
from .record import R, Record
from .recordset import RecordSet

if TYPE_CHECKING:
    from ..contracts import Row
    from .api import Api

_NOTES = ActionSpec("notes", methods=("GET", "POST"), returns="records", paged=True)
# What records and packages use: no completion shows them.
_INNER = frozenset(
    [
        *("bind", "changed", "delete_record", "detail_path", "endpoint_actions", "finish_rows", "make", "make_all", "prepare_items"),
        *("record_action", "record_actions", "record_class", "route", "save_record", "spec", "type_of"),
    ]
)


class Endpoint(EndpointWrites[R]):
    """A list route, such as `nb.dcim.devices`.

    A package that needs methods of its own on a route derives a class from this one, and names it in the EndpointSpec. Two steps are made
    to be overridden: `prepare_items` says what is sent for the items of a write, and `finish_rows` what is made of the rows that came
    back. Every create and update passes both, single, bulk or resumed from a journal, and so does every allocation of an action.

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
        self.route = api.route(self.path, spec)
        self.record_actions = {action.attribute: action for action in spec.actions if action.on == "record"}
        self.endpoint_actions = {action.attribute: action for action in spec.actions if action.on == "endpoint"}
        self._record = cast("type[R]", spec.record or Record)
        self._classes: dict[str, type[R]] = {}

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"{self.api.base_url}/{self.path}"

    # --- reading -----------------------------------------------------------------------------------------------------

    def all(self, *args: Any, api_version: str | None = None, **filters: Any) -> RecordSet[R]:
        """All objects; the same as filter()."""
        return self.filter(*args, api_version=api_version, **filters)

    def filter(self, *args: Any, api_version: str | None = None, **filters: Any) -> RecordSet[R]:
        """The objects that match; nothing is sent before they are needed, and then one GET a page.

        Args:
            *args: text to search for, as `q=`.
            api_version: the version to ask for, for this read.
            **filters: the server's filters for this route; a list asks for any of its values, None for objects without a value.
                Also `limit` (the page size), `offset` (with limit: just that page), `sort`, `depth`, `include`, `exclude_m2m`.

        Raises:
            InputError: `pk`, an offset without a positive limit, a value that cannot be a filter.
        """
        return RecordSet(self, build(args, {**self.api.connection.default_filters, **filters}, api_version))

    def get(self, *args: Any, api_version: str | None = None, **filters: Any) -> R | None:
        """One object: by its id (or a natural key the server takes in its place), or the only one that matches the filters (one GET).

        Args:
            *args: the id, or a natural key.
            api_version: the version to ask for, for this request.
            **filters: as in filter(); beside an id, only reading options such as `depth` and `include`.

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
        path = self.route.detail_path(args[0])
        query = build((), {**self.api.connection.default_filters, **filters}, api_version)
        try:
            data = self.api.request("GET", path, params=query.params, api_version=api_version, endpoint=self.path, operation="get")
        except RouteNotFoundError:
            raise
        except NotFoundError:
            return None
        key = str(args[0]).lower()
        if not isinstance(data, dict) or "id" not in data or (is_uuid(key) and str(data["id"]).lower() != key):
            raise ShapeError(f"GET {path} was not answered with the object {key}")
        self.route.learn(data)
        return self.make(data)

    def count(self, *args: Any, api_version: str | None = None, **filters: Any) -> int:
        """How many objects match (one request, without the rows)."""
        return RecordSet(self, build(args, filters, api_version)).count()

    def choices(self, api_version: str | None = None) -> dict[str, list[Row]]:
        """The values that choice fields take: field -> [{"value": ..., "display": ...}] (one OPTIONS, kept).

        Raises:
            InputError: the token may not add objects here, or nobody can, and Nautobot then names no choices.
        """
        fields = fields_of(self.route, api_version)
        if not fields:
            raise InputError(
                f"OPTIONS {self.path}/ names no fields to write: the token may not add objects here, and Nautobot then tells no choices"
            )
        found = {name: field.get("choices") or (field.get("child") or {}).get("choices") for name, field in fields.items()}
        return {name: list(values) for name, values in found.items() if values}

    # --- what records and packages use ---------------------------------------------------------------------------------

    def make(self, data: Row, complete: bool = True, group: Siblings | None = None) -> R:
        """The Record of a JSON object of this route.

        Args:
            data: the object, as the server sent it.
            complete: whether it has all of its fields, as from a list or detail route.
            group: the records with which it loads related objects together; none when left out.
        """
        return self.record_class(data)(data, self, complete, group)

    def make_all(self, rows: Iterable[Row]) -> list[R]:
        """The Records of JSON objects that came together, and load related objects together."""
        group = Siblings(self.api)
        records = [self.make(row, group=group) for row in rows]
        group.hold(records)
        return records

    def record_class(self, data: Mapping[str, Any]) -> type[R]:
        """The class of a JSON object of this route: the one that its declaration names, with what packages add to its object type."""
        object_type = self.type_of(data)
        if (found := self._classes.get(object_type)) is None:
            found = self._classes[object_type] = self.api.record_class(self._record, object_type)
            self.api.connection.object_types[self.path] = object_type
        return found

    def type_of(self, data: Mapping[str, Any]) -> str:
        """The object type in a JSON object, such as "dcim.device"; "" without one."""
        value = data.get("object_type")
        return value if isinstance(value, str) else ""

    def detail_path(self, key: Any) -> str:
        """The route of one object; InputError where there is no id, or one that would name another route."""
        return self.route.detail_path(key)

    def action(self, name: str) -> Action:
        """A route below this endpoint, by its name."""
        spec = self.endpoint_actions.get(attribute_of(name))
        if spec is None:
            raise InputError(f"{self.path} has no action {name!r}; it has: {', '.join(self.endpoint_actions) or 'none'}")
        return Action(self, spec, f"{self.path}/{spec.name}/")

    def record_action(self, name: str, record: Record) -> Action:
        """A route below a record, by its name."""
        spec = self.record_actions.get(attribute_of(name)) or (_NOTES if name == "notes" else None)
        if spec is None:
            raise InputError(f"{self.path} has no action {name!r} on records; it has: {', '.join(self.record_actions) or 'none'}")
        return self.bind(spec, record)

    def bind(self, spec: ActionSpec, record: Record) -> Action:
        """An action of a record."""
        return Action(self, spec, f"{self.detail_path(record['id'])}{spec.name}/", str(record["id"]))

    def __getattr__(self, name: str) -> Action:
        if name in computed(type(self)):
            found: Action = recomputed(self, name)
            return found
        if not name.startswith("_"):
            actions = self.__dict__.get("endpoint_actions", {})
            if name in actions:
                return self.action(name)
        path = self.__dict__.get("path", "")
        if name[:1] != "_" and hasattr(RecordSet, name):
            hint = f"; a list of its objects has: .all().{name}, or .filter(...).{name}"
        else:
            hint = did_you_mean(name, [*dir(type(self)), *self.__dict__.get("endpoint_actions", ())]) if name[:1] != "_" else ""
        raise AttributeError(f"endpoint {path!r} has no {name!r}{hint}")

    def __dir__(self) -> list[str]:
        known = {*super().__dir__(), *self.endpoint_actions}
        return sorted(name for name in known if name not in _INNER and (name[:1] != "_" or name[:2] == "__"))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.api, self.path)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"


def _restore(api: Api, path: str) -> Endpoint[Any]:
    return api.endpoint(path)
