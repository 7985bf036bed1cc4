"""Cases 88 and 90 to 96: caches around a lost write, restored Apis, wrong arguments, interrupts, forks, files, plugins that exit."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
import signal
import stat
import subprocess
import sys
import time
import warnings

import pytest

import nbcore
from nbcore import hookimpl
from nbcore.private_files import FileWarning

from . import plays
from .conftest import TOKEN

PATH = "lab/devices"
SOON = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0  # seconds; more on a busy machine
OTHER = "another-token-of-forty-characters-456789"


def everything(_request):
    return True


def patches(request):
    return request.method == "PATCH"


# --- 88: a caching session ---------------------------------------------------------------------------------------------


def caching(nb):
    requests_cache = pytest.importorskip("requests_cache")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nb.http_session = requests_cache.CachedSession(backend="memory", expire_after=3600)
    return nb


@pytest.mark.parametrize("answer", [plays.reset, plays.fin], ids=["reset", "fin"])
@pytest.mark.case(88)
def test_a_lost_patch_behind_a_caching_session(world, answer):
    rows = world.store.fill(4)
    nb = caching(world.connect())
    records = [nb.endpoint(PATH).get(row["id"]) for row in rows]
    world.server.inject(patches, plays.committed(answer))

    def change(index):
        records[index].name = f"changed {index}"
        records[index].save()
        return nb.endpoint(PATH).get(rows[index]["id"]).name

    assert world.ok(change) == [f"changed {index}" for index in range(4 if world.threaded else 1)]
    world.kept += records


@pytest.mark.case(88)
def test_another_writer_behind_a_caching_session(world):
    rows = world.store.fill(4)
    nb = caching(world.connect())
    records = [nb.endpoint(PATH).get(row["id"]) for row in rows]
    for row in rows:
        world.connect().endpoint(PATH).update(row["id"], {"name": f"theirs {row['id']}"})

    def change(index):
        records[index].name = "mine"
        records[index].save(if_unmodified=True)

    world.fails(nbcore.ConflictError, change)
    assert all(name.startswith("theirs") for name in world.store.names())


# --- 90: restored and copied Apis ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [lambda nb: pickle.loads(pickle.dumps(nb)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
@pytest.mark.case(90)
def test_apis_of_two_servers_keep_their_tokens_apart(world, monkeypatch, way):
    """The environment names the canary, which sees nothing; the server sees no token but its own."""
    world.store.fill(4)
    nb = world.connect()
    monkeypatch.setenv("NAUTOBOT_URL", world.canary.url)
    monkeypatch.setenv("NAUTOBOT_TOKEN", OTHER)
    again = way(nb)
    world.made.append(again)
    assert world.ok(lambda _index: again.endpoint(PATH).count())[0] == 4
    assert {request.headers.get("authorization") for request in world.server.requests} <= {None, f"Token {TOKEN}"}
    assert not world.canary.requests


# --- 91: wrong arguments -------------------------------------------------------------------------------------------------

WRONG = {
    "misspelt": {"page_sise": 7},
    "a number": {"retries": "many"},
    "a list": {"plugins": 7},
    "a dict": {"settings": [1]},
    "a plugin": {"plugins": [object()]},
    "its settings": {"settings": {"nowhere": {}}},
    "a line break": {"token": f"{TOKEN}\n"},
    "the token elsewhere": {"api_version": TOKEN},
    "proxies": {"proxies": TOKEN},
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.case(91)
def test_wrong_arguments_show_no_token(world, kind):
    """World.check() looks for the token in the text, and in the locals of every frame."""
    nb = world.connect()
    world.fails((nbcore.InputError, nbcore.PluginError), lambda _index: nb.with_options(**WRONG[kind]))
    assert not world.server.requests


# --- 92: interrupts ------------------------------------------------------------------------------------------------------

INTERRUPTED = {
    "a parallel read": "list(nb.endpoint('lab/devices').all())",
    "a bulk write": "nb.endpoint('lab/devices').create([{'name': str(n)} for n in range(40)], chunk_size=5, parallel=True)",
    "aio": "asyncio.run(main())",
    "a retry sleep": "nb.endpoint('lab/devices').count()",
}
SCRIPT = """
import asyncio, nbcore
nb = nbcore.Api({url!r}, {token!r}, threading=True, retries=3, page_size=7)
async def main():
    await asyncio.gather(*(nb.aio.endpoint("lab/devices").count() for _ in range(8)))
{part}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a child there")
@pytest.mark.parametrize("part", INTERRUPTED)
@pytest.mark.case(92)
def test_ctrl_c_ends_the_process_within_a_second(world, part):
    world.store.fill(40)
    busy = plays.says(503, {"detail": "wait"}, Retry_After="30") if "sleep" in part else plays.hang
    world.server.inject(everything, busy, times=None)
    command = [sys.executable, "-c", SCRIPT.format(url=world.server.url, token=TOKEN, part=INTERRUPTED[part])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 10
        while not world.server.requests and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert time.monotonic() - started < SOON, errors
    assert process.returncode == -signal.SIGINT, errors
    assert TOKEN not in errors


@pytest.mark.case(92)
def test_close_ends_what_hangs(world):
    world.server.inject(everything, plays.hang, times=None)
    nb = world.connect(deadline=None, timeout=(5, 60))

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(nb.aio.endpoint(PATH).count(), 0.2)

    asyncio.run(main())
    assert len(world.server.requests) == 1


# --- 93: forks -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.case(93)
def test_a_child_after_aio_and_a_bulk(world):
    world.store.fill(20)
    nb = world.connect(page_size=7)
    world.kept += nb.endpoint(PATH).create([{"name": f"made {number}"} for number in range(8)], chunk_size=2, parallel=True)

    async def names():
        return [record.name async for record in nb.aio.endpoint(PATH).all()]

    before = asyncio.run(names())
    child = os.fork()
    if not child:
        code = 1
        try:
            code = int(asyncio.run(names()) != before or [record.name for record in nb.endpoint(PATH).all()] != before)
        finally:
            os._exit(code)
    until = time.monotonic() + 8
    done = 0
    while not done and time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.02)
    if not done:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert done
    assert os.waitstatus_to_exitcode(status) == 0
    assert asyncio.run(names()) == before


