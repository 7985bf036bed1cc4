"""Commands that other distributions add to `nbcore`: entry points in the group `nbcore.commands`.

The value is a function that takes the arguments, as a list of texts, and returns the exit status. Only its name is read to make the
list of commands; the module is imported when the command is run.
"""

from __future__ import annotations

import importlib.metadata

import typer

GROUP = "nbcore.commands"


def add(app: typer.Typer) -> None:
    """Add what is installed; a command of nbcore itself, or the first of two of one name, stays."""
    taken = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        if point.name not in taken:
            taken.add(point.name)
            _add(app, point)


def _add(app: typer.Typer, point: importlib.metadata.EntryPoint) -> None:
    def run(context: typer.Context) -> None:
        try:
            command = point.load()
        except (Exception, SystemExit) as error:  # whatever a stranger's module does when it is imported
            typer.echo(f"nbcore: the command {point.name!r} of {_distribution(point)} cannot be loaded: {error!r}", err=True)
            raise typer.Exit(2) from None
        raise typer.Exit(command(context.args))

    settings = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command(point.name, help=f"From {_distribution(point)}.", context_settings=settings, add_help_option=False)(run)


def _distribution(point: importlib.metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else point.value
