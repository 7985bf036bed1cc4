"""Cases 81 to 88: interim and unasked answers, and what stands between nbcore and the server: hooks, files, adapters, caches."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

import nbcore
from nbcore import hookimpl

from . import plays
from .conftest import TOKEN
from .store import PREFIX

PATH = "lab/devices"


def everything(_request):
    return True


def post(request):
    return request.method == "POST"


@pytest.fixture(params=["own session", "assigned session"])
def connect(world, request):
    """Makes Apis, with the session of nbcore or with one of the user's."""

    def make(**options):
        nb = world.connect(**options)
        if request.param == "assigned session":
            nb.http_session = requests.Session()
        return nb

    return make


# --- 81, 82: one answer for one request --------------------------------------------------------------------------------------


def interim(*statuses, pause=0.0):
    """Interim answers before the one that counts."""

    def play(x):
        status, data = x.commit()
        for number in statuses:
            x.send(f"HTTP/1.1 {number} Early\r\nLink: </a>; rel=preload\r\n\r\n".encode())
            x.wait(pause)
        x.answer(status, data)

    return play


INTERIM = {
    "102": interim(102),
    "103": interim(103),
    "a late answer": interim(103, pause=0.15),
    "twice": interim(103, 103, pause=0.05),
    "all": interim(100, 102, 103, 199),
}


@pytest.mark.parametrize("kind", list(INTERIM))
@pytest.mark.case(81)
def test_interim_answers_are_read_over(world, connect, kind):
    rows = world.store.fill(12)
    nb = connect(retries=0)
    world.server.inject(everything, INTERIM[kind], times=None, every=2)

    def work(index):
        mine = rows[index * 3 : index * 3 + 3]
        return [nb.endpoint(PATH).get(row["id"]).name for row in mine] == [row["name"] for row in mine]

    assert all(world.ok(work))
    made = world.ok(lambda index: [nb.endpoint(PATH).create(name=f"new-{index}-{number}") for number in range(3)])
    world.kept += [record for part in made for record in part]
    assert len(world.store.names()) == 12 + sum(map(len, made))


@pytest.mark.case(81)
def test_interim_answers_without_an_end_are_an_error(world, connect):
    world.server.inject(everything, interim(*[103] * 500), times=None)
    world.fails(nbcore.ProtocolError, lambda _index: connect(retries=0).endpoint(PATH).get(PREFIX))


@pytest.mark.case(81)
def test_another_protocol_ends_the_connection(world, connect):
    rows = world.store.fill(4)
    nb = connect(retries=0)
    world.server.inject(everything, lambda x: x.send(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), times=None)
    world.fails(nbcore.ProtocolError, lambda index: nb.endpoint(PATH).get(rows[index]["id"]))
    world.server.rules.clear()
    assert world.ok(lambda index: nb.endpoint(PATH).get(rows[index]["id"]).name == rows[index]["name"])


def unasked(pause, cut=None):
    """The answer, and another one that nobody asked for; `cut` sends only its beginning at once."""
    more = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"name": "of nobody"}'

    def play(x):
        status, data = x.commit()
        if pause:
            x.answer(status, data)
            x.wait(pause)
            with contextlib.suppress(OSError):
                x.send(more)
            return
        x.answer(status, data)
        with contextlib.suppress(OSError):
            x.send(more[:cut])
            if cut:
                threading.Timer(0.1, lambda: contextlib.suppress(OSError) and x.sock.fileno() > 0 and _send(x, more[cut:])).start()

    return play


def _send(x, content):
    with contextlib.suppress(OSError):
        x.send(content)


def in_one(x):
    """Both answers in one segment: the second arrives with the first."""
    status, data = x.commit()
    sent = []
    real, x.send = x.send, sent.append
    x.answer(status, data)
    x.send = real
    x.send(b"".join(sent) + b'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n{"name": "of nobody"')


UNASKED = {"later": unasked(0.05), "at once": unasked(0), "with it": in_one, "in parts": unasked(0, 30)}


@pytest.mark.parametrize("kind", list(UNASKED))
@pytest.mark.case(82)
def test_an_answer_that_nobody_asked_for_is_given_to_nobody(world, connect, kind):
    rows = world.store.fill(12)
    nb = connect()
    world.server.inject(everything, UNASKED[kind], times=None, every=2)

    def work(index):
        found = []
        for row in rows[index * 3 : index * 3 + 3]:
            found.append(nb.endpoint(PATH).get(row["id"]).name == row["name"])
            time.sleep(0.12)
        return all(found)

    assert all(world.ok(work))


