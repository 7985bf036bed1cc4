"""Storages: files that last, are corrupt, locked or shared; a Redis that is there, and one that is not."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import time
import uuid
import warnings

import pytest

import nbcore
from nbcore.testing import reply
from nbcore_cache import Cache, CacheWarning
from nbcore_cache.entries import Packed, pack
from nbcore_cache.storage import connect as open_storages
from nbcore_cache.store import Store, StoreError

LIST = "dcim/devices/"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache.sqlite"


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


def entry(text, ttl=60):
    return pack(reply(text), ttl, {}, "")


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_lasts_and_only_its_owner_reads_it(server, connect, names, url, path):
    first, _ = connect(url)
    names(first)
    second, cache = connect(url)
    names(second)
    assert server.sent() == [LIST]
    assert cache.stats.hits == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_relative_and_home_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Store("sqlite:///here/named.db").put("a", entry("1"))
    Store("sqlite:///~/home.sqlite").put("a", entry("1"))
    assert (tmp_path / "here" / "named.db").exists()
    assert (tmp_path / "home.sqlite").exists()


@pytest.mark.parametrize("garbage", [b"this is no database" * 100, None])
def test_a_corrupt_file_is_set_aside_with_a_warning(server, connect, names, url, path, garbage):
    if garbage is None:  # a database whose pages are torn
        nb, cache = connect(url)
        names(nb)
        nb.close()
        content = bytearray(path.read_bytes())
        content[100:] = os.urandom(len(content) - 100)
        garbage = bytes(content)
        server.calls.clear()
    path.write_bytes(garbage)
    with pytest.warns(CacheWarning, match="is corrupt .* set aside as cache.sqlite.corrupt-"):
        nb, cache = connect(url)
    assert names(nb) == names(nb) == ["d0", "d1", "d2"]
    assert (cache.stats.hits, len(server.sent())) == (1, 1)
    (aside,) = (item for item in path.parent.glob("*.corrupt-*") if not item.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == garbage


def test_a_file_that_becomes_corrupt_while_it_is_used(server, connect, names, url, path):
    nb, cache = connect(url)
    names(nb)
    nb.close()
    path.write_bytes(b"garbage" * 1000)
    with pytest.warns(CacheWarning, match="is corrupt"):
        assert names(nb) == ["d0", "d1", "d2"]
    assert names(nb)
    assert cache.stats.hits == 1


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: b"x" + data, lambda data: b"{}\n", lambda data: b""])
def test_an_entry_that_is_cut_is_a_miss(server, connect, names, url, path, damage):
    nb, cache = connect(url)
    names(nb)
    nb.close()
    with sqlite3.connect(path) as link:
        (value,) = link.execute("SELECT value FROM answers").fetchone()
        link.execute("UPDATE answers SET value = ?", (damage(value),))
    link.close()
    assert names(nb) == ["d0", "d1", "d2"]
    assert (cache.stats.hits, cache.stats.misses) == (0, 2)
    assert names(nb)
    assert cache.stats.hits == 1


@pytest.mark.parametrize("bad", ["", "sqlite://", "sqlite:///", "mysql://host", "cache.sqlite", "memory"])
def test_a_url_of_no_known_form_is_named(bad):
    with pytest.raises(nbcore.InputError, match="memory://, sqlite:///FILE"):
        Cache(bad)


def test_a_password_in_a_bad_url_is_not_told():
    with pytest.raises(nbcore.InputError) as caught:
        Cache("mongodb://user:hidden@host/")
    assert "hidden" not in str(caught.value)
    assert "hidden" not in repr(Cache("redis://:hidden@127.0.0.1:1/0"))


def test_a_file_that_cannot_be_written_is_an_error_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(nbcore.InputError, match="cannot be used"):
        Cache(f"sqlite:///{tmp_path}/file/cache.sqlite")
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(nbcore.InputError, match="cannot be used"):
        Cache(f"sqlite:///{tmp_path}/folder.sqlite")


@pytest.mark.parametrize("form", ["memory://", "sqlite:///{}"])
def test_what_has_ended_is_deleted_now_and_then(form, path, monkeypatch):
    monkeypatch.setattr("nbcore_cache.store._PURGE_EVERY", 3)
    store = Store(form.format(path))
    now = time.time()
    store.put("old", entry("1", ttl=5))
    store.put("new", entry("2", ttl=500))
    monkeypatch.setattr(time, "time", lambda: now + 60)
    assert store.get("old") is not None
    store.put("newer", entry("3", ttl=500))
    assert store.get("old") is None
    assert store.get("new") is not None


# --- trouble ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(monkeypatch, path):
    """A way to lock the file as another process does, and to unlock it."""
    monkeypatch.setattr("nbcore_cache.storage._WAIT", 0.05)
    monkeypatch.setattr("nbcore_cache.store._PAUSE", 0.0)
    link = sqlite3.connect(path, isolation_level=None)
    yield link
    link.close()


def test_a_file_that_stays_locked_does_not_stop_the_reads(locked, server, connect, names, url):
    nb, cache = connect(url)
    locked.execute("BEGIN IMMEDIATE")
    with pytest.warns(CacheWarning, match="reads go to the server .*locked"):
        assert names(nb) == ["d0", "d1", "d2"]
    assert names(nb) == ["d0", "d1", "d2"]  # it is said once
    assert (len(server.sent()), cache.stats.hits) == (2, 0)
    assert cache.stats.failures >= 2
    locked.execute("COMMIT")
    names(nb)
    names(nb)
    assert cache.stats.hits == 1


def test_a_drop_that_could_not_be_stored_is_not_forgotten(locked, server, connect, names, url):
    nb, cache = connect(url)
    names(nb)
    names(nb)
    locked.execute("BEGIN IMMEDIATE")
    with pytest.warns(CacheWarning):
        nb.endpoint("dcim/devices").update(server.devices[0]["id"], {"name": "new"})
    assert names(nb)[0] == "new"
    locked.execute("COMMIT")
    assert names(nb)[0] == "new"
    assert names(nb)[0] == "new"
    assert cache.stats.hits == 2


def test_a_write_that_fails_in_the_storage_is_an_error_there(url, path):
    """requests-cache's own storage would roll back without a word, or wait for ever."""
    store = Store(url)
    before = store.marks(["a"])
    with sqlite3.connect(path) as link:
        link.execute("CREATE TRIGGER full BEFORE INSERT ON marks BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    link.close()
    with pytest.raises(StoreError, match="disk is full"):
        store.change(["a"])
    assert Store(url).marks(["a"]) == before


def test_a_redis_that_is_away_does_not_stop_the_reads(server, connect, names):
    pytest.importorskip("redis")
    nb, cache = connect("redis://127.0.0.1:1/0")
    with pytest.warns(CacheWarning, match="reads go to the server"):
        assert names(nb) == ["d0", "d1", "d2"]
    assert names(nb) == ["d0", "d1", "d2"]  # it is said once
    nb.endpoint("dcim/devices").create(name="new")
    assert cache.stats.hits == 0
    assert "new" in names(nb)


def test_marks_never_get_an_earlier_word_back(url, path):
    store = Store(url)
    before = store.marks(["a", "b"])
    assert store.marks(["a", "b"]) == before
    store.change(["a"])
    after = store.marks(["a", "b"])
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]
    with sqlite3.connect(path) as link:
        link.execute("DELETE FROM marks")  # as Redis does when its memory is full
    link.close()
    assert not set(store.marks(["a", "b"]).values()) & {*before.values(), *after.values()}


