"""Action: a route below a record or an endpoint, such as `available-ips`, `trace` or `run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import writing
from ..errors import InputError
from ..messages import Call, Change
from ..plugins import ActionSpec
from ..reading import Query, build, pages
from ..values import identity
from .record import Record

if TYPE_CHECKING:
    from .endpoint import Endpoint


class Action:
    """A route below a record or an endpoint.

    `.list(**params)` reads it (GET), `.create(data)` writes it (POST). One that takes a single method can be called:
    `stage.approve(comments="ok")`.

    Args:
        endpoint: the endpoint it belongs to.
        spec: its declaration.
        path: its route below /api/, with a slash at the end.
        owner: the id of the record it stands below, or "".
    """

    def __init__(self, endpoint: Endpoint[Any], spec: ActionSpec, path: str, owner: str = "") -> None:
        self.api = endpoint.api
        self.endpoint = endpoint
        self.spec = spec
        self.path = path
        self.owner = owner

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.api.base_url}/{self.path}"

    def list(self, api_version: str | None = None, **params: Any) -> Any:
        """Read the route (GET).

        Args:
            api_version: the version to ask for, for this request.
            **params: query parameters.

        Returns:
            What its ActionSpec says: JSON, Records (all pages of a paged one), text or bytes.

        Raises:
            NotImplementedError: the route cannot be read.
        """
        self._must_take("GET", "read")
        if self.spec.paged:
            return self._paged(build((), params, api_version))
        if missing := [name for name, value in params.items() if value is None]:
            raise InputError(f"{self.path}: {missing[0]}=None cannot be asked here; leave it out")
        return self._send("GET", params=params, api_version=api_version)

    def create(self, data: Any = None, api_version: str | None = None, **fields: Any) -> Any:
        """Write to the route (POST).

        Args:
            data: a dict, or a list of dicts for several; an empty dict when left out.
            api_version: the version to ask for, for this request.
            **fields: the fields, instead of data.

        Returns:
            What its ActionSpec says: a Record for a dict, a list of them for a list, or plain JSON.

        Raises:
            NotImplementedError: the route cannot be written to.
            AllocationError: there is nothing left to allocate.
        """
        self._must_take("POST", "written to")
        if data is not None and fields:
            raise InputError(f"{self.path}: give the data, or keywords ({', '.join(fields)}), not both")
        body = data if data is not None else fields
        if isinstance(body, list) and not body:
            return []
        if self.spec.returns != "records":
            return self._send("POST", body=body or {}, api_version=api_version)
        if self.spec.allocates and self.spec.creates:
            call, found = self._allocate(body or {}, api_version)
        else:
            call = self._call("POST", body=body or {}, api_version=api_version)
            found = self._records(self.api.connection.exchange(call)[1])
        for record in found if isinstance(found, list) else [found]:
            if isinstance(record, Record):
                made, endpoint = dict(record), record.endpoint
                endpoint.changed(Change("create", endpoint.type_of(made), endpoint.path, str(made["id"]), None, made, call.id))
        return found

    def _allocate(self, body: Any, api_version: str | None) -> tuple[Call, Any]:
        """Create what the server chooses a place for; each object has an id chosen here, so that it is made once."""
        one = isinstance(body, Mapping)
        made = self.api.endpoint(self.spec.creates)
        asked = [body] if one else list(body)
        items = writing.named(made.route, asked)
        given = frozenset(identity(item["id"]) for item in asked if item.get("id"))
        about = {"action": self.spec.name, "operation": "allocate", "endpoint": self.endpoint.path}
        call, rows = writing.allocate(made.route, items, one=one, api_version=api_version, path=self.path, given=given, **about)
        found = self.api.wrap(rows)
        return call, found[0] if one else found

    def __call__(self, data: Any = None, **fields: Any) -> Any:
        """Call a route that takes one method: a POST with the data, or a GET with the parameters."""
        if self.spec.methods == ("GET",):
            return self.list(**fields)
        if self.spec.methods == ("POST",):
            return self.create(data, **fields)
        raise InputError(f"{self.path} takes {', '.join(self.spec.methods)}: use .list() or .create()")

    def _must_take(self, method: str, word: str) -> None:
        if method not in self.spec.methods:
            raise NotImplementedError(f"{self.path} cannot be {word}: it takes {', '.join(self.spec.methods)} only.")

    def _call(self, method: str, **arguments: Any) -> Call:
        return self.api.call(method, self.path, **self._about(method), **arguments)

    def _about(self, method: str) -> dict[str, Any]:
        """What hooks and retries are told of a request here."""
        writes = method == "POST"
        operation = "allocate" if self.spec.allocates and writes else "action"
        resend = True if self.spec.resend and writes else None
        return {"endpoint": self.endpoint.path, "action": self.spec.name, "operation": operation, "resend": resend}

    def _send(self, method: str, **arguments: Any) -> Any:
        if self.spec.returns == "records":
            return self._records(self.api.request(method, self.path, **self._about(method), **arguments))
        return self.api.request(method, self.path, returns=self.spec.returns, **self._about(method), **arguments)

    def _records(self, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("results"), (list, dict)) and "count" in data:
            data = data["results"]
        return self.api.wrap(data)

    def _paged(self, query: Query) -> Any:
        """All pages of a route that answers as a list route does."""
        rows = [row for page in pages(self.endpoint.route, query, self.path, self.spec.name) for row in page]
        return self.api.wrap(rows) if self.spec.returns == "records" else rows

    def __repr__(self) -> str:
        return f"<Action {self.path} ({', '.join(self.spec.methods)})>"
