"""What is sent again, how often, and after which wait."""

from __future__ import annotations

import contextlib
import email.utils
import time

import pytest

import nbcore
from nbcore import hookimpl

from .loopback import Answer, rows

ROW = rows(1)[0]
PAGE = {"count": 1, "next": None, "previous": None, "results": [ROW]}
NOW = {"API-Version": "3.2", "Retry-After": "0"}


class Waits:
    """A plugin that keeps the waits before further attempts."""

    def __init__(self):
        self.seen: list[tuple[int, float]] = []

    @hookimpl
    def nbcore_retrying(self, call, failure, attempt, delay):
        self.seen.append((attempt, delay))


PASSING = {
    "429": Answer({"detail": "slow down"}, 429, NOW),
    "500 not Nautobot's": Answer(b"<html>", 500, {}),
    "500 lost database": Answer({"error": "gone", "exception": "OperationalError"}, 500),
    "500 lost connection": Answer({"error": "gone", "exception": "InterfaceError"}, 500),
    "502": Answer(b"<html>", 502, {}),
    "503": Answer({"detail": "later"}, 503, NOW),
    "503 of a proxy": Answer(b"<html>", 503, {}),
    "504": Answer(b"", 504, {}),
    "reset": Answer(breaks="reset"),
    "closed": Answer(breaks="close"),
    "cut": Answer(b'{"count": 1, "nex', 200, {}, length=200, breaks="close"),
    "truncated JSON": Answer(b'{"count": 1, "nex'),
}
FINAL = {
    "400": (Answer({"name": ["no"]}, 400), nbcore.ValidationError),
    "401": (Answer({"detail": "who?"}, 401), nbcore.AuthenticationError),
    "403": (Answer({"detail": "no"}, 403), nbcore.PermissionDeniedError),
    "404": (Answer({"detail": "no"}, 404), nbcore.NotFoundError),
    "406": (Answer({"detail": "no"}, 406), nbcore.VersionError),
    "409": (Answer({"detail": "no"}, 409), nbcore.StatusConflictError),
    "500 of a constraint": (Answer({"error": "x", "exception": "IntegrityError"}, 500), nbcore.ServerError),
    "503 of a view": (Answer({"detail": "No platform is configured for this device."}, 503), nbcore.ServerError),
}


@pytest.mark.parametrize("fault", list(PASSING))
def test_a_read_is_sent_again_after(server, connect, fault):
    server.on("GET", "lab/devices/", PASSING[fault], PAGE)
    assert connect(retries=1).endpoint("lab/devices").all() == [connect().wrap(ROW)]
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [name for name in PASSING if name not in ("reset", "closed", "cut")])
def test_without_retries_no_status_is_sent_again(server, nb, fault):
    server.on("GET", "lab/devices/", PASSING[fault], PAGE)
    with pytest.raises(nbcore.CallError):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", list(FINAL))
def test_never_sent_again(server, connect, fault):
    answer, error = FINAL[fault]
    server.on("GET", "lab/devices/", answer, PAGE)
    with pytest.raises(error):
        list(connect(retries=3).endpoint("lab/devices").all())
    assert len(server.requests) == 1


def test_no_server_at_all(connect, closed_port):
    with pytest.raises(nbcore.RetriesExhaustedError) as caught:
        connect(f"http://127.0.0.1:{closed_port}", retries=1).status()
    assert caught.value.attempts == 2
    assert isinstance(caught.value.__cause__, nbcore.ConnectError)


