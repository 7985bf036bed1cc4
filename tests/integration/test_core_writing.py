"""The core writes to a real Nautobot, with no package of an app; what it makes, it deletes."""

from __future__ import annotations

import contextlib
import uuid

import pytest

import nbcore
from nbcore import ActionSpec, AppSpec, EndpointSpec, hookimpl

pytestmark = pytest.mark.integration


@pytest.fixture
def name():
    """A name that nobody else uses."""
    return f"nbcore-test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def clean():
    """Records that are deleted at the end, the last first."""
    made = []
    yield made.append
    for record in reversed(made):
        with contextlib.suppress(nbcore.NotFoundError):
            record.delete()


@pytest.fixture
def makers(live):
    return live.endpoint("dcim/manufacturers")


@pytest.fixture
def maker(makers, name, clean):
    made = makers.create(name=name, description="first")
    clean(made)
    return made


class Bodies:
    """A plugin that keeps what is written."""

    def __init__(self):
        self.sent = []

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        if call.writes:
            self.sent.append((call.method, call.body))
        return (yield)


@pytest.fixture
def watched(live_settings):
    bodies = Bodies()
    with nbcore.Api(**live_settings, plugins=[bodies], deadline=300) as api:
        yield api, bodies.sent


def test_create_read_change_delete(makers, maker, name):
    assert makers.get(maker.id).name == name
    assert maker.update({"description": "second"}) is True
    assert makers.get(maker.id).description == "second"
    assert makers.update(maker.id, {"description": "third"}) is True
    assert maker.full_details() is True
    assert maker.description == "third"
    assert maker.delete() is True
    assert makers.get(maker.id) is None
    with pytest.raises(nbcore.NotFoundError):
        maker.delete()


def test_save_sends_the_difference_once(watched, maker):
    nb, sent = watched
    record = nb.endpoint("dcim/manufacturers").get(maker.id)
    record.description = "second"
    record.name = record.name
    assert record.save() is True
    assert record.save() is False
    record.description = "first"
    assert record.save() is True
    assert sent == [("PATCH", {"description": "second"}), ("PATCH", {"description": "first"})]
    assert record.updates() == {}


def test_a_client_chosen_id(makers, name, clean):
    chosen = str(uuid.uuid4())
    made = makers.create(id=chosen, name=name)
    clean(made)
    assert made.id == chosen
    with pytest.raises(nbcore.ValidationError):
        makers.create(id=chosen, name=f"{name}-other")


def test_many_at_once(makers, name, clean):
    made = makers.create([{"name": f"{name}-{number}"} for number in range(5)])
    for record in made:
        clean(record)
    assert [record.name for record in made] == [f"{name}-{number}" for number in range(5)]
    changed = makers.update([{"id": record.id, "description": "all"} for record in made])
    assert {record.description for record in changed} == {"all"}
    assert len(makers.filter(id=[record.id for record in made], description="all")) == 5
    assert makers.delete(made) is True
    assert makers.count(id=[record.id for record in made]) == 0


def test_all_or_none(makers, name):
    with pytest.raises(nbcore.ValidationError):
        makers.create([{"name": f"{name}-a"}, {"name": ""}])
    assert makers.count(name=f"{name}-a") == 0


def test_ids_that_are_not_there_are_named(makers, maker):
    gone = str(uuid.uuid4())
    with pytest.raises(nbcore.PartialResult) as caught:
        makers.update([{"id": maker.id, "description": "x"}, {"id": gone, "description": "x"}])
    assert list(caught.value.missing) == [gone]
    with pytest.raises(nbcore.PartialResult) as caught:
        makers.delete([maker.id, gone])
    assert list(caught.value.missing) == [gone]
    assert makers.get(maker.id) is None


def test_a_set_is_changed_and_deleted(makers, name, clean):
    for record in makers.create([{"name": f"{name}-{number}", "description": name} for number in range(3)]):
        clean(record)
    assert len(makers.filter(description=name).update(description=f"{name}2")) == 3
    assert makers.filter(description=f"{name}2").delete() is True
    assert makers.count(description=f"{name}2") == 0