# --- 83, 84: consumed responses, and errors of hooks -------------------------------------------------------------------------


class ReadsContent(requests.Session):
    def send(self, request, **options):
        response = super().send(request, **options)
        assert isinstance(response.content, bytes)
        return response


class ReadsJson(requests.Session):
    def send(self, request, **options):
        response = super().send(request, **options)
        if response.content:
            response.json()
        return response


class Unstreamed(requests.Session):
    def send(self, request, **options):
        return super().send(request, **{**options, "stream": False})


class ReadsParts(requests.Session):
    def send(self, request, **options):
        response = super().send(request, **options)
        for _ in response.iter_lines():
            pass
        return response


def hooked(*hooks):
    def make():
        session = requests.Session()
        session.hooks["response"] += hooks
        return session

    return make


def consuming(read):
    def hook(response, *_args, **_named):
        read(response)

    return hooked(hook)


CONSUMES = {
    "hook text": consuming(lambda response: response.text),
    "hook json": consuming(lambda response: response.content and response.json()),
    "hook parts": consuming(lambda response: [*response.iter_content(7)]),
    "hook raw": consuming(lambda response: response.raw.read()),
    "hook closes": consuming(lambda response: response.close()),
    "send content": ReadsContent,
    "send json": ReadsJson,
    "send parts": ReadsParts,
    "no stream": Unstreamed,
}


@pytest.mark.parametrize("kind", list(CONSUMES))
@pytest.mark.parametrize("own", [False, True], ids=["assigned", "own"])
@pytest.mark.case(83)
def test_a_consumed_answer_is_read_from_where_it_was_consumed(world, kind, own):
    rows = world.store.fill(8)
    nb = world.connect(retries=0)
    if not own:
        nb.http_session = CONSUMES[kind]()
    elif kind.startswith("hook"):
        nb.http_session.hooks = CONSUMES[kind]().hooks
    else:
        nb.http_session.__class__ = CONSUMES[kind]
    endpoint = nb.endpoint(PATH)
    assert world.ok(lambda _index: [record.name for record in endpoint.all()])[0] == [row["name"] for row in rows]
    made = world.ok(lambda index: endpoint.create(name=f"new-{index}"))
    world.kept += made

    def change(index):
        made[index].description = "changed"
        return made[index].save()

    assert all(world.ok(change))
    assert all(world.ok(lambda index: endpoint.get(rows[index]["id"]).delete()))
    assert endpoint.get(rows[0]["id"]) is None


def raises_for_status(response, *_args, **_named):
    response.raise_for_status()


class RaisesForStatus(requests.Session):
    def request(self, *args, **options):
        response = super().request(*args, **options)
        response.raise_for_status()
        return response


RAISES = {"hook": hooked(raises_for_status), "request": RaisesForStatus}


@pytest.mark.parametrize("kind", list(RAISES))
@pytest.mark.case(84)
def test_an_http_error_speaks_for_its_answer(world, kind):
    rows = world.store.fill(8)
    nb = world.connect()
    nb.http_session = RAISES[kind]()
    endpoint = nb.endpoint(PATH)
    assert world.ok(lambda _index: endpoint.get(PREFIX))[0] is None
    world.fails(nbcore.ValidationError, lambda _index: endpoint.create(name=rows[0]["name"]))
    world.fails(nbcore.ValidationError, lambda index: endpoint.create([{"name": f"n-{index}"}, {"name": rows[0]["name"]}]))
    world.server.inject(lambda request: request.method == "DELETE", plays.says(409, {"detail": "in use"}), times=None)
    records = endpoint.all()
    assert len(records) == 8
    world.fails(nbcore.StatusConflictError, lambda index: records[index].delete())
    assert len(world.server.sent("POST")) == 2 * (4 if world.threaded else 1)
    world.server.inject(lambda request: request.method == "PATCH", plays.html(502), times=None)
    world.server.inject(lambda request: request.method == "GET", plays.says(503, {}, Retry_After="0.05"), times=1)
    assert world.ok(lambda index: endpoint.get(rows[index]["id"]).name)[0] == rows[0]["name"]


class Wrong(Exception):
    """What a hook of the user's raises."""