# --- processes -------------------------------------------------------------------------------------------------------

WORKER = """
import json, sys
from nbcore_cache.entries import pack
from nbcore_cache.store import Store
from nbcore.testing import reply

url, number = sys.argv[1], int(sys.argv[2])
store = Store(url)
seen = 0
for turn in range(60):
    before = store.marks(["shared", f"own {number}"])
    store.put(f"key {turn % 5}", pack(reply({"by": number}), 60, before, ""))
    seen += store.get(f"key {turn % 5}") is not None
    store.change([f"own {number}"])
    if turn % 20 == 0:
        store.change(["shared"])
    assert store.marks([f"own {number}"]) != {f"own {number}": before[f"own {number}"]}
print(json.dumps(seen))
"""


def test_several_processes_use_one_file(url):
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, url, str(number)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    results = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, results
    assert [json.loads(out) for out, _ in results] == [60] * 4
    link = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    link.close()


def _in_child(nb, queue, opened):
    before = len(opened)
    queue.put([record.name for record in nb.endpoint("dcim/devices").all()])
    queue.put(len(opened) - before)
    nb.endpoint("dcim/devices").create(name="by the child")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_uses_the_file_beside_its_parent(server, connect, names, url, monkeypatch):
    opened = []
    monkeypatch.setattr("nbcore_cache.store.connect", lambda url: opened.append(url) or open_storages(url))
    nb, cache = connect(url)
    names(nb)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
        child = context.Process(target=_in_child, args=(nb, queue, opened))
        child.start()
    assert queue.get(timeout=30) == ["d0", "d1", "d2"]
    assert queue.get(timeout=30) == 1  # a connection of its own
    child.join(30)
    assert child.exitcode == 0
    server.devices[0]["name"] = "new"
    assert names(nb)[0] == "new"  # the child's write dropped what the parent had kept
    assert cache.stats.hits == 0


# --- Redis -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis_url():
    if not os.environ.get("NBCORE_TEST_REDIS"):
        pytest.skip("NBCORE_TEST_REDIS is not set")
    redis = pytest.importorskip("redis")
    url = f"{os.environ['NBCORE_TEST_REDIS']}/7"
    link = redis.Redis.from_url(url)
    yield url
    link.delete(*link.keys("nbcore-cache*"), "none")
    link.close()


@pytest.mark.integration
def test_redis_is_shared_and_its_answers_end_by_themselves(server, connect, names, redis_url):
    import redis

    token = uuid.uuid4().hex
    one, first = connect(redis_url, token=token, ttl=30)
    two, second = connect(redis_url, token=token, ttl=30)
    assert names(one) == names(two) == ["d0", "d1", "d2"]
    assert (first.stats.misses, second.stats.hits) == (1, 1)
    one.endpoint("dcim/devices").update(server.devices[0]["id"], {"name": "new"})
    assert names(two)[0] == "new"
    link = redis.Redis.from_url(redis_url)
    held = {key: link.ttl(key) for key in link.keys("nbcore-cache:*")}
    assert held
    assert all(0 < ttl <= 31 for ttl in held.values())
    assert not any(token.encode() in (link.get(key) or b"") for key in held)
    link.close()
    first.clear()
    names(two)
    assert (second.stats.hits, second.stats.misses) == (1, 2)


@pytest.mark.integration
def test_redis_with_the_change_log(server, connect, names, redis_url):
    token = uuid.uuid4().hex
    nb, cache = connect(redis_url, token=token, revalidate="changes", burst=0)
    assert names(nb)[0] == "d0"
    assert names(nb)[0] == "d0"
    server.rename(server.devices, "new", "dcim.device")
    assert names(nb)[0] == "new"
    assert cache.stats.hits == 1


def test_packed_entries_tell_when_they_end():
    packed = pack(reply({}), 30, {}, "")
    assert isinstance(packed, Packed)
    assert packed.expires_delta == 31
    assert 29 < packed.expires_unix - time.time() < 32
