"""Cases 61 to 69: rows that come, go and move while pages are read: exact data or DriftError, exact data under consistency="strict"."""

from __future__ import annotations

import pytest

import nbcore

from . import plays

ROWS = 100
PATH = "lab/devices"


def pages(request):
    return request.method == "GET" and request.path == f"{PATH}/"


class Moving:
    """A list of which something moves after the second page was answered; again at every read, or once."""

    def __init__(self, world, strict):
        self.world = world
        self.store = world.store
        self.rows = self.store.fill(ROWS)
        self.strict = strict
        self.given = 0
        self.number = 0

    def after_second(self, change, always):
        def look(request):
            if not pages(request):
                return
            self.given += 1
            if self.given == 2 or (always and self.given > 2 and self.given % 2 == 0):
                with self.store.lock:
                    change(self)

        self.world.server.after.append(look)

    def read(self):
        nb = self.world.connect(page_size=10)
        options = {"consistency": "strict"} if self.strict else {}
        return list(nb.endpoint(PATH).all(**options))

    def check(self):
        """Every row that was there throughout, once."""
        there = {row["id"] for row in self.rows} & set(self.store.tables[PATH])
        drift = None
        try:
            found = [record.id for record in self.read()]
        except nbcore.DriftError as error:
            drift = error
        if drift is not None:
            assert not self.strict
            assert "moved" in str(drift)
            assert PATH in str(drift)
            return
        there &= set(self.store.tables[PATH])
        assert len(found) == len(set(found))
        assert there <= set(found)


def delete_early(moving):
    table = moving.store.tables[PATH]
    del table[min(table)]


def insert_early(moving):
    moving.number += 1
    moving.store.add(PATH, {"id": f"00000000-0000-3000-8000-{moving.number:012d}", "name": f"a{moving.number:04d}"})


def insert_late(moving):
    moving.number += 1
    moving.store.add(PATH, {"id": f"f0000000-0000-4000-8000-{moving.number:012d}", "name": f"z{moving.number:04d}"})


def delete_and_insert(moving):
    delete_early(moving)
    insert_late(moving)


def delete_many(moving):
    for _ in range(15):
        delete_early(moving)


def rename_to_front(moving):
    table = moving.store.tables[PATH]
    last = max((row for row in table.values() if row["name"].startswith("d")), key=lambda row: row["name"])
    last["name"] = "a" + last["name"]


def rename_to_end(moving):
    table = moving.store.tables[PATH]
    first = min((row for row in table.values() if row["name"].startswith("d")), key=lambda row: row["name"])
    first["name"] = "z" + first["name"]


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
@pytest.mark.parametrize(
    "change",
    [delete_early, insert_early, delete_and_insert, delete_many, insert_late, rename_to_front, rename_to_end],
    ids=lambda f: f.__name__,
)
@pytest.mark.case(61, 62, 63, 64)
def test_rows_that_move(world, strict, always, change):
    moving = Moving(world, strict)
    moving.after_second(change, always)
    moving.check()


@pytest.mark.parametrize("change", [delete_early, insert_early, delete_and_insert, rename_to_front], ids=lambda f: f.__name__)
@pytest.mark.case(61, 62, 63, 64)
def test_one_move_is_repaired(world, change):
    """Read again, the list is exactly what the server holds."""
    moving = Moving(world, strict=False)
    moving.after_second(change, always=False)
    found = [record.id for record in moving.read()]
    rows = sorted(moving.store.tables[PATH].values(), key=lambda row: row["name"])
    if change is delete_and_insert and found != [row["id"] for row in rows]:
        assert {row["id"] for row in moving.rows} & set(moving.store.tables[PATH]) <= set(found)
    else:
        assert found == [row["id"] for row in rows]


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.case(65)
def test_tied_sort_keys(world, strict):
    """A server that orders ties by chance, another way on each page."""
    moving = Moving(world, strict)
    for row in moving.rows:
        row["shelf"] = 1
    moving.store.order = "shelf"

    def shuffle(request):
        if pages(request):
            table = moving.store.tables[PATH]
            for key in list(table)[:7]:
                table[key] = table.pop(key)

    world.server.after.append(shuffle)
    moving.check()


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.case(66)
def test_a_next_loop_is_bounded(world, strict):
    """A server that answers every page with the first."""
    rows = world.store.fill(10)
    page = {"count": 100, "next": f"{world.server.url}/api/{PATH}/?limit=10&offset=10", "previous": None, "results": rows}
    world.server.inject(pages, plays.says(200, page), times=None)
    nb = world.connect(page_size=10)
    for error in world.fails(
        nbcore.DriftError, lambda _index: list(nb.endpoint(PATH).all(**({"consistency": "strict"} if strict else {})))
    ):
        assert PATH in str(error)
    assert len(world.server.requests) < 400


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.case(67)
def test_a_count_of_a_thousand_million_is_bounded(world, strict):
    rows = world.store.fill(25)

    def lies(x):
        _, page = x.commit()
        x.answer(200, {**page, "count": 10**9})

    world.server.inject(pages, lies, times=None)
    nb = world.connect(page_size=10)
    options = {"consistency": "strict"} if strict else {}
    for result in world.each(lambda _index: [record.id for record in nb.endpoint(PATH).all(**options)]):
        assert isinstance(result, nbcore.DriftError) or sorted(result) == sorted(row["id"] for row in rows)
    assert len(world.server.requests) < 400


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.parametrize("maximum", [4, 1000])
@pytest.mark.case(68)
def test_the_maximum_page_size_changes(world, strict, maximum):
    moving = Moving(world, strict)
    moving.store.maximum = 10
    moving.after_second(lambda _moving: setattr(moving.store, "maximum", maximum), always=False)
    found = [record.id for record in moving.read()]
    assert found == [row["id"] for row in moving.rows]


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 19, 20, 100])
@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.case(69)
def test_the_order_is_the_same_in_parallel(world, number, strict):
    rows = world.store.fill(number)
    nb = world.connect(page_size=10)
    options = {"consistency": "strict"} if strict else {}
    results = world.ok(lambda _index: [record.id for record in nb.endpoint(PATH).all(**options)])
    assert all(result == [row["id"] for row in rows] for result in results)


