"""Cases 70 to 80: redirects, processes, threads, and input that must be refused; and the security promises once more on the wire."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import threading
import traceback
from pathlib import Path

import pytest
import requests

import nbcore
from nbcore import hookimpl

from . import plays
from .conftest import TOKEN
from .store import PREFIX

PATH = "lab/devices"


def everything(_request):
    return True


class Sees:
    """A hook plugin that keeps what it is shown."""

    def __init__(self):
        self.texts = []

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        self.texts.append(repr(call))
        reply = yield
        self.texts.append(repr(reply))
        return reply


WRITES = {
    "create": lambda nb, key: nb.endpoint(PATH).create(name="new"),
    "create many": lambda nb, key: nb.endpoint(PATH).create([{"name": "new"}, {"name": "new too"}]),
    "update": lambda nb, key: nb.endpoint(PATH).update([{"id": key, "name": "changed"}]),
    "update one": lambda nb, key: nb.request("PATCH", f"{PATH}/{key}/", body={"name": "changed"}),
    "delete": lambda nb, key: nb.wrap({"id": key, "object_type": "lab.device", "url": f"/api/{PATH}/{key}/"}).delete(),
    "run": lambda nb, key: nb.request("POST", "lab/jobs/x/run/", body={}),
}


@pytest.mark.parametrize("kind", list(WRITES))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["same origin", "other origin"])
@pytest.mark.case(70, 71)
def test_a_write_is_never_redirected(world, kind, status, elsewhere):
    rows = world.store.fill(4)
    to = (world.canary if elsewhere else world.server).url + "/login/"
    nb = world.connect()
    world.server.inject(lambda request: request.method != "GET", plays.redirect(status, to), times=None)
    for error in world.fails(nbcore.RedirectError, lambda index: WRITES[kind](nb, rows[index]["id"])):
        assert "nothing was written" in str(error)
        assert "set url" in str(error)
    assert not world.canary.requests
    assert not any(request.path.startswith("/login") for request in world.server.requests)
    assert world.store.names() == [row["name"] for row in rows]


@pytest.mark.case(72)
def test_a_redirect_loop(world):
    world.store.fill(4)
    world.server.inject(everything, plays.redirect(302, f"/api/{PATH}/"), times=None)
    world.fails(nbcore.RedirectError, lambda _index: list(world.connect().endpoint(PATH).all()))
    assert len(world.server.requests) < 40


@pytest.mark.case(72)
def test_a_read_is_redirected_only_within_the_origin(world):
    rows = world.store.fill(4)
    world.server.inject(lambda request: request.path == "lab/old/", plays.redirect(301, f"/api/{PATH}/"), times=None)
    assert world.connect().request("GET", "lab/old/")["count"] == len(rows)
    for to, said in ((f"{world.canary.url}/api/{PATH}/", "another origin"), ("https://127.0.0.1/api/", "set url=")):
        world.server.inject(lambda request: request.path == "lab/other/", plays.redirect(302, to))
        with pytest.raises(nbcore.RedirectError, match=said):
            world.connect().request("GET", "lab/other/")
    assert not world.canary.requests


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.case(73)
def test_forked_processes_read_their_own_answers(world):
    rows = world.store.fill(40)
    nb = world.connect(page_size=7)
    endpoint = nb.endpoint(PATH)
    assert len(list(endpoint.all())) == 40
    children = []
    for number in range(4):
        child = os.fork()
        if not child:
            wrong = 1
            try:
                mine = rows[number * 10 : number * 10 + 10]
                wrong = sum(endpoint.get(row["id"]).name != row["name"] for row in mine for _ in range(5)) + (
                    len(list(endpoint.all())) != 40
                )
            finally:
                os._exit(min(wrong, 100))
        children.append(child)
    assert [endpoint.get(row["id"]).name for row in rows] == [row["name"] for row in rows]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4


@pytest.mark.case(74)
def test_thirty_two_threads(world):
    rows = world.store.fill(320)
    world.server.inject(everything, plays.reset, times=None, every=25)
    # Time is not what this is about: 32 connections on a busy machine may wait for each other.
    endpoint = world.connect(max_workers=8, timeout=(5.0, 10.0), deadline=15.0).endpoint(PATH)
    found = [[] for _ in range(32)]

    def work(number):
        found[number] = [endpoint.get(row["id"]).name for row in rows[number * 10 : number * 10 + 10]]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert [name for part in found for name in part] == [row["name"] for row in rows]


@pytest.mark.case(75)
def test_a_mistyped_endpoint(world):
    world.server.inject(lambda request: request.path == "lab/", plays.says(200, {"devices": "...", "addresses": "..."}), times=None)
    nb = world.connect()
    with pytest.raises(AttributeError, match=r"devicez.*did you mean 'devices'"):
        _ = nb.app_at("lab").devicez
    for error in world.fails(nbcore.RouteNotFoundError, lambda _index: nb.endpoint("lab/devicez").get(PREFIX)):
        assert "lab/devicez" in str(error)
        assert "no such route" in str(error)


@pytest.mark.parametrize("key", ["../../users/tokens", "..", "a/b", "a?b", "a#b", "", None])
@pytest.mark.case(77, 78)
def test_an_id_that_would_name_another_route(world, key):
    nb = world.connect()
    for error in world.fails(nbcore.InputError, lambda _index: nb.endpoint(PATH).get(key)):
        assert isinstance(error, ValueError)
        assert "id" in str(error)
    assert not world.server.requests


@pytest.mark.parametrize("path", ["../users/tokens/", "lab/../../x/", "lab/x/?a=b", "lab/x#y", "lab\\x", "lab/%2e%2e/x/", "lab/%2E./x/"])
@pytest.mark.case(77)
def test_a_route_that_would_leave_the_api(world, path):
    world.fails(nbcore.InputError, lambda _index: world.connect().request("GET", path))
    assert not world.server.requests


@pytest.mark.parametrize("end", ["/api", "/api/", "/"])
@pytest.mark.case(79)
def test_a_url_with_api(world, end):
    rows = world.store.fill(1)
    assert world.ok(lambda _index: world.connect(world.server.url + end).endpoint(PATH).get(rows[0]["id"]).name)[0] == "d0000"


@pytest.mark.parametrize("bad", ["\n", " ", "\x00", "é"])
@pytest.mark.case(80)
def test_a_token_with_a_control_character_is_not_printed(world, bad):
    secret = "0123456789abcdef-very-secret"
    with pytest.raises(ValueError, match="token holds") as caught:
        nbcore.Api(world.server.url, secret + bad)
    assert secret not in str(caught.value)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [str(frame.locals) for frame in shown.stack if Path(nbcore.__file__).parent in Path(frame.filename).parents]
    assert ours
    assert not any(secret in text for text in ours)


# --- the promises ------------------------------------------------------------------------------------------------------------


@pytest.mark.case("security 1")
def test_next_and_url_are_never_followed(world):
    world.store.url = world.canary.url
    world.store.fill(30)
    for row in world.store.tables[PATH].values():
        row["parent"] = {"id": row["id"], "object_type": "lab.device", "url": f"{world.canary.url}/api/{PATH}/{row['id']}/"}
    found = world.ok(lambda _index: [record.parent.name for record in world.connect(page_size=7).endpoint(PATH).all()])
    assert [len(names) for names in found] == [30] * len(found)
    assert not world.canary.requests


@pytest.mark.case("security 3")
def test_netrc_never_replaces_the_token(world, monkeypatch, tmp_path):
    world.store.fill(1)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login who password stolen\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    world.ok(lambda _index: list(world.connect().endpoint(PATH).all()))
    assert {request.headers["authorization"] for request in world.server.requests} == {f"Token {TOKEN}"}
    world.server.requests.clear()
    with nbcore.Api(world.server.url, None) as nb:
        list(nb.endpoint(PATH).all())
    assert not any("authorization" in request.headers for request in world.server.requests)


@pytest.mark.case("security 5")
def test_the_token_is_nowhere_to_be_read(world, caplog):
    caplog.set_level(logging.DEBUG)
    sees = Sees()
    nb = world.connect(plugins=[sees], retries=1)
    world.store.fill(2)
    records = nb.endpoint(PATH).all()
    assert len(records) == 2
    world.server.inject(everything, plays.reset, times=None)
    world.fails(nbcore.CallError, lambda _index: nb.endpoint(PATH).get(PREFIX))
    texts = [repr(nb), repr(nb.options), repr(nb.connection), repr(records), repr(records[0]), caplog.text, *sees.texts]
    # The object graph of a pickle is what it holds, with the Api and its options.
    texts += [pickle.dumps(thing).decode("latin-1") for thing in (records, records[0], world.errors[0])]
    assert not any(TOKEN in text for text in texts)


@pytest.mark.case("security 6")
def test_copies_work_and_the_token_comes_from_the_environment(world, monkeypatch):
    rows = world.store.fill(3)
    nb = world.connect()
    records = nb.endpoint(PATH).all()
    assert len(records) == 3
    monkeypatch.setenv("NAUTOBOT_TOKEN", TOKEN)
    again = pickle.loads(pickle.dumps((nb, records, records[1])))
    assert [record.name for record in again[1]] == [row["name"] for row in rows]
    assert again[0].endpoint(PATH).get(rows[0]["id"]).name == "d0000"
    assert copy.deepcopy(records[1]) == records[1] == again[2]
    world.server.inject(everything, plays.html(502), times=None)
    for error in world.fails(nbcore.CallError, lambda _index: nb.endpoint(PATH).create([{"name": "x"}])):
        same = pickle.loads(pickle.dumps(error))
        assert str(same) == str(error)
        assert same.ids == error.ids
        assert [entry.state for entry in same.journal] == ["unknown"]


@pytest.mark.case("security 7")
@pytest.mark.parametrize("assigned", [False, True])
def test_cookies_are_never_stored(world, assigned):
    world.store.fill(2)
    nb = world.connect()
    if assigned:
        nb.http_session = requests.Session()
    world.server.inject(everything, plays.says(200, {"count": 0, "next": None, "results": []}, Set_Cookie="session=1; Path=/"), times=None)
    for _ in range(3):
        world.ok(lambda _index: list(nb.endpoint(PATH).all()))
    assert not any("cookie" in request.headers for request in world.server.requests)
    assert not len(nb.http_session.cookies)


@pytest.mark.case("security 10")
def test_an_assigned_session_ends_at_the_deadline_too(world):
    world.server.inject(everything, plays.drip_headers, times=None)
    nb = world.connect(deadline=0.4)
    nb.http_session = requests.Session()
    world.fails(nbcore.DeadlineError, lambda _index: nb.endpoint(PATH).get(PREFIX))
