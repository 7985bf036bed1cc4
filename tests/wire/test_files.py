"""Files beside ours: links are not followed, others cannot read or write what we keep, and what is damaged is dropped and said once."""

from __future__ import annotations

import contextlib
import os
import stat
import warnings

import pytest

import nbcore
from nbcore.private_files import FileWarning, UnsafeFileError, check_private, open_private

from .loopback import Answer, rows

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="links and modes are POSIX's")
KEPT = "the victim's own"


@pytest.fixture
def lab(server, nb):
    server.serve("lab/devices", rows(2))
    server.on("POST", "lab/devices/", lambda request: Answer([{**rows(1)[0], **item} for item in request.json], 201))
    return nb.endpoint("lab/devices")


@pytest.fixture
def victim(tmp_path):
    made = tmp_path / "victim"
    made.write_text(KEPT)
    return made


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def sent(server):
    return [request for request in server.requests if request.method == "POST"]


@pytest.mark.parametrize("name", ["m", "m.part"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_a_journal_is_not_written_through_what_somebody_planted(server, lab, tmp_path, victim, name, kind):
    place = tmp_path / name
    {
        "link": lambda: os.symlink(victim, place),
        "dangling link": lambda: os.symlink(tmp_path / "nowhere", place),
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
    }[kind]()
    with pytest.raises(nbcore.InputError, match=r"link|plain file|directory"):
        lab.create([{"name": "x"}], chunk_size=1, journal=str(tmp_path / "m"))
    assert victim.read_text() == KEPT
    assert not (tmp_path / "nowhere").exists()
    assert sent(server) == []


def test_what_a_killed_process_left_beside_a_journal_is_replaced(server, lab, tmp_path, victim):
    os.link(victim, tmp_path / "m.part")  # even one that is another file too
    lab.create([{"name": "x"}], chunk_size=1, journal=str(tmp_path / "m"))
    assert victim.read_text() == KEPT
    assert not (tmp_path / "m.part").exists()
    assert mode(tmp_path / "m") == 0o600


@pytest.mark.parametrize("name", ["m", "m.part"])
def test_a_journal_that_others_could_write_is_its_owners_alone_afterwards(lab, tmp_path, name):
    place = tmp_path / name
    place.touch()
    place.chmod(0o666)
    with pytest.warns(FileWarning, match="0666.*now its owner's alone") if name == "m" else contextlib.nullcontext():
        lab.create([{"name": "x"}], chunk_size=1, journal=str(tmp_path / "m"))
    assert mode(tmp_path / "m") == 0o600
    with warnings.catch_warnings():  # it is said once
        warnings.simplefilter("error")
        nbcore.Journal.load(str(tmp_path / "m"), lab.api)


def test_a_journal_is_not_read_through_a_link(lab, tmp_path):
    lab.create([{"name": "x"}], chunk_size=1, journal=str(tmp_path / "m"))
    (tmp_path / "link").symlink_to(tmp_path / "m")
    with pytest.raises(nbcore.InputError, match="is a link"):
        nbcore.Journal.load(str(tmp_path / "link"), lab.api)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_not_used(lab, tmp_path, victim):
    os.chown(victim, 12345, 12345)
    with pytest.raises(nbcore.InputError, match="belongs to another user"):
        lab.create([{"name": "x"}], chunk_size=1, journal=str(victim))
    for use in (lambda: os.close(open_private(victim, os.O_RDWR)), lambda: check_private(victim)):
        with pytest.raises(UnsafeFileError, match="belongs to another user"):
            use()
    assert victim.read_text() == KEPT


# --- documents of the server ---------------------------------------------------------------------------------------------


@pytest.fixture
def documents(server, connect, tmp_path):
    """Reads the OpenAPI document as a new process would, and gives what came; the folder is tmp_path/documents."""
    server.on("GET", "status/", {"nautobot-version": "3.2.7", "nautobot-apps": {}, "plugins": {}})
    server.on("GET", "swagger.json", {"paths": {"/dcim/": {}}})

    def read():
        server.requests.clear()
        found = connect(cache_dir=str(tmp_path / "documents")).openapi()
        return found, "GET swagger.json" in [str(request) for request in server.requests]

    return read


def the_document(tmp_path):
    (found,) = [path for path in (tmp_path / "documents").iterdir() if path.name.startswith("openapi")]
    return found


@pytest.mark.parametrize("content", [b"", b"{broken", b"[]", b"5", b'{"paths": 7}', b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_document_is_made_again_and_that_is_said_once(documents, tmp_path, content):
    assert documents()[1]
    the_document(tmp_path).write_bytes(content)
    with pytest.warns(FileWarning, match="damaged"):
        found, asked = documents()
    assert (found, asked) == ({"paths": {"/dcim/": {}}}, True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert documents() == (found, False)


def test_a_document_is_not_read_or_written_through_a_link(documents, tmp_path, victim):
    documents()
    place = the_document(tmp_path)
    place.unlink()
    victim.write_text('{"paths": {"/planted/": {}}}')
    place.symlink_to(victim)
    with pytest.warns(FileWarning, match="is a link"):
        found, asked = documents()
    assert (found, asked) == ({"paths": {"/dcim/": {}}}, True)
    assert "planted" in victim.read_text()
    assert not place.is_symlink()


def test_a_document_that_others_could_write(documents, tmp_path):
    documents()
    the_document(tmp_path).chmod(0o666)
    with pytest.warns(FileWarning, match="0666"):
        documents()
    assert mode(the_document(tmp_path)) == 0o600
    assert mode(tmp_path / "documents") == 0o700


def test_no_half_of_a_document_is_left_behind(server, connect, tmp_path):
    server.on("GET", "status/", {"nautobot-version": "3.2.7", "nautobot-apps": {}, "plugins": {}})
    server.on("GET", "swagger.json", {"paths": {}})
    (tmp_path / "documents").write_text("a file where the folder should be")
    assert connect(cache_dir=str(tmp_path / "documents")).openapi() == {"paths": {}}
