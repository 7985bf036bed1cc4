"""What is written and what is not: bulk runs and their journal, upserts, sync, many-to-many fields, and saving only what nobody changed."""

from __future__ import annotations

import traceback
from decimal import Decimal
from uuid import UUID

import pytest

import nbcore
from nbcore.testing import Wire, make_api, reference, reply, row, sent

PATH = "lab/devices"
TAGS = "extras/tags"


def item(number, **fields):
    return row(PATH, id=f"00000000-0000-4000-8000-{number:012d}", name=f"d{number}", **fields)


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def nb(wire):
    return make_api(wire)


def writes(wire):
    return [call for call in wire.calls if call.method != "GET"]


# --- bulk ---------------------------------------------------------------------------------------------------------------------


def test_a_create_carries_an_id_chosen_here(wire, nb):
    wire.serve(PATH, [], "lab.device")
    made = nb.endpoint(PATH).create(name="x")
    (call,) = wire.calls
    assert sent(call) == {"name": "x", "id": made.id}
    assert nb.endpoint(PATH).create({"name": "y", "id": "00000000-0000-4000-8000-000000000009"}).id.endswith("9")


def test_a_route_with_integer_keys_gets_none(wire):
    spec = nbcore.AppSpec("lab", "lab", (nbcore.EndpointSpec("groups", key="integer"),))
    nb = make_api(wire, spec)
    wire.on("POST", "lab/groups/", lambda call: reply(row("lab/groups", id="7", **sent(call)), 201))
    nb.lab.groups.create(name="x")
    assert sent(wire.calls[0]) == {"name": "x"}


@pytest.mark.parametrize("parallel", [False, True])
def test_many_are_created_in_chunks_and_come_in_order(wire, nb, parallel):
    table = wire.serve(PATH, [], "lab.device")
    names = [f"n{number}" for number in range(95)]
    made = nb.endpoint(PATH).create([{"name": name} for name in names], chunk_size=10, parallel=parallel)
    assert [record.name for record in made] == names
    assert sorted(item["name"] for item in table) == sorted(names)
    assert sorted(len(sent(call)) for call in writes(wire)) == [5] + [10] * 9


def test_progress_comes_through_the_page_hook(wire):
    class Progress:
        seen = ()

        @nbcore.hookimpl
        def nbcore_page(self, call, fetched, total):
            self.seen += ((call.method, fetched, total),)

    progress = Progress()
    wire.serve(PATH, [], "lab.device")
    make_api(wire, progress).endpoint(PATH).create([{"name": f"n{number}"} for number in range(25)], chunk_size=10)
    assert progress.seen == (("POST", 10, 25), ("POST", 20, 25), ("POST", 25, 25))


def test_unchanged_records_are_not_sent(wire, nb):
    wire.serve(PATH, [item(1), item(2)])
    one, two = nb.endpoint(PATH).all()
    two.description = "new"
    assert nb.endpoint(PATH).bulk_update([one, two]) == [two]
    (call,) = writes(wire)
    assert sent(call) == [{"id": two.id, "description": "new"}]
    assert not two.updates()


def test_what_is_not_there_is_named_after_the_rest_is_done(wire, nb):
    rows = wire.serve(PATH, [item(1), item(2)])
    with pytest.raises(nbcore.PartialResult, match="not there") as caught:
        nb.endpoint(PATH).delete([item(1)["id"], item(3)["id"], item(2)["id"]])
    assert caught.value.missing == [item(3)["id"]]
    assert rows == []


@pytest.mark.parametrize("options", [{"chunk_size": 0}, {"on_error": "ignore"}, {"chunksize": 3}])
def test_an_option_that_is_none(wire, nb, options):
    with pytest.raises(nbcore.InputError):
        nb.endpoint(PATH).create([{"name": "x"}], **options)
    assert not wire.calls


