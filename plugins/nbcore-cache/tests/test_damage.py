"""What is damaged in a cache's storage is dropped, and said once; files beside ours are not trusted."""

from __future__ import annotations

import os
import sqlite3
import stat
import warnings

import pytest

import nbcore
from nbcore.private_files import FileWarning
from nbcore_cache import Cache, CacheWarning

LIST = "dcim/devices/"
MARKS = [b"no mark", b"", b"nan 0", b"inf " + b"0" * 32, b"1.5", b"-1 " + b"0" * 32, b"\xff\xfe", 7, None, "0", b"1e400 " + b"0" * 32]
HEAD = b'{"status":200,"reason":"OK","headers":{},"url":"","until":99999999999,"marks":%s,"log":"","size":2}\n{}'
ANSWERS = [
    b"", b"{", b"{}\n", b"[]\n", b"5\n5", b"null\n", b"[" * 100_000, 7, None,
    *(HEAD % marks for marks in (b'{"a":[]}', b'{"a":{}}', b"[]", b"7", b"null", b'"x"', b'{"a":null}')),
    HEAD.replace(b"200", b"500") % b"{}", HEAD.replace(b"99999999999", b'"soon"') % b"{}",
    HEAD.replace(b'"headers":{}', b'"headers":[[]]') % b"{}",
    HEAD.replace(b'"reason":"OK"', b'"reason":7') % b"{}", HEAD.replace(b"99999999999", b"1" + b"0" * 400) % b"{}",
]  # fmt: skip
NOTES = [
    b"", b"{", b"[]", b"7", b"null", b'{"name":"x","since":"yesterday","seen":{}}', b'{"name":"x","since":"","seen":[]}',
    b'{"name":7,"since":"","seen":{}}', b'{"name":"x","since":"2026-01-01T00:00:00","seen":{}}', b'{"name":"x","seen":{"a":"never"}}',
    b'{"name":"x","since":7,"seen":{"a":7}}', b"[" * 100_000,
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache.sqlite"


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


def damage(path, table, value, where=""):
    with sqlite3.connect(path) as connection:
        changed = connection.execute(f"UPDATE {table} SET value = ? {where}", (value,)).rowcount
    connection.close()
    assert changed


def read_quietly(connect, names, url, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nb, cache = connect(url, **settings)
        return names(nb), cache


@pytest.mark.parametrize("value", MARKS, ids=repr)
def test_a_mark_that_is_none_is_dropped(server, connect, names, url, path, value):
    read_quietly(connect, names, url)
    damage(path, "marks", value)
    nb, _ = connect(url)
    if value == b"":
        assert names(nb) == ["d0", "d1", "d2"]
    else:
        with pytest.warns(CacheWarning, match="a mark in the cache .* is damaged; it is dropped"):
            assert names(nb) == ["d0", "d1", "d2"]
    found, cache = read_quietly(connect, names, url)
    assert (found, cache.stats.hits) == (["d0", "d1", "d2"], 1)  # the file is as good as new


@pytest.mark.parametrize("value", ANSWERS, ids=lambda value: repr(value)[:60])
def test_an_answer_that_is_damaged_is_dropped(server, connect, names, url, path, value, caplog):
    read_quietly(connect, names, url)
    damage(path, "answers", value)
    nb, cache = connect(url)
    assert names(nb) == ["d0", "d1", "d2"]
    assert cache.stats.misses == 1
    found, cache = read_quietly(connect, names, url)
    assert (found, cache.stats.hits) == (["d0", "d1", "d2"], 1)
    assert caplog.text.count("an answer in the cache") == caplog.text.count("is damaged; it is dropped") == 1


@pytest.mark.parametrize("value", NOTES, ids=lambda value: repr(value)[:60])
def test_a_place_in_the_change_log_that_is_damaged(server, connect, names, url, path, value):
    read_quietly(connect, names, url, revalidate="changes", burst=0)
    damage(path, "marks", value, "WHERE hex(value) LIKE '7B%'")
    server.rename(server.devices, "renamed", "dcim.device")
    nb, _ = connect(url, revalidate="changes", burst=0)
    with pytest.warns(CacheWarning, match="the place in the change log .* is damaged"):
        assert names(nb) == ["renamed", "d1", "d2"]
    found, cache = read_quietly(connect, names, url, revalidate="changes", burst=0)
    assert (found, cache.stats.hits) == (["renamed", "d1", "d2"], 1)


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_a_file_that_somebody_planted_is_not_used(tmp_path, url, path, ending, kind):
    victim = tmp_path / "victim"
    victim.write_text("the victim's own")
    place = tmp_path / f"{path.name}{ending}"
    {"link": lambda: place.symlink_to(victim), "folder": place.mkdir, "pipe": lambda: os.mkfifo(place)}[kind]()
    with pytest.raises(nbcore.InputError, match=r"link|plain file|directory"):
        Cache(url)
    assert victim.read_text() == "the victim's own"


def test_a_file_that_others_could_read(server, connect, names, url, path):
    path.touch()
    path.chmod(0o666)
    with pytest.warns(FileWarning, match="0666"):
        nb, _ = connect(url)
    names(nb)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("cache.sqlite*")} == {0o600}
    read_quietly(connect, names, url)