def test_all_attempts_failing_says_how_many_and_why(server, connect):
    server.on("GET", "lab/devices/", PASSING["503"])
    with pytest.raises(nbcore.RetriesExhaustedError) as caught:
        list(connect(retries=2).endpoint("lab/devices").all())
    assert caught.value.attempts == len(server.requests) == 3
    assert isinstance(caught.value.__cause__, nbcore.ServerError)
    assert caught.value.req.status_code == 503
    assert "3 times" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "delay"),
    [("0", 0.0), ("0.01", 0.01), (email.utils.formatdate(time.time() - 3600, usegmt=True), 0.0)],
    ids=["int", "float", "date"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_the_wait(server, connect, status, value, delay):
    waits = Waits()
    server.on("GET", "lab/devices/", Answer({}, status, {**NOW, "Retry-After": value}), PAGE)
    assert len(connect(retries=1, plugins=[waits]).endpoint("lab/devices").all()) == 1
    assert waits.seen == [(1, delay)]


@pytest.mark.parametrize("value", ["soon", "-5", "", "nan", "inf"])
def test_a_retry_after_that_means_nothing_is_jitter(server, connect, value):
    waits = Waits()
    server.on("GET", "lab/devices/", Answer({}, 429, {**NOW, "Retry-After": value}), PAGE)
    assert len(connect(retries=1, plugins=[waits]).endpoint("lab/devices").all()) == 1
    ((_, delay),) = waits.seen
    assert 0 <= delay <= 0.5


def test_a_long_retry_after_is_the_callers_at_once(server, connect):
    waits = Waits()
    server.on("GET", "lab/devices/", Answer({"detail": "slow down"}, 429, {**NOW, "Retry-After": "3600"}), PAGE)
    with pytest.raises(nbcore.RateLimitError) as caught:
        list(connect(retries=3, plugins=[waits]).endpoint("lab/devices").all())
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1
    assert not waits.seen


def test_a_wait_past_the_deadline_is_not_waited(server, connect):
    server.on("GET", "lab/devices/", Answer({"detail": "slow down"}, 429, {**NOW, "Retry-After": "50"}), PAGE)
    with pytest.raises(nbcore.RateLimitError) as caught:
        list(connect(retries=3, deadline=20).endpoint("lab/devices").all())
    assert caught.value.retry_after == 50
    assert len(server.requests) == 1


def test_the_retry_budget_of_an_api_is_spent_once(server, connect):
    server.on("GET", "lab/devices/", PASSING["503"])
    nb = connect(retries=1000)
    with pytest.raises(nbcore.RetriesExhaustedError, match="budget"):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) == 101
    with pytest.raises(nbcore.RetriesExhaustedError, match="budget"):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) == 102


def test_a_kept_connection_that_the_server_closed_is_replaced(server, nb):
    server.on("GET", "lab/devices/", Answer(PAGE, breaks="close"))
    for _ in range(5):
        assert len(nb.endpoint("lab/devices").all()) == 1
    assert len(server.requests) == 5


def test_a_post_that_was_refused_unread_is_sent_again(server, connect):
    server.on("POST", "lab/devices/", PASSING["429"], Answer(ROW, 201))
    assert connect(retries=1).endpoint("lab/devices").create(name="d0").id == ROW["id"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["500 not Nautobot's", "502", "503", "504", "reset", "closed"])
def test_a_create_whose_outcome_is_open_is_never_done_twice(server, connect, fault):
    """The server does it, then fails: whatever nbcore does next, there is one object."""
    table: dict[str, dict] = {}

    def create(request):
        sent = request.json
        if "id" in sent and sent["id"] in table:
            return Answer({"id": ["exists"]}, 400)
        identity = sent.get("id") or f"made-by-the-server-{len(table)}"
        table[identity] = {**ROW, **sent, "id": identity}
        return PASSING[fault]

    def detail(request):
        row = table.get(request.path.split("/")[2])
        return row if request.method == "GET" and row else Answer({"detail": "No."}, 404)

    server.on("POST", "lab/devices/", create)
    server.otherwise(detail)
    with contextlib.suppress(nbcore.AmbiguousWriteError, nbcore.ServerError, nbcore.RetriesExhaustedError):
        connect(retries=3).endpoint("lab/devices").create(name="d0")
    assert len(table) == 1


def test_a_delete_that_was_done_before_it_broke_is_done(server, connect):
    there = [ROW["id"]]

    def delete(request):
        if there:
            there.clear()
            return Answer(breaks="reset")
        return Answer({"detail": "No."}, 404)

    server.on("GET", f"lab/devices/{ROW['id']}/", ROW)
    server.on("DELETE", f"lab/devices/{ROW['id']}/", delete)
    assert connect(retries=2).endpoint("lab/devices").get(ROW["id"]).delete() is True


def test_an_action_is_not_sent_again_when_its_outcome_is_open(server, connect):
    server.on("POST", "lab/jobs/x/run/", Answer(breaks="reset"))
    with pytest.raises(nbcore.AmbiguousWriteError, match="may or may not"):
        connect(retries=3).request("POST", "lab/jobs/x/run/", body={})
    assert len(server.requests) == 1


def test_a_graphql_query_is_sent_again(server, connect):
    server.on("POST", "graphql/", PASSING["502"], {"data": {"a": 1}})
    assert connect(retries=1).graphql.query("{ a }").data == {"a": 1}