def test_a_journal_says_what_became_of_each_item_and_goes_on(wire, nb, tmp_path):
    table = wire.serve(PATH, [], "lab.device")
    bad = {"now": True}

    def create(call, handler):
        wrong = [{"name": ["no"]} if item["name"] == "n13" and bad["now"] else {} for item in sent(call)]
        return reply(wrong, 400) if any(wrong) else handler(call)

    wire.wrap("POST", f"{PATH}/", create)
    with pytest.raises(nbcore.ValidationError, match="item 13") as caught:
        nb.endpoint(PATH).create([{"name": f"n{number}"} for number in range(30)], chunk_size=10)
    journal = caught.value.journal
    assert [len(part) for part in (journal.created, journal.failed, journal.unknown, journal.waiting)] == [10, 1, 0, 19]
    assert "10 created" in repr(journal)
    journal.save(tmp_path / "journal")
    bad["now"] = False
    again = nbcore.Journal.load(tmp_path / "journal", nb)
    assert [entry.state for entry in again] == [entry.state for entry in journal]
    made = again.resume()
    assert [record.name for record in made] == [f"n{number}" for number in range(30)]
    assert [record.id for record in made] == [entry.id for entry in journal]
    assert len(table) == 30


def test_a_journal_that_a_crash_cut_loses_nothing(wire, nb, tmp_path):
    wire.serve(PATH, [], "lab.device")
    file = tmp_path / "journal"
    nb.endpoint(PATH).create([{"name": f"n{number}"} for number in range(30)], chunk_size=10, journal=file)
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    lines = file.read_bytes().splitlines(keepends=True)
    # Cut within the line that tells of the second chunk's creation: it was sent, and its outcome is not on disk.
    place = [number for number, line in enumerate(lines) if b'"state":"created"' in line][1]
    file.write_bytes(b"".join(lines[:place]) + lines[place][:20])
    wire.calls.clear()
    journal = nbcore.Journal.load(file, nb)
    assert [len(part) for part in (journal.created, journal.unknown, journal.waiting)] == [10, 10, 10]
    # The wire holds all 30 already, as after a run that went on unseen: nothing is sent twice.
    assert len(journal.resume()) == 30
    assert not writes(wire)


def test_a_run_that_goes_on_in_the_same_process_is_on_disk_too(wire, nb, tmp_path):
    wire.serve(PATH, [], "lab.device")
    refuses = [True]
    wire.wrap("POST", f"{PATH}/", lambda call, handler: reply({"detail": "no"}, 403) if refuses[0] else handler(call))
    with pytest.raises(nbcore.PermissionDeniedError) as caught:
        nb.endpoint(PATH).create([{"name": "a"}, {"name": "b"}], journal=tmp_path / "journal")
    assert len(nbcore.Journal.load(tmp_path / "journal", nb).failed) == 2
    refuses[0] = False
    assert len(caught.value.journal.resume()) == 2
    assert len(nbcore.Journal.load(tmp_path / "journal", nb).created) == 2


def test_no_journal(nb, tmp_path):
    (tmp_path / "x").write_text("{}")
    with pytest.raises(nbcore.InputError, match="no"):
        nbcore.Journal.load(tmp_path / "x", nb)


# --- upserts and sync ---------------------------------------------------------------------------------------------------------


def test_get_or_create(wire, nb):
    wire.serve(PATH, [item(1)])
    found, created = nb.endpoint(PATH).get_or_create({"description": "x"}, name="d1")
    assert (found.name, created) == ("d1", False)
    made, created = nb.endpoint(PATH).get_or_create({"description": "x"}, name="d9")
    assert (made.name, made.description, created) == ("d9", "x", True)
    with pytest.raises(nbcore.InputError):
        nb.endpoint(PATH).get_or_create(name__ic="d")


def test_get_or_create_when_another_is_quicker(wire, nb):
    table = wire.serve(PATH, [], "lab.device")

    def create(call):
        table.append(item(5))
        return reply({"name": ["exists"]}, 400)

    wire.on("POST", f"{PATH}/", create)
    found, created = nb.endpoint(PATH).get_or_create(name="d5")
    assert (found.id, created) == (item(5)["id"], False)


def test_update_or_create_sends_only_what_differs(wire, nb):
    wire.serve(PATH, [item(1, description="old")])
    record, created = nb.endpoint(PATH).update_or_create({"description": "new"}, name="d1")
    assert (record.description, created) == ("new", False)
    assert [sent(call) for call in writes(wire)] == [{"description": "new"}]
    nb.endpoint(PATH).update_or_create({"description": "new"}, name="d1")
    assert len(writes(wire)) == 1


