"""Api: a connection to one Nautobot, as a person holds it. It puts the parts together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from .. import options
from ..errors import InputError, did_you_mean
from ..options import Options
from ..plugins import Plugins
from ..transport import Connection, CoreHooks, TokenAuth
from .base import ApiBase, Shared

if TYPE_CHECKING:
    import requests

    from .aio import Aio

_MORE = frozenset({"page_size", "max_body", "prefer", "settings", "allow", "strict_plugins", "cache_dir"})


class Api(ApiBase):
    """A connection to one Nautobot; apps are its attributes (`nb.dcim.devices`). Making one sends nothing.

    Args:
        url: Nautobot's address; NAUTOBOT_URL when left out.
        token: the API token; NAUTOBOT_TOKEN when left out.
        threading: read the pages of lists in parallel.
        api_version: the REST API version to ask for; assignable later.
        retries: more attempts for a failed call, where sending it again is safe.
        max_workers: requests in flight at once.
        verify: True, False or a CA bundle's path; NAUTOBOT_VALIDATE_CERTS when left out.
        timeout: (connect, read) in seconds, or one number for both.
        deadline: seconds for a call with its retries; None for no limit.
        exclude_m2m: sent with every read when given.
        include_default: sent as `include` with every read when given.
        plugins: hook plugins or AppSpecs given by hand.
        disable: installed plugins not to use.
        proxies: as requests takes them.
        lazy: "batch" to load related fields when they are read, "off" for NotLoadedError.
        **more: the other settings of Options: page_size, max_body, prefer, settings, allow, strict_plugins, cache_dir.

    Raises:
        InputError: a setting that cannot be used (a ValueError).
        PluginError: a plugin that was given or configured failed.
    """

    _for_hooks: ApiBase

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        threading: bool = False,
        api_version: str | None = None,
        retries: int | str = 0,
        *,
        max_workers: int = 4,
        verify: bool | str | None = None,
        timeout: float | tuple[float | None, float | None] | None = (5.0, 60.0),
        deadline: float | None = 180.0,
        exclude_m2m: bool | None = None,
        include_default: str | None = None,
        plugins: Iterable[Any] = (),
        disable: Iterable[str] = (),
        proxies: Mapping[str, str] | None = None,
        lazy: Literal["batch", "off"] = "batch",
        **more: Any,
    ) -> None:
        refused: Exception
        try:
            if unknown := sorted(set(more) - _MORE):
                raise TypeError(f"Api() has no argument {unknown[0]!r}{did_you_mean(unknown[0], options.NAMES)}")
            settings = options.make(
                url, token, threading=threading, api_version=api_version, retries=retries, max_workers=max_workers, verify=verify,
                timeout=timeout, deadline=deadline, exclude_m2m=exclude_m2m, include_default=include_default, plugins=plugins,
                disable=disable, proxies=proxies, lazy=lazy, **more,
            )  # fmt: skip
        except (InputError, TypeError) as exc:
            refused = exc.with_traceback(None)
            settings = None
        why = _not_sent(url, token, settings)
        # From here on no frame of a traceback holds a token or a password for a tool that shows locals, whatever fails.
        del url, token, threading, api_version, retries, max_workers, verify, timeout, deadline, exclude_m2m, include_default, plugins
        del disable, proxies, lazy, more
        if settings is None:
            raise refused from None
        self._set_up(settings, why)

    def _set_up(self, settings: Options, why: str = "") -> None:
        """Put the parts together.

        Args:
            settings: the settings, with the token.
            why: why there is no token, where somebody may expect one; it is told where the server refuses.
        """
        core = CoreHooks(settings.token, why)
        found = Plugins(settings, core, _RESERVED)
        self._auth = TokenAuth(found.options, found.manager.hook)
        connection = core.connection = Connection(found.options, found.manager.hook, self._auth)
        shared = Shared(found.options, found, connection)
        super().__init__(shared)
        self.options = settings  # with the token, for copies
        self._for_hooks = ApiBase(shared)
        self._aio: Aio | None = None
        connection.watch("nbcore_ready", api=self._for_hooks)

    # --- the connection ----------------------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        """The token in use, "" for none."""
        return self._auth.token

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the token; {} without one."""
        return self._auth.header

    @property
    def http_session(self) -> requests.Session:
        """The requests session; assign one and it rules: its adapters, verify, headers and params."""
        return self.connection.session

    @http_session.setter
    def http_session(self, session: requests.Session) -> None:
        self.connection.session = session

    @property
    def aio(self) -> Aio:
        """The same calls, to be awaited: `await nb.aio.dcim.devices.get(name="ams01")`."""
        if self._aio is None:
            from .aio import Aio

            self._aio = Aio(self)
        return self._aio

    def with_options(self, **changes: Any) -> Api:
        """A new Api with some settings changed; this one stays as it is. A session that was assigned is not taken along.

        The token is taken along to an address of the same server only: with `url=` of another server, pass `token=` too.

        Args:
            **changes: settings by name, see Options: `nb.with_options(page_size=100)`.

        Raises:
            InputError: there is no such setting, or its value cannot be used.
        """
        refused = None
        try:
            settings = self.options.with_(**changes)
        except InputError as exc:
            refused = exc.with_traceback(None)
        left = "token" not in changes
        del changes  # no frame of a traceback holds a token
        if refused is not None:
            raise refused from None
        return self._again(settings, _OTHER_SERVER if left and self.options.token and not settings.token else "")

    def _again(self, settings: Options, why: str = "") -> Self:
        """Another Api of this class, with what a subclass keeps on its objects."""
        copied = object.__new__(type(self))
        copied._set_up(settings, why)
        vars(copied).update(self.__getstate__())
        return copied

    def close(self) -> None:
        """Tell the hooks, close the connections and end the threads. The Api can be used again; it then opens new ones."""
        self.connection.watch("nbcore_close", api=self._for_hooks)
        if self._aio is not None:
            self._aio.close()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        """What a subclass, or its user, keeps on the object: it goes along with a copy and a pickle."""
        return {name: value for name, value in vars(self).items() if name not in _OWN}

    def __reduce__(self) -> tuple[Any, ...]:
        # The token stays out: it is read again from the environment or the nbcore_auth hook.
        kept = self.api_version, self.default_filters, self.__getstate__()
        return _restore, (type(self), self.options.with_(token=""), *kept, bool(self.options.token))

    def __copy__(self) -> Self:
        copied = self._again(self.options)
        copied.api_version, copied.default_filters = self.api_version, dict(self.default_filters)
        if self.connection.assigned:
            copied.http_session = self.http_session
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


