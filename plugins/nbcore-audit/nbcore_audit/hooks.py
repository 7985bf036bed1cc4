"""The entry point: an Audit where settings or the environment ask for one, else None."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import Options

    from .audit import Audit

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


def plugin(options: Options) -> Audit | None:
    """The audit that `settings={"audit": {...}}` or NBCORE_AUDIT_FILE asks for.

    Settings are the arguments of Audit. From the environment: NBCORE_AUDIT_FILE, _FSYNC, _MAX_BYTES, _KEEP, _MASK (comma-separated),
    _USER (a name, or 0 for none) and _LOGGER. Settings win, one by one.

    Raises:
        InputError: settings without a file, an unknown setting, or a value that cannot be used.
    """
    given = options.settings.get("audit")
    found = {**_environment(), **(given or {})}
    if not found.get("file"):
        if given is not None:
            raise InputError('settings["audit"] names no file, and NBCORE_AUDIT_FILE is not set')
        return None
    from .audit import Audit

    mine = os.path.abspath(os.fspath(found["file"]))
    if any(isinstance(item, Audit) and item.path == mine for item in options.plugins):
        return None  # given by hand, for the same file: each write is recorded once
    try:
        return Audit(**found)
    except TypeError as exc:
        raise InputError(f"the settings of the audit cannot be used: {exc}") from None


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, convert in _VARIABLES.items():
        value = os.environ.get(f"NBCORE_AUDIT_{name.upper()}")
        if value:
            try:
                found[name] = convert(value)
            except ValueError:
                raise InputError(f"NBCORE_AUDIT_{name.upper()}={value!r} cannot be used") from None
    return found


def _flag(value: str) -> bool:
    if value.strip().lower() not in _TRUE | _FALSE:
        raise ValueError(value)
    return value.strip().lower() in _TRUE


def _user(value: str) -> str | bool:
    low = value.strip().lower()
    return low in _TRUE if low in _TRUE | _FALSE else value.strip()


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


_VARIABLES: dict[str, Any] = {"file": str, "fsync": _flag, "max_bytes": int, "keep": int, "mask": _names, "user": _user, "logger": str}
