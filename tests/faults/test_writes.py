"""Cases 16, 29 and 44 to 60: writes whose answer is lost, refused or odd. One object and many; in turn and from four threads at once."""

from __future__ import annotations

import pytest

import nbcore

from . import plays
from .store import PREFIX

MANY = 20


def post(request):
    return request.method == "POST"


def patch(request):
    return request.method == "PATCH"


def remove(request):
    return request.method == "DELETE"


class Writing:
    """Creating, changing and deleting: one object, or twenty with one request."""

    def __init__(self, world, shape):
        self.world = world
        self.store = world.store
        self.bulk = shape == "bulk"

    def items(self, index):
        return [{"name": f"new-{index}-{number}"} for number in range(MANY if self.bulk else 1)]

    def creating(self, path="lab/devices", **options):
        nb = self.world.connect(**options)

        def work(index):
            items = self.items(index)
            made = nb.endpoint(path).create(items) if self.bulk else [nb.endpoint(path).create(items[0])]
            assert [record.name for record in made] == [item["name"] for item in items]
            self.world.kept += made
            return made

        return work

    def creates(self, **options):
        """Every object is there, once, and the records are the server's."""
        results = self.world.ok(self.creating(**options))
        made = [record for part in results for record in part]
        assert sorted(self.store.names()) == sorted(record.name for record in made)
        assert {record.id for record in made} == set(self.store.tables["lab/devices"])
        assert len([what for what, _ in self.store.commits if what == "create"]) == len(made)

    def records(self, number=4 * MANY, **options):
        self.store.fill(number)
        nb = self.world.connect(**options)
        found = list(nb.endpoint("lab/devices").all())
        self.store.commits.clear()
        return found

    def mine(self, records, index):
        return records[index * MANY : (index + 1) * MANY] if self.bulk else [records[index]]

    def changing(self, records):
        def work(index):
            mine = self.mine(records, index)
            for record in mine:
                record.description = f"changed-{index}"
            if self.bulk:
                mine[0].endpoint.bulk_update(mine)
            else:
                assert mine[0].save() is True
            return [record.description for record in mine], [record.updates() for record in mine]

        return work

    def deleting(self, records):
        def work(index):
            mine = self.mine(records, index)
            return mine[0].endpoint.delete(mine) if self.bulk else mine[0].delete()

        return work


@pytest.fixture(params=["single", "bulk"])
def writing(world, request):
    return Writing(world, request.param)


LOST = {
    44: plays.committed(plays.reset),
    44.1: plays.committed(plays.fin),
    44.2: plays.reset_mid_body,
    44.3: plays.long_length,
    44.4: plays.short_length,
    44.5: plays.fin_mid_chunk,
    46.1: plays.committed(plays.html(502)),
    46.2: plays.committed(plays.html(504)),
    46.3: plays.committed(plays.html(500)),
    46.4: plays.committed(plays.says(503, {}, Retry_After="0.1")),
    50: plays.truncated,
    51: plays.committed(plays.says(201, [])),
    51.1: plays.committed(plays.says(201, None)),
    51.2: plays.committed(plays.html(200)),
    3: plays.reset,
    4: plays.fin,
    18: plays.html(502),
    17: plays.says(500, {"error": "gone", "exception": "OperationalError"}),
    21: plays.says(429, {"detail": "slow down"}, Retry_After="0.1"),
    48: plays.late,
}


@pytest.mark.parametrize("number", list(LOST))
@pytest.mark.case(44, 46, 47, 48, 50, 51)
def test_a_create_happens_once(writing, number):
    writing.world.server.inject(post, LOST[number])
    writing.creates()


@pytest.mark.parametrize("number", [44, 46.1, 50, 51])
@pytest.mark.case(44, 46, 50, 51)
def test_a_create_that_happened_needs_no_retries(writing, number):
    writing.world.server.inject(post, LOST[number])
    writing.creates(retries=0)


@pytest.mark.parametrize("number", [44, 46.1, 46.3])
@pytest.mark.case(45)
def test_if_only_the_posts_die_the_create_is_found(writing, number):
    writing.world.server.inject(post, LOST[number], times=None)
    writing.creates()


