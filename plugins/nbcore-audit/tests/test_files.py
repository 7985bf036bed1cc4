"""The audit's file: no link is followed, and nobody else can read or write it."""

from __future__ import annotations

import os
import stat

import pytest

from nbcore.private_files import FileWarning
from nbcore.testing import Wire, make_api
from nbcore_audit import Audit, AuditError


@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_what_somebody_planted_is_not_written_to(tmp_path, kind):
    victim = tmp_path / "victim"
    victim.write_text("the victim's own")
    place = tmp_path / "log"
    {
        "link": lambda: place.symlink_to(victim),
        "dangling link": lambda: place.symlink_to(tmp_path / "nowhere"),
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
    }[kind]()
    with pytest.raises(AuditError, match=r"cannot be opened: .*(link|plain file|directory)"):
        Audit(place)
    assert victim.read_text() == "the victim's own"
    assert not (tmp_path / "nowhere").exists()


def test_a_link_that_is_planted_meanwhile_refuses_the_write(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("the victim's own")
    wire = Wire()
    wire.serve("lab/devices", [])
    audit = Audit(tmp_path / "log", user=False)
    nb = make_api(wire, audit)
    (tmp_path / "log").unlink()
    (tmp_path / "log").symlink_to(victim)
    with pytest.raises(AuditError, match="is a link"):
        nb.endpoint("lab/devices").create(name="x")
    assert victim.read_text() == "the victim's own"
    assert wire.calls == []


@pytest.mark.parametrize("mode", [0o666, 0o660, 0o622])
def test_a_log_that_others_could_write_is_its_owners_alone_afterwards(tmp_path, mode):
    (tmp_path / "log").touch()
    (tmp_path / "log").chmod(mode)
    with pytest.warns(FileWarning, match=f"{mode:04o}.*its owner's alone"):
        Audit(tmp_path / "log")
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_one_that_others_could_only_read_is_told_in_the_log(tmp_path, caplog):
    (tmp_path / "log").touch()
    (tmp_path / "log").chmod(0o644)
    Audit(tmp_path / "log")
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    assert "0644" in caplog.text
