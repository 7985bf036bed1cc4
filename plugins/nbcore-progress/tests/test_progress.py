"""The bar, on a console in memory."""

from __future__ import annotations

import io
import subprocess
import sys
import time

import pytest
from rich.console import Console

import nbcore
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


# --- nothing of it stays where a read ends otherwise ------------------------------------------------------------------------


@pytest.fixture
def half(wire):
    """An Api with a bar, of which a read is half-way, and the bar."""
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}") for i in range(50)])
    progress = Progress(Console(file=io.StringIO(), force_terminal=True), patience=0.2)
    nb = make_api(wire, progress, page_size=10)
    reading = nb.endpoint("dcim/devices").all().iterator()
    next(reading)
    assert progress._bar is not None
    yield nb, progress, reading
    nb.close()


def test_a_request_that_fails_takes_the_bar_away(wire, half):
    nb, progress, reading = half
    wire.on("GET", "dcim/devices/", nbcore.ProtocolError("the connection broke"))
    with pytest.raises(nbcore.ProtocolError):
        list(reading)
    assert progress._bar is None
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}") for i in range(30)])
    pages = nb.endpoint("dcim/devices").all().pages()
    next(pages)
    assert progress._bar is not None
    assert list(pages)
    assert progress._bar is None


def test_an_error_that_nobody_caught_takes_the_bar_away(half, monkeypatch):
    _nb, progress, _reading = half
    shown = []
    monkeypatch.setattr(progress, "_hook", lambda *error: shown.append((progress._bar, error)))
    sys.excepthook(ValueError, ValueError("mine"), None)
    assert [(bar, str(error[1])) for bar, error in shown] == [(None, "mine")]
    assert sys.excepthook != progress._failed


def test_a_read_that_is_left_takes_the_bar_away_in_time(half):
    _nb, progress, reading = half
    deadline = time.monotonic() + 5
    while progress._bar is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert progress._bar is None
    assert len(list(reading)) == 49
    assert progress._bar is None
