"""The main job in a minute: `python -m nbcore_sandbox.demo`, or `--url URL --token TOKEN` for its reading part on a real Nautobot."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import shutil
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import nbcore
from nbcore import Call, NbcoreError, Reply, hookimpl

if TYPE_CHECKING:
    from nbcore import Api

    from .server import SandboxServer

_ROWS = 12  # of a long table
_DEVICES = 50  # of a real server
_WIDTH = 100


@dataclass
class Counter:
    """A hook plugin: notes every request, with its answer's status and time."""

    seen: list[tuple[Call, int, float]] = field(default_factory=list)

    @hookimpl(wrapper=True)
    def nbcore_send(self, call: Call) -> Iterator[None]:
        """Note one attempt of a call."""
        reply: Reply = yield  # type: ignore[assignment]
        self.seen.append((call, reply.status, reply.elapsed))
        return reply  # type: ignore[return-value]


class Stage:
    """Prints the steps of the demo, each with its requests and its time."""

    def __init__(self) -> None:
        self.counter = Counter()
        self._number = 0
        self._started = time.perf_counter()

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step.

        Args:
            title: its title.
        """
        self._number += 1
        print(f"\n{self._number}. {title}\n{'-' * (len(title) + 3)}")
        first, started = len(self.counter.seen), time.perf_counter()
        yield
        took = time.perf_counter() - started
        sent = self.counter.seen[first:]
        for call, status, elapsed in sent:
            print(_shortened(f"   > {call.method:6} {call.path}{_query(call)}", _width() - 12), f"{status} {elapsed * 1000:5.0f} ms")
        print(f"   {len(sent)} request{'s' * (len(sent) != 1)}, {took * 1000:.0f} ms")

    def end(self) -> None:
        """Print the sum."""
        print(f"\nAll of it: {len(self.counter.seen)} requests, {time.perf_counter() - self._started:.1f} s.")


def _query(call: Call) -> str:
    """The query of a call for people: many values of one name are counted."""
    parts = []
    for name, pairs in groupby(call.params, key=lambda pair: pair[0]):
        values = [value for _, value in pairs]
        parts.append(f"{name}=<{len(values)} ids>" if len(values) > 1 else f"{name}={values[0]}")
    return f"?{'&'.join(parts)}" if parts else ""


def _shortened(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 3]}...").ljust(width)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]], most: int = _ROWS) -> None:
    """A table, its first rows only where it is long."""
    cells = [list(heads), *([str(cell) if cell is not None else "-" for cell in row] for row in rows[:most])]
    widths = _widths(cells)
    for line in cells:
        parts = [textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(line, widths, strict=True)]
        for row in itertools.zip_longest(*parts, fillvalue=""):
            print("   " + "  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip())
    if len(rows) > most:
        print(f"   ... and {len(rows) - most} more")


def _widths(cells: list[list[str]]) -> list[int]:
    """How wide the columns are, so that a line fits into the terminal: the widest give way, but never so far that a word is cut."""
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    room = _width() - 3 - 2 * (len(widths) - 1)
    while sum(widths) > room and (able := [at for at in range(len(widths)) if widths[at] > least[at]]):
        widths[max(able, key=lambda at: widths[at])] -= 1
    return widths


def _width() -> int:
    """The columns of the terminal, 100 at the most."""
    return min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)


def read(stage: Stage, nb: Api) -> None:
    """The reading part: plugins, devices with related names, a third-party app.

    Args:
        stage: prints.
        nb: the Api.
    """
    with stage.step("What is installed (nb.plugin_report())"):
        report = nb.plugin_report()
        by_package = groupby(
            sorted(report, key=lambda info: (info.distribution, info.group, info.name)), key=lambda info: info.distribution
        )
        rows = []
        for package, found in by_package:
            infos = list(found)
            apps = ", ".join(f"nb.{info.name}" for info in infos if info.group == "nbcore.apps")
            hooks = ", ".join(f"{info.name} ({info.state})" for info in infos if info.group == "nbcore.hooks")
            rows.append((package or "given by hand", infos[0].version or "-", apps or "-", hooks or "-"))
        _table(("PACKAGE", "VERSION", "APPS", "HOOKS"), rows)

    with stage.step("Devices with the names of what they refer to"):
        devices = nb.dcim.devices.filter(limit=_DEVICES, offset=0)
        _table(
            ("DEVICE", "LOCATION", "ROLE", "STATUS", "PRIMARY IP"),
            [(item.name, item.location.name, item.role.name, item.status.name, item.primary_ip4) for item in devices],
        )
        print(f"   {len(devices)} devices with 4 related objects each; one by one that would be {len(devices) * 4} more requests:")

    with stage.step("A third-party app: pip install nbcore-bgp, and nb.bgp is there"):
        try:
            systems = nb.bgp.autonomous_systems.all() if hasattr(nb, "bgp") else nb.plugins.bgp.autonomous_systems.all()
            _table(("AS", "DESCRIPTION", "STATUS"), [(item.asn, item.description, item.status and item.status.name) for item in systems])
        except NbcoreError as error:
            print(f"   this server does not have the BGP app: {error}")


def change(stage: Stage, nb: Api, server: SandboxServer) -> None:
    """The writing part, on the sandbox.

    Args:
        stage: prints.
        nb: the Api.
        server: the sandbox, to show what it received.
    """
    with stage.step("A create; references by name"):
        device = nb.dcim.devices.create(
            name="ams01-leaf-07", device_type={"model": "DCS-7050SX3-48YC8"}, role={"name": "leaf"}, status={"name": "Active"},
            location={"name": "AMS01"},
        )  # fmt: skip
        print(f"   {device.name} in {device.location.name}: {device.id}")

    with stage.step("An update sends only what changed"):
        device.serial = "SN-0815"
        device.status = "Active"
        print(f"   device.serial = 'SN-0815'; device.status = 'Active', as it was; device.save() -> {device.save()}")
        _show_body(server, "PATCH")
        print(f"   device.save() again -> {device.save()}, and nothing is sent")

    with stage.step("The next free address of a prefix"):
        [prefix] = nb.ipam.prefixes.filter(prefix="10.1.1.0/24")
        address = prefix.available_ips.create(status="Active", dns_name="ams01-leaf-07-mgmt.example.com")
        print(f"   {prefix} gave {address}")

    with stage.step("A mistake is named"):
        try:
            list(nb.dcim.devices.filter(locaton="AMS01"))
        except NbcoreError as error:
            print(f"   {type(error).__name__}: {error}")

    with stage.step("A delete"):
        print(f"   address.delete() -> {address.delete()}; device.delete() -> {device.delete()}")
        print(f"   nb.dcim.devices.get(name='ams01-leaf-07') -> {nb.dcim.devices.get(name='ams01-leaf-07')}")


def _show_body(server: SandboxServer, method: str) -> None:
    found = [item for item in server.received if item.method == method]
    print(f"   the server received: {method} {json.dumps(json.loads(found[-1].body)) if found else 'nothing'}")


def main(argv: list[str] | None = None) -> int:
    """The command.

    Args:
        argv: the arguments; those of the process by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m nbcore_sandbox.demo", description=__doc__)
    parser.add_argument("--url", help="a real Nautobot: only reads are sent")
    parser.add_argument("--token", help="its API token; NAUTOBOT_TOKEN by default")
    options = parser.parse_args(argv)
    stage = Stage()
    if options.url:
        with nbcore.api(options.url, options.token, plugins=[stage.counter]) as nb:
            print(f"nbcore {nbcore.__version__} on {nb.options.url}")
            try:
                read(stage, nb)
            except NbcoreError as error:
                print(f"   {type(error).__name__}: {error}")
                return 1
        stage.end()
        return 0
    from .server import SandboxServer

    with SandboxServer() as server, nbcore.api(server.url, server.token, plugins=[stage.counter]) as nb:
        print(f"nbcore {nbcore.__version__} over HTTP on {server.url}: {server.sandbox!r}")
        read(stage, nb)
        change(stage, nb, server)
    stage.end()
    print(f"A real Nautobot: make demo URL=https://nautobot.example.com TOKEN=...  In your own code: {_HINT}")
    return 0


_HINT = 'nb = nbcore.api("sandbox://")'

if __name__ == "__main__":
    raise SystemExit(main())
