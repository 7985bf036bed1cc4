"""Every hook of nbcore, with when it is called, on which thread, and what it may return.

Hooks run once for each request, never for each record. Those marked "pool threads" run on the threads of a parallel read as well as on
the caller's, several at once: guard what they share. No hook is given the token, and none can make it go to another server.

What becomes of an exception that an implementation raises:

- A hook that only watches (retrying, page, changed, ready, close): it is logged with the plugin's name, and the call goes on.
- A hook that adds something (extend_records, exporters): the implementation is left out, with a PluginWarning that names the plugin.
- Any other hook (configure_session, auth, send, error, project): it reaches the caller, with a note that names the plugin.

The implementations of the first two groups are called one by one, so that one that fails does not keep the others from being called. A
wrapper would have nothing to wrap there, so it is refused when its plugin is registered. The others can be wrapped, except nbcore_auth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import requests

    from ..contracts import Api, Exporter, Query, Record, Route
    from ..messages import Call, Change, Reply
    from ..options import Options
    from .projection import Projection

hookspec = pluggy.HookspecMarker("nbcore")
hookimpl = pluggy.HookimplMarker("nbcore")


class Hooks:
    """The hooks of one Api."""

    @hookspec
    def nbcore_configure_session(self, session: requests.Session, options: Options) -> None:
        """Shape a new session: adapters, proxies, CA bundles, headers. All implementations are called, once a session.

        Called before the first request, on the thread that sends it, whose caller gets what it raises. The token is not in the session, nor
        in the requests that its adapters see: the connection adds it. So adapters that are not on urllib3's connections are not given it, a
        proxy of a plain http server is one that the user named (`proxies=`, environment), and turning `verify` off is a PluginError.
        """

    @hookspec(firstresult=True)
    def nbcore_auth(self, options: Options) -> str | None:
        """The token, from a vault or a keyring; the first answer that is not None is used.

        Asked once, before the first request (and again in an Api that was unpickled), on the thread that sends it. The core answers with
        the token that was given. It cannot be wrapped: a wrapper would see the token that another plugin found.
        """

    @hookspec(firstresult=True)
    def nbcore_send(self, call: Call) -> Reply | None:
        """Send one attempt of a call. The first answer is used; the core's own, which sends, comes last. Pool threads.

        Wrap it (`@hookimpl(wrapper=True)`: `reply = yield; return reply`) to watch, delay or refuse. A wrapper yields once, or raises: to
        answer from a cache, implement it without `wrapper`, with `tryfirst=True`, and return the Reply, or None for what is to be sent. Any
        status is a Reply; no answer is a TransportError. Each retry is another call of this hook, with `call.attempt` one higher.
        """

    @hookspec
    def nbcore_retrying(self, call: Call, failure: Exception, attempt: int, delay: float) -> None:
        """An attempt failed and the next follows in `delay` seconds. Pool threads; watches only, and cannot be wrapped."""

    @hookspec
    def nbcore_page(self, call: Call, fetched: int, total: int | None) -> None:
        """A page of a list has come, or a chunk of a bulk write: `fetched` rows so far of `total`.

        Pool threads; watches only, and cannot be wrapped.
        """

    @hookspec(firstresult=True)
    def nbcore_error(self, call: Call, reply: Reply) -> Exception | None:
        """The error that an answer means, or None when it means none; the first answer is used. Pool threads.

        Asked for every answer that is not a plain success (2xx with a body). The core's own comes last: an error of its tree by status.
        """

    @hookspec
    def nbcore_changed(self, change: Change) -> None:
        """The server confirmed a write of one object. Pool threads; watches only, and cannot be wrapped."""

    @hookspec
    def nbcore_extend_records(self) -> Mapping[str, type[Record]] | None:
        """Classes that add behaviour to records of other apps: `{"dcim.device": DeviceWithRouting}`.

        Asked once an Api, when its first record is made, on the thread that makes it. Each class derives from Record; the record's own
        class comes last in the order, so what a package adds wins over it. An implementation that fails is left out with a PluginWarning
        that names it. It cannot be wrapped.
        """

    @hookspec(firstresult=True)
    def nbcore_project(self, route: Route, query: Query, fields: tuple[str, ...]) -> Projection | None:
        """How to read some fields of a list in another way than by REST; the first answer that is not None is used.

        Asked once by each values(), values_list(), batches(), only(), explain() and table of a record set, on the caller's thread, before
        anything of that read is sent. An implementation may send small requests of its own to find out, through `route.connection`. What it
        reads must be the same as by REST, value for value; where that cannot be, it answers a Projection with the route "rest" and the
        reason. Without an answer the core reads by REST.
        """

    @hookspec
    def nbcore_exporters(self) -> Mapping[str, Exporter] | None:
        """Tables of other libraries: `{"pandas": to_pandas}` is what `records.to_pandas("name")` calls.

        Asked once an Api, when a table is first wanted, on the caller's thread; no request belongs to it. An exporter is called on the
        caller's thread with the record set, the fields as a tuple, and the caller's keywords. An implementation that fails is left out
        with a PluginWarning that names it. Where two plugins make one form, a PluginWarning names both, and the exporter of the one that
        was registered last is used: a plugin that was given to the Api comes before an installed one. It cannot be wrapped.
        """

    @hookspec
    def nbcore_ready(self, api: Api) -> None:
        """An Api is made; no request has been sent. Caller's thread; watches only, and cannot be wrapped.

        The Api that is given reads and writes as the user's does; it has no token, headers, http_session or with_options.
        """

    @hookspec
    def nbcore_close(self, api: Api) -> None:
        """An Api is being closed: flush and release. The Api is the one that nbcore_ready was given.

        Caller's thread; watches only, and cannot be wrapped.
        """


# Called one by one, so that one that fails does not keep the others from being called; a wrapper would never be called.
ONE_BY_ONE = frozenset(
    {"nbcore_retrying", "nbcore_page", "nbcore_changed", "nbcore_extend_records", "nbcore_exporters", "nbcore_ready", "nbcore_close"}
)


def names() -> list[str]:
    """The names of all hooks, in the order of their definition."""
    return [name for name in vars(Hooks) if name.startswith("nbcore_")]