@pytest.mark.parametrize("raised", [Wrong, ValueError, OSError, requests.ConnectionError, KeyError])
@pytest.mark.parametrize("own", [False, True], ids=["assigned", "own"])
@pytest.mark.case(84)
def test_an_error_of_the_users_own_hook_stays_what_it_is(world, raised, own):
    def hook(response, *_args, **_named):
        raise raised("of the hook")

    nb = world.connect(retries=3)
    if not own:
        nb.http_session = requests.Session()
    nb.http_session.hooks["response"].append(hook)
    with pytest.raises(raised, match="of the hook") as caught:
        nb.request("POST", f"{PATH}/", body={"name": "new"})
    assert not isinstance(caught.value, nbcore.NbcoreError)
    assert len(world.server.sent("POST")) == 1
    caught.value.__traceback__ = caught.value.__traceback__.tb_next  # the frame of the test knows the token
    assert TOKEN not in "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())


# --- 85: what fails before the wire ------------------------------------------------------------------------------------------

FILES = {
    "verify": {"verify": "/no/such/ca.pem"},
    "cert": {"cert": "/no/such/client.pem"},
    "cert of a pair": {"cert": ("/no/such/client.pem", "/no/such/client.key")},
    "key": {"cert": (__file__, "/no/such/client.key")},
    "verify is no bundle": {"verify": __file__},
    "cert is no certificate": {"cert": __file__},
    "pair is none": {"cert": (__file__, __file__)},
}


@pytest.mark.parametrize("kind", list(FILES))
@pytest.mark.parametrize("journal", [False, True], ids=["single", "bulk"])
@pytest.mark.case(85)
def test_files_that_are_missing_or_unusable(world, connect, kind, journal):
    nb = connect(url=world.server.url.replace("http:", "https:"))
    for name, value in FILES[kind].items():
        setattr(nb.http_session, name, value)
    endpoint = nb.endpoint(PATH)
    setting, paths = next(iter(FILES[kind].items()))
    path = paths if isinstance(paths, str) else next(part for part in paths[::-1] if kind == "key" or part == paths[0])
    work = (lambda _index: endpoint.create([{"name": "a"}])) if journal else (lambda _index: endpoint.create(name="a"))
    for error in [*world.fails(nbcore.InputError, work), *world.fails(nbcore.InputError, lambda _index: endpoint.get(PREFIX))]:
        assert setting in str(error)
        assert path in str(error)
        assert "nothing was sent" in str(error)
    assert not world.server.requests


# --- 86, 87: adapters --------------------------------------------------------------------------------------------------------


class Inner(HTTPAdapter):
    """Makes its pools anew, as adapters for a source address do."""

    def init_poolmanager(self, *args, **options):
        return super().init_poolmanager(*args, **{**options, "block": True})


class Around(requests.adapters.BaseAdapter):
    """An adapter around another."""

    def __init__(self):
        super().__init__()
        self.inner = {"http": HTTPAdapter()}

    def send(self, request, **options):
        return self.inner["http"].send(request, **options)

    def close(self):
        self.inner["http"].close()


@pytest.mark.parametrize("make", [HTTPAdapter, Inner, Around])
@pytest.mark.parametrize("when", ["before", "between", "after"])
@pytest.mark.case(86)
def test_an_adapter_is_adopted_whenever_it_is_mounted(world, connect, make, when):
    rows = world.store.fill(4)
    used = make()
    plain = requests.Session()
    plain.mount("http://", used)
    plain.get(f"{world.server.url}/api/{PATH}/", timeout=5)  # with connections of its own before
    world.server.requests.clear()
    nb = connect(deadline=0.6, retries=0)
    if when != "before":
        world.ok(lambda index: nb.endpoint(PATH).get(rows[index]["id"]))
    nb.http_session.mount("http://", used)
    if when == "after":
        nb.http_session = nb.http_session
        nb.http_session.mount("http://", make())
    assert world.ok(lambda index: nb.endpoint(PATH).get(rows[index]["id"]).name) == [
        row["name"] for row in rows[: 4 if world.threaded else 1]
    ]
    assert {request.headers.get("authorization") for request in world.server.requests} == {f"Token {TOKEN}"}
    world.server.inject(everything, plays.drip_headers, times=None)
    started = time.monotonic()
    world.fails(nbcore.DeadlineError, lambda index: nb.endpoint(PATH).get(rows[index]["id"]))
    assert time.monotonic() - started < 2.5
    plain.close()


