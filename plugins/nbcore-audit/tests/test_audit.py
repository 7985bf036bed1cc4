"""What the audit records, over a wire in memory."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import nbcore
from nbcore.testing import URL, Wire, make_api, reply, row, sent
from nbcore_audit import Audit, AuditError, read

TOKEN = "0123456789abcdef0123456789abcdef01234567"
DEVICE = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def wire() -> Wire:
    made = Wire()
    made.serve("dcim/devices", [row("dcim/devices", "dcim.device", id=DEVICE, name="a", serial="S1", display="a")])
    made.on("GET", "users/tokens/", {"count": 1, "next": None, "previous": None, "results": [{"display": "234567 (ada)", "key": TOKEN}]})
    return made


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "writes.jsonl"


def lines(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def writes(wire: Wire) -> list[str]:
    return [call.method for call in wire.calls if call.writes]


def test_a_write_leaves_intent_outcome_and_change(wire, log):
    with make_api(wire, Audit(log), token=TOKEN) as nb:
        device = nb.endpoint("dcim/devices").get(DEVICE)
        device.name = "b"
        device.save()
    intent, outcome, change = lines(log)
    call = next(call for call in wire.calls if call.writes)
    assert intent["event"] == "intent"
    assert intent["call"] == outcome["call"] == change["call"] == call.id
    assert (intent["method"], intent["path"], intent["endpoint"]) == ("PATCH", f"dcim/devices/{DEVICE}/", "dcim/devices")
    assert (intent["fields"], intent["ids"], intent["attempt"]) == ({"name": "b"}, [DEVICE], 1)
    assert (intent["server"], intent["user"], intent["pid"], intent["host"]) == (URL, "ada", os.getpid(), os.uname().nodename)
    assert intent["os_user"]
    assert (outcome["event"], outcome["result"], outcome["status"], outcome["object_type"]) == ("outcome", "done", 200, "dcim.device")
    assert outcome["seconds"] >= 0
    assert (change["event"], change["action"], change["object_type"], change["id"]) == ("change", "update", "dcim.device", DEVICE)
    assert (change["before"], change["after"]) == ({"name": "a"}, {"name": "b"})
    assert all(line["time"].endswith("Z") and line["v"] == 1 for line in (intent, outcome, change))
    assert intent["time"] <= outcome["time"] <= change["time"]


def test_create_and_delete_name_the_objects(wire, log):
    with make_api(wire, Audit(log)) as nb:
        made = nb.endpoint("dcim/devices").create([{"name": "x"}, {"name": "y"}])
        made[0].delete()
    create, delete = read(log)
    assert create.ids == [str(record.id) for record in made]
    assert [(line["action"], line["before"], line["after"]["name"]) for line in create.changes] == [
        ("create", None, "x"),
        ("create", None, "y"),
    ]
    assert (delete.changes[0]["action"], delete.changes[0]["before"]["name"], delete.changes[0]["after"]) == ("delete", "x", None)


def test_reads_are_not_recorded_nor_is_the_user_asked_for_them(wire, log):
    with make_api(wire, Audit(log)) as nb:
        assert len(nb.endpoint("dcim/devices").all()) == 1
        wire.on("POST", "graphql/", {"data": {}})
        nb.graphql.query("{ devices { name } }")
    assert log.read_bytes() == b""
    assert "users/tokens/" not in [call.path for call in wire.calls]


@pytest.mark.parametrize("arguments", [("post", {}), ("POST", {"operation": "graphql"}), ("PURGE", {})])
def test_a_write_is_known_by_what_is_sent(wire, log, arguments):
    method, said = arguments
    wire.on(method, "dcim/devices/", {})
    with make_api(wire, Audit(log)) as nb:
        nb.request(method, "dcim/devices/", **said)
    assert [entry.result for entry in read(log)] == ["done"]


def test_the_intent_is_in_the_file_when_the_request_leaves(wire, log):
    seen = []

    def create(call):
        seen.extend(lines(log))
        return reply(row("dcim/devices", name="x"), 201)

    wire.on("POST", "dcim/devices/", create)
    with make_api(wire, Audit(log)) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert [(line["event"], line["fields"]) for line in seen] == [("intent", {"name": "x", **sent_id(wire)})]


def sent_id(wire: Wire) -> dict:
    """The id that the core may have chosen for a created object."""
    body = sent(next(call for call in wire.calls if call.method == "POST"))
    return {"id": body["id"]} if "id" in body else {}


def test_a_write_is_refused_when_its_intent_cannot_be_recorded(wire, log):
    audit = Audit(log)
    with make_api(wire, audit) as nb:
        audit._file.close()
        log.unlink()
        log.mkdir()  # a folder cannot be appended to
        with pytest.raises(AuditError, match=r"POST dcim/devices/ was not sent: the audit log .*writes.jsonl cannot be written"):
            nb.endpoint("dcim/devices").create(name="x")
    assert writes(wire) == []
    assert issubclass(AuditError, nbcore.NbcoreError)


def test_a_full_disk_refuses_the_write_and_leaves_no_part_of_a_line(tmp_path):
    program = """