def test_sync_plans_and_applies(wire, nb):
    table = wire.serve(PATH, [item(1, description="a"), item(2, description="a"), item(3, description="a")])
    desired = [{"name": "d1", "description": "a"}, {"name": "d2", "description": "b"}, {"name": "d9", "description": "c"}]
    plan = nb.endpoint(PATH).sync(desired, key="name")
    assert not writes(wire)
    assert [len(part) for part in (plan.creates, plan.updates, plan.deletes, plan.unchanged, plan.extra)] == [1, 1, 0, 1, 1]
    assert "create 1, update 1, delete 0, unchanged 1, not desired but kept 1" in str(plan)
    assert [record.name for record in plan.apply()] == ["d9", "d2"]
    assert {item["name"]: item["description"] for item in table} == {"d1": "a", "d2": "b", "d3": "a", "d9": "c"}
    assert not nb.endpoint(PATH).sync(desired, key="name")


def test_sync_deletes_only_when_asked_and_narrowed(wire, nb):
    table = wire.serve(PATH, [item(1, site="x"), item(2, site="x"), item(3, site="y")])
    with pytest.raises(nbcore.EverythingError):
        nb.endpoint(PATH).sync([], key="name", delete=True)
    plan = nb.endpoint(PATH).sync([{"name": "d1"}], key="name", delete=True, among={"site": "x"})
    assert [record.name for record in plan.deletes] == ["d2"]
    plan.apply()
    assert [item["name"] for item in table] == ["d1", "d3"]


def test_sync_knows_related_objects_by_name(wire, nb):
    site = row("dcim/locations", name="AMS", display="AMS")
    wire.serve("dcim/locations", [site])
    wire.serve(PATH, [item(1, location=reference(site))])
    plan = nb.endpoint(PATH).sync([{"name": "d1", "location": "AMS"}], key=("name", "location"))
    assert [len(part) for part in (plan.creates, plan.unchanged)] == [0, 1]
    with pytest.raises(nbcore.InputError, match="key"):
        nb.endpoint(PATH).sync([{"name": "d1"}, {"name": "d1"}], key="name")


GROUPS = "ipam/vlan-groups"
VLANS = "ipam/vlans"


@pytest.fixture
def groups(wire):
    """Two groups of VLANs, of which only the first has any: 10 and 20; a third group has an AMS location."""
    served = [row(GROUPS, id=f"aaaaaaaa-0000-4000-8000-00000000000{n}", name=f"g{n}", display=f"G{n}", location=None) for n in (1, 2)]
    wire.serve(GROUPS, served)
    wire.serve(VLANS, [row(VLANS, vid=vid, name=f"v{vid}", vlan_group=reference(served[0])) for vid in (10, 20)])
    wire.on("GET", f"{GROUPS}/", lambda call: _some(call, served))
    return served


def _some(call, rows):
    wanted = [value for name, value in call.params if name == "id"]
    found = [one for one in rows if not wanted or one["id"] in wanted]
    return {"count": len(found), "next": None, "previous": None, "results": found}


def sizes(plan):
    return [len(part) for part in (plan.creates, plan.updates, plan.deletes, plan.unchanged)]


def vlans(nb, *keys, **options):
    options = {"delete": True, "everything": True, **options}
    return nb.endpoint(VLANS).sync([{"vid": vid, "vlan_group": group} for vid, group in keys], key=("vid", "vlan_group"), **options)


def test_sync_compares_keys_by_what_they_mean(wire, nb, groups):
    (one, _) = groups
    record = nb.endpoint(GROUPS).get(one["id"])
    forms = ["g1", one["id"], one["id"].upper(), UUID(one["id"]), record, {"id": one["id"].upper()}, {"name": "g1"}, one, reference(one)]
    forms += [{"name": "g1", "display": "G1"}]
    for form in forms:
        assert sizes(vlans(nb, (10, form), ("20", form))) == [0, 0, 0, 2], form
        for other in forms:
            assert sizes(vlans(nb, (10, form), ("020", other))) == [0, 0, 0, 2], (form, other)
            for first, second in ((10, "10"), (30, "30")):
                with pytest.raises(nbcore.InputError, match="same key"):
                    vlans(nb, (first, form), (second, other))


def test_sync_knows_the_key_of_what_is_not_there_yet(nb, groups):
    second = groups[1]["id"]
    assert sizes(vlans(nb, (10, second), (20, "g1"), (30, "g2"), (30, "g9"))) == [3, 0, 1, 1]
    for form in (second, second.upper(), {"id": second}, nb.endpoint(GROUPS).get(second)):
        with pytest.raises(nbcore.InputError, match="same key"):
            vlans(nb, (10, "g2"), (10, form))


