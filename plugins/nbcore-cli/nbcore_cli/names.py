"""The names of a new package, checked."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass

import nbcore
from nbcore import InputError
from nbcore.values import attribute_of

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
# Longer ones would break the lines of what is written.
_LONGEST = 40
_PACKAGE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """What a new package is called.

    Attributes:
        name: the entry point's name, an identifier.
        package: the Python package.
    """

    name: str
    package: str

    @property
    def distribution(self) -> str:
        """The name to pip-install it by."""
        return self.package.replace("_", "-")


def names(given: str, package: str | None, kind: str) -> Names:
    """The names of a package.

    Args:
        given: the NAME of the command.
        package: the package's name where one was chosen; nbcore_NAME else.
        kind: "app" or "hook".

    Raises:
        InputError: a name that cannot be used.
    """
    if not _NAME.fullmatch(given) or keyword.iskeyword(given) or len(given) > _LONGEST:
        raise InputError(
            f"{given!r} cannot name {'an app' if kind == 'app' else 'a hook'}; "
            f"use up to {_LONGEST} small letters, digits and single dashes, such as 'golden-config'"
        )
    name = attribute_of(given)
    if kind == "app" and _taken(name):
        raise InputError(f"nb.{name} is a part of nbcore itself: an app of that name is reached by nb.plugins.{name} only")
    chosen = package if package is not None else f"nbcore_{name}"
    if not _PACKAGE.fullmatch(chosen) or keyword.iskeyword(chosen) or len(chosen) > _LONGEST + len("nbcore_"):
        raise InputError(f"{chosen!r} cannot name a Python package; use small letters, digits and single underscores, and not too many")
    if chosen in sys.stdlib_module_names or chosen in ("nbcore", "tests"):
        raise InputError(f"{chosen!r} is a package of its own already; choose another with --package")
    return Names(name, chosen)


def _taken(name: str) -> bool:
    """Whether every Api has an attribute of that name."""
    with nbcore.api("http://localhost", token="", allow=()) as api:
        return name in vars(api) or hasattr(type(api), name)
