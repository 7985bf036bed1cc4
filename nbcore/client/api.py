"""Api: a connection to one Nautobot, as a person holds it. It puts the parts together."""

from __future__ import annotations

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
        unknown = sorted(set(more) - _MORE)
        if unknown:
            raise TypeError(f"Api() has no argument {unknown[0]!r}{did_you_mean(unknown[0], options.NAMES)}")
        try:
            settings = options.make(
                url, token, threading=threading, api_version=api_version, retries=retries, max_workers=max_workers, verify=verify,
                timeout=timeout, deadline=deadline, exclude_m2m=exclude_m2m, include_default=include_default, plugins=plugins,
                disable=disable, proxies=proxies, lazy=lazy, **more,
            )  # fmt: skip
        except InputError as exc:
            refused = exc.with_traceback(None)
        else:
            self._set_up(settings)
            return
        # Raised from here, where no frame of the traceback holds a token or a password for a tool that shows locals.
        url = token = None
        raise refused from None

    def _set_up(self, settings: Options) -> None:
        core = CoreHooks(settings.token)
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

        Args:
            **changes: settings by name, see Options: `nb.with_options(page_size=100)`.

        Raises:
            InputError: there is no such setting, or its value cannot be used.
        """
        copied = object.__new__(type(self))
        copied._set_up(self.options.with_(**changes))
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

    def __reduce__(self) -> tuple[Any, ...]:
        # The token stays out: it is read again from the environment or the nbcore_auth hook.
        return _restore, (self.options.with_(token=""), self.api_version, self.default_filters)

    def __deepcopy__(self, memo: dict[int, Any]) -> Api:
        return self


_RESERVED = frozenset({*dir(Api), "options", "connection", "plugins", "graphql"})


def _restore(settings: Options, api_version: str | None, default_filters: dict[str, Any]) -> Api:
    import os

    api = object.__new__(Api)
    api._set_up(settings.with_(token=os.environ.get("NAUTOBOT_TOKEN", "")))
    api.api_version = api_version
    api.default_filters = default_filters
    return api
