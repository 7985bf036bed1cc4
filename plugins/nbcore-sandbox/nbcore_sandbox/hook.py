"""The hook behind `nbcore.api("sandbox://")`: inert for any other address, and light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbcore import InputError, hookimpl

if TYPE_CHECKING:
    import requests

    from nbcore import Options

LOCAL = "local"


class SandboxHook:
    """Mounts a sandbox on an Api's sessions.

    Args:
        options: the Api's; `settings={"sandbox": {"seed": False}}` gives one without the sample network.
    """

    def __init__(self, options: Options) -> None:
        self._name = urlsplit(options.url).hostname or LOCAL
        given = dict(options.settings.get("sandbox", {}))
        self._seed = bool(given.pop("seed", True))
        if given:
            raise InputError(f"settings of the sandbox: unknown {', '.join(map(repr, given))}; there is: 'seed'")

    @hookimpl
    def nbcore_configure_session(self, session: requests.Session) -> None:
        """Answer `sandbox://` addresses from memory.

        Raises:
            InputError: no sandbox is registered by the name.
        """
        from . import registry
        from .adapter import mount
        from .sandbox import Sandbox

        sandbox = registry.find(self._name)
        if sandbox is None and self._name != LOCAL:
            known = ", ".join(f"sandbox://{name}" for name in registry.names()) or "none"
            raise InputError(
                f"no sandbox is registered as {self._name!r}; there are: {known}. "
                'Register one with nbcore_sandbox.register(name, sandbox), or use "sandbox://" for a new one.'
            )
        mount(session, sandbox or Sandbox(seed=self._seed))


def plugin(options: Options) -> SandboxHook | None:
    """The hook for an Api whose address is a sandbox, else None.

    Args:
        options: the Api's.

    Returns:
        The hook plugin.
    """
    return SandboxHook(options) if options.url.startswith("sandbox://") else None