@pytest.mark.parametrize("dies", [plays.reset, plays.html(502)], ids=["reset", "502"])
@pytest.mark.case(45)
def test_if_everything_dies_the_error_names_what_to_look_for(writing, dies):
    writing.world.server.inject(post, plays.committed(dies), times=None)
    writing.world.server.inject(lambda request: True, dies, times=None)
    for error in writing.world.fails(nbcore.AmbiguousWriteError, writing.creating()):
        assert len(error.ids) == (MANY if writing.bulk else 1)
        assert "may or may not" in str(error)
        assert error.ids[0] in str(error)
        assert set(error.ids) <= set(writing.store.tables["lab/devices"])
        assert (error.journal is not None) == writing.bulk
        if error.journal is not None:
            assert [entry.id for entry in error.journal.unknown] == list(error.ids)
    writing.world.server.rules.clear()


@pytest.mark.parametrize("dies", [plays.reset, plays.html(502)], ids=["reset", "502"])
@pytest.mark.case(45)
def test_without_retries_a_create_that_did_not_happen_is_the_callers(writing, dies):
    writing.world.server.inject(post, dies, times=None)
    for error in writing.world.fails(nbcore.AmbiguousWriteError, writing.creating(retries=0)):
        assert error.ids
    assert not writing.store.names()


@pytest.mark.case(16)
def test_a_constraint_is_final(writing):
    rule = writing.world.server.inject(post, plays.says(500, {"error": "dup", "exception": "IntegrityError"}), times=None)
    errors = writing.world.fails(nbcore.ServerError, writing.creating())
    assert rule.hits == len(errors)
    assert "IntegrityError" in str(errors[0])


@pytest.mark.case(49)
def test_a_bad_item_is_named(writing):
    nb = writing.world.connect()

    def work(index):
        items = writing.items(index)
        items[-1]["name"] = ""
        nb.endpoint("lab/devices").create(items if writing.bulk else items[0])

    for error in writing.world.fails(nbcore.ValidationError, work):
        assert "This field is required" in str(error)
        if writing.bulk:
            assert f"item {MANY - 1}" in str(error)
            assert [entry.index for entry in error.journal.failed] == [MANY - 1]
            assert len(error.journal.waiting) == MANY - 1
    assert not writing.store.names()


@pytest.mark.case(52)
def test_a_name_that_is_taken(writing):
    writing.store.add("lab/devices", {"name": "new-0-0"})
    results = writing.world.each(writing.creating())
    assert isinstance(results[0], nbcore.ValidationError)
    assert "already exists" in str(results[0])
    assert all(isinstance(result, list) for result in results[1:])


@pytest.mark.parametrize("number", [44, 46.1, 50, 3, 48])
@pytest.mark.case(53)
def test_an_allocation_takes_one_address(writing, number):
    writing.world.server.inject(post, LOST[number])
    nb = writing.world.connect()
    spec = nbcore.ActionSpec("available-ips", methods=("POST",), returns="records", allocates=True, creates="lab/addresses")

    def work(_index):
        action = nbcore.Action(nb.endpoint("lab/devices"), spec, f"lab/prefixes/{PREFIX}/available-ips/")
        found = action.create([{"status": "active"}] * 3) if writing.bulk else [action.create({"status": "active"})]
        writing.world.kept += found
        return [record.address for record in found]

    taken = [address for part in writing.world.ok(work) for address in part]
    assert len(set(taken)) == len(taken) == len(writing.store.tables["lab/addresses"])


@pytest.mark.parametrize("play", [plays.committed(plays.reset), plays.committed(plays.html(502)), plays.truncated, plays.html(200)])
@pytest.mark.case(54)
def test_a_job_is_never_run_twice(world, play):
    rule = world.server.inject(post, play, times=None)
    nb = world.connect()
    errors = world.fails(nbcore.AmbiguousWriteError, lambda _index: nb.request("POST", "lab/jobs/x/run/", body={"data": {}}))
    assert rule.hits == len(errors) == len(world.server.sent("POST"))
    assert world.store.runs in (0, len(errors))


@pytest.mark.case(54)
def test_ids_that_the_server_chooses_are_never_sent_twice(writing):
    """A route that ignores the id it is sent: what was made cannot be looked for."""
    rule = writing.world.server.inject(post, plays.committed(plays.reset), times=None)
    errors = writing.world.fails(nbcore.AmbiguousWriteError, writing.creating("lab/things"))
    assert rule.hits == len(errors)


