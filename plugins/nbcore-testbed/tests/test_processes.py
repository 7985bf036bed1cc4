"""Crashes and pids: what runs is taken down, what is somebody else's is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from nbcore_testbed import cli, processes, testbed
from nbcore_testbed.errors import NotRunning, ServerEnded

SLEEP = "import time; time.sleep(300)"
# One that has children of its own, as uWSGI and Celery have, and takes no notice of SIGTERM.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(child.pid, flush=True)
time.sleep(300)
"""


def child_of(log) -> int:
    """The number that the stubborn one prints."""
    deadline = time.monotonic() + 10
    while not log.read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(log.read_text())


def gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while processes.born(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes.born(pid)


def test_down_ends_what_runs_and_removes_the_data(bed, server, capsys):
    one, two = server(SLEEP), server(SLEEP)
    state = bed("lab", redis=one, uwsgi=two)
    assert cli.main(["down", "--name", "lab"]) == 0
    assert gone(one.pid)
    assert gone(two.pid)
    assert not os.path.exists(state.postgres_folder)
    assert "'lab' is stopped" in capsys.readouterr().err


def test_one_that_will_not_stop_is_killed_with_its_children(tmp_path, server):
    stubborn = server(STUBBORN)
    child = child_of(tmp_path / "server-0.log")
    processes.ask(stubborn)
    processes.end(stubborn, 0.5)
    assert gone(stubborn.pid)
    assert gone(child)


def test_children_of_one_that_was_killed_are_ended(tmp_path, server):
    killed = server(STUBBORN)
    child = child_of(tmp_path / "server-0.log")
    os.kill(killed.pid, signal.SIGKILL)
    assert gone_or_zombie(killed)
    processes.end(killed)
    assert gone(child)


def gone_or_zombie(process) -> bool:
    deadline = time.monotonic() + 5
    while processes.lives(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes.lives(process)


def test_a_later_process_of_the_same_number_is_left_alone(bed):
    """As after the machine started again: the numbers of the state file are other people's."""
    with subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True) as stranger:
        bed("lab", uwsgi=processes.Process(stranger.pid, "12345"), redis=processes.Process(os.getpid(), "1"))
        assert testbed.down("lab")
        assert stranger.poll() is None
        stranger.kill()


def test_a_crashed_server_is_named(bed, server, capsys):
    dead = server("")
    assert gone_or_zombie(dead)
    bed("lab", redis=server(SLEEP), uwsgi=dead)
    with pytest.raises(NotRunning, match=r"uwsgi of the testbed 'lab' ended; see .*uwsgi\.log.*up --name lab"):
        testbed.running("lab")
    assert cli.main(["status", "--name", "lab"]) == 1
    assert '"uwsgi": "ended"' in capsys.readouterr().out
    assert cli.main(["list"]) == 0
    assert "lab\tNautobot 3.2.7\tsmall\tended" in capsys.readouterr().out


def test_a_server_that_ends_while_it_starts_shows_its_log(tmp_path, server):
    dead = server("print('no memory for me'); raise SystemExit(3)")
    with pytest.raises(ServerEnded, match=r"(?s)Redis ended while it started.*no memory for me"):
        processes.wait_for(dead, lambda: False, "Redis", tmp_path / "server-0.log", 30)


def test_a_server_that_is_not_ready_in_time(tmp_path, server):
    with pytest.raises(ServerEnded, match="Redis was not ready within 0 s"):
        processes.wait_for(server(SLEEP), lambda: False, "Redis", tmp_path / "server-0.log", 0.2)


def test_two_testbeds_are_told_apart(bed, server):
    one, two = server(SLEEP), server(SLEEP)
    bed("one", redis=one)
    bed("two", redis=two)
    assert testbed.down("one")
    assert not processes.lives(one)
    assert processes.lives(two)
    assert testbed.running("two").name == "two"
