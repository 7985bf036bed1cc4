"""A session with a cache of its own (requests-cache): reads that decide about a write, and reads after a write, are the server's."""

from __future__ import annotations

import json
import warnings

import pytest

import nbcore

from .loopback import Answer, rows

requests_cache = pytest.importorskip("requests_cache")

KEY = rows(1)[0]["id"]
ROUTE = f"lab/devices/{KEY}/"


@pytest.fixture
def row(server):
    """The server's only device, as it is now: a test may change it, as another user would."""
    held = {**rows(1)[0], "name": "first", "serial": "1", "last_updated": "2026-01-01T00:00:00Z"}
    server.on("GET", ROUTE, lambda request: dict(held))

    def listed(request):
        wanted = dict(request.params)
        found = [held] if all(str(held.get(name, value)) == value for name, value in wanted.items()) else []
        return {"count": len(found), "next": None, "previous": None, "results": [dict(row) for row in found]}

    def patch(request):
        held.update(request.json)
        return dict(held)

    server.on("GET", "lab/devices/", listed)
    server.on("PATCH", ROUTE, patch)
    return held


@pytest.fixture
def cached(connect):
    nb = connect(retries=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nb.http_session = requests_cache.CachedSession(backend="memory", expire_after=3600, stale_if_error=True)
    return nb


def sent(server, method="GET"):
    return [request for request in server.requests if request.method == method]


def test_what_it_is_for_still_works(server, row, cached):
    for _ in range(3):
        assert cached.endpoint("lab/devices").get(KEY).name == "first"
        assert len(cached.endpoint("lab/devices").filter(name="first")) == 1
    assert len(sent(server)) == 2


def test_save_if_unmodified_sees_another_users_change(server, row, cached):
    endpoint = cached.endpoint("lab/devices")
    record = endpoint.get(KEY)
    row.update(name="theirs", last_updated="2026-01-02T00:00:00Z")
    record.serial = "2"
    with pytest.raises(nbcore.ConflictError):
        record.save(if_unmodified=True)
    assert sent(server, "PATCH") == []


def test_the_look_after_a_lost_answer_is_the_servers(server, row, cached):
    endpoint = cached.endpoint("lab/devices")
    record = endpoint.get(KEY)

    def lost(request):
        row.update(name="theirs", serial="theirs", last_updated="2026-01-02T00:00:00Z")
        return Answer(breaks="reset")

    server.on("PATCH", ROUTE, lost)
    record.serial = "mine"
    with pytest.raises(nbcore.ConflictError):
        record.save()
    assert row["serial"] == "theirs"
    assert len(sent(server, "PATCH")) == 1


def test_a_create_whose_answer_was_lost_is_looked_for_on_the_server(server, cached):
    made = {}

    def post(request):
        made.update({**rows(1)[0], **json.loads(request.body)})
        server.on("GET", f"lab/devices/{made['id']}/", dict(made))
        return Answer(breaks="reset")

    server.on("POST", "lab/devices/", post)
    assert cached.endpoint("lab/devices").create(name="x").id == made["id"]
    assert len(sent(server, "POST")) == 1


def test_get_after_save_is_what_the_server_holds_now(server, row, cached):
    endpoint = cached.endpoint("lab/devices")
    record = endpoint.get(KEY)
    assert len(endpoint.filter(name="first")) == 1
    record.name = "second"
    record.save()
    assert endpoint.get(KEY).name == "second"
    assert len(endpoint.filter(name="first")) == 0
    server.requests.clear()
    assert endpoint.get(KEY).name == "second"  # asked once after the write, it may come from the cache again
    assert server.requests == []


def test_strict_pages_are_the_servers(server, row, cached):
    for name in ("first", "second"):
        row["name"] = name
        assert [record.name for record in cached.endpoint("lab/devices").all(consistency="strict")] == [name]


@pytest.mark.parametrize("threading", [False, True])
def test_what_is_deleted_by_a_filter_is_what_matches_now(server, row, cached, threading):
    nb = cached.with_options(threading=threading)
    nb.http_session = cached.http_session
    assert len(nb.endpoint("lab/devices").filter(serial="1")) == 1
    row["serial"] = "in use"
    assert nb.endpoint("lab/devices").filter(serial="1").delete() is True
    assert nb.endpoint("lab/devices").filter(serial="1").update(name="x") == []
    assert sent(server, "DELETE") == sent(server, "PATCH") == []


def test_update_or_create_compares_with_what_is_there_now(server, row, cached):
    endpoint = cached.endpoint("lab/devices")
    endpoint.get(name="first")
    row["serial"] = "theirs"
    record, created = endpoint.update_or_create(name="first", defaults={"serial": "1"})
    assert (created, row["serial"], record.serial) == (False, "1", "1")


def test_a_sync_is_planned_by_what_is_there_now(server, row, cached):
    endpoint = cached.endpoint("lab/devices")
    list(endpoint.all())
    row["serial"] = "theirs"
    assert len(endpoint.sync([{"name": "first", "serial": "1"}], key="name").updates) == 1


def test_an_answer_that_cannot_be_read_is_not_read_again_from_the_cache(server, cached):
    answers = iter([Answer(b"{broken", 200), {"count": 0, "next": None, "previous": None, "results": []}])
    server.on("GET", "lab/devices/", lambda request: next(answers))
    assert list(cached.endpoint("lab/devices").all()) == []
