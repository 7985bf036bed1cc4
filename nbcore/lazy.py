"""Doors that open when they are used: names of a package whose modules are imported when a name is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from .collector import resting


def lazily(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """The `__getattr__` of a package that loads its names when they are used.

    The package names them a second time under `if TYPE_CHECKING:`, as plain imports, which is what type checkers and editors read.

    Args:
        package: the package's `__name__`.
        homes: module, below the package -> the names that it has.

    Returns:
        A function that imports the module of a name and keeps the object in the package, so that it is asked once for each name.
    """
    modules = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with resting():
            value = getattr(import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
