"""A new distribution's files: made from templates in memory, then written together."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from nbcore import InputError


def render(kind: str, package: str, values: Mapping[str, str]) -> dict[str, str]:
    """The files of a distribution, by their path in it.

    Args:
        kind: the folder of templates: "app" or "hook".
        package: the Python package, in whose folder the files of `package/` go.
        values: what the templates name.
    """
    found: dict[str, str] = {}
    for path, template in _templates(importlib.resources.files(__package__) / "templates" / kind, ""):
        # A template of what an app may lack (records, actions) gives nothing then.
        if content := Template(template).substitute(values).strip("\n"):
            found[path.replace("package/", f"{package}/", 1)] = f"{content}\n"
    found[f"{package}/py.typed"] = ""
    return found


def _templates(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _templates(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".tmpl"):
            yield f"{prefix}{item.name.removesuffix('.tmpl')}", item.read_text(encoding="utf-8")


def check(folder: Path, force: bool) -> None:
    """Refuse a folder that holds something already.

    Raises:
        InputError: it does, and `force` is not given.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder that is not there yet")
    if not force and folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is there already and not empty; name another --output, or write over its files with --force")


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files; those with other names in the folder stay.

    Raises:
        InputError: they cannot be written.
    """
    try:
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise InputError(f"{exc.filename or folder} cannot be written: {exc.strerror or exc}") from None
