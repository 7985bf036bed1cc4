"""Cases 1 to 43: reads through broken connections, error answers and odd content. One object and pages; in turn and in parallel."""

from __future__ import annotations

import email.utils
import socket
import time
import tracemalloc

import pytest

import nbcore
from nbcore import hookimpl

from . import plays
from .conftest import TOKEN, WORKERS

ROWS = 120


def device(request):
    return request.method == "GET" and request.path.startswith("lab/devices")


def second_page(request):
    return device(request) and request.asked("offset") not in ("", "0")


class Reading:
    """What is read, and what it must give."""

    def __init__(self, world, shape):
        self.world = world
        self.bulk = shape == "bulk"
        self.rows = world.store.fill(ROWS)

    def match(self):
        """The request that the fault hits: a later page of a list, where it does harm."""
        return second_page if self.bulk else device

    def __call__(self, **options):
        nb = self.world.connect(page_size=25, **options)
        if self.bulk:
            return lambda _index: [dict(record)["name"] for record in nb.endpoint("lab/devices").all()]
        return lambda index: nb.endpoint("lab/devices").get(self.rows[index]["id"]).name

    def exact(self, **options):
        work = self(**options)
        expected = [row["name"] for row in self.rows]
        results = self.world.ok(work)
        assert results == ([expected] * len(results) if self.bulk else expected[: len(results)])

    def fails(self, kind, match="", **options):
        errors = self.world.fails(kind, self(**options))
        for error in errors:
            assert "lab/devices" in str(error)
            assert match in str(error)
        return errors


@pytest.fixture(params=["single", "bulk"])
def reading(world, request):
    return Reading(world, request.param)


ONCE = {
    3: plays.reset,
    4: plays.fin,
    5: plays.reset_mid_body,
    6: plays.short_length,
    6.5: plays.long_length,
    7: plays.fin_mid_chunk,
    8: plays.close_delimited_cut,
    17: plays.says(500, {"error": "gone", "exception": "OperationalError"}),
    18: plays.html(502),
    19: plays.says(503, {"detail": "later"}, Retry_After="0.2"),
    20: plays.html(504),
    21: plays.says(429, {"detail": "slow down"}, Retry_After="0.2"),
    23: plays.says(429, {"detail": "slow down"}, Retry_After=email.utils.formatdate(time.time() + 1, usegmt=True)),
    24: plays.says(429, {"detail": "slow down"}, Retry_After="soon"),
    24.5: plays.says(503, {"detail": "later"}, Retry_After="-5", api=""),
    30: plays.truncated,
}


@pytest.mark.parametrize("number", list(ONCE))
@pytest.mark.case("3-8", "17-21", 23, 24, 30)
def test_exact_after_a_fault(reading, number):
    rule = reading.world.server.inject(reading.match(), ONCE[number])
    reading.exact()
    assert rule.hits == 1


@pytest.mark.not_listening
@pytest.mark.case(1)
def test_refused_once(reading):
    class Opens:
        @hookimpl
        def nbcore_retrying(self, call, failure, attempt, delay):
            reading.world.server.listen()

    reading.exact(plugins=[Opens()])


@pytest.mark.case(2)
def test_no_such_name(reading, monkeypatch):
    def unknown(*_args, **_named):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    reading.fails(nbcore.ConnectError, "Check url", url="http://nautobot.invalid", retries=0)


@pytest.mark.parametrize("retries", [0, 3])
@pytest.mark.case(9)
def test_stale_connections(reading, retries):
    if reading.world.threaded:
        retries = max(retries, 2)  # the one replacement that retries=0 gives may draw another dead connection out of the shared pool
    reading.world.server.inject(device, plays.answer_then_close, times=None)
    for _ in range(3):
        reading.exact(retries=retries)


@pytest.mark.case(10)
def test_every_tenth_connection_is_reset(world):
    rows = world.store.fill(300)
    rule = world.server.inject(device, plays.reset, times=None, every=10)
    nb = world.connect()
    endpoint = nb.endpoint("lab/devices")
    share = 300 if not world.threaded else 75
    results = world.ok(lambda index: [endpoint.get(row["id"]).name for row in rows[index * share : (index + 1) * share]])
    assert [name for part in results for name in part] == [row["name"] for row in rows]
    assert rule.hits >= 30
    assert [record.name for record in world.connect(page_size=4).endpoint("lab/devices").all()] == [row["name"] for row in rows]


@pytest.mark.case(11)
def test_no_answer(reading):
    reading.world.server.inject(device, plays.hang, times=None)
    reading.fails(nbcore.TimeoutError, "0.3 s", timeout=(1, 0.3), retries=0)


@pytest.mark.parametrize("play", [plays.drip_body, plays.drip_headers], ids=["body", "headers"])
@pytest.mark.case(12, 13)
def test_a_drip_ends_at_the_deadline(reading, play):
    reading.world.server.inject(device, play, times=None)
    started = time.monotonic()
    reading.fails(nbcore.DeadlineError, "deadline", deadline=0.5, timeout=(1, 5))
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("play", [plays.headers(150), plays.headers(1, 70_000)], ids=["150 headers", "70 KB header"])
@pytest.mark.case(14, 15)
def test_too_many_headers(reading, play):
    reading.world.server.inject(device, play, times=None)
    reading.fails((nbcore.ProtocolError, nbcore.RetriesExhaustedError), "connection broke")