def test_a_refused_write_says_why(makers, maker, name):
    with pytest.raises(nbcore.ValidationError, match="already exists") as caught:
        makers.create(name=name)
    assert caught.value.req.status_code == 400
    maker.name = ""
    with pytest.raises(nbcore.ValidationError, match="name"):
        maker.save()
    assert maker.updates() == {"name": ""}


def test_what_is_in_use_is_not_deleted(live):
    used = next(iter(live.endpoint("dcim/device-types").all())).manufacturer
    with pytest.raises(nbcore.RequestError) as caught:
        used.delete()
    assert caught.value.req.status_code in (400, 409)
    assert live.endpoint("dcim/manufacturers").get(used.id) is not None


def test_references_by_name_and_choices(watched, name, clean):
    nb, sent = watched
    vlan = nb.endpoint("ipam/vlans").create(vid=3999, name=name, status={"name": "Active"})
    clean(vlan)
    sent.clear()
    assert vlan.update({"status": "Active"}) is False
    assert vlan.update({"status": {"name": "Active"}}) is False
    assert vlan.update({"status": vlan.status, "vid": 3999}) is False
    assert sent == []
    assert vlan.update({"status": "Reserved"}) is True
    assert vlan.status.name == "Reserved"
    assert vlan.update({"tenant": None}) is False


def test_a_change_inside_json(live, name, clean):
    contexts = live.endpoint("extras/config-contexts")
    context = contexts.create(name=name, weight=10, data={"ntp": {"servers": ["a"]}, "id": 1, "url": None})
    clean(context)
    read = contexts.get(context.id)
    assert read.data == {"ntp": {"servers": ["a"]}, "id": 1, "url": None}
    assert read.save() is False
    read.data["ntp"]["servers"].append("b")
    assert read.updates() == {"data": {"ntp": {"servers": ["a", "b"]}, "id": 1, "url": None}}
    assert read.save() is True
    assert contexts.get(context.id).data["ntp"]["servers"] == ["a", "b"]
    assert read.save() is False


def test_notes(maker):
    note = maker.notes.create({"note": "**seen**"})
    assert note.note == "**seen**"
    assert [one.note for one in maker.notes.list()] == ["**seen**"]


def test_allocation_until_nothing_is_left(live_settings, name, clean):
    spec = AppSpec(
        "ipam",
        "ipam",
        (EndpointSpec("prefixes", actions=(ActionSpec("available-ips", methods=("GET", "POST"), returns="records", allocates=True),)),),
    )
    with nbcore.Api(**live_settings, plugins=[spec], deadline=300) as nb:
        octets = uuid.uuid4().bytes
        network = f"10.{240 + octets[0] % 15}.{octets[1]}.{octets[2] & 0xFC}/30"
        prefix = nb.ipam.prefixes.create(prefix=network, status={"name": "Active"}, type="pool")
        clean(prefix)
        assert len(prefix.available_ips.list()) == 4
        taken = prefix.available_ips.create([{"status": {"name": "Active"}}] * 3)
        taken.append(prefix.available_ips.create({"status": {"name": "Active"}}))
        for address in taken:
            clean(address)
        assert len({str(address.address) for address in taken}) == 4
        with pytest.raises(nbcore.AllocationError):
            prefix.available_ips.create({"status": {"name": "Active"}})


def test_hooks_are_told_what_was_written(live_settings, name):
    told = []

    class Audit:
        @hookimpl
        def nbcore_changed(self, change):
            told.append((change.action, change.object_type, change.endpoint, change.id))

    with nbcore.Api(**live_settings, plugins=[Audit()]) as nb:
        made = nb.endpoint("dcim/manufacturers").create(name=name)
        made.update({"description": "x"})
        made.delete()
    assert told == [(action, "dcim.manufacturer", "dcim/manufacturers", made.id) for action in ("create", "update", "delete")]
