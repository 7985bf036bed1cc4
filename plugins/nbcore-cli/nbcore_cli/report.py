"""The plugin report, as a table or as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import warnings

from rich.console import Console
from rich.table import Table
from rich.text import Text

import nbcore
from nbcore import PluginInfo

_STYLES = {"active": "green", "failed": "bold red", "disabled": "dim", "inert": "dim"}
# A table that is piped is not cut to the width of a terminal that is not there.
_PIPED = 240


def plugins() -> list[PluginInfo]:
    """What an Api finds: hook plugins as configured, and each app with its module imported, so that one that fails is seen.

    Raises:
        NbcoreError: a configured plugin failed, or two packages claim one name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what failed is in the report
        # No request is sent: the address only has to be one.
        with nbcore.api(os.environ.get("NAUTOBOT_URL") or "http://localhost") as api:
            for info in api.plugin_report():
                if info.group == "nbcore.apps" and info.state == "found":
                    getattr(api, info.name, None)  # the first use imports it; one that fails is no attribute, and the report says why
            return api.plugin_report()


def show(report: list[PluginInfo]) -> None:
    """Print the report as a table."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED)
    table = Table("group", "name", "state", "from", "order", "load time", "target", title="nbcore plugins", title_justify="left")
    for info in report:
        table.add_row(
            info.group,
            info.name,
            Text(info.state, style=_STYLES.get(info.state, "")),
            f"{info.distribution} {info.version}".strip(),
            "" if info.order is None else str(info.order),
            "" if info.load_time is None else f"{info.load_time * 1000:.1f} ms",
            Text(info.target),
        )
    console.print(table)
    for info in report:
        if info.error:
            console.print(
                Text(f"{info.group} {info.name} of {info.distribution or 'an unknown distribution'} failed: {info.error}", style="red")
            )


def as_json(report: list[PluginInfo]) -> str:
    """The report for other programs."""
    return json.dumps([dataclasses.asdict(info) for info in report], indent=2)