@pytest.mark.parametrize("number", [3, 44, 46.1, 46.3, 44.2])
@pytest.mark.case(55)
def test_a_delete_happens_once(writing, number):
    records = writing.records()
    writing.world.server.inject(remove, LOST[number])
    done = writing.world.ok(writing.deleting(records))
    assert done == [True] * len(done)
    assert len(writing.store.names()) == len(records) - len(done) * (MANY if writing.bulk else 1)
    assert len(writing.store.commits) == len(done) * (MANY if writing.bulk else 1)


@pytest.mark.parametrize("number", [3, 4, 18, 21, 44, 46.1, 46.3, 50, 51.2, 44.2])
@pytest.mark.case(56)
def test_a_patch_happens(writing, number):
    records = writing.records()
    writing.world.server.inject(patch, LOST[number])
    results = writing.world.ok(writing.changing(records))
    for index, (read, left) in enumerate(results):
        assert set(read) == {f"changed-{index}"}
        assert not any(left)
    changed = [row for row in writing.store.tables["lab/devices"].values() if row["description"]]
    assert len(changed) == len(results) * (MANY if writing.bulk else 1)


@pytest.mark.filterwarnings("ignore::nbcore.IgnoredFieldWarning")
@pytest.mark.parametrize("number", [3, 18, 44, 46.1, 50, 44.2])
@pytest.mark.case(56)
def test_a_patch_of_which_the_server_ignores_a_part_is_no_conflict(world, number):
    """The field that it does not write tells nothing of what happened; it is warned of, and the rest is there once."""
    writing = Writing(world, "single")
    records = writing.records()
    world.store.read_only = {"name"}
    world.server.inject(patch, LOST[number])

    def work(index):
        done = records[index].update({"description": "new", "name": "mine"})
        return done, records[index].name == "mine", records[index].updates()

    results = world.ok(work)
    assert results == [(True, False, {})] * len(results)
    assert [row["description"] for row in world.store.tables["lab/devices"].values()].count("new") == len(results)


@pytest.mark.parametrize("number", [3, 44])
@pytest.mark.case(56)
def test_a_patch_by_id_happens(world, number):
    world.store.fill(4)
    world.server.inject(patch, LOST[number])
    nb = world.connect()
    ids = list(world.store.tables["lab/devices"])
    assert set(world.ok(lambda index: nb.endpoint("lab/devices").update(ids[index], {"description": "new"}))) == {True}
    assert sum(row["description"] == "new" for row in world.store.tables["lab/devices"].values()) == (4 if world.threaded else 1)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.case(57)
def test_a_patch_and_another_writer(world, committed):
    writing = Writing(world, "single")
    records = writing.records()

    def other_writes(x):
        if committed:
            x.commit()
        row = world.store.tables["lab/devices"][x.request.path.split("/")[2]]
        world.store._change(row, {"description": "theirs"})
        x.reset()

    world.server.inject(patch, other_writes, times=None)
    for error in world.fails(nbcore.ConflictError, writing.changing(records)):
        assert error.theirs["description"] == "theirs"
        assert "description" in str(error)
    assert {row["description"] for row in world.store.tables["lab/devices"].values()} == {"theirs", ""}


@pytest.mark.case(58)
def test_a_bulk_change_of_an_object_that_is_gone(world):
    writing = Writing(world, "bulk")
    records = writing.records()
    gone = [records[number].id for number in range(3, 4 * MANY, MANY)]
    for one in gone:
        del world.store.tables["lab/devices"][one]
    for index, error in enumerate(world.fails(nbcore.PartialResult, writing.changing(records))):
        assert list(error.missing) == [gone[index]]
        assert gone[index] in str(error)
        assert len(error.journal.done) == MANY - 1
    changed = [row for row in world.store.tables["lab/devices"].values() if row["description"]]
    assert len(changed) == (4 if world.threaded else 1) * (MANY - 1)


@pytest.mark.case(58)
def test_a_bulk_delete_of_an_object_that_is_gone(world):
    writing = Writing(world, "bulk")
    records = writing.records()
    gone = [records[number].id for number in range(3, 4 * MANY, MANY)]
    for one in gone:
        del world.store.tables["lab/devices"][one]
    for index, error in enumerate(world.fails(nbcore.PartialResult, writing.deleting(records))):
        assert list(error.missing) == [gone[index]]


