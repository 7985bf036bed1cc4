"""The settings of one connection: frozen, checked, and without the token in their repr."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from .by_fields import ByFields
from .errors import InputError, did_you_mean

_PORTS = {"http": 80, "https": 443}
_SHORT = 16  # characters of a text that an error may show: no token is so short


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Options(ByFields):
    """One connection's settings.

    Attributes:
        url: Nautobot's address without `/api`, such as `https://nautobot.example.com`.
        token: the API token, or "" for none; hidden from repr and pickles.
        threading: read the pages of a list in parallel.
        api_version: the REST API version to ask for, such as "3.0"; None for the server's default.
        retries: how many more attempts a failed call may have.
        max_workers: how many requests may be in flight at once.
        verify: True, False, or the path of a CA bundle; an explicit value beats the environment.
        timeout: (connect, read) in seconds; None in a place waits for ever.
        deadline: seconds for a call with its retries and waits; None for no limit.
        page_size: rows asked for in one page; the server may give fewer.
        max_body: the largest decoded body accepted, in bytes.
        exclude_m2m: sent with every read when not None: leave many-to-many fields out, or not.
        include_default: sent as `include` with every read when set, such as "config_context,computed_fields".
        proxies: as requests takes them, such as `{"https": "http://proxy:3128"}`; a user and password in one are hidden from repr.
        lazy: "batch" loads a missing related object when it is read; "off" raises NotLoadedError.
        prefer: "rest" keeps values() and only() from using GraphQL; "" for the faster route.
        settings: hook plugins by name, such as `{"audit": {"file": "writes.jsonl"}}`.
        plugins: plugin objects or AppSpecs given by hand.
        allow: when set, only these installed plugins are used (NBCORE_PLUGINS).
        disable: installed plugins not to use (NBCORE_DISABLE).
        strict_plugins: a discovered plugin that fails is an error instead of a warning.
        cache_dir: where documents of the server are kept (NBCORE_CACHE_DIR, else the user's cache folder).
    """

    url: str
    token: str = field(default="", repr=False)
    threading: bool = False
    api_version: str | None = None
    retries: int = 0
    max_workers: int = 4
    verify: bool | str = True
    timeout: tuple[float | None, float | None] = (5.0, 60.0)
    deadline: float | None = 180.0
    page_size: int = 1000
    max_body: int = 64 * 1024 * 1024
    exclude_m2m: bool | None = None
    include_default: str | None = None
    proxies: Mapping[str, str] | None = None
    lazy: Literal["batch", "off"] = "batch"
    prefer: Literal["", "rest"] = ""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plugins: tuple[Any, ...] = ()
    allow: frozenset[str] | None = None
    disable: frozenset[str] = frozenset()
    strict_plugins: bool = False
    cache_dir: str | None = None

    def with_(self, **changes: Any) -> Options:
        """A checked copy with some settings changed.

        A token is taken along to an address of the same server only. With `url=` of another server and no `token=`, it is the
        environment's, where that is of this server, else "".

        Args:
            **changes: the settings by name.

        Raises:
            InputError: there is no such setting, or a value cannot be used.
        """
        try:
            return self._changed(changes)
        except InputError as exc:
            refused = exc.with_traceback(None)
        del changes  # no frame of the traceback holds a token or a password for a tool that shows locals
        raise refused from None

    def _changed(self, changes: dict[str, Any]) -> Options:
        known = {item.name for item in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise InputError(f"unknown option {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        checked = clean(changes)
        if "token" not in checked and not same_server(checked.get("url", self.url), self.url):
            checked["token"] = clean({"token": token_for(checked["url"])})["token"]
        return replace(self, **checked)

    def __repr__(self) -> str:
        shown = {item.name: getattr(self, item.name) for item in fields(self) if item.repr}
        if isinstance(self.proxies, Mapping):
            shown["proxies"] = {name: without_password(str(address)) for name, address in self.proxies.items()}
        shown["settings"] = dict.fromkeys(self.settings, "[hidden]")
        return f"Options({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The token stays out.
        return _restore, ({item.name: "" if item.name == "token" else getattr(self, item.name) for item in fields(self)},)

    @property
    def base_url(self) -> str:
        """The root of the REST API, without a slash at the end."""
        return f"{self.url}/api"


def _restore(values: dict[str, Any]) -> Options:
    return Options(**values)


def make(url: str | None, token: str | None, **given: Any) -> Options:
    """Options from the arguments of an Api, with the environment behind them.

    NAUTOBOT_URL, NAUTOBOT_TOKEN and NAUTOBOT_VALIDATE_CERTS stand in for url, token and verify that are not given; NBCORE_PLUGINS and
    NBCORE_DISABLE (comma-separated) for allow and disable. Where NAUTOBOT_URL is set, NAUTOBOT_TOKEN is of that server alone.

    Args:
        url: the address.
        token: the API token.
        **given: the other settings by name.

    Raises:
        InputError: there is no such setting, no address, or a value cannot be used.
    """
    try:
        return _made(url, token, given)
    except InputError as exc:
        refused = exc.with_traceback(None)
    # Raised from here, where no frame of the traceback holds a token or a password for a tool that shows locals.
    del url, token, given
    raise refused from None


def _made(url: str | None, token: str | None, given: dict[str, Any]) -> Options:
    env = os.environ
    if unknown := sorted(set(given) - set(NAMES)):
        raise InputError(f"there is no option {unknown[0]!r}{did_you_mean(unknown[0], NAMES)}")
    if given.get("verify") is None:
        given["verify"] = env.get("NAUTOBOT_VALIDATE_CERTS", "true").strip().lower() not in ("0", "false", "no", "off")
    if given.get("allow") is None and env.get("NBCORE_PLUGINS"):
        given["allow"] = _names(env["NBCORE_PLUGINS"])
    given["disable"] = _names_given("disable", given.get("disable") or ()) | _names(env.get("NBCORE_DISABLE", ""))
    given["cache_dir"] = given.get("cache_dir") or env.get("NBCORE_CACHE_DIR")
    address = url if url is not None else env.get("NAUTOBOT_URL")
    if not address:
        raise InputError("no Nautobot address: pass url or set NAUTOBOT_URL")
    checked = clean({"url": address, **given})
    return Options(**checked, token=_token(token if token is not None else token_for(checked["url"])))


def token_for(url: str) -> str:
    """The environment's token, NAUTOBOT_TOKEN, for an address; "" where there is none, or where it is another server's.

    Where NAUTOBOT_URL is set, the token is of that server: of its scheme, host and port.

    Args:
        url: where the token would be sent.
    """
    of = os.environ.get("NAUTOBOT_URL")
    return os.environ.get("NAUTOBOT_TOKEN", "") if not of or same_server(of, url) else ""


def same_server(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port. One that cannot be read is the same as no other."""
    found = [parts and (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)) for parts in (_parts(one), _parts(other))]
    return found[0] is not None and found[0] == found[1]


