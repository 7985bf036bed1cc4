"""What an app plugin hands over: frozen data, the contract between a Nautobot app's package and the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..by_fields import ByFields
from ..values import attribute_of

if TYPE_CHECKING:
    from ..contracts import App, Endpoint, Record

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
_METHODS = frozenset(get_args(Method))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ActionSpec(ByFields):
    """A route below a record, an endpoint or an app.

    Args:
        name: the last part of the route, such as "available-ips".
        on: what it stands below: "record" (`/{id}/name/`), "endpoint" (`/name/`).
        methods: the HTTP methods it takes.
        returns: "json" as the server sent it, "records" (dicts with an id and url become Records), "text", or "bytes".
        paged: a GET answers `count` and `results` like a list route.
        resend: whether a POST may be sent again after a failure that leaves its outcome open.
        allocates: a POST creates objects that may be given a client-chosen id.
        creates: the list route of what a POST creates, such as "ipam/ip-addresses"; with it an allocation whose answer was lost is
            looked for and not made twice.
        query: the keywords of a POST that are sent in the query and not in the body, such as "range_start".

    Raises:
        ValueError: `methods`, `on` or `returns` is none of these words.
    """

    name: str
    on: Literal["record", "endpoint"] = "record"
    methods: tuple[Method, ...] = ("GET",)
    returns: Literal["json", "records", "text", "bytes"] = "json"
    paged: bool = False
    resend: bool = False
    allocates: bool = False
    creates: str = ""
    query: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Refused here, where the mistake is: a word that is none of these would make a route that nothing can be done with.
        methods: Any = self.methods
        if isinstance(methods, str) or not set(methods) <= _METHODS:
            raise ValueError(f"ActionSpec {self.name!r}: methods must be a tuple of {', '.join(get_args(Method))}, not {self.methods!r}")
        if self.on not in ("record", "endpoint"):
            raise ValueError(f'ActionSpec {self.name!r}: on must be "record" or "endpoint", not {self.on!r}')
        if self.returns not in ("json", "records", "text", "bytes"):
            raise ValueError(f'ActionSpec {self.name!r}: returns must be "json", "records", "text" or "bytes", not {self.returns!r}')

    @property
    def attribute(self) -> str:
        """The name it is reached by in Python."""
        return attribute_of(self.name)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EndpointSpec(ByFields):
    """A list route of an app.

    Args:
        slug: the route's last part, such as "ip-addresses"; may hold a slash for a nested route.
        record: the Record class of its objects.
        json_fields: fields that are plain JSON whatever their shape; never Records.
        m2m_fields: many-to-many fields that the server leaves out of reads unless `exclude_m2m=False`; loaded when they are read.
        actions: the routes below it and below its records.
        assigned_by: fields that the server shows and never takes in a write of the object, since objects of another route make them:
            the field's name -> that list route, such as {"locations": "ipam/vlan-location-assignments"}. A warning names it.
        key: "uuid" when the server accepts an id chosen by the client, "integer" when ids are numbers,
            "singleton" for a route that is one object and no list.
        endpoint: the Endpoint class, for an endpoint with methods of its own.

    Raises:
        ValueError: `key` is none of these words.
    """

    slug: str
    record: type[Record] | None = None
    json_fields: tuple[str, ...] = ()
    m2m_fields: tuple[str, ...] = ()
    actions: tuple[ActionSpec, ...] = ()
    assigned_by: Mapping[str, str] = field(default_factory=dict, hash=False)
    key: Literal["uuid", "integer", "singleton"] = "uuid"
    endpoint: Callable[[Any, EndpointSpec, str], Endpoint] | None = None

    def __post_init__(self) -> None:
        if self.key not in ("uuid", "integer", "singleton"):
            raise ValueError(f'EndpointSpec {self.slug!r}: key must be "uuid", "integer" or "singleton", not {self.key!r}')

    @property
    def attribute(self) -> str:
        """The name it is reached by in Python."""
        return attribute_of(self.slug)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AppSpec(ByFields):
    """A Nautobot app: a namespace of endpoints.

    Args:
        name: the attribute on the Api, the same as the entry point's name.
        path: the route below `/api/`: "dcim", or "plugins/bgp" for an app that is a Nautobot plugin.
        endpoints: its list routes.
        requires: the oldest nbcore it works with, such as "0.1".
        app: the App class, for an app with methods of its own.
    """

    name: str
    path: str
    endpoints: tuple[EndpointSpec, ...] = ()
    requires: str = ""
    app: Callable[[Any, AppSpec], App] | None = None
    by_slug: Mapping[str, EndpointSpec] = field(init=False, repr=False, compare=False, hash=False, default_factory=dict)

    def __post_init__(self) -> None:
        found: dict[str, EndpointSpec] = {}
        for endpoint in self.endpoints:
            if endpoint.slug in found:
                raise ValueError(f"AppSpec {self.name!r} has two endpoints with the slug {endpoint.slug!r}")
            found[endpoint.slug] = endpoint
        object.__setattr__(self, "by_slug", found)