@pytest.mark.case(59)
def test_a_delete_that_a_proxy_answered(writing):
    records = writing.records()
    writing.world.server.inject(remove, plays.html(200), times=None)
    for error in writing.world.fails((nbcore.ContentError, nbcore.AmbiguousWriteError), writing.deleting(records)):
        assert "Gateway" in str(error)
    assert len(writing.store.names()) == len(records)


@pytest.mark.case(29)
def test_a_delete_of_what_is_in_use(writing):
    records = writing.records()
    writing.world.server.inject(remove, plays.says(409, {"detail": "in use by 3 interfaces"}), times=None)
    for error in writing.world.fails(nbcore.StatusConflictError, writing.deleting(records)):
        assert "in use" in str(error)


@pytest.mark.case(60)
def test_the_third_chunk_dies_and_another_process_goes_on(world, tmp_path):
    nb = world.connect(retries=1)
    dies = world.server.inject(lambda request: post(request) and request.body[0]["name"].endswith("-20"), plays.reset, times=None)

    def work(index):
        items = [{"name": f"new-{index}-{number}"} for number in range(50)]
        nb.endpoint("lab/devices").create(items, chunk_size=10, parallel=False, journal=tmp_path / f"{index}.journal")

    for index, error in enumerate(world.fails(nbcore.AmbiguousWriteError, work)):
        assert [len(group) for group in (error.journal.created, error.journal.unknown, error.journal.waiting)] == [20, 10, 20]
        assert "20 are done" in str(error)
        planned = [entry.id for entry in error.journal]
        dies.times = 0
        journal = nbcore.Journal.load(tmp_path / f"{index}.journal", world.connect())
        made = journal.resume()
        assert [record.id for record in made] == planned
        assert [record.name for record in made] == [f"new-{index}-{number}" for number in range(50)]
        world.kept += made
        assert len(journal.created) == 50


@pytest.mark.case(60)
def test_continue_names_every_bad_item_and_makes_the_others(writing):
    nb = writing.world.connect()

    def work(index):
        items = [{"name": f"new-{index}-{number}" if number % 17 else ""} for number in range(50)]
        nb.endpoint("lab/devices").create(items, chunk_size=10, on_error="continue", parallel=writing.bulk)

    for error in writing.world.fails(nbcore.PartialResult, work):
        assert [entry.index for entry in error.journal.failed] == [0, 17, 34]
        assert len(error.journal.created) == 47
        assert "This field is required" in error.journal.failed[0].error


@pytest.mark.case(60)
def test_continue_halves_what_the_server_does_not_name(world):
    """A constraint that only the database knows: which item it was is found by halves."""
    nb = world.connect()
    world.server.inject(
        lambda request: post(request) and any(item["name"].endswith("-13") for item in request.body),
        plays.says(500, {"error": "dup", "exception": "IntegrityError"}),
        times=None,
    )

    def work(index):
        nb.endpoint("lab/devices").create([{"name": f"new-{index}-{number}"} for number in range(40)], on_error="continue")

    for error in world.fails(nbcore.PartialResult, work):
        assert [entry.index for entry in error.journal.failed] == [13]
        assert len(error.journal.created) == 39


@pytest.mark.parametrize(
    "play",
    [
        plays.says(400, {"__all__": ["IP address 10.0.0.1/24 already exists in 10.0.0.0/24."]}),
        plays.says(500, {"error": "duplicate key", "exception": "IntegrityError"}),
    ],
    ids=["400", "500"],
)
@pytest.mark.case(53)
def test_an_allocation_that_another_request_was_given_too_is_made_anew(world, play):
    """Nautobot 3.2 looks for what is free before it takes its lock, so two requests at one moment are given one address; one is refused."""
    rule = world.server.inject(post, play, times=2)
    nb = world.connect(retries=0)
    spec = nbcore.ActionSpec("available-ips", methods=("POST",), returns="records", allocates=True, creates="lab/addresses")
    action = nbcore.Action(nb.endpoint("lab/devices"), spec, f"lab/prefixes/{PREFIX}/available-ips/")
    taken = world.ok(lambda _index: action.create({"status": "active"}).address)
    assert rule.hits == 2
    assert len(set(taken)) == len(taken) == len(world.store.tables["lab/addresses"])
