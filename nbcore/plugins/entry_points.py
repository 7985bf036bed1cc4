"""What is installed: the entry points of a group, which stevedore finds, and the distributions that ship them."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping

from stevedore.named import NamedExtensionManager

APPS = "nbcore.apps"
HOOKS = "nbcore.hooks"


def entry_points(group: str) -> dict[str, list[importlib.metadata.EntryPoint]]:
    """The entry points of a group by name. Nothing is imported.

    stevedore keeps a list of all entry points in the user's cache folder, and looks at the packages again only when one of them changed.
    So this is asked once a group: each further question would go through the whole list again.

    Args:
        group: the entry-point group, such as "nbcore.hooks".

    Returns:
        The entry points of each name. There are several where packages claim one name for different objects.
    """
    manager: NamedExtensionManager[object] = NamedExtensionManager(group, [])
    found: dict[str, list[importlib.metadata.EntryPoint]] = {}
    for entry in manager.list_entry_points():
        named = found.setdefault(entry.name, [])
        if all(entry.value != other.value for other in named):
            named.append(entry)
    return found


def owners() -> Mapping[tuple[str, str, str], tuple[str, str]]:
    """Who ships the installed plugins; stevedore's list does not say.

    Reads the metadata of every installed distribution, which takes milliseconds for each hundred of them.

    Returns:
        Distribution and version, by the group, name and value of the entry point. Where one is installed twice, it is the one that comes
        first on `sys.path`, since that is the one that is imported.
    """
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for distribution in importlib.metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group in (APPS, HOOKS):
                found.setdefault((entry.group, entry.name, entry.value), (distribution.name, distribution.version))
    return found
