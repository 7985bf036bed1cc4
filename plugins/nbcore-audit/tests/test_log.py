"""The file: whole lines, rotation, and what a killed process leaves."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nbcore_audit import read
from nbcore_audit.log import HEAD, AppendLog, backups


def line(number: int, size: int = 100) -> bytes:
    text = f'{HEAD.decode()}intent","call":"{number}","attempt":1,"fill":"'
    return (text + "x" * max(size - len(text) - 2, 0) + '"}').encode()


def numbers(path: Path) -> list[int]:
    found = []
    for name in [*backups(str(path)), str(path)]:
        found += [int(json.loads(text)["call"]) for text in Path(name).read_bytes().splitlines()]
    return found


def test_the_file_is_made_for_its_owner_alone(tmp_path):
    AppendLog(str(tmp_path / "log")).append(line(1))
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_rotation_keeps_every_line_in_order(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path), max_bytes=1000)
    for number in range(100):
        log.append(line(number))
    assert numbers(path) == list(range(100))
    assert len(backups(str(path))) == 11
    assert all(Path(name).stat().st_size <= 1000 for name in [*backups(str(path)), path])


def test_rotation_drops_the_oldest_when_told_to(tmp_path):
    path = tmp_path / "log"
    (tmp_path / "log.txt").write_text("not ours")
    log = AppendLog(str(path), max_bytes=1000, keep=2)
    for number in range(100):
        log.append(line(number))
    assert len(backups(str(path))) == 2
    assert numbers(path) == list(range(numbers(path)[0], 100))
    assert (tmp_path / "log.txt").exists()


def test_a_line_larger_than_a_file_may_be_is_written(tmp_path):
    log = AppendLog(str(tmp_path / "log"), max_bytes=100)
    log.append(line(1, 5000))
    log.append(line(2, 5000))
    assert numbers(tmp_path / "log") == [1, 2]


def test_a_file_that_was_moved_or_deleted_is_begun_anew(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path))
    log.append(line(1))
    path.rename(tmp_path / "elsewhere")
    log.append(line(2))
    path.unlink()
    log.append(line(3))
    assert (numbers(tmp_path / "elsewhere"), numbers(path)) == ([1], [3])


def test_no_line_that_fits_stands_across_two_pages(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path))
    for number in range(300):
        log.append(line(number, 60 + number * 137 % 4036))
    assert numbers(path) == list(range(300))
    at = 0
    for text in path.read_bytes().splitlines(keepends=True):
        begin = at + len(text) - len(text.lstrip(b" "))
        at += len(text)
        assert begin // 4096 == (at - 1) // 4096, (begin, at)


def test_spaces_at_the_end_are_no_part_of_a_line(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path))
    log.append(line(1))
    with path.open("ab") as stream:
        stream.write(b" " * (4096 - 101))  # killed before the line that was to follow
    broken: list[str] = []
    assert len(read(path, broken)) == 1
    assert not broken
    log.append(line(2))
    assert numbers(path) == [1, 2]
    assert path.stat().st_size == 4096 + 101


KILLED = """
import sys
from nbcore_audit.log import AppendLog
log = AppendLog(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    log.append(b'{"v":1,"event":"intent","call":"%d","attempt":1,"fill":"%s"}' % (number, b"x" * (number * 37 % int(sys.argv[2]))))
    number += 1
"""


@pytest.mark.parametrize(("size", "whole"), [(3900, True), (30_000, False)])
def test_what_a_killed_process_leaves(tmp_path, size, whole):
    """kill -9 of a process that does nothing but append: whole lines, and of lines longer than a page whole ones after the next append."""
    for attempt in range(12):
        path = tmp_path / f"log-{attempt}"
        with subprocess.Popen([sys.executable, "-c", KILLED, path, str(size)], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(0.002 * attempt)
            writer.kill()
        if whole:
            assert not path.read_bytes().rpartition(b"\n")[2].strip()
        AppendLog(str(path)).append(line(10**9))
        found = numbers(path)
        assert found == [*range(len(found) - 1), 10**9]


@pytest.mark.parametrize("cut", [1, 8, len(HEAD), 60, 99, 4096, 70_000])
def test_a_part_of_a_line_is_taken_away(tmp_path, cut):
    path = tmp_path / "log"
    log = AppendLog(str(path))
    log.append(line(1))
    with path.open("ab") as stream:
        stream.write(line(2, 80_000)[:cut])
    log.append(line(3))
    assert numbers(path) == [1, 3]


def test_a_whole_line_without_its_break_stays(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(line(1))
    AppendLog(str(path)).append(line(2))
    assert numbers(path) == [1, 2]


@pytest.mark.parametrize("text", [b"a note of somebody", b'{"v":2}', b"x" * 200_000])
def test_what_is_not_ours_is_never_taken_away(tmp_path, text):
    path = tmp_path / "log"
    path.write_bytes(b"first\n" + text)
    AppendLog(str(path)).append(line(1))
    assert path.read_bytes() == b"first\n" + text + b"\n" + line(1) + b"\n"


def test_a_part_of_a_line_that_cannot_be_taken_away_gets_its_own_line(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("append-only")

    path = tmp_path / "log"
    path.write_bytes(line(1)[:50])
    monkeypatch.setattr(os, "ftruncate", refuse)
    AppendLog(str(path)).append(line(2))
    assert path.read_bytes() == line(1)[:50] + b"\n" + line(2) + b"\n"


def test_a_part_of_our_own_line_is_taken_away_at_once(tmp_path, monkeypatch):
    path = tmp_path / "log"
    log = AppendLog(str(path))
    log.append(line(1))
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[: len(data) // 2]))
    with pytest.raises(OSError, match=r"only 50 of 101 bytes"):
        log.append(line(2))
    assert path.read_bytes() == line(1) + b"\n"
    monkeypatch.undo()
    log.append(line(3))
    assert numbers(path) == [1, 3]


def test_each_line_is_synced_when_asked(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    log = AppendLog(str(tmp_path / "log"), fsync=True)
    log.append(line(1))
    log.append(line(2))
    assert synced == [101, 202]
    AppendLog(str(tmp_path / "log")).append(line(3))
    assert len(synced) == 2


def test_a_lock_that_is_never_freed_is_an_error(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path), patience=0.1)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError, match="another process holds its lock"):
            log.append(line(1))
    log.append(line(2))
    assert numbers(path) == [2]


WRITER = """
import sys, threading
from nbcore_audit.log import AppendLog
path, begin, count, max_bytes = sys.argv[1], *map(int, sys.argv[2:])
log = AppendLog(path, max_bytes=max_bytes)
def work(first):
    for number in range(first, first + count):
        log.append(b'{"v":1,"event":"intent","call":"%d","attempt":1,"fill":"%s"}' % (number, b"x" * (number * 37 % 9000)))
threads = [threading.Thread(target=work, args=(begin + count * n,)) for n in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
"""


@pytest.mark.parametrize("max_bytes", [0, 50_000])
def test_threads_and_processes_share_a_file(tmp_path, max_bytes):
    path = tmp_path / "log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(n * 200), "50", str(max_bytes)]) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert sorted(numbers(path)) == list(range(600))
    assert bool(backups(str(path))) == bool(max_bytes)


def test_a_reader_skips_what_is_no_line_and_names_it(tmp_path):
    path = tmp_path / "log"
    intent = b'{"v":1,"event":"intent","call":"c","attempt":1}'
    path.write_bytes(b"[]\nnull\n{}\n\xff\n" + intent + b'\n{"v":1,"event":"outcome","call":"no","attempt":1}\n{"v":1,"event":"in')
    broken: list[str] = []
    entries = read(path, broken)
    assert [entry.intent["call"] for entry in entries] == ["c"]
    assert broken == [*(f"{path}:{number}" for number in (1, 2, 3, 4)), f"{path}:7 (cut short)"]


def test_a_file_that_is_renamed_while_it_is_read_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "log"
    log = AppendLog(str(path), max_bytes=300)
    change = b'{"v":1,"event":"change","call":"1"}'
    log.append(line(1))
    log.append(change)
    real = backups

    def rotated(name: str) -> list[str]:
        monkeypatch.setattr("nbcore_audit.reading.backups", real)
        log.append(line(2, 200))
        log.append(line(3, 200))
        return real(name)

    monkeypatch.setattr("nbcore_audit.reading.backups", rotated)
    assert [(entry.intent["call"], len(entry.changes)) for entry in read(path)] == [("1", 1)]
    assert [entry.intent["call"] for entry in read(path)] == ["1", "2", "3"]


def test_reading_goes_on_while_the_file_is_rotated(tmp_path):
    path = tmp_path / "log"
    log = AppendLog(str(path), max_bytes=2000)
    log.append(line(0))
    stop = threading.Event()

    def write():
        number = 1
        while not stop.is_set():
            log.append(line(number))
            number += 1
            time.sleep(0.0001)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(30):
            found = [int(entry.intent["call"]) for entry in read(path)]
            assert found == list(range(len(found)))
    finally:
        stop.set()
        thread.join()
