"""The command line: `nbcore plugins`, `nbcore new app`, `nbcore new hook`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import nbcore

from . import commands, folder
from .app_files import app_files
from .hook_files import hook_files
from .names import Names
from .names import names as checked

# A traceback with the values of variables would print what must not be printed.
app = typer.Typer(name="nbcore", help="nbcore, a client framework for Nautobot.", no_args_is_help=True, pretty_exceptions_enable=False)
new = typer.Typer(help="Write a new package: a complete distribution with tests.", no_args_is_help=True)
app.add_typer(new, name="new")

Output = Annotated[Path | None, typer.Option("--output", "-o", help="The new distribution's folder; ./DISTRIBUTION when left out.")]
Package = Annotated[str | None, typer.Option("--package", help="The Python package; nbcore_NAME when left out.")]
Force = Annotated[bool, typer.Option("--force", help="Write over files in a folder that is not empty.")]


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """Print an error of nbcore as one line, and end with status 2."""
    try:
        yield
    except nbcore.NbcoreError as exc:
        typer.echo(f"nbcore: {exc}", err=True)
        raise typer.Exit(2) from None


@app.callback(invoke_without_command=True)
def common(version: Annotated[bool, typer.Option("--version", help="Print nbcore's version.")] = False) -> None:
    """nbcore, a client framework for Nautobot."""
    if version:
        typer.echo(nbcore.__version__)
        raise typer.Exit


@app.command("plugins")
def plugins_command(
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 when a plugin failed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show which plugins are installed, from which distribution, in which order, and which failed."""
    from . import report

    with reported():
        found = report.plugins()
    if as_json:
        typer.echo(report.as_json(found))
    else:
        report.show(found)
    if strict and any(info.state == "failed" for info in found):
        raise typer.Exit(1)


@new.command("app")
def new_app(
    name: Annotated[str, typer.Argument(help="The app's URL slug below /api/plugins/, such as bgp or golden-config.")],
    source: Annotated[
        str,
        typer.Option("--from", envvar="NAUTOBOT_URL", help="Nautobot's address (the token from NAUTOBOT_TOKEN), or its openapi.json."),
    ],
    output: Output = None,
    package: Package = None,
    force: Force = False,
) -> None:
    """Write a package for an app of a Nautobot server, from the server's OpenAPI document."""
    from .source import describe

    with reported():
        named = checked(name, package, "app")
        target = output or Path(named.distribution)
        folder.check(target, force)
        found = describe(source, name)
        folder.write(target, app_files(found, named))
    _done(target, named, f"{found.spec.path}: {len(found.spec.endpoints)} endpoints")
    for note in found.notes:
        typer.echo(f"note: {note}", err=True)


@new.command("hook")
def new_hook(
    name: Annotated[str, typer.Argument(help="What the plugin is called in settings and in its environment variables.")],
    output: Output = None,
    package: Package = None,
    force: Force = False,
) -> None:
    """Write a package for a hook plugin, which watches or shapes requests."""
    with reported():
        named = checked(name, package, "hook")
        target = output or Path(named.distribution)
        folder.check(target, force)
        folder.write(target, hook_files(named))
    _done(target, named, "a hook plugin")


def _done(target: Path, named: Names, what: str) -> None:
    typer.echo(f"{target}: {named.distribution}, {what}")
    typer.echo(f"next: pip install -e {target} pytest && pytest {target}")


def main() -> None:
    """The command, as installed, with what other distributions add to it."""
    commands.add(app)
    app()