_RESERVED = frozenset({*dir(Api), "options", "connection", "plugins", "graphql"})
_OWN = frozenset({"options", "connection", "graphql", "exporters", "plugins", "_shared", "_found", "_apps", "_auth", "_for_hooks", "_aio"})
_PICKLED = (
    "No token was sent: tokens are left out of pickles, and in this process NAUTOBOT_TOKEN is not set, or NAUTOBOT_URL says that it is of "
    "another server. Set both, or use nb.with_options(token=...) of the restored Api."
)
_OTHER_SERVER = "No token was sent: the one that this Api was made from is of another server. Pass token= together with url=."
_OTHER_ENVIRONMENT = "No token was sent: NAUTOBOT_TOKEN is of the server that NAUTOBOT_URL names, and this is another. Pass token=."


def _not_sent(url: str | None, token: str | None, settings: Options | None) -> str:
    """Why the environment's token is not used, for an Api of another server than the environment's; "" otherwise."""
    left = settings is not None and url is not None and token is None and not settings.token and os.environ.get("NAUTOBOT_TOKEN")
    return _OTHER_ENVIRONMENT if left else ""


def _restore(
    kind: type[Api], settings: Options, api_version: str | None, default_filters: dict[str, Any], state: dict[str, Any], had_token: bool
) -> Api:
    restored = settings.with_(token=options.token_for(settings.url))
    api = object.__new__(kind)
    api._set_up(restored, _PICKLED if had_token and not restored.token else "")
    api.api_version = api_version
    api.default_filters = default_filters
    vars(api).update(state)
    return api
