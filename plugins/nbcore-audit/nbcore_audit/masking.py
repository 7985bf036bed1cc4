"""What of a write may be recorded: plain JSON, with secrets and the fields that the user names left out."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

MASKED = "[masked]"
_DEEP = "[nested too deeply]"
_MAX_DEPTH = 50

# Words that a field's name ends in when its value is a secret: `password`, `snmp_community`, `privateKey`, `api-token`.
_SECRET = re.compile(
    r"(^|[a-z0-9_-])(password|passwd|passphrase|passcode|secret|token|psk|credentials?|authorization|cookie"
    r"|snmp[_-]?community|community[_-]?string"
    r"|((private|api|access|auth|authentication|encryption|pre_?shared|shared|session|ssh|client)[_-]?key))$",
    re.IGNORECASE,
)
# Fields whose name tells nothing, where Nautobot keeps a secret or what leads to one.
_BY_ENDPOINT: Mapping[str, frozenset[str]] = {
    "users/tokens": frozenset({"key"}),
    "extras/secrets": frozenset({"parameters"}),
    "extras/webhooks": frozenset({"additional_headers"}),
    "extras/external-integrations": frozenset({"headers"}),
}
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


class Mask:
    """Makes what is recorded of one connection's writes.

    Args:
        names: more field names to leave out: `serial`, `*_pin`, or with their path, `custom_fields.door_code`.
        redact: a function that takes the token out of a text.
    """

    def __init__(self, names: Iterable[str] = (), redact: Callable[[str], str] = str) -> None:
        self._more = [re.compile(fnmatch.translate(name), re.IGNORECASE) for name in names]
        self._redact = redact

    def of(self, value: Any, endpoint: str = "", hidden: set[str] | None = None) -> Any:
        """A value as plain JSON without secrets. The texts that were left out are added to `hidden`."""
        return self._plain(value, "", _BY_ENDPOINT.get(endpoint, frozenset()), set() if hidden is None else hidden, 0)

    def text(self, value: str, hidden: Iterable[str] = ()) -> str:
        """A text without the token, user information in addresses, and the texts in `hidden`."""
        for secret in sorted(hidden, key=len, reverse=True):
            value = value.replace(secret, MASKED)
        return _USER_INFO.sub(MASKED, self._redact(value))

    def _plain(self, value: Any, path: str, extra: frozenset[str], hidden: set[str], depth: int) -> Any:
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if depth > _MAX_DEPTH:
            return _DEEP
        if (form := getattr(value, "__json__", None)) is not None:
            return self._plain(form(), path, extra, hidden, depth + 1)
        if isinstance(value, Mapping):
            plain = {}
            for name, item in value.items():
                below = f"{path}.{name}" if path else str(name)
                if self._secret(str(name), below, extra):
                    _collect(item, hidden)
                    plain[str(name)] = item if item in (None, "") else MASKED
                else:
                    plain[self.text(str(name))] = self._plain(item, below, extra, hidden, depth + 1)
            return plain
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._plain(item, path, extra, hidden, depth + 1) for item in value]
        return self.text(str(value))

    def _secret(self, name: str, path: str, extra: frozenset[str]) -> bool:
        if _SECRET.search(name) or path in extra:
            return True
        return any(pattern.match(name) or pattern.match(path) for pattern in self._more)


def _collect(value: Any, hidden: set[str]) -> None:
    """The texts in a value that is left out, so that an error's text which repeats them is cleaned too."""
    if isinstance(value, Mapping):
        for item in value.values():
            _collect(item, hidden)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            _collect(item, hidden)
    elif isinstance(value, str) and len(value) > 3:
        hidden.add(value)
