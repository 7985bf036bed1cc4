"""Action: a route below a record or an endpoint, such as `available-ips`, `trace` or `run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import writing
from ..errors import InputError
from ..messages import Call, Change
from ..plugins import ActionSpec
from ..plugins import Method as HttpMethod
from ..reading import Query, build, pages
from ..values import settled
from .record import Record

if TYPE_CHECKING:
    from .endpoint import Endpoint

_VERBS = {"GET": ".list()", "POST": ".create()", "DELETE": ".delete()"}


def _ready(data: Any) -> Any:
    """What is sent, in a form that can be sent more than once; InputError where it has no JSON form."""
    if isinstance(data, Mapping):
        return settled(data, "nothing was sent: ")
    return [_ready(item) for item in data] if isinstance(data, (list, tuple)) else data


class Action:
    """A route below a record or an endpoint.

    `.list(**params)` reads it (GET), `.create(data)` writes to it (POST) and `.delete()` deletes it (DELETE), each where its ActionSpec
    says that the route takes that method. `.send(method, data)` is what they are made of, and is for the methods without a verb. An action
    that takes a single method can be called: `stage.approve(comments="ok")`.

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
        """Read the route: one GET, or one a page where its ActionSpec says that it is paged.

        Args:
            api_version: the version of the REST API to ask for.
            **params: query parameters.

        Returns:
            What its ActionSpec says: JSON, Records (all pages of a paged one), text or bytes.

        Raises:
            NotImplementedError: the route cannot be read.
            InputError: a parameter is None.
        """
        if self.spec.paged:
            self._must_take("GET")
            return self._paged(build((), params, api_version))
        if missing := [name for name, value in params.items() if value is None]:
            raise InputError(f"{self.path}: {missing[0]}=None cannot be asked here; leave it out")
        return self.send("GET", params=params, api_version=api_version)

    def create(self, data: Any = None, api_version: str | None = None, **fields: Any) -> Any:
        """Write to the route (one POST).

        Args:
            data: a dict, or a list of dicts for several objects; an empty dict when it is left out.
            api_version: the version of the REST API to ask for.
            **fields: the fields, instead of data. Keywords that its ActionSpec names in `query` go into the query, beside either.

        Returns:
            What its ActionSpec says: a Record for a dict, a list of Records for a list, or plain JSON.

        Raises:
            NotImplementedError: the route cannot be written to.
            AllocationError: less is left than was asked to allocate. Nothing was taken.
            AmbiguousWriteError: it may or may not have happened.
        """
        params = {name: value for name, value in fields.items() if name in self.spec.query and value is not None}
        rest = {name: value for name, value in fields.items() if name not in self.spec.query}
        return self.send("POST", self._data(data, rest), params, api_version)

    def delete(self, data: Any = None, api_version: str | None = None, **fields: Any) -> Any:
        """Delete the route (one DELETE), with a body only where one is given.

        Args:
            data: what is sent as the body.
            api_version: the version of the REST API to ask for.
            **fields: the fields of the body, instead of data.

        Returns:
            What the server answers; None for an answer without a body.

        Raises:
            NotImplementedError: the route cannot be deleted.
        """
        return self.send("DELETE", self._data(data, fields) or None, api_version=api_version)

    def send(self, method: HttpMethod, data: Any = None, params: Mapping[str, Any] | None = None, api_version: str | None = None) -> Any:
        """Send one request to the route. All that an action sends goes through here, but for further pages of a paged one.

        A POST that creates objects tells the hooks of each of them.

        Args:
            method: one of the methods of its ActionSpec.
            data: what is sent as the body; None for no body.
            params: what is sent in the query.
            api_version: the version of the REST API to ask for.

        Returns:
            What its ActionSpec says: JSON, Records, text or bytes; None for an answer without a body, [] for an empty list to create.

        Raises:
            NotImplementedError: the route does not take the method.
        """
        self._must_take(method)
        writes = method == "POST"
        if writes and isinstance(data, list) and not data:
            return []
        if writes and self.spec.allocates and self.spec.creates:
            return self._allocate({} if data is None else data, params or {}, api_version)
        about: dict[str, Any] = {
            "endpoint": self.endpoint.path,
            "action": self.spec.name,
            "operation": "allocate" if self.spec.allocates and writes else "action",
            "resend": True if self.spec.resend and writes else None,
        }
        about |= {"params": params or {}, "body": _ready(data), "api_version": api_version}
        if self.spec.returns != "records":
            return self.api.request(method, self.path, returns=self.spec.returns, **about)
        call = self.api.call(method, self.path, **about)
        found = self._records(self.api.connection.exchange(call)[1])
        if writes:
            self._tell(call, found)
        return found

    def __call__(self, data: Any = None, **fields: Any) -> Any:
        """Send the one method that the route takes: a GET with the keywords as parameters, or another with the data.

        Raises:
            InputError: the route takes several methods.
        """
        if len(self.spec.methods) != 1:
            ways = dict.fromkeys(_VERBS.get(method, f'.send("{method}", ...)') for method in self.spec.methods)
            raise InputError(f"{self.path} takes {', '.join(self.spec.methods)}: use {' or '.join(ways)}")
        (method,) = self.spec.methods
        if method == "GET":
            return self.list(**fields)
        if method == "POST":
            return self.create(data, **fields)
        return self.send(method, self._data(data, fields) or None)

    # --- what they share -------------------------------------------------------------------------------------------------

    def _allocate(self, body: Any, params: Mapping[str, Any], api_version: str | None) -> Any:
        """Create what the server allocates, through the steps of the endpoint whose objects these are; each of them once."""
        one = isinstance(body, Mapping)
        asked = [body] if one else body
        if not isinstance(asked, (list, tuple)) or not all(isinstance(item, Mapping) for item in asked):
            raise InputError(f"{self.path} takes a dict, or a list of dicts for several objects, not {body!r:.80}")
        made = self.api.endpoint(self.spec.creates)
        through = writing.Through(self.path, self.endpoint.path, self.spec.name, params)
        items = writing.named(made.route, asked)
        written = writing.allocate(made, items, one=one, through=through, api_version=api_version, given=writing.chosen_ids(asked))
        writing.warn_ignored(written.ignored)
        found = made.make_all(written.rows)
        return found[0] if one else found

    def _tell(self, call: Call, found: Any) -> None:
        """Tell the hooks of the objects that a POST created."""
        for record in found if isinstance(found, list) else [found]:
            if isinstance(record, Record):
                made, endpoint = dict(record), record.endpoint
                endpoint.changed(Change("create", endpoint.type_of(made), endpoint.path, str(made["id"]), None, made, call.id))

    def _must_take(self, method: HttpMethod) -> None:
        if method not in self.spec.methods:
            raise NotImplementedError(f"{self.path} takes {', '.join(self.spec.methods)} only, and no {method}.")

    def _data(self, data: Any, fields: dict[str, Any]) -> Any:
        """What is sent, given as data or as keywords."""
        if data is not None and fields:
            raise InputError(f"{self.path}: give the data, or keywords ({', '.join(fields)}), not both")
        return fields if data is None else data

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
