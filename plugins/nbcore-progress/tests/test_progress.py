"""The bar, on a console in memory."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from rich.console import Console

from nbcore.testing import make_api, row
from nbcore_progress import Progress


def drawn(terminal, wire, rows, *, threading=False, page_size=10):
    out = io.StringIO()
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}") for i in range(rows)])
    progress = Progress(Console(file=out, force_terminal=terminal, width=80))
    with make_api(wire, progress, page_size=page_size, threading=threading) as nb:
        assert len(nb.endpoint("dcim/devices").all()) == rows
    assert progress._bar is None
    return out.getvalue()


@pytest.mark.parametrize("threading", [False, True])
def test_a_long_read_shows_how_far_it_is(wire, threading):
    text = drawn(True, wire, 35, threading=threading)
    assert "dcim/devices" in text
    assert "35" in text


def test_one_page_shows_nothing(wire):
    assert drawn(True, wire, 5) == ""


def test_nothing_where_the_output_is_no_terminal(wire):
    assert drawn(False, wire, 35) == ""


def test_a_read_left_half_way_leaves_no_bar(wire):
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}") for i in range(50)])
    progress = Progress(Console(file=io.StringIO(), force_terminal=True))
    with make_api(wire, progress, page_size=10) as nb:
        next(iter(nb.endpoint("dcim/devices").all().iterator()))
        assert progress._bar is not None
    assert progress._bar is None


@pytest.mark.parametrize(("value", "state"), [("1", "active"), ("0", "inert"), ("", "inert")])
def test_it_is_inert_until_it_is_asked_for(monkeypatch, value, state):
    monkeypatch.setenv("NBCORE_PROGRESS", value)
    (info,) = [info for info in make_api().plugin_report() if info.name == "progress"]
    assert info.state == state


def test_settings_ask_for_it():
    (info,) = [info for info in make_api(settings={"progress": {}}).plugin_report() if info.name == "progress"]
    assert info.state == "active"


def test_rich_is_not_imported_before_it_is_active():
    code = "import sys, nbcore; nbcore.api('http://127.0.0.1:9', 't'); sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