def without_password(address: str) -> str:
    """An address without its user and password."""
    scheme, separator, rest = address.rpartition("://")
    _, at, host = rest.rpartition("@")
    return f"{scheme}{separator}{'[hidden]' if at else ''}{at}{host}"


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """Check the values and bring them to the types of Options; a bad one is an InputError that names it."""
    for name, check in _CHECKS.items():
        if name in values:
            values[name] = check(values[name])
    return values


def _shown(value: Any) -> str:
    """A wrong value for an error: a long text is told by its length, since it may be a token in the wrong place."""
    if value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= _SHORT):
        return repr(value)
    return f"a text of {len(value)} characters" if isinstance(value, str) else f"a {type(value).__name__}"


def _names_given(name: str, value: Any) -> frozenset[str]:
    names = None if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    if names is None or not all(isinstance(item, str) for item in names):
        raise InputError(f"{name} must be a list of names of plugins, not {_shown(value)}")
    return frozenset(names)


def _plugins(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError(f"plugins must be a list of plugin objects and AppSpecs, not {_shown(value)}")
    return tuple(value)


def _settings(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise InputError(f"settings must be a dict of hook plugins by name, not {_shown(value)}")
    return dict(value or {})


def _proxies(value: Any) -> Mapping[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        raise InputError('proxies must be a dict of addresses by scheme, such as {"https": "http://proxy:3128"}')
    return dict(value)


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _url(value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"url must be text such as 'https://nautobot.example.com', not {type(value).__name__}")
    parts = _parts(value)
    if parts is None:
        raise InputError("url cannot be read; give it as 'https://nautobot.example.com'")
    if parts.username is not None or parts.password is not None:
        raise InputError("url holds user information; remove the part before '@' and pass token= instead")
    if parts.scheme == "sandbox":
        return value.strip().rstrip("/") if parts.hostname else "sandbox://local"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        # Not shown: where the arguments were mixed up, it is the token.
        raise InputError("url is not an http or https address; give it as 'https://nautobot.example.com'")
    if parts.query or parts.fragment:
        raise InputError("url has a query or fragment; give only scheme, host, port and path")
    path = parts.path.rstrip("/").removesuffix("/api")
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def _parts(address: str) -> SplitResult | None:
    """The parts of an address; None for one that cannot be read. The error of that is not kept: it may hold a password."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(address.strip())
        if parts.port != 0 and parts.hostname != "":
            return parts
    return None


def _token(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"token must be text, not {type(value).__name__}")
    if any(ord(char) < 33 or ord(char) > 126 for char in value):
        raise InputError("token holds a space, a line break or another character that no token has (is there a line break at its end?)")
    return value


def _retries(value: Any) -> int:
    return _whole("retries", value, 0)


def _whole(name: str, value: Any, least: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = least - 1
    if number < least or (isinstance(value, float) and number != value):
        raise InputError(f"{name} must be a whole number of at least {least}, not {_shown(value)}")
    return number


def _timeout(value: Any) -> tuple[float | None, float | None]:
    pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2 or any(part is not None and (not isinstance(part, (int, float)) or part <= 0) for part in pair):
        raise InputError(f"timeout must be seconds, or (connect, read) in seconds, not {_shown(value)}")
    return pair[0], pair[1]


def _deadline(value: Any) -> float | None:
    if value is not None and (not isinstance(value, (int, float)) or value <= 0):
        raise InputError(f"deadline must be seconds or None, not {_shown(value)}")
    return value


def _lazy(value: Any) -> str:
    if value not in ("batch", "off"):
        raise InputError(f'lazy must be "batch" or "off", not {_shown(value)}')
    return str(value)


def _api_version(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    if not text or not all(part.isdigit() for part in text.split(".")):
        raise InputError(f'api_version must look like "3.0", not {_shown(value)}')
    return text


def _prefer(value: Any) -> str:
    if value not in ("", "rest"):
        raise InputError(f'prefer must be "" or "rest", not {_shown(value)}')
    return str(value)


_CHECKS: Mapping[str, Any] = {
    "url": _url,
    "token": _token,
    "retries": _retries,
    "max_workers": lambda value: _whole("max_workers", value, 1),
    "page_size": lambda value: _whole("page_size", value, 1),
    "max_body": lambda value: _whole("max_body", value, 1),
    "timeout": _timeout,
    "deadline": _deadline,
    "lazy": _lazy,
    "prefer": _prefer,
    "api_version": _api_version,
    "plugins": _plugins,
    "allow": lambda value: None if value is None else _names_given("allow", value),
    "disable": lambda value: _names_given("disable", value),
    "settings": _settings,
    "proxies": _proxies,
}

NAMES = tuple(item.name for item in fields(Options))
