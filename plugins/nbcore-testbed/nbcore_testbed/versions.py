"""The table of the Nautobot series that the testbed supports, and what `--nautobot` and `--app` mean by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import UsageError

_VERSION = re.compile(r"\d+\.\d+(\.\d+([abrc]+\d+)?)?")
_APP = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(==([A-Za-z0-9.+!]+))?")


@dataclass(frozen=True)
class Series:
    """The releases X.Y of Nautobot.

    Args:
        name: the series, such as "3.2".
        newest: its newest release when the testbed was tested with it; what `--nautobot 3.2` starts.
        python: the oldest and the newest Python that run it.
        apps: the apps that are installed when `--app` is not given.
    """

    name: str
    newest: str
    python: tuple[tuple[int, int], tuple[int, int]]
    apps: tuple[str, ...]


SERIES = (
    Series(
        "2.4", "2.4.44", ((3, 10), (3, 12)),
        ("nautobot-bgp-models==2.4.1", "nautobot-dns-models==1.3.1", "nautobot-firewall-models==2.4.0"),
    ),
    Series(
        "3.0", "3.0.11", ((3, 10), (3, 13)),
        ("nautobot-bgp-models==3.1.1", "nautobot-dns-models==2.2.0", "nautobot-firewall-models==3.0.1"),
    ),
    Series(
        "3.1", "3.1.8", ((3, 10), (3, 14)),
        ("nautobot-bgp-models==3.2.0", "nautobot-dns-models==2.3.0", "nautobot-firewall-models==3.0.1"),
    ),
    Series(
        "3.2", "3.2.7", ((3, 10), (3, 14)),
        ("nautobot-bgp-models==3.2.0", "nautobot-dns-models==2.3.0", "nautobot-firewall-models==3.0.1"),
    ),
)  # fmt: skip
NEWEST = SERIES[-1]


def resolve(asked: str | None) -> tuple[str, Series]:
    """The release of Nautobot that is meant, and its series.

    Args:
        asked: a release ("3.2.7"), a series ("2.4", which means its newest release), or None for the newest.

    Raises:
        UsageError: it is not a version, or it is older than every supported series.
    """
    if asked is None:
        return NEWEST.newest, NEWEST
    if not _VERSION.fullmatch(asked):
        raise UsageError(f"{asked!r} is not a version of Nautobot. Give a release such as {NEWEST.newest}, or a series such as 2.4.")
    wanted = tuple(map(int, asked.split(".")[:2]))
    for series in SERIES:
        if series.name == f"{wanted[0]}.{wanted[1]}":
            return (series.newest if asked == series.name else asked), series
    if wanted < tuple(map(int, SERIES[0].name.split("."))):
        raise UsageError(f"Nautobot {asked} is too old. The testbed starts {', '.join(series.name for series in SERIES)} and newer ones.")
    if asked.count(".") < 2:
        raise UsageError(f"The testbed does not know the series {asked} yet. Give the whole release, such as {asked}.0.")
    return asked, NEWEST


def supported(release: str) -> bool:
    """Whether the release belongs to a series of the table; others are tried with the settings of the newest."""
    return any(release.startswith(f"{series.name}.") for series in SERIES)


def requirements(release: str, series: Series, apps: Sequence[str] | None) -> tuple[str, ...]:
    """What has to be installed: Nautobot, then the apps, in the order of their names.

    Args:
        release: the release of Nautobot.
        series: its series.
        apps: what `--app` said: None for the default apps, "default" for them beside others, "none" for no app.

    Raises:
        UsageError: one of them is not `DISTRIBUTION` or `DISTRIBUTION==VERSION`.
    """
    defaults = {text.partition("==")[0]: text for text in series.apps}
    found: dict[str, str] = {}
    for text in ("default",) if apps is None else apps:
        if text == "default":
            found.update(defaults)
        elif text != "none":
            match = _APP.fullmatch(text)
            if not match:
                raise UsageError(f"{text!r} does not name an app. Give DISTRIBUTION or DISTRIBUTION==VERSION, as in golden-config==3.0.0.")
            name = re.sub(r"[-_.]+", "-", match[1]).lower()
            found[name] = f"{name}=={match[3]}" if match[3] else defaults.get(name, name)
    return (f"nautobot=={release}", *(found[name] for name in sorted(found)))
