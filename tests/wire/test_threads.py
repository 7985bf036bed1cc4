"""Lists read in parallel: the same rows in the same order, as many requests at once as was said, and no request too many."""

from __future__ import annotations

import threading

import pytest

import nbcore

from .loopback import LIMIT, Answer, rows


def names(found):
    return [record.name for record in found]


def offsets(server):
    return [(dict(request.params)["limit"], dict(request.params).get("offset")) for request in server.requests]


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 199, 200, 1234])
def test_threaded_rows_are_the_sequential_rows(server, connect, number):
    server.serve("lab/devices", rows(number))
    one = names(connect(page_size=100).endpoint("lab/devices").all())
    many = names(connect(page_size=100, threading=True).endpoint("lab/devices").all())
    assert one == many == [f"d{index}" for index in range(number)]


def test_a_server_that_gives_smaller_pages_is_read_to_the_end(server, connect):
    server.serve("lab/devices", rows(130), maximum=50)
    assert len(connect(page_size=400, threading=True).endpoint("lab/devices").all()) == 130
    assert sorted(dict(request.params).get("offset", "0") for request in server.requests) == ["0", "49", "98"]


def test_without_threading_one_is_in_flight(server, connect):
    server.serve("lab/devices", rows(300))
    assert len(connect(page_size=50, max_workers=8).endpoint("lab/devices").all()) == 300
    assert server.peak == 1


def test_a_page_that_comes_late_keeps_its_place(server, connect):
    table = rows(298)
    last_is_there = threading.Event()

    def listed(request):
        start = int(dict(request.params).get("offset", 0))
        if start == 99:
            assert last_is_there.wait(LIMIT)
        if start == 198:
            last_is_there.set()
        return {"count": len(table), "next": None if start == 198 else "more", "previous": None, "results": table[start : start + 100]}

    server.on("GET", "lab/devices/", listed)
    found = connect(page_size=100, threading=True, max_workers=2).endpoint("lab/devices").all()
    assert names(found) == [row["name"] for row in table]


def test_the_error_of_one_page_is_raised_and_the_api_goes_on(server, connect):
    table = rows(1000)
    server.serve("lab/devices", table)
    nb = connect(page_size=10, threading=True)

    def listed(request):
        start = int(dict(request.params).get("offset", 0))
        if start == 45:
            return Answer({"detail": "no"}, 403)
        return {"count": len(table), "next": "more", "previous": None, "results": table[start : start + 10]}

    server.on("GET", "lab/devices/", listed)
    with pytest.raises(nbcore.PermissionDeniedError):
        list(nb.endpoint("lab/devices").all())
    server.serve("lab/devices", table)
    assert len(nb.endpoint("lab/devices").all()) == 1000


def test_stopping_early_leaves_most_pages_unasked(server, connect):
    server.serve("lab/devices", rows(2000))
    reading = connect(page_size=10, threading=True, max_workers=2).endpoint("lab/devices").all().iterator()
    assert next(reading).name == "d0"
    reading.close()
    assert len(server.requests) <= 10


def test_one_api_in_many_threads_gives_each_its_own_answer(server, connect):
    table = server.serve("lab/devices", rows(32))
    endpoint = connect(max_workers=4).endpoint("lab/devices")
    wrong: list[object] = []

    def work(row):
        for _ in range(5):
            record = endpoint.get(row["id"])
            if record is None or record.name != row["name"]:
                wrong.append((row, record))

    workers = [threading.Thread(target=work, args=(row,)) for row in table]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong
    assert len(server.requests) == 160


def test_connections_are_kept(server, connect):
    server.serve("lab/devices", rows(200))
    assert len(connect(page_size=20).endpoint("lab/devices").all()) == 200
    assert len({request.connection for request in server.requests}) == 1


@pytest.mark.parametrize("threading_", [False, True])
def test_a_next_that_points_at_itself_ends(server, connect, threading_):
    page = {"count": 3, "next": f"{server.url}/api/lab/devices/?offset=0", "previous": None, "results": rows(2)}
    server.on("GET", "lab/devices/", page)
    with pytest.raises(nbcore.DriftError, match="lab/devices"):
        list(connect(threading=threading_).endpoint("lab/devices").all())
    assert len(server.requests) < 20


@pytest.mark.parametrize("threading_", [False, True])
def test_a_count_from_nowhere_does_not_cost_a_request_a_page(server, connect, threading_):
    table = rows(50)

    def listed(request):
        asked = dict(request.params)
        start, limit = int(asked.get("offset", 0)), int(asked["limit"])
        more = "more" if start + limit < len(table) else None
        return {"count": 10**9, "next": more, "previous": None, "results": table[start : start + limit]}

    server.on("GET", "lab/devices/", listed)
    endpoint = connect(threading=threading_, page_size=10).endpoint("lab/devices")
    try:
        found = names(endpoint.all())
    except nbcore.DriftError:
        pass
    else:
        assert found == [row["name"] for row in table]
    assert len(server.requests) < 60
