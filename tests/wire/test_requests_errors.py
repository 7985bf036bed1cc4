"""Errors without an answer are errors of requests too, as programs that speak HTTP catch them; a write that may have happened is not."""

from __future__ import annotations

import copy
import pickle
import socket
import subprocess
import sys

import pytest
import requests

import nbcore
from nbcore.testing import make_api, reply, row

TOKEN = "secret-token-of-this-test"
OURS = {
    nbcore.ConnectError: requests.exceptions.ConnectionError,
    nbcore.CertificateError: requests.exceptions.SSLError,
    nbcore.ProtocolError: requests.exceptions.RequestException,
    nbcore.TimeoutError: requests.exceptions.Timeout,
    nbcore.DeadlineError: requests.exceptions.Timeout,
    nbcore.UnansweredError: requests.exceptions.RequestException,
}


@pytest.fixture
def closed():
    """The address of a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def failed(nb):
    with pytest.raises(requests.exceptions.RequestException) as caught:
        nb.endpoint("lab/devices").count()
    return caught.value


def test_nobody_there(closed):
    error = failed(nbcore.Api(closed, TOKEN))
    assert isinstance(error, nbcore.ConnectError)
    assert isinstance(error, requests.exceptions.ConnectionError)
    assert error.request.method == "GET"
    assert error.request.url == f"{closed}/api/lab/devices/?limit=1"
    assert TOKEN not in str(dict(error.request.headers))
    assert error.response is None
    error.request = "what somebody else sets"
    assert error.request.method == "GET"


def test_several_attempts(closed, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    error = failed(nbcore.Api(closed, TOKEN, retries=2))
    assert isinstance(error, nbcore.RetriesExhaustedError)
    assert isinstance(error, nbcore.UnansweredError)
    assert (error.attempts, type(error.__cause__)) == (3, nbcore.ConnectError)


def test_no_answer_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert isinstance(failed(nbcore.Api(url, TOKEN, timeout=(1, 0.2))), requests.exceptions.Timeout)
        deadline = failed(nbcore.Api(url, TOKEN, deadline=0.2))
        assert isinstance(deadline, nbcore.DeadlineError)
        assert isinstance(deadline, requests.exceptions.Timeout)
        with pytest.raises(nbcore.AmbiguousWriteError) as caught:
            nbcore.Api(url, TOKEN, timeout=(1, 0.2)).endpoint("lab/devices").create(name="x")
        assert not isinstance(caught.value, (requests.exceptions.RequestException, OSError))


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_each_travels(cls):
    call = nbcore.Call("GET", "lab/devices/", server="https://nautobot.test/api")
    for error in (cls("why", call, attempts=3), cls("why")):
        for one in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert isinstance(one, OURS[cls])
            assert type(one) is cls
            assert (str(one), one.call, one.reply, one.attempts if one.call else 0) == ("why", error.call, None, 3 if error.call else 0)
            assert one.errno is None
            assert (one.request is None) == (error.call is None)


ANSWERED = [nbcore.AmbiguousWriteError, nbcore.RequestError, nbcore.ContentError, nbcore.ConflictError, nbcore.PartialResult]


@pytest.mark.parametrize("cls", [*ANSWERED, nbcore.RetriesExhaustedError, nbcore.TransportError], ids=lambda cls: cls.__name__)
def test_no_other_is_one(cls):
    assert not issubclass(cls, requests.exceptions.RequestException)


def test_attempts_that_were_answered_are_none(wire, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    wire.on("GET", "lab/devices/", reply(b"<html>bad gateway</html>", 502))
    with pytest.raises(nbcore.RetriesExhaustedError) as caught:
        make_api(wire, retries=1).endpoint("lab/devices").count()
    assert not isinstance(caught.value, requests.exceptions.RequestException)


def test_a_broken_bulk_write_keeps_its_class(wire):
    def lost(call):
        raise nbcore.ConnectError("no connection", call)

    wire.serve("lab/devices", [row("lab/devices", name="one")])
    wire.on("PATCH", "lab/devices/", lost)
    devices = make_api(wire).endpoint("lab/devices")
    first = devices.all()[0]
    with pytest.raises(requests.exceptions.ConnectionError, match="Of 1 items 0 are done") as caught:
        devices.update([{"id": first.id, "name": "two"}])
    assert caught.value.journal is not None


def test_requests_is_imported_with_the_first_request_and_not_before():
    code = (
        "import sys, nbcore; nb = nbcore.Api('http://127.0.0.1:9', 'token'); nb.endpoint('lab/x'); assert 'requests' not in sys.modules;"
        "import nbcore.errors; assert 'ConnectError' in dir(nbcore.errors); assert 'requests' not in sys.modules;"
        "from nbcore.errors import TimeoutError; import requests; assert issubclass(TimeoutError, requests.exceptions.Timeout)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
