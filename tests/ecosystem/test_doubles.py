"""Libraries that answer in a test's place, or play back what was recorded."""

from __future__ import annotations

import json

import betamax
import pytest
import requests
import requests_mock
import responses
import vcr

import nbcore

from ..wire.loopback import TOKEN, VERSION, Answer, rows

ROWS = rows(3)
ROW = ROWS[0]
PAGE = {"count": 3, "next": None, "previous": None, "results": ROWS}


@pytest.fixture(params=["own", "assigned"])
def nb(request, connect, server):
    """An Api that was used before, with a session of its own or the user's."""
    made = connect(retries=2)
    if request.param == "assigned":
        made.http_session = requests.Session()
    server.serve("lab/devices", ROWS)
    assert len(list(made.endpoint("lab/devices").all())) == 3
    server.requests.clear()
    return made


def reads_and_writes(nb):
    """What a script does: a list, one object, one that is not there, a create, a refusal."""
    endpoint = nb.endpoint("lab/devices")
    assert [record.name for record in endpoint.all()] == [row["name"] for row in ROWS]
    assert endpoint.get(ROW["id"]).name == ROW["name"]
    assert endpoint.get("99999999-0000-4000-8000-000000000000") is None
    with pytest.raises(nbcore.ValidationError, match="taken"):
        nb.request("POST", "lab/devices/", body={"name": "taken"})


def test_requests_mock(server, nb):
    base = f"{server.url}/api/lab/devices/"
    with requests_mock.Mocker() as mocker:
        mocker.get(base, json=PAGE, headers=VERSION)
        mocker.get(f"{base}{ROW['id']}/", json=ROW, headers=VERSION)
        mocker.get(f"{base}99999999-0000-4000-8000-000000000000/", json={"detail": "No."}, status_code=404, headers=VERSION)
        mocker.post(base, json={"name": ["taken"]}, status_code=400, headers=VERSION)
        reads_and_writes(nb)
        assert mocker.call_count == 4
        mocker.get(base, exc=requests.ConnectTimeout)
        with pytest.raises(nbcore.CallError):
            list(nb.endpoint("lab/devices").all())
    assert not server.requests


def test_requests_mock_as_an_adapter(server, nb):
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", f"{server.url}/api/lab/devices/{ROW['id']}/", json=ROW, headers=VERSION)
    nb.http_session.mount("http://", adapter)
    assert nb.endpoint("lab/devices").get(ROW["id"]).name == ROW["name"]
    assert not server.requests


def test_responses(server, nb):
    base = f"{server.url}/api/lab/devices/"
    with responses.RequestsMock() as mocked:
        mocked.get(base, json=PAGE, headers=VERSION)
        mocked.get(f"{base}{ROW['id']}/", json=ROW, headers=VERSION)
        mocked.get(f"{base}99999999-0000-4000-8000-000000000000/", json={"detail": "No."}, status=404, headers=VERSION)
        mocked.post(base, json={"name": ["taken"]}, status=400, headers=VERSION)
        reads_and_writes(nb)
        assert len(mocked.calls) == 4
        with pytest.raises(nbcore.CallError, match="lab/other"):
            nb.request("GET", "lab/other/")
    assert not server.requests


def serves(server):
    server.on("POST", "lab/devices/", Answer({"name": ["taken"]}, 400))
    server.on("GET", "lab/devices/99999999-0000-4000-8000-000000000000/", Answer({"detail": "No."}, 404))


def test_vcrpy(server, nb, tmp_path):
    serves(server)
    cassette = str(tmp_path / "cassette.yaml")
    with vcr.use_cassette(cassette, record_mode="once", filter_headers=["authorization"]) as made:
        reads_and_writes(nb)
        assert len(made) == len(server.requests) == 4
    recorded = (tmp_path / "cassette.yaml").read_text()
    assert TOKEN not in recorded
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}
    server.requests.clear()
    with vcr.use_cassette(cassette, record_mode="none") as played:
        reads_and_writes(nb)
        assert played.all_played
        with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
            nb.request("GET", "lab/devices/other/")
    assert not server.requests
    reads_and_writes(nb)
    assert len(server.requests) == 4


def test_betamax(server, nb, tmp_path):
    serves(server)
    for record in ("once", "none"):
        with betamax.Betamax(nb.http_session, cassette_library_dir=str(tmp_path)).use_cassette("devices", record=record):
            reads_and_writes(nb)
        assert len(server.requests) == 4
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}
    assert json.loads((tmp_path / "devices.json").read_text())["http_interactions"]


def test_pytest_httpserver(httpserver, connect):
    httpserver.expect_request("/api/lab/devices/", method="GET", headers={"Authorization": f"Token {TOKEN}"}).respond_with_json(
        PAGE, headers=VERSION
    )
    httpserver.expect_request(f"/api/lab/devices/{ROW['id']}/").respond_with_json(ROW, headers=VERSION)
    httpserver.expect_request("/api/lab/devices/99999999-0000-4000-8000-000000000000/").respond_with_json(
        {"detail": "No."}, 404, headers=VERSION
    )
    httpserver.expect_request("/api/lab/devices/", method="POST").respond_with_json({"name": ["taken"]}, 400, headers=VERSION)
    reads_and_writes(connect(httpserver.url_for("/")))
    httpserver.check()
