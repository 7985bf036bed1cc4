"""`nbcore-audit show`."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbcore_audit.cli import _time, main

DEVICE = "11111111-1111-4111-8111-111111111111"


def event(kind: str, call: str, time: str, **fields) -> dict:
    return {"v": 1, "event": kind, "time": f"2026-11-{time}.000000Z", "call": call, "attempt": 1, **fields}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    who = {"os_user": "root", "host": "h", "pid": 7}
    device = {"endpoint": "dcim/devices", "object_type": "dcim.device", "id": DEVICE}
    events = [
        event("intent", "a", "20T10:00:00", user="ada", method="PATCH", path=f"dcim/devices/{DEVICE}/", endpoint="dcim/devices",
              ids=[DEVICE], fields={"name": "b"}, **who),
        event("outcome", "a", "20T10:00:01", result="done", status=200, seconds=0.5),
        event("change", "a", "20T10:00:01", action="update", before={"name": "a"}, after={"name": "b"}, **device),
        event("intent", "b", "21T10:00:00", user="bob", method="POST", path="dcim/devices/", endpoint="dcim/devices",
              fields={"name": "c"}, **who),
        event("outcome", "b", "21T10:00:00", result="refused", status=400, seconds=0.1, error="Too long."),
        event("intent", "c", "22T10:00:00", user=None, method="DELETE", path="ipam/vlans/", endpoint="ipam/vlans", ids=["v1"], **who),
    ]  # fmt: skip
    path = tmp_path / "writes.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in events))
    return path


def shown(capsys, *arguments: str) -> list[str]:
    assert main(["show", *map(str, arguments), "--json"]) == 0
    return [json.loads(line)["intent"]["call"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ([], "abc"),
        (["--object", "dcim.device"], "a"),
        (["--object", "dcim/devices"], "ab"),
        (["--object", DEVICE], "a"),
        (["--object", DEVICE[:8]], "a"),
        (["--object", "1"], ""),
        (["--object", "v1"], ""),
        (["--user", "ada"], "a"),
        (["--user", "root"], "abc"),
        (["--user", "ad"], ""),
        (["--since", "2026-11-21"], "bc"),
        (["--since", "2026-11-21T10:00:01"], "c"),
        (["--since", "2026-11-21T12:00:00+02:00"], "bc"),
        (["--until", "2026-11-21T10:00"], "a"),
        (["--since", "2026-11-21", "--until", "2026-11-22", "--user", "bob"], "b"),
        (["--unfinished"], "c"),
    ],
)
def test_filters(log, capsys, arguments, calls):
    assert "".join(shown(capsys, log, *arguments)) == calls


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604800), ("1w", 604800)])
def test_spans(text, seconds):
    now = datetime.datetime.now(datetime.UTC)
    assert abs((now - _time(text)).total_seconds() - seconds) < 5


def test_text(log, capsys):
    assert main(["show", str(log)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"2026-11-20 10:00:00Z  ada (root@h 7)  PATCH dcim/devices/{DEVICE}/  done 200 0.500 s",
        f'    update dcim.device {DEVICE} name: "a" -> "b"',
        "2026-11-21 10:00:00Z  bob (root@h 7)  POST dcim/devices/  refused 400 0.100 s Too long.",
        '    fields: {"name": "c"}',
        "2026-11-22 10:00:00Z  ? (root@h 7)  DELETE ipam/vlans/  NO OUTCOME",
    ]
    assert err == "3 writes, 1 without an outcome\n"


def test_the_file_of_the_environment_and_broken_lines(log, capsys, monkeypatch):
    monkeypatch.setenv("NBCORE_AUDIT_FILE", str(log))
    with log.open("a") as stream:
        stream.write('{"v":1,"ev')
    assert main(["show"]) == 0
    assert f"nbcore-audit: {log}:7 (cut short) is not a line of an audit log" in capsys.readouterr().err


def test_without_a_file(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("NBCORE_AUDIT_FILE", raising=False)
    assert main(["show"]) == 2
    assert main(["show", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["show", "x", "--since", "yesterday"])
    assert "'yesterday' is no time" in capsys.readouterr().err


def test_the_command_is_installed_and_ends_quietly_in_a_closed_pipe(log):
    log.write_text(log.read_text() * 3000)
    text = log.read_text().splitlines()
    log.write_text("".join(line.replace('"call": "a"', f'"call": "{n}"') + "\n" for n, line in enumerate(text)))
    command = Path(sys.executable).parent / "nbcore-audit"
    done = subprocess.run(f"{command} show {log} | head -1", shell=True, capture_output=True, text=True, check=True)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")