# --- 94 and 95: files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["journal", "journal.part"])
@pytest.mark.case(94)
def test_a_planted_link_at_a_journal(world, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("the victim's own")
    (tmp_path / name).symlink_to(victim)
    nb = world.connect()
    world.fails(
        nbcore.InputError, lambda _index: nb.endpoint(PATH).create([{"name": "x"}], chunk_size=1, journal=str(tmp_path / "journal"))
    )
    assert victim.read_text() == "the victim's own"
    assert not world.server.requests


@pytest.mark.case(94)
def test_a_journal_that_others_could_write(world, tmp_path):
    place = tmp_path / "journal"
    place.touch()
    place.chmod(0o666)
    with pytest.warns(FileWarning, match="0666"):
        world.kept += world.connect().endpoint(PATH).create([{"name": "x"}], chunk_size=1, journal=str(place))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"], ids=repr)
@pytest.mark.case(95)
def test_a_damaged_document(world, tmp_path, content):
    world.store.fill(1)
    document = {"paths": {}}
    world.server.inject(lambda request: request.path == "status/", plays.says(200, {"nautobot-version": "3.2.7"}), times=None)
    world.server.inject(lambda request: request.path == "swagger.json", plays.says(200, document), times=None)
    folder = tmp_path / "documents"
    assert world.connect(cache_dir=str(folder)).openapi() == document
    for path in folder.iterdir():
        path.write_bytes(content)
    with pytest.warns(FileWarning, match="damaged"):
        assert world.connect(cache_dir=str(folder)).openapi() == document
    assert world.connect(cache_dir=str(folder)).openapi() == document
    assert len(world.server.sent("GET", "swagger.json")) == 2


# --- 96: plugins that end Python -----------------------------------------------------------------------------------------


class Exits:
    """A plugin that exits wherever it only watches."""

    @hookimpl
    def nbcore_ready(self, api):
        raise SystemExit(3)

    @hookimpl
    def nbcore_page(self, call):
        sys.exit("no license")


@pytest.mark.case(96)
def test_a_plugin_that_exits_ends_no_read(world):
    rows = world.store.fill(20)
    nb = world.connect(plugins=[Exits()], page_size=7)
    for names in world.ok(lambda _index: [record.name for record in nb.endpoint(PATH).all()]):
        assert names == [row["name"] for row in rows]