def test_sync_compares_keys_of_an_empty_route_by_their_form(wire, nb):
    wire.serve(VLANS, [])
    assert sizes(vlans(nb, (10, "g1"), (10, {"name": "g2"}))) == [2, 0, 0, 0]
    for second in (("10", "g1"), (10, {"name": "g1"})):
        with pytest.raises(nbcore.InputError, match="same key"):
            vlans(nb, (10, "g1"), second)


@pytest.mark.parametrize(
    ("vid", "group"),
    [("ten", "g1"), (True, "g1"), ([10], "g1"), ({"id": 1}, "g1"), (10, ["g1"]), (10, {"nme": "g1"}), (10, {"name__ic": "g"})],
)
def test_sync_refuses_keys_that_cannot_be_compared(wire, nb, groups, vid, group):
    with pytest.raises(nbcore.InputError, match=r"(vid|vlan_group)=.* cannot be compared"):
        vlans(nb, (vid, group))


def test_sync_compares_related_objects_by_fields_of_their_related_objects(wire, nb):
    sites = [row("dcim/locations", name=name, display=name) for name in ("AMS", "BRU")]
    rooms = [row("dcim/rooms", name="r1", display="r1", location=reference(site)) for site in sites]
    wire.serve("dcim/locations", sites)
    wire.on("GET", "dcim/locations/", lambda call: _some(call, sites))
    wire.on("GET", "dcim/rooms/", lambda call: _some(call, rooms))
    wire.serve(PATH, [{**item(n, room=reference(room)), "name": "x"} for n, room in enumerate(rooms)])
    for room in (
        {"name": "r1", "location": {"name": "BRU"}},
        {"name": "r1", "location__name": "BRU"},
        {"name": "r1", "location": sites[1]},
    ):
        plan = nb.endpoint(PATH).sync([{"name": "x", "room": room}], key=("name", "room"))
        assert [record.id for record in (*plan.unchanged, *plan.extra)] == [item(1)["id"], item(0)["id"]]
    with pytest.raises(nbcore.InputError, match="means 2 objects"):
        nb.endpoint(PATH).sync([{"name": "x", "room": "r1"}], key=("name", "room"))


def test_sync_compares_choices_texts_and_truth_in_keys(wire, nb):
    wire.serve(PATH, [item(1, face={"value": "front", "label": "Front"}, length="12.500000", code="010", main=True, tags=["x"])])
    assert nb.endpoint(PATH).sync([{"face": "front", "length": 12.5, "main": True}], key=("face", "length", "main")).unchanged
    assert nb.endpoint(PATH).sync([{"id": item(1)["id"].upper()}], key="id").unchanged
    for other in ({"face": "Front"}, {"code": 10}, {"code": "10"}, {"main": False}):
        assert nb.endpoint(PATH).sync([other], key=list(other)).creates == [other]
    for bad in ({"main": "true"}, {"main": 1}, {"code": True}, {"tags": ["x"]}):
        with pytest.raises(nbcore.InputError, match="cannot be"):
            nb.endpoint(PATH).sync([bad], key=list(bad))


def test_a_plan_is_applied_once(wire, nb):
    table = wire.serve(PATH, [], "lab.device")
    plan = nb.endpoint(PATH).sync([{"name": "d1"}], key="name")
    with pytest.raises(nbcore.InputError, match="nonsense"):
        plan.apply(nonsense=1)
    with pytest.raises(nbcore.InputError, match="on_error"):
        plan.apply(on_error="go on")
    plan.apply()
    with pytest.raises(nbcore.InputError, match=r"sync\(\) again"):
        plan.apply()
    assert len(table) == 1


@pytest.fixture
def mixed(wire, nb):
    """A plan of two creates, one of which is refused, an update and a delete."""
    table = wire.serve(PATH, [item(1, description="a"), item(2, description="a")])
    bad = [{}, {"name": ["bad"]}]
    wire.wrap(
        "POST", f"{PATH}/", lambda call, handler: reply(bad[-len(sent(call)) :], 400) if sent(call)[-1]["name"] == "bad" else handler(call)
    )
    desired = [{"name": "d9"}, {"name": "bad"}, {"name": "d1", "description": "b"}]
    return table, nb.endpoint(PATH).sync(desired, key="name", delete=True, everything=True)