@pytest.mark.case(16)
def test_a_constraint_is_final(reading):
    rule = reading.world.server.inject(reading.match(), plays.says(500, {"error": "x", "exception": "IntegrityError"}), times=None)
    errors = reading.fails(nbcore.ServerError, "IntegrityError")
    if not reading.world.threaded:
        assert rule.hits == len(errors) == 1


@pytest.mark.case(22)
def test_an_hour_is_not_waited(reading):
    reading.world.server.inject(reading.match(), plays.says(429, {"detail": "no"}, Retry_After="3600"), times=None)
    started = time.monotonic()
    for error in reading.fails(nbcore.RateLimitError, "3600"):
        assert error.retry_after == 3600
    assert time.monotonic() - started < 2


@pytest.mark.case(25)
def test_for_ever_unavailable(reading):
    reading.world.server.inject(reading.match(), plays.html(503), times=None)
    for error in reading.fails(nbcore.RetriesExhaustedError, "4 times"):
        assert error.attempts == 4
        assert isinstance(error.__cause__, nbcore.ServerError)


@pytest.mark.case(26)
def test_a_spent_budget_is_named(reading):
    reading.world.server.inject(reading.match(), plays.says(503, {}, Retry_After="0"), times=None)
    reading.fails(nbcore.RetriesExhaustedError, "budget", retries=1000)


STATUS = {
    27: (plays.says(401, {"detail": "who"}), nbcore.AuthenticationError, "token"),
    28: (plays.says(403, {"detail": "no"}), nbcore.PermissionDeniedError, "NAUTOBOT_TOKEN"),
    31: (plays.html(200), nbcore.ContentError, "Gateway"),
    32: (plays.says(200, b""), nbcore.ContentError, "empty"),
    33.1: (plays.says(200, None), nbcore.ShapeError, ""),
    33.2: (plays.says(200, "text"), nbcore.ShapeError, ""),
    33.3: (plays.says(200, {}), nbcore.ShapeError, ""),
    36: (plays.says(200, b'{"count": 1, "next": null, "results": [{"id": "x", "height": NaN}]}'), nbcore.ContentError, "NaN"),
    37: (plays.says(200, b'{"count": 1, "next": null, "results": [{"id": "\xff\xfe"}]}'), nbcore.ContentError, "JSON"),
    38: (plays.says(200, b"[" * 100_000 + b"]" * 100_000), nbcore.ContentError, "deep"),
    39: (plays.says(200, b'{"id": "x", "asn": ' + b"9" * 5000 + b"}"), nbcore.ContentError, ""),
    40: (plays.bad_gzip, nbcore.ContentError, "decompress"),
    76: (plays.html(404), nbcore.ContentError, "not Nautobot"),
}


@pytest.mark.parametrize("number", list(STATUS))
@pytest.mark.case(27, 28, "31-33", "36-40", 76)
def test_its_own_error(reading, number):
    play, kind, match = STATUS[number]
    reading.world.server.inject(reading.match(), play, times=None)
    reading.fails(kind, match)


@pytest.mark.parametrize(
    "answer",
    [{"count": 3, "next": None, "results": None}, {"results": [{"id": "x"}]}, {"count": 1, "results": [{"id": "x"}]}],
    ids=["results null", "no count, no next", "no next"],
)
@pytest.mark.case(34, 35)
def test_a_list_of_another_shape(world, answer):
    reading = Reading(world, "bulk")
    world.server.inject(reading.match(), plays.says(200, answer), times=None)
    reading.fails(nbcore.ShapeError, "count, next, results")


@pytest.mark.case(41)
def test_a_gzip_bomb(reading):
    reading.world.server.inject(reading.match(), plays.bomb(200), times=None)
    tracemalloc.start()
    try:
        reading.fails(nbcore.TooLargeError, "max_body", max_body=8 << 20)
        answers = WORKERS if reading.world.threaded else 1
        assert tracemalloc.get_traced_memory()[1] < (100 << 20) * answers
    finally:
        tracemalloc.stop()


@pytest.mark.case(42)
def test_another_object_than_the_one_asked(world):
    reading = Reading(world, "single")
    world.server.inject(device, plays.says(200, reading.rows[50]), times=None)
    reading.fails(nbcore.ShapeError)


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.case(43)
def test_an_empty_second_page(world, times):
    reading = Reading(world, "bulk")
    empty = {"count": ROWS, "next": None, "previous": None, "results": []}
    world.server.inject(second_page, plays.says(200, empty), times=times)
    if times:
        reading.exact()
    else:
        reading.fails(nbcore.DriftError, "moved")


def test_the_token_is_what_was_sent(reading):
    reading.exact()
    assert {request.headers.get("authorization") for request in reading.world.server.requests} == {f"Token {TOKEN}"}