import resource, signal, sys
from nbcore.testing import Wire, make_api
from nbcore_audit import Audit, AuditError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
wire = Wire(); wire.serve("dcim/devices", [], "dcim.device")
nb = make_api(wire, Audit(sys.argv[1], user=False))
nb.endpoint("dcim/devices").create(name="first")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    nb.endpoint("dcim/devices").create(name="second" * 100)
except AuditError as exc:
    print("refused", len([call for call in wire.calls if call.writes]), exc)
"""
    log = tmp_path / "writes.jsonl"
    size = 1500  # the first write's lines fit, and a part of the second's intent
    done = subprocess.run([sys.executable, "-c", program, log, str(size)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("refused 1 "), done
    assert 0 < log.stat().st_size < size
    assert [line["event"] for line in lines(log)] == ["intent", "outcome", "change"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("answer", "error", "result"),
    [
        (reply({"name": ["Too long."]}, 400), nbcore.ValidationError, "refused"),
        (reply({"detail": "no"}, 500), nbcore.ServerError, "failed"),
        (nbcore.ConnectError("no connection"), nbcore.ConnectError, "unsent"),
        (nbcore.ProtocolError("reset"), nbcore.NbcoreError, "unknown"),
        (nbcore.TooLargeError("too large"), nbcore.NbcoreError, "unknown"),
        (KeyError("a bug"), KeyError, "unknown"),
    ],
)
def test_how_it_ended(wire, log, answer, error, result):
    wire.on("POST", "dcim/devices/", answer)
    with make_api(wire, Audit(log)) as nb, pytest.raises(error):
        nb.endpoint("dcim/devices").create(name="x")
    entry = read(log)[0]
    assert entry.result == result
    assert entry.outcome["error"]
    assert not entry.changes


def test_each_attempt_is_recorded(wire, log, monkeypatch):
    monkeypatch.setattr("nbcore.transport.in_flight.pause", lambda _seconds: None)
    answers = iter([nbcore.ConnectError("refused"), row("dcim/devices", "dcim.device", id=DEVICE, name="b")])
    wire.on("PATCH", "dcim/devices/*/", lambda call: next(answers))
    with make_api(wire, Audit(log), retries=2) as nb:
        nb.endpoint("dcim/devices").update(DEVICE, {"name": "b"})
    first, second = read(log)
    assert first.intent["call"] == second.intent["call"]
    assert [(entry.intent["attempt"], entry.result, len(entry.changes)) for entry in (first, second)] == [(1, "unsent", 0), (2, "done", 1)]


def test_a_job_run_names_its_result(wire, log):
    wire.on("POST", f"extras/jobs/{DEVICE}/run/", {"job_result": {"id": "7"}, "scheduled_job": None}, status=201)
    with make_api(wire, Audit(log)) as nb:
        nb.request("POST", f"extras/jobs/{DEVICE}/run/", body={"data": {"n": 1}}, endpoint="extras/jobs", action="run", operation="run")
    (entry,) = read(log)
    assert (entry.intent["action"], entry.ids, entry.outcome["job_result"]) == ("run", [DEVICE], "7")


# --- secrets -----------------------------------------------------------------------------------------------------------


def test_no_secret_is_recorded(wire, log, caplog):
    secrets = ["hunter2hunter2", "s3cr3t-value", "PRIVATE", "p4ss", "my-pin"]
    wire.on("POST", "users/tokens/", reply({"id": DEVICE, "key": "f" * 40}, 201))
    wire.on("POST", "users/users/", reply({"password": ["hunter2hunter2 is too common"]}, 400))
    with (
        caplog.at_level(logging.DEBUG),
        make_api(wire, Audit(log, mask=["*_pin", "custom_fields.door"], logger="nbcore.test"), token=TOKEN) as nb,
    ):
        with pytest.raises(nbcore.ValidationError):
            nb.endpoint("users/users").create(username="u", password="hunter2hunter2")
        nb.endpoint("dcim/devices").create(
            name=f"token is {TOKEN}",
            webhook_secret="s3cr3t-value",
            nested=[{"privateKey": "PRIVATE", "deep": {"api-token": ["s3cr3t-value"]}}],
            remote_url="https://me:p4ss@git.example.com/x",
            key_pin="my-pin",
            custom_fields={"door": "my-pin", "floor": 3},
            secrets_group="kept",
        )
        nb.request(
            "POST", "users/tokens/", body={"key": "f" * 40, "description": TOKEN}, params={"api_key": "PRIVATE"}, endpoint="users/tokens"
        )
    text = log.read_text() + caplog.text
    assert not [secret for secret in (*secrets, TOKEN, "f" * 40) if secret in text]
    created = read(log)[1]
    assert created.intent["fields"]["custom_fields"] == {"door": "[masked]", "floor": 3}
    assert created.intent["fields"]["secrets_group"] == "kept"
    assert created.changes[0]["after"]["nested"] == [{"privateKey": "[masked]", "deep": {"api-token": "[masked]"}}]
    assert created.changes[0]["after"]["remote_url"] == "https://[masked]@git.example.com/x"
    assert "[masked] is too common" in read(log)[0].outcome["error"]


def test_the_token_is_kept_out_of_the_first_write_even_when_no_user_is_asked(wire, log):
    class Vault:
        @nbcore.hookimpl
        def nbcore_auth(self, options):
            return TOKEN

    with make_api(wire, Audit(log, user=False), Vault(), token="") as nb:
        nb.endpoint("dcim/devices").create(name=TOKEN)
    assert TOKEN not in log.read_text()


def test_values_of_every_kind_are_recorded_as_plain_json(wire, log):
    import datetime
    import uuid

    with make_api(wire, Audit(log)) as nb:
        device = nb.endpoint("dcim/devices").get(DEVICE)
        body = {"a": device, "b": datetime.date(2026, 1, 2), "c": uuid.UUID(DEVICE), "d": {3}, "e": "line\nbreak\u2028 \ud800", "f": 1.5}
        with pytest.raises(nbcore.InputError):
            nb.request("POST", "dcim/devices/", body={**body, "g": float("nan")})
    (entry,) = [entry for entry in read(log) if entry.intent["path"] == "dcim/devices/"]
    expected = {"a": DEVICE, "b": "2026-01-02", "c": DEVICE, "d": [3], "e": "line\nbreak\u2028 \ud800", "f": 1.5, "g": "nan"}
    assert entry.intent["fields"] == expected
    assert (entry.result, entry.outcome["error"].split(":")[0]) == ("unsent", "InputError")


def test_a_file_is_recorded_by_name_and_size(wire, log):
    wire.on("POST", "extras/image-attachments/", row("extras/image-attachments"), status=201)
    with make_api(wire, Audit(log)) as nb:
        nb.request("POST", "extras/image-attachments/", body={"name": "n"}, files={"image": ("a.png", b"12345", "image/png")})
    assert read(log)[0].intent["files"] == {"image": {"name": "a.png", "bytes": 5}}


# --- who ---------------------------------------------------------------------------------------------------------------


def test_the_user_is_asked_once_by_many_threads(wire, log):
    with make_api(wire, Audit(log)) as nb:
        threads = [threading.Thread(target=nb.endpoint("dcim/devices").create, kwargs={"name": str(n)}) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [call.path for call in wire.calls].count("users/tokens/") == 1
    assert {entry.intent["user"] for entry in read(log)} == {"ada"}


@pytest.mark.parametrize(("user", "recorded"), [(False, None), ("bob", "bob")])
def test_the_user_is_not_asked_when_it_is_given(wire, log, user, recorded):
    with make_api(wire, Audit(log, user=user)) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert "users/tokens/" not in [call.path for call in wire.calls]
    assert read(log)[0].intent["user"] == recorded


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (reply({"detail": "no"}, 403), 1),
        (reply({"results": []}), 1),
        (b"<html>", 1),
        (RuntimeError("a plugin"), 1),
        (nbcore.ProtocolError("reset"), 3),
    ],
)
def test_a_server_that_does_not_tell_the_user_stops_no_write(wire, log, answer, asked):
    wire.on("GET", "users/tokens/", answer)
    with make_api(wire, Audit(log)) as nb:
        for number in range(5):
            nb.endpoint("dcim/devices").create(name=str(number))
    assert [entry.intent["user"] for entry in read(log)] == [None] * 5
    assert [call.path for call in wire.calls].count("users/tokens/") == asked


def test_one_audit_tells_its_apis_apart(wire, log):
    other = Wire()
    other.serve("dcim/devices", [], "dcim.device")
    other.on("GET", "users/tokens/", {"results": [{"display": "999999 (bob (ops))"}]})
    audit = Audit(log)
    first, second = make_api(wire, audit), make_api(other, audit, url="http://other.test")
    copied = first.with_options(retries=1)
    for nb in (first, second, copied):
        nb.endpoint("dcim/devices").create(name="x")
    assert [(entry.intent["server"], entry.intent["user"]) for entry in read(log)] == [
        (URL, "ada"), ("http://other.test", "bob (ops)"), (URL, "ada"),
    ]  # fmt: skip


def test_a_call_within_a_call_does_not_change_whose_it_is(wire, log):
    other = Wire()
    other.on("GET", "status/", {})
    audit = Audit(log, user=False)
    second = make_api(other, audit, url="http://other.test")

    class Asks:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            second.request("GET", "status/")
            return (yield)

    with make_api(wire, audit, Asks()) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert len(other.calls) == 1
    assert read(log)[0].intent["server"] == URL


# --- with other plugins ------------------------------------------------------------------------------------------------


class Refuses:
    """A read-only guard."""

    @nbcore.hookimpl(wrapper=True)
    def nbcore_send(self, call):
        if call.writes:
            raise nbcore.CallError("read only", call)
        return (yield)


@pytest.mark.parametrize("order", [0, 1])
def test_what_another_plugin_refuses_is_not_recorded(wire, log, order):
    plugins = [Audit(log), Refuses()][:: 1 if order else -1]
    with make_api(wire, *plugins) as nb, pytest.raises(nbcore.CallError, match="read only"):
        nb.endpoint("dcim/devices").create(name="x")
    assert log.read_bytes() == b""


def test_a_change_without_an_intent_is_not_recorded(wire, log):
    with make_api(wire, Audit(log)) as nb:
        nb.endpoint("dcim/devices").changed(nbcore.Change("create", "", "dcim/devices", "1", None, {}, "no-such-call"))
    assert log.read_bytes() == b""


def test_an_outcome_that_cannot_be_recorded_does_not_undo_the_write(wire, log, caplog):
    audit = Audit(log)

    def create(call):
        audit._file.close()
        log.rename(log.with_suffix(".moved"))
        log.mkdir()
        return reply(row("dcim/devices", name="x"), 201)

    wire.on("POST", "dcim/devices/", create)
    with make_api(wire, audit) as nb:
        assert nb.endpoint("dcim/devices").create(name="x").name == "x"
    assert "the outcome of call" in caplog.text


# --- configuration -----------------------------------------------------------------------------------------------------


def test_by_settings_and_by_environment(wire, log, monkeypatch):
    with make_api(wire, settings={"audit": {"file": str(log), "user": False}}) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert len(read(log)) == 1
    monkeypatch.setenv("NBCORE_AUDIT_FILE", str(log))
    monkeypatch.setenv("NBCORE_AUDIT_MASK", "name, other")
    monkeypatch.setenv("NBCORE_AUDIT_USER", "0")
    with make_api(wire) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert read(log)[1].intent["fields"]["name"] == "[masked]"
    assert "users/tokens/" not in [call.path for call in wire.calls]


def test_inert_without_configuration(wire):
    with make_api(wire) as nb:
        assert {info.name: info.state for info in nb.plugin_report() if info.group == "nbcore.hooks"}["audit"] == "inert"
    program = "import sys, nbcore, nbcore_audit.hooks; nbcore.api('http://x.test'); print('nbcore_audit.log' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


def test_given_by_hand_for_the_file_of_the_environment_records_once(wire, log, monkeypatch):
    monkeypatch.setenv("NBCORE_AUDIT_FILE", str(log))
    with make_api(wire, Audit(log)) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert [line["event"] for line in lines(log)] == ["intent", "outcome", "change"]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "names no file"),
        ({"file": "/no/such/folder/x"}, "cannot be opened"),
        ({"file": "F", "fil": 1}, "unexpected keyword argument 'fil'"),
        ({"file": "F", "max_bytes": "1"}, "max_bytes must be"),
        ({"file": "F", "keep": 0}, "keep must be"),
        ({"file": "F", "mask": "serial"}, "mask must be a list"),
    ],
)
def test_settings_that_cannot_be_used(log, settings, text):
    settings = {name: str(log) if value == "F" else value for name, value in settings.items()}
    with pytest.raises(nbcore.PluginError, match=text):
        make_api(settings={"audit": settings})


def test_an_environment_that_cannot_be_used(log, monkeypatch):
    monkeypatch.setenv("NBCORE_AUDIT_FILE", str(log))
    monkeypatch.setenv("NBCORE_AUDIT_FSYNC", "maybe")
    with pytest.raises(nbcore.PluginError, match="NBCORE_AUDIT_FSYNC='maybe'"):
        make_api()


def test_each_line_goes_to_a_logger_too(wire, log, caplog):
    logger = logging.getLogger("audit.test")
    with caplog.at_level(logging.INFO, "audit.test"), make_api(wire, Audit(log, logger=logger)) as nb:
        nb.endpoint("dcim/devices").create(name="x")
    assert [record.getMessage() for record in caplog.records if record.name == "audit.test"] == log.read_text().splitlines()


def test_pickle_copy_and_fork(wire, log):
    audit = Audit(log, mask=["serial"])
    for twin in (pickle.loads(pickle.dumps(audit)), copy.deepcopy(audit)):
        with make_api(wire, twin) as nb:
            nb.endpoint("dcim/devices").create(serial="S9")
    with make_api(wire, audit) as nb:
        nb.endpoint("dcim/devices").create(name="parent")
        with audit._file._lock:  # as if another thread were writing when the process forks
            child = os.fork()
            if not child:
                try:
                    audit._file.patience = 1
                    nb.endpoint("dcim/devices").create(name="child")
                finally:
                    os._exit(0)
        os.waitpid(child, 0)
    entries = read(log)
    assert [entry.intent["fields"].get("serial") for entry in entries] == ["[masked]", "[masked]", None, None]
    assert [entry.intent["pid"] for entry in entries[2:]] == [os.getpid(), child]
    assert all(entry.result == "done" for entry in entries)


def test_nothing_is_left_open(log):
    program = f"""
import gc, os
from nbcore_audit import Audit
before = len(os.listdir("/proc/self/fd"))
for _ in range(20): Audit({str(log)!r})
gc.collect()
print(len(os.listdir("/proc/self/fd")) - before)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")
