"""The audit of writes to a real Nautobot."""

from __future__ import annotations

import uuid

import pytest

import nbcore
from nbcore_audit import Audit, read

pytestmark = pytest.mark.integration


def test_who_and_what(live_settings, tmp_path):
    log = tmp_path / "writes.jsonl"
    name = f"audit-{uuid.uuid4()}"
    with nbcore.Api(**live_settings, plugins=[Audit(log)]) as nb:
        tag = nb.endpoint("extras/tags").create(name=name, content_types=["dcim.device"], description="before")
        try:
            tag.description = "after"
            tag.save()
            with pytest.raises(nbcore.ValidationError):
                nb.endpoint("extras/tags").create(name=name, content_types=["dcim.device"])
        finally:
            tag.delete()
    entries = read(log)
    assert [(entry.intent["method"], entry.result) for entry in entries] == [
        ("POST", "done"), ("PATCH", "done"), ("POST", "refused"), ("DELETE", "done"),
    ]  # fmt: skip
    assert entries[-1].intent["user"]  # a server under load may not have told at once
    assert {entry.intent["server"] for entry in entries} == {live_settings["url"]}
    assert entries[0].object_types == ["extras.tag"]
    assert entries[0].ids == entries[1].ids == entries[3].ids == [str(tag.id)]
    assert (entries[1].changes[0]["before"], entries[1].changes[0]["after"]) == ({"description": "before"}, {"description": "after"})
    assert "already exists" in entries[2].outcome["error"]
    assert live_settings["token"] not in log.read_text()