def test_a_plan_that_goes_on_does_all_parts_and_sums_up(mixed):
    table, plan = mixed
    with pytest.raises(nbcore.PartialResult, match="create 1 of 2, update 1 of 1, delete 1 of 1") as caught:
        plan.apply(on_error="continue")
    assert [(one["name"], one.get("description")) for one in table] == [("d1", "b"), ("d9", None)]
    assert (caught.value.journal.operation, len(caught.value.journal.failed)) == ("create", 1)
    assert caught.value.journals == [caught.value.journal]
    with pytest.raises(nbcore.InputError, match="applied already"):
        plan.apply()


def test_a_plan_that_stops_says_what_was_not_begun(mixed):
    table, plan = mixed
    with pytest.raises(nbcore.ValidationError, match="not begun: update 1, delete 1") as caught:
        plan.apply()
    assert [one["name"] for one in table] == ["d1", "d2"]
    assert caught.value.journal.operation == "create"


def test_a_printed_plan_shows_what_is_sent(wire, nb):
    statuses = [row("extras/statuses", name=name, display=name) for name in ("Active", "Planned")]
    wire.serve("extras/statuses", statuses)
    wire.on("GET", "extras/statuses/", lambda call: _some(call, statuses))
    wire.serve(TAGS, tags := [row(TAGS, name=name, display=name) for name in ("core", "edge")])
    wire.on("GET", f"{TAGS}/", lambda call: _some(call, tags))
    fields = {"status": reference(statuses[0]), "tags": [reference(tag) for tag in tags], "custom_fields": {"a": 1, "b": None}}
    wire.serve(PATH, [item(1, description="old", latitude="12.500000", height=2, **fields)])
    same = {"status": "Active", "tags": ["edge", {"name": "core"}], "custom_fields": {"a": 1}, "latitude": 12.5, "height": "2"}
    assert sizes(nb.endpoint(PATH).sync([{"name": "d1", **same}], key="name")) == [0, 0, 0, 1]
    plan = nb.endpoint(PATH).sync([{"name": "d1", **same, "description": "new"}, {"name": "d2", "status": UUID(int=1)}], key="name")
    text = str(plan)
    plan.apply()
    ((created,), (updated,)) = map(sent, writes(wire)[-2:])
    assert str({name: value for name, value in created.items() if name != "id"}) in text
    assert updated == {"id": item(1)["id"], "description": "new"}
    assert "{'description': 'new'}" in text
    for other in (
        {"status": "Planned"},
        {"tags": ["core", "core"]},
        {"custom_fields": {"a": 2}},
        {"latitude": Decimal("12.6")},
        {"height": 3},
    ):
        assert sizes(nb.endpoint(PATH).sync([{"name": "d1", **other}], key="name")) == [0, 1, 0, 0], other


@pytest.mark.parametrize("number", [12.5, Decimal("12.5")])
def test_sync_settles_numbers_held_as_text(wire, nb, number):
    wire.serve(PATH, [item(1, latitude="12.500000", code="010")])
    assert not nb.endpoint(PATH).sync([{"name": "d1", "latitude": number}], key="name")
    assert nb.endpoint(PATH).sync([{"name": "d1", "code": 10}], key="name")


def test_sync_refuses_fields_that_the_route_does_not_have(wire, nb):
    wire.serve(PATH, [item(1, description="a")])
    wire.on("OPTIONS", f"{PATH}/", {"actions": {"POST": {"name": {}, "description": {}}}})
    nb.endpoint(PATH).sync([{"name": "d1", "description": "b"}], key="name")
    assert not [call for call in wire.calls if call.method == "OPTIONS"]
    with pytest.raises(nbcore.UnknownFieldError, match="did you mean 'description'"):
        nb.endpoint(PATH).sync([{"name": "d1", "descriptoin": "b"}], key="name")


@pytest.mark.parametrize("desired", [None, 1, "d1", b"d1", {"name": "d1"}, [None], ["d1"], [{"name": "d1"}, 2]])
def test_sync_wants_a_list_of_dicts(wire, nb, desired):
    wire.serve(PATH, [], "lab.device")
    with pytest.raises(nbcore.InputError, match="dict"):
        nb.endpoint(PATH).sync(desired, key="name")


