"""A journal on disk: never written over while it is needed, of one server, for one process at a time, read back strictly."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import traceback

import pytest

import nbcore
from nbcore.contracts import JournalStore
from nbcore.testing import make_api, reply

from .lab import device, ident, sent

PATH = "lab/devices"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "bulk.journal"


def items(number=4):
    return [{"name": f"d{index}"} for index in range(number)]


def broken(wire, nb, file, number=4):
    """A bulk create that broke after its first chunk, and what the server then answers."""
    table = wire.serve(PATH, [], "lab.device")
    breaks = [True]
    wire.wrap("POST", f"{PATH}/", lambda call, handler: reply({"detail": "no"}, 403) if breaks[0] and len(table) >= 2 else handler(call))
    with pytest.raises(nbcore.PermissionDeniedError):
        nb.endpoint(PATH).create(items(number), chunk_size=2, journal=file)
    breaks[0] = False
    wire.calls.clear()
    return table


# --- what is there is not lost ---------------------------------------------------------------------------------------------


def test_a_journal_that_is_not_done_is_not_written_over(wire, nb, file):
    broken(wire, nb, file)
    kept = file.read_bytes()
    with pytest.raises(nbcore.InputError, match=r"not done \(2 of 4 items are left\).*resume\(\)"):
        nb.endpoint(PATH).create(items(), journal=file)
    assert file.read_bytes() == kept
    assert not wire.calls
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]
    assert len(nbcore.Journal.load(file, nb).resume()) == 4


def test_a_journal_that_is_done_makes_place(wire, nb, file):
    wire.serve(PATH, [], "lab.device")
    for number in (4, 2):
        nb.endpoint(PATH).create(items(number), journal=file)
    assert len(nbcore.Journal.load(file, nb)) == 2


@pytest.mark.parametrize("how", ["create", "save"])
def test_what_is_no_journal_is_not_written_over(wire, nb, file, how, tmp_path):
    file.write_text("precious")
    broken(wire, nb, tmp_path / "another")
    another = nbcore.Journal.load(tmp_path / "another", nb)
    ways = {"create": lambda: nb.endpoint(PATH).create(items(), journal=file), "save": lambda: another.save(file)}
    with pytest.raises(nbcore.InputError, match="not a journal"):
        ways[how]()
    assert file.read_text() == "precious"


@pytest.mark.parametrize("path", ["", "no/such/folder/j"])
def test_a_journal_that_cannot_be_written_is_refused_before_anything_is_sent(wire, nb, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    wire.serve(PATH, [], "lab.device")
    with pytest.raises(nbcore.InputError, match="journal"):
        nb.endpoint(PATH).create(items(), journal=path)
    assert not wire.calls
    assert not list(tmp_path.iterdir())


# --- where it belongs ------------------------------------------------------------------------------------------------------


def test_it_goes_on_only_with_its_own_server(wire, nb, file):
    broken(wire, nb, file)
    with pytest.raises(nbcore.InputError, match=r"journal of https://nautobot\.test.*this Api is of https://another\.test"):
        nbcore.Journal.load(file, make_api(wire, url="https://another.test"))


def test_one_of_an_older_nbcore_is_read(wire, nb, file):
    table = broken(wire, nb, file)
    head, *rest = file.read_text().splitlines()
    head = {name: value for name, value in json.loads(head).items() if name != "url"}
    file.write_text("\n".join([json.dumps(head), *rest]) + "\n")
    assert [record.name for record in nbcore.Journal.load(file, nb).resume()] == [row["name"] for row in table]


def test_another_process_cannot_take_it_meanwhile(wire, nb, file):
    wire.serve(PATH, [], "lab.device")
    told = []
    code = """
import sys, nbcore
from nbcore.testing import Wire, make_api
nb = make_api(Wire())
try:
    nbcore.Journal.load(sys.argv[1], nb).resume()
except nbcore.NbcoreError as exc:
    print(exc)