RETRY = Retry(total=5, status_forcelist=[503], allowed_methods=None, backoff_factor=0.01)


@pytest.mark.parametrize("after", ["3600", "0.01", "soon"])
@pytest.mark.case(87)
def test_retries_of_an_adapter_keep_the_deadline_and_repeat_no_write(world, connect, caplog, after):
    rows = world.store.fill(4)
    nb = connect(deadline=1.5, retries=0)
    nb.http_session.mount("http://", HTTPAdapter(max_retries=RETRY.new()))
    world.server.inject(everything, plays.committed(plays.says(503, {"detail": "busy"}, Retry_After=after)), times=None)
    started = time.monotonic()
    world.fails(nbcore.CallError, lambda index: nb.endpoint(PATH).get(rows[index]["id"]))
    assert time.monotonic() - started < 3
    world.server.requests.clear()
    errors = world.fails(nbcore.CallError, lambda index: nb.request("POST", f"{PATH}/", body={"name": f"new-{index}"}))
    assert len(world.server.sent("POST")) == len(errors)
    assert time.monotonic() - started < 6
    assert len([record for record in caplog.records if "sends again by itself" in record.message]) == 1


@pytest.mark.parametrize("lost", [plays.reset, plays.hang, plays.html(502)], ids=["reset", "hang", "502"])
@pytest.mark.case(87)
def test_a_write_below_which_an_adapter_retries_is_sent_once(world, connect, lost):
    nb = connect(retries=0, timeout=(1.0, 0.3))
    nb.http_session.mount("http://", HTTPAdapter(max_retries=Retry(total=5, status_forcelist=[502], allowed_methods=None)))
    world.server.inject(post, plays.committed(lost), times=None)
    made = world.ok(lambda index: nb.endpoint(PATH).create(name=f"new-{index}"))
    world.kept += made
    assert len(world.server.sent("POST")) == len(made)


class Again(requests.Session):
    """A session with a loop of its own around what it sends."""

    def send(self, request, **options):
        for attempt in range(3):
            with contextlib.suppress(requests.RequestException):
                response = super().send(request, **options)
                if response.status_code < 500:
                    return response
            time.sleep(0.01 * attempt)
        return super().send(request, **options)


@pytest.mark.case(87)
def test_a_loop_of_the_session_repeats_no_write(world):
    rows = world.store.fill(4)
    nb = world.connect(retries=0)
    nb.http_session = Again()
    world.server.inject(everything, plays.committed(plays.html(502)), times=3)
    made = world.ok(lambda index: nb.endpoint(PATH).create(name=f"new-{index}"))
    world.kept += made
    assert len(world.server.sent("POST")) == len(made)
    assert world.ok(lambda index: nb.endpoint(PATH).get(rows[index]["id"]).name)[0] == rows[0]["name"]


# --- 88: a session that caches -----------------------------------------------------------------------------------------------


class Caching(requests.Session):
    """Keeps answers to reads, unless a request says no-cache."""

    def __init__(self):
        super().__init__()
        self.kept = {}

    def send(self, request, **options):
        if request.method != "GET" or "no-cache" in request.headers.get("Cache-Control", ""):
            return super().send(request, **options)
        if request.url not in self.kept:
            self.kept[request.url] = super().send(request, **options)
        return self.kept[request.url]


@pytest.mark.case(88)
def test_a_read_that_must_be_fresh_says_so_to_a_session_that_caches(world):
    rows = world.store.fill(4)
    nb = world.connect()
    nb.http_session = Caching()
    path = f"{PATH}/{rows[0]['id']}/"
    assert nb.request("GET", path)["description"] == ""
    world.store.tables[PATH][rows[0]["id"]]["description"] = "theirs"
    assert nb.request("GET", path)["description"] == ""
    assert nb.request("GET", path, fresh=True)["description"] == "theirs"


class Sees:
    @hookimpl
    def nbcore_retrying(self, call, failure, attempt, delay):
        raise AssertionError("a configuration error is not tried again")


@pytest.mark.case(85)
def test_a_configuration_error_is_not_tried_again(world):
    nb = world.connect(retries=3, plugins=[Sees()])
    nb.http_session.cert = "/no/such.pem"
    world.fails(nbcore.InputError, lambda _index: nb.endpoint(PATH).create(name="a"))
