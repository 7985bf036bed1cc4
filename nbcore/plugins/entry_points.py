"""What is installed: the entry points of a group, and the distributions that ship them."""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from typing import Any

from stevedore.named import NamedExtensionManager

APPS = "nbcore.apps"
HOOKS = "nbcore.hooks"


class Installed:
    """An entry point of an installed distribution.

    Args:
        entry: the entry point.
        distribution: who ships it.
    """

    __slots__ = ("_distributions", "entry")

    def __init__(self, entry: importlib.metadata.EntryPoint, distribution: importlib.metadata.Distribution) -> None:
        self.entry = entry
        self._distributions = [distribution]

    def also(self, distribution: importlib.metadata.Distribution) -> None:
        """Another distribution ships the same: another version of it, for example."""
        self._distributions.append(distribution)

    def shipped_by(self) -> tuple[str, str]:
        """The distribution's name and version; reads its metadata.

        Where it is installed twice, it is the one that comes first on `sys.path`, since that one is imported. In one folder an earlier
        version may have left its metadata behind, so there it is the highest version.
        """
        name, folder = self._distributions[0].name, _folder(self._distributions[0])
        beside = [one.version for one in self._distributions if one.name == name and _folder(one) == folder]
        return name, max(beside, key=_by_version)

    def named_by(self) -> str:
        """Such as "nbcore-bgp 0.1.0 (nbcore_bgp.app:app)"."""
        return f"{' '.join(self.shipped_by())} ({self.entry.value})"


class _Manager(NamedExtensionManager[object]):
    """stevedore's manager of a group, which is told what is installed.

    Its own list is kept in a file by times rounded to two minutes, and is believed whatever it holds: a package that was installed again
    is not seen, and a damaged file hides all plugins. Reading what is installed takes no longer.
    """

    def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
        return [one.entry for one in installed(self.namespace)]


def entry_points(group: str) -> dict[str, list[importlib.metadata.EntryPoint]]:
    """The entry points of a group by name. Nothing is imported.

    Args:
        group: the entry-point group, such as "nbcore.hooks".

    Returns:
        The entry points of each name. There are several where packages claim one name for different objects.
    """
    found: dict[str, list[importlib.metadata.EntryPoint]] = {}
    for entry in _Manager(group, []).list_entry_points():
        found.setdefault(entry.name, []).append(entry)
    return {name: entries if len(entries) == 1 else _of_one_version(group, entries) for name, entries in found.items()}


def installed(group: str) -> list[Installed]:
    """What distributions ship in a group, in the order of `sys.path`. It is looked up once for each `sys.path` of this process."""
    key = tuple(sys.path)
    if key not in _known:
        _known.clear()
        _known[key] = _looked_up()
    return [one for one in _known[key] if one.entry.group == group]


_known: dict[tuple[str, ...], list[Installed]] = {}


def _looked_up() -> list[Installed]:
    found: dict[tuple[str, str, str], Installed] = {}
    first: dict[str, importlib.metadata.Distribution] = {}  # by the package that its entry points name
    for distribution in importlib.metadata.distributions():
        entries = _entries(distribution)
        if entries and _is_behind(first.setdefault(_package(entries[0]), distribution), distribution):
            continue
        for entry in entries:
            known = found.get(key := (entry.group, entry.name, entry.value))
            if known is None:
                found[key] = Installed(entry, distribution)
            else:
                known.also(distribution)
    return list(found.values())


def _package(entry: importlib.metadata.EntryPoint) -> str:
    """The package that an entry point names an object of."""
    return entry.value.partition(":")[0].partition(".")[0]


def _is_behind(first: importlib.metadata.Distribution, other: importlib.metadata.Distribution) -> bool:
    """Whether a distribution is another copy of one that stands further to the front of `sys.path`, so that it is never imported."""
    return other is not first and _folder(other) != _folder(first) and other.name == first.name


def _entries(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.EntryPoint]:
    """A distribution's entry points of our groups; none of one whose files cannot be read."""
    with contextlib.suppress(Exception):
        text = distribution.read_text("entry_points.txt")
        if text and (APPS in text or HOOKS in text):  # most have none of them, and reading the text is cheaper than understanding it
            return [entry for entry in distribution.entry_points if entry.group in (APPS, HOOKS)]
    return []


def _of_one_version(group: str, entries: list[importlib.metadata.EntryPoint]) -> list[importlib.metadata.EntryPoint]:
    """Without those that another version of the same distribution ships, further back on `sys.path`: they are never imported."""
    seen: set[Any] = set()
    kept = []
    for one in installed(group):
        if one.entry in entries and (name := one.shipped_by()[0]) not in seen:
            seen.add(name)
            kept.append(one.entry)
    return kept


def _folder(distribution: importlib.metadata.Distribution) -> str:
    return str(distribution.locate_file(""))


def _by_version(version: str) -> tuple[list[int], str]:
    return [int(part) if part.isdigit() else -1 for part in version.split(".")], version