def test_sync_wants_a_key_that_objects_have(wire, nb):
    wire.serve(PATH, [item(1)])
    for key in ([], "nmae"):
        with pytest.raises(nbcore.InputError, match="key"):
            nb.endpoint(PATH).sync([{"nmae": "d1"}], key=key)


# --- many-to-many, and saving only what nobody changed ------------------------------------------------------------------------


@pytest.fixture
def tagged(wire, nb):
    tags = [row(TAGS, name=name, display=name) for name in ("core", "edge")]
    wire.serve(TAGS, tags)
    wire.serve(PATH, [item(1, tags=[reference(tag) for tag in tags], last_updated="1"), item(2, tags=[], last_updated="1")])
    wire.on("PATCH", f"{PATH}/*/", lambda call: item(1, **{**sent(call), "tags": [reference(tag) for tag in tags]}))
    return tags, list(nb.endpoint(PATH).all())


def test_tags_are_added_and_removed(wire, tagged):
    (core, edge), (one, two) = tagged
    two.tags.add("core", one.tags[1], edge["id"])
    assert two.updates() == {"tags": [{"name": "core"}, edge["id"]]}
    one.tags.add("core", core["id"])
    assert one.updates() == {}
    one.tags.remove("edge")
    assert one.updates() == {"tags": [core["id"]]}
    with pytest.raises(ValueError, match="leaf"):
        one.tags.remove("leaf")
    one.save()
    assert sent(writes(wire)[-1]) == {"tags": [core["id"]]}


def test_content_types_are_text(wire, nb):
    wire.serve(PATH, [item(1, content_types=["dcim.device"])])
    (record,) = nb.endpoint(PATH).all()
    record.content_types.add("dcim.device", "dcim.rack")
    assert record.updates() == {"content_types": ["dcim.device", "dcim.rack"]}
    record.content_types.remove("dcim.rack")
    assert record.updates() == {}


def test_save_if_unmodified(wire, nb, tagged):
    _, (one, _) = tagged
    one.description = "mine"
    wire.on("GET", f"{PATH}/*/", item(1, last_updated="2", description="theirs"))
    with pytest.raises(nbcore.ConflictError, match="somebody else") as caught:
        one.save(if_unmodified=True)
    assert caught.value.theirs["description"] == "theirs"
    assert not writes(wire)
    wire.on("GET", f"{PATH}/*/", item(1, last_updated="1"))
    assert one.save(if_unmodified=True) is True
    bare = nb.wrap(item(7))
    bare.description = "x"
    wire.on("GET", f"{PATH}/*/", item(7))
    with pytest.raises(nbcore.InputError, match="last_updated"):
        bare.save(if_unmodified=True)


def test_a_resumed_create_finds_what_the_killed_process_had_still_at_work(wire, nb, tmp_path):
    table = wire.serve(PATH, [], "lab.device")
    wire.on("POST", f"{PATH}/", nbcore.ProtocolError("reset"))
    wire.on("GET", f"{PATH}/", nbcore.ProtocolError("reset"))
    wire.on("GET", f"{PATH}/*/", nbcore.ProtocolError("reset"))
    with pytest.raises(nbcore.NbcoreError):
        nb.endpoint(PATH).create([{"name": "a"}, {"name": "b"}], journal=tmp_path / "journal")
    wire.serve(PATH, table)
    journal = nbcore.Journal.load(tmp_path / "journal", nb)
    assert len(journal.unknown) == 2
    rows = [row(PATH, id=entry.id, name=entry.item["name"]) for entry in journal]

    def late(call):
        wire.serve(PATH, rows)  # the first request lands between the look and the second one
        return reply([{"id": ["with this Id already exists."]}] * 2, 400)

    wire.on("POST", f"{PATH}/", late)
    assert [record.name for record in journal.resume()] == ["a", "b"]


def test_what_a_plan_had_not_begun_is_seen_in_a_traceback(mixed):
    _, plan = mixed
    with pytest.raises(nbcore.ValidationError) as caught:
        plan.apply()
    assert "Of the plan, not begun: update 1, delete 1." in "".join(traceback.format_exception(caught.value))
    assert "item 1" in str(caught.value)
