"""http_session: the session is nbcore's own until one is assigned, and then that one rules."""

from __future__ import annotations

import copy
import pickle

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning

import nbcore
from nbcore import hookimpl

from .loopback import TOKEN, Loopback, rows
from .test_options import CERTIFICATE

PAGE = {"count": 0, "next": None, "previous": None, "results": []}


@pytest.fixture(autouse=True)
def devices(server):
    server.serve("lab/devices", rows(3))


def read(nb):
    return list(nb.endpoint("lab/devices").all())


def nornir_session(**settings):
    """As nornir-nautobot makes it."""
    session = requests.Session()
    session.params = {"depth": 1}
    session.headers["X-Caller"] = "nornir"
    for name, value in settings.items():
        setattr(session, name, value)
    return session


def test_params_and_headers_of_an_assigned_session_are_sent(server, nb):
    nb.http_session = session = nornir_session()
    assert nb.http_session is session
    endpoint = nb.endpoint("lab/devices")
    assert len(read(nb)) == 3
    endpoint.get(rows(1)[0]["id"])
    assert [dict(request.params).get("depth") for request in server.requests] == ["1", "1"]
    assert {request.headers["x-caller"] for request in server.requests} == {"nornir"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}


def test_it_serves_pages_and_threads_too(server, connect):
    nb = connect(threading=True, page_size=2)
    nb.http_session = nornir_session()
    assert len(read(nb)) == 3
    assert {dict(request.params)["depth"] for request in server.requests} == {"1"}
    assert len(server.requests) == 2


def test_verify_of_an_assigned_session_rules(connect):
    with Loopback(tls=CERTIFICATE) as server:
        server.serve("lab/devices", rows(3))
        nb = connect(server.url)
        nb.http_session = nornir_session(verify=CERTIFICATE)
        assert len(read(nb)) == 3
        nb.http_session = nornir_session(verify=False)
        with pytest.warns(InsecureRequestWarning):
            assert len(read(nb)) == 3
        nb.http_session = nornir_session()
        with pytest.raises(nbcore.CertificateError):
            read(nb)


def test_an_adapter_of_an_assigned_session_is_used(server, nb):
    class Counts(HTTPAdapter):
        sent = 0

        def send(self, *args, **kwargs):
            self.sent += 1
            return super().send(*args, **kwargs)

    session, adapter = requests.Session(), Counts()
    session.mount("http://", adapter)
    nb.http_session = session
    read(nb)
    assert adapter.sent == len(server.requests) == 1


def test_the_sessions_own_authorization_does_not_win_over_the_token(server, nb):
    nb.http_session = session = requests.Session()
    session.headers["Authorization"] = "Token of-the-session"
    read(nb)
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"


def test_the_own_session_can_be_changed_in_place(server, nb):
    nb.http_session.headers["X-Caller"] = "me"
    nb.http_session.verify = False
    read(nb)
    assert server.requests[0].headers["x-caller"] == "me"


def test_hooks_shape_the_own_session_once_and_not_an_assigned_one(server, connect):
    class Shapes:
        seen = 0

        @hookimpl
        def nbcore_configure_session(self, session, options):
            self.seen += 1
            session.headers["X-Shaped"] = "yes"

    shapes = Shapes()
    nb = connect(plugins=[shapes])
    assert shapes.seen == 0  # made when it is needed
    read(nb)
    read(nb)
    assert shapes.seen == 1
    nb.http_session = requests.Session()
    read(nb)
    assert shapes.seen == 1
    assert [request.headers.get("x-shaped") for request in server.requests] == ["yes", "yes", None]


def test_a_hook_that_fails_on_the_session_is_heard(connect):
    class Fails:
        @hookimpl
        def nbcore_configure_session(self, session, options):
            raise RuntimeError("no such CA")

    with pytest.raises(RuntimeError, match="no such CA"):
        read(connect(plugins=[Fails()]))


def test_with_options_is_a_copy_and_leaves_the_first_as_it_is(server, nb):
    other = nb.with_options(page_size=1, api_version="3.1")
    assert (nb.options.page_size, nb.api_version) == (1000, None)
    assert (other.options.page_size, other.api_version) == (1, "3.1")
    read(other)
    other.close()
    assert server.requests[0].headers["accept"].endswith("version=3.1")
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"
    read(nb)
    assert server.requests[-1].headers["accept"] == "application/json"


def test_with_options_of_an_unknown_name_says_which_there_are(nb):
    with pytest.raises(nbcore.InputError, match=r"pagesize.*page_size"):
        nb.with_options(pagesize=1)


def test_a_closed_api_opens_again(server, connect):
    nb = connect(threading=True, page_size=2)
    assert len(read(nb)) == 3
    nb.close()
    nb.close()
    assert len(read(nb)) == 3


def test_who_asks_is_in_the_user_agent(server, nb):
    read(nb)
    assert server.requests[0].headers["user-agent"].startswith("nbcore")


# --- copies and pickles --------------------------------------------------------------------------------------------------


@pytest.fixture
def again(monkeypatch):
    """A round trip: pickled and unpickled, the token from the environment."""
    monkeypatch.setenv("NAUTOBOT_TOKEN", TOKEN)
    opened = []

    def trip(thing):
        back = pickle.loads(pickle.dumps(thing))
        opened.append(back)
        return back

    yield trip
    for thing in opened:
        api = thing if isinstance(thing, nbcore.Api) else getattr(thing, "api", None) or getattr(thing, "_endpoint", thing).api
        api.close()


def test_an_unpickled_api_has_its_settings(server, connect, again):
    nb = connect(threading=True, page_size=2, retries=3, exclude_m2m=False)
    nb.api_version = "3.1"
    nb.default_filters["depth"] = 1
    back = again(nb)
    assert (back.options, back.api_version, back.default_filters) == (nb.options, "3.1", nb.default_filters)
    assert back.token == TOKEN
    assert len(read(back)) == 3


def test_an_unpickled_endpoint_and_app_work(server, nb, again):
    assert len(again(nb.endpoint("lab/devices")).all()) == 3
    assert len(again(nb.app_at("lab")).endpoint("devices").all()) == 3


def test_an_unpickled_record_keeps_its_edits(server, nb, again):
    record = nb.endpoint("lab/devices").all()[0]
    record.name = "edited"
    back = again(record)
    assert (back, back.name, back.updates()) == (record, "edited", {"name": "edited"})
    server.on("PATCH", f"lab/devices/{record.id}/", {**rows(1)[0], "name": "edited"})
    assert back.save() is True


def test_an_unpickled_record_set_has_its_rows(server, nb, again):
    unread, found = nb.endpoint("lab/devices").all(), nb.endpoint("lab/devices").all()
    assert len(found) == 3
    before = len(server.requests)
    assert [record.id for record in again(found)] == [record.id for record in found]
    assert len(server.requests) == before
    assert len(again(unread)) == 3
    assert len(server.requests) == before + 1


def test_deepcopy(server, nb):
    record = nb.endpoint("lab/devices").all()[0]
    record.name = "edited"
    copied = copy.deepcopy(record)
    copied.name = "other"
    assert (record.name, copied.name, copied == record) == ("edited", "other", True)
    assert copy.deepcopy(nb).token == TOKEN
    found = nb.endpoint("lab/devices").all()
    assert [one.id for one in copy.deepcopy(found)] == [one.id for one in found]
    assert copy.copy(record).updates() == {"name": "edited"}
