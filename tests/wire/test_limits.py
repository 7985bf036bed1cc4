"""Time, size and content: an answer that never ends, is too large, or is no JSON is an error of nbcore that says what to do."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import zlib

import pytest

import nbcore

from .loopback import LIMIT, VERSION, Answer, drip, rows

ROW = rows(1)[0]
PAGE = {"count": 1, "next": None, "previous": None, "results": [ROW]}
GZIP = {**VERSION, "Content-Encoding": "gzip"}


def read(nb):
    return list(nb.endpoint("lab/devices").all())


def hang(server):
    def answer(_request):
        server.closing.wait(LIMIT)
        return PAGE

    return answer


def test_the_deadline_ends_a_silent_server(server, connect):
    server.on("GET", "lab/devices/", hang(server))
    with pytest.raises(nbcore.DeadlineError, match="deadline"):
        read(connect(deadline=0.3))


def test_the_deadline_ends_a_dripping_body(server, connect):
    server.on("GET", "lab/devices/", lambda _request: Answer(drip(server, first=json.dumps(PAGE).encode())))
    with pytest.raises(nbcore.DeadlineError, match="deadline"):
        read(connect(deadline=0.5, timeout=(5, 5)))


def test_the_deadline_counts_all_attempts_and_waits(server, connect):
    server.on("GET", "lab/devices/", Answer({}, 503, {**VERSION, "Retry-After": "0.2"}))
    with pytest.raises(nbcore.DeadlineError):
        read(connect(deadline=0.5, retries=50))
    assert len(server.requests) <= 4


def test_a_write_that_was_not_sent_for_lack_of_time_is_not_in_doubt(server, connect):
    class Slow:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call):
            time.sleep(0.3)
            return (yield)

    with pytest.raises(nbcore.DeadlineError, match="was not sent"):
        connect(deadline=0.2, retries=2, plugins=[Slow()]).endpoint("lab/devices").create(name="x")
    assert not server.requests


def test_no_deadline_when_asked_for_none(server, connect):
    server.on("GET", "lab/devices/", PAGE)
    assert len(read(connect(deadline=None, timeout=None))) == 1


def test_a_body_over_the_limit(server, connect):
    server.on("GET", "lab/devices/", {**PAGE, "results": [{**ROW, "note": "x" * 3000}]})
    assert len(read(connect(max_body=10_000))) == 1
    with pytest.raises(nbcore.TooLargeError, match="max_body"):
        read(connect(max_body=2_000))


def test_a_gzip_bomb_is_stopped_before_it_fills_the_memory(server, connect):
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200)) + packer.flush()
    server.on("GET", "lab/devices/", Answer(bomb, 200, GZIP))
    nb = connect(max_body=4 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(nbcore.TooLargeError):
            read(nb)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_the_limit_is_64_mib_unless_said(server, connect):
    assert connect().options.max_body == 64 * 1024 * 1024


def test_gzip_is_read(server, nb):
    server.on("GET", "lab/devices/", Answer(gzip.compress(json.dumps(PAGE).encode()), 200, GZIP))
    assert read(nb)[0].name == "d0"
    assert "gzip" in server.requests[0].headers["accept-encoding"]


CONTENT = {
    "HTML": (b"<html><title>Welcome to NetBox</title></html>", "Welcome to NetBox"),
    "empty": (b"", "empty"),
    "blank": (b"  \n ", "empty"),
    "NaN": (b'{"count": NaN, "next": null, "results": []}', "NaN"),
    "Infinity": (b'{"count": Infinity, "next": null, "results": []}', "Infinity"),
    "bad UTF-8": (b'{"count": 1, "next": null, "results": ["\xff\xfe"]}', "not JSON"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "a number of 5,000 digits": (b'{"count": ' + b"1" * 5000 + b', "next": null, "results": []}', "not JSON"),
    "two documents": (b"{}{}", "not JSON"),
}


@pytest.mark.parametrize("case", list(CONTENT))
def test_what_is_no_json_is_a_content_error_with_a_hint(server, nb, case):
    body, hint = CONTENT[case]
    server.on("GET", "lab/devices/", Answer(body))
    with pytest.raises(nbcore.ContentError, match=hint) as caught:
        read(nb)
    assert "lab/devices/" in str(caught.value)
    assert caught.value.req.status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        7,
        {},
        {"results": None, "count": 0, "next": None},
        {"results": [], "next": None},
        {"count": 0, "results": []},
        {"detail": "x"},
    ],
    ids=str,
)
def test_json_that_is_no_list_is_a_shape_error(server, nb, data):
    server.on("GET", "lab/devices/", Answer(json.dumps(data).encode()))
    with pytest.raises(nbcore.ShapeError, match="lab/devices/"):
        read(nb)


@pytest.mark.parametrize("row", [None, "text", 7, []], ids=str)
def test_rows_that_are_no_objects_are_a_shape_error(server, nb, row):
    server.on("GET", "lab/devices/", {**PAGE, "results": [row]})
    with pytest.raises(nbcore.ShapeError, match="lab/devices"):
        read(nb)


@pytest.mark.parametrize("data", [None, "text", [], {}, {**ROW, "id": "11111111-1111-4111-8111-111111111111"}], ids=str)
def test_another_object_than_the_one_asked_for_is_a_shape_error(server, nb, data):
    server.on("GET", f"lab/devices/{ROW['id']}/", Answer(json.dumps(data).encode()))
    with pytest.raises(nbcore.ShapeError):
        nb.endpoint("lab/devices").get(ROW["id"])


def test_a_broken_gzip_is_a_content_error(server, nb):
    server.on("GET", "lab/devices/", Answer(b"\x1f\x8b\x08\x00 this is no gzip", 200, GZIP))
    with pytest.raises(nbcore.ContentError, match="decompressed"):
        read(nb)


@pytest.mark.parametrize("headers", [{f"X-{number}": "x" for number in range(150)}, {"X-Long": "x" * 70_000}], ids=["many", "long"])
def test_too_many_headers_are_a_protocol_error_or_exact_data(server, nb, headers):
    server.on("GET", "lab/devices/", Answer(PAGE, 200, headers))
    found, problem = [], ""
    try:
        found = read(nb)
    except nbcore.ProtocolError as error:
        problem = str(error)
    assert "lab/devices/" in problem or [record.id for record in found] == [ROW["id"]]
