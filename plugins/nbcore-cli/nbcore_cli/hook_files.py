"""The files of a hook package."""

from __future__ import annotations

from nbcore import __version__

from .document import class_name
from .folder import render
from .layout import WIDTH
from .names import Names


def hook_files(names: Names) -> dict[str, str]:
    """The files of a distribution for a hook plugin, by path."""
    values = {
        "name": names.name,
        "NAME": names.name.upper(),
        "package": names.package,
        "distribution": names.distribution,
        "Plugin": class_name(names.name),
        "version": ".".join(__version__.split(".")[:2]),
        "width": str(WIDTH),
    }
    return render("hook", names.package, values)