"""

    def meanwhile(call, handler):
        told.append(subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True).stdout)
        return handler(call)

    wire.wrap("POST", f"{PATH}/", meanwhile)
    assert len(nb.endpoint(PATH).create(items(2), journal=file)) == 2
    assert ["in use by another process" in text for text in told] == [True]
    assert len(nbcore.Journal.load(file, nb).created) == 2


# --- reading it back -------------------------------------------------------------------------------------------------------


def test_ids_that_the_server_gave_are_kept(wire, file):
    spec = nbcore.AppSpec("lab", "lab", (nbcore.EndpointSpec("devices", key="integer"),))
    nb = make_api(wire, spec)
    made = [device(7, id=7), device(8, id=8)]
    wire.on("POST", f"{PATH}/", reply(made, 201))
    nb.lab.devices.create(items(2), journal=file)
    wire.serve(PATH, made)
    assert [str(record.id) for record in nbcore.Journal.load(file, nb).resume()] == ["7", "8"]


DAMAGES = {
    "an item": (1, b'{"id": "1", "item', "damaged in line 2"),
    "an item without an id": (1, b'{"item": {}}', "damaged in line 2"),
    "a state in the middle": (5, b'{"state": "crea', "damaged in line 6"),
    "a state without items": (5, b'{"state": "created"}', "damaged in line 6"),
    "an item that is not there": (5, b'{"state": "created", "n": [99]}', "damaged in line 6"),
    "another state": (5, b'{"state": "gone", "n": [0]}', "damaged in line 6"),
    "no number of items": (0, b'{"nbcore": "journal", "operation": "create", "path": "lab/devices"}', "first line"),
    "no head": (0, b"{}", "not a journal"),
}


@pytest.mark.parametrize(("place", "line", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_line_is_told(wire, nb, file, place, line, said):
    broken(wire, nb, file)
    lines = file.read_bytes().splitlines()
    lines[place] = line
    file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(nbcore.InputError, match=said):
        nbcore.Journal.load(file, nb)


def test_one_that_is_not_there(nb, file):
    with pytest.raises(nbcore.InputError, match=r"bulk\.journal cannot be read"):
        nbcore.Journal.load(file, nb)


def test_a_resume_that_breaks_at_once_has_its_journal(wire, nb, file):
    broken(wire, nb, file)
    wire.on("GET", f"{PATH}/", reply({"detail": "no"}, 403))
    journal = nbcore.Journal.load(file, nb)
    with pytest.raises(nbcore.PermissionDeniedError) as caught:
        journal.resume()
    assert caught.value.journal is journal


# --- what an error says ----------------------------------------------------------------------------------------------------


def test_a_delete_whose_answer_was_lost_is_told_as_such(wire, nb):
    wire.serve(PATH, [device(1), device(2)])
    wire.on("DELETE", f"{PATH}/", reply({"detail": "gone"}, 502))
    with pytest.raises(nbcore.PartialResult, match=r"may or may not have been done \(.*502") as caught:
        nb.endpoint(PATH).delete([ident(1), ident(2)], on_error="continue")
    assert caught.value.missing == []
    assert len(caught.value.journal.unknown) == 2


def test_a_delete_that_could_not_look_first_was_not_sent(wire, nb):
    wire.on("GET", f"{PATH}/", reply({"detail": "gone"}, 502))
    with pytest.raises(nbcore.PartialResult, match=r"not sent \(.*502") as caught:
        nb.endpoint(PATH).delete([ident(1), ident(2)], on_error="continue")
    assert caught.value.missing == []
    assert len(caught.value.journal.waiting) == 2
    assert [call.method for call in wire.calls] == ["GET"]


def test_what_a_plugin_raises_leaves_the_journal_exact(wire, file):
    class Guard:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            if call.method == "POST" and sent(call)[0]["name"] == "d2":
                raise nbcore.InputError("not this one")
            return (yield)

    wire.serve(PATH, [], "lab.device")
    nb = make_api(wire, Guard())
    with pytest.raises(nbcore.InputError, match="not this one") as caught:
        nb.endpoint(PATH).create(items(), chunk_size=2, journal=file)
    assert [entry.state for entry in caught.value.journal] == ["created", "created", "waiting", "waiting"]
    assert len(nbcore.Journal.load(file, make_api(wire)).resume()) == 4


@pytest.mark.parametrize("size", [0, 1.5, "5", True])
def test_a_chunk_has_a_whole_number_of_items(wire, nb, size):
    with pytest.raises(nbcore.InputError, match="chunk_size"):
        nb.endpoint(PATH).create(items(), chunk_size=size)
    assert not wire.calls


# --- in a store of somebody's own ------------------------------------------------------------------------------------------


class Database:
    """A journal in a SQLite database, which one process at a time may have open."""

    def __init__(self, path):
        self.path = path
        self.db = None

    def hold(self):
        self.db = self._open()

    def read(self):
        db = self.db or self._open()
        try:
            return [line for (line,) in db.execute("SELECT content FROM line ORDER BY rowid")]
        finally:
            if db is not self.db:
                db.close()

    def replace(self, lines):
        self.db.execute("BEGIN")
        self.db.execute("DELETE FROM line")
        self.db.executemany("INSERT INTO line VALUES (?)", ((line,) for line in lines))
        self.db.execute("COMMIT")

    def add(self, line):
        self.db.execute("INSERT INTO line VALUES (?)", (line,))

    def close(self):
        self.db.close()
        self.db = None

    def _open(self):
        db = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("CREATE TABLE IF NOT EXISTS line (content BLOB)")
            db.execute("COMMIT")
        except sqlite3.OperationalError:
            db.close()
            raise nbcore.InputError(f"the journal {self} is in use by another process") from None
        return db

    def __str__(self):
        return str(self.path)


@pytest.fixture
def store(tmp_path):
    return Database(tmp_path / "journal.sqlite")


def test_a_broken_create_is_resumed_from_a_store_of_ones_own(wire, nb, store):
    kept: JournalStore = store
    table = broken(wire, nb, kept)
    planned = [json.loads(line)["id"] for line in store.read()[1:5]]
    journal = nbcore.Journal.load(Database(store.path), nb)
    assert [entry.state for entry in journal] == ["created", "created", "failed", "failed"]
    made = journal.resume()
    assert [(record.id, record.name) for record in made] == list(zip(planned, ["d0", "d1", "d2", "d3"], strict=True))
    assert len(table) == 4
    assert [len(sent(call)) for call in wire.calls if call.method == "POST"] == [2]
    assert len(nbcore.Journal.load(store, nb).created) == 4


@pytest.mark.parametrize("parallel", [False, True])
def test_a_store_of_ones_own_is_filled_before_each_chunk_is_sent(wire, nb, store, parallel):
    wire.serve(PATH, [], "lab.device")
    states = []

    def look(call, handler):
        states.append(json.loads(store.read()[-1])["state"] if not parallel else "unknown")
        return handler(call)

    wire.wrap("POST", f"{PATH}/", look)
    assert len(nb.endpoint(PATH).create(items(), chunk_size=1, journal=store, parallel=parallel)) == 4
    assert states == ["unknown"] * 4
    assert [json.loads(line)["state"] for line in store.read()[5:]].count("created") == 4


def test_a_store_of_ones_own_is_guarded_as_a_file_is(wire, nb, store):
    broken(wire, nb, store)
    with pytest.raises(nbcore.InputError, match=r"journal\.sqlite is the journal of a create of lab/devices that is not done"):
        nb.endpoint(PATH).create(items(), journal=store)
    store.hold()
    with pytest.raises(nbcore.InputError, match="in use"):
        nbcore.Journal.load(store, nb).resume()
    store.replace([b"precious"])
    store.close()
    with pytest.raises(nbcore.InputError, match=r"journal\.sqlite is not a journal"):
        nbcore.Journal.load(store, nb)
    assert not wire.calls


def test_a_store_that_holds_nothing_is_no_journal(nb, store):
    with pytest.raises(nbcore.InputError, match="there is none"):
        nbcore.Journal.load(store, nb)


@pytest.mark.parametrize("place", [7, [], b"path"])
def test_what_is_no_place_for_a_journal(wire, nb, place):
    with pytest.raises(nbcore.InputError, match="JournalStore"):
        nb.endpoint(PATH).create(items(), journal=place)
    assert not wire.calls


# --- what an error says, and where it is seen ------------------------------------------------------------------------------


def test_the_error_of_a_broken_run_says_all_in_one_traceback(wire, nb, file):
    wire.serve(PATH, [], "lab.device")
    wire.on("POST", f"{PATH}/", reply({"detail": "no"}, 403))
    with pytest.raises(nbcore.PermissionDeniedError) as caught:
        nb.endpoint(PATH).create(items(), journal=file)
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("Of 4 items 0 are done, 4 refused") == 1
    assert shown.count("PermissionDeniedError:") == 1
    assert caught.value.reply.status == 403


def test_the_error_of_a_plugin_has_the_outcome_in_a_note(wire):
    class Guard:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            if call.method == "POST":
                raise nbcore.InputError("not today")
            return (yield)

    with pytest.raises(nbcore.InputError) as caught:
        make_api(wire, Guard()).endpoint(PATH).create(items())
    assert str(caught.value) == "not today"
    assert "4 not sent: .journal names them" in "".join(traceback.format_exception(caught.value))