@pytest.mark.parametrize("window", [(0, 10), (5, 10), (0, 35), (95, 10), (200, 10), (99, 1)])
@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
def test_windows(world, window, strict):
    rows = world.store.fill(ROWS)
    start, limit = window
    options = {"consistency": "strict"} if strict else {}
    found = world.connect(page_size=10).endpoint(PATH).filter(limit=10, **options)[start : start + limit]
    assert [record.id for record in found] == [row["id"] for row in rows[start : start + limit]]


def test_strict_needs_a_server_that_sorts(world):
    world.store.fill(30)

    def unsorted(x):
        _, page = x.commit()
        x.answer(200, {**page, "results": page["results"][::-1]})

    world.server.inject(pages, unsorted, times=None)
    with pytest.raises(nbcore.DriftError, match="sort by id"):
        list(world.connect(page_size=10).endpoint(PATH).all(consistency="strict"))
    with pytest.raises(nbcore.InputError, match="sort"):
        world.connect().endpoint(PATH).all(consistency="strict", sort="name")


@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
@pytest.mark.parametrize(
    "change",
    [delete_early, insert_early, delete_and_insert, insert_late, rename_to_front, rename_to_end],
    ids=lambda f: f.__name__,
)
@pytest.mark.case(100)
def test_rows_that_move_under_an_iterator(world, change, always):
    """Every row that was there throughout comes once, also to a program that keeps none of them."""
    moving = Moving(world, strict=False)
    moving.after_second(change, always)
    nb = world.connect(page_size=10)
    moving.read = lambda: list(nb.endpoint(PATH).all().iterator())
    moving.check()


@pytest.mark.parametrize("change", [delete_early, insert_early, delete_and_insert, rename_to_front], ids=lambda f: f.__name__)
@pytest.mark.case(100)
def test_one_move_under_an_iterator_is_no_error(world, change):
    moving = Moving(world, strict=False)
    there = {row["id"] for row in moving.rows}
    moving.after_second(change, always=False)
    found = [record.id for page in world.connect(page_size=10).endpoint(PATH).all().pages() for record in page]
    assert len(found) == len(set(found))
    assert there & set(moving.store.tables[PATH]) <= set(found)


def short_lines(world):
    """A server that resets a request line of more than 2,000 characters, as uWSGI does by default."""

    def is_long(request):
        return len("&".join(f"{name}={value}" for name, value in request.params)) > 2000

    world.server.inject(is_long, plays.reset, times=None)


@pytest.mark.parametrize("name", ["name", "id"])
@pytest.mark.case(97)
def test_a_filter_of_5000_values_that_may_be_split(world, name):
    rows = world.store.fill(300)
    short_lines(world)
    nb = world.connect()
    values = [row[name] for row in rows] + [f"00000000-0000-4000-9000-{number:012d}" for number in range(4700)]
    for result in world.ok(lambda _index: [record.id for record in nb.endpoint(PATH).filter(**{name: values})]):
        assert sorted(result) == sorted(row["id"] for row in rows)


@pytest.mark.case(97)
def test_a_filter_of_5000_values_that_may_not_be_split(world):
    world.store.fill(10)
    short_lines(world)
    nb = world.connect()
    values = [f"tag-{number}" for number in range(5000)]
    for error in world.fails(
        (nbcore.ProtocolError, nbcore.RetriesExhaustedError), lambda _index: list(nb.endpoint(PATH).filter(tags=values))
    ):
        assert "request line is too long" in str(error)
