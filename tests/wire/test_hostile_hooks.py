"""A hook that wants the token: it is in nothing a hook is given, and it goes to no other origin whatever a hook does to a call."""

from __future__ import annotations

import contextlib
import json
import pickle

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter

import nbcore
from nbcore import Reply, hookimpl

from .loopback import TOKEN, in_turn, rows

ROW = rows(1)[0]
PAGE = {"count": 1, "next": None, "previous": None, "results": [ROW]}


def read(nb):
    return list(nb.endpoint("lab/devices").all())


def hostile(canary):
    """Plugins that want the token to reach the canary, or their own hands."""

    class Path:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            object.__setattr__(call, "path", f"@{canary.url.partition('//')[2]}/api/lab/devices/")
            return (yield)

    class Absolute:
        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            object.__setattr__(call, "path", f"{canary.url}/api/lab/devices/")
            return (yield)

    class Options:
        @hookimpl
        def nbcore_configure_session(self, session, options):
            object.__setattr__(options, "url", canary.url)

    return {"path": Path, "absolute": Absolute, "options": Options}


@pytest.mark.parametrize("name", ["path", "absolute", "options"])
def test_no_hook_sends_it_to_another_origin(server, canary, connect, name):
    server.otherwise(PAGE)
    nb = connect(plugins=[hostile(canary)[name]()])
    with contextlib.suppress(nbcore.NbcoreError):
        read(nb)
    assert not [request for request in canary.requests if TOKEN in repr(request)]
    assert len(canary.requests) == (name == "options")  # it got there, without the token


def test_a_hook_that_answers_itself_gets_no_token(server, connect):
    kept = []

    class Answers:
        @hookimpl
        def nbcore_send(self, call):
            kept.append(call)
            return Reply(200, "OK", {}, b'{"count": 0, "next": null, "previous": null, "results": []}')

    assert read(connect(plugins=[Answers()])) == []
    assert not server.requests
    assert TOKEN not in repr(kept)


def test_a_redirect_made_by_a_hook_is_not_followed_with_it(server, canary, connect):
    class Redirects:
        @hookimpl
        def nbcore_send(self, call):
            return Reply(302, "Found", {"location": f"{canary.url}/api/lab/devices/"}, b"")

    with pytest.raises(nbcore.CallError):
        read(connect(plugins=[Redirects()]))
    assert not canary.requests


def test_an_answer_cannot_make_the_next_request_leave_its_origin(server, canary, nb):
    row = {**ROW, "url": f"{canary.url}/api/lab/devices/{ROW['id']}/"}
    server.on("GET", "lab/devices/", in_turn({**PAGE, "results": [row]}))
    server.on("PATCH", f"lab/devices/{ROW['id']}/", {**row, "name": "new"})
    server.on("GET", f"lab/devices/{ROW['id']}/", row)
    (record,) = read(nb)
    assert record.update({"name": "new"})
    assert record.full_details()
    assert not canary.requests


# --- hooks that watch the session from within ------------------------------------------------------------------------------------------


class Adapter(HTTPAdapter):
    def send(self, request, *args, **named):
        kept.append(dict(request.headers))
        return super().send(request, *args, **named)


kept: list[object] = []


@pytest.fixture(autouse=True)
def nothing_kept():
    kept.clear()


def adapter(session):
    session.mount("http://", Adapter())


def response_hook(session):
    session.hooks["response"].append(lambda response, **_: kept.append(dict(response.request.headers)))


def own_request(session):
    plain = session.request

    def request(*args, **named):
        asked = requests.Request("GET", args[1]).prepare()
        kept.append([vars(named["auth"]) if hasattr(named["auth"], "__dict__") else named["auth"], named["auth"](asked).headers])
        return plain(*args, **named)

    session.request = request


def own_send(session):
    plain = session.send

    def send(request, **named):
        kept.append(dict(request.headers))
        return plain(request, **named)

    session.send = send


def own_auth(session):
    session.auth = lambda request: kept.append(dict(request.headers)) or request


@pytest.mark.parametrize("shape", [adapter, response_hook, own_request, own_send, own_auth])
def test_what_a_hook_puts_into_the_session_does_not_see_it(server, connect, shape):
    class Shapes:
        @hookimpl
        def nbcore_configure_session(self, session):
            shape(session)

    server.otherwise(PAGE)
    assert len(read(connect(plugins=[Shapes()]))) == 1
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"
    assert shape is own_auth or kept  # the Api's own way to authenticate comes first, so it is not called
    assert TOKEN not in repr(kept)


def test_an_adapter_that_goes_elsewhere_does_not_take_it_along(server, canary, connect):
    class Elsewhere(HTTPAdapter):
        def send(self, request, *args, **named):
            request.url = request.url.replace(server.url, canary.url)
            return super().send(request, *args, **named)

    class Mounts:
        @hookimpl
        def nbcore_configure_session(self, session):
            session.mount("http://", Elsewhere())

    read(connect(plugins=[Mounts()]))
    assert len(canary.requests) == 1
    assert "authorization" not in canary.requests[0].headers


def test_an_adapter_of_another_make_is_not_given_it_and_the_log_says_so(connect, caplog):
    class InMemory(BaseAdapter):
        def send(self, request, **named):
            kept.append(dict(request.headers))
            answer = requests.Response()
            answer.status_code, answer.url, answer.request = 200, request.url, request
            answer.headers["Content-Type"] = "application/json"
            answer._content = json.dumps(PAGE).encode()
            return answer

        def close(self):
            pass

    class Mounts:
        @hookimpl
        def nbcore_configure_session(self, session):
            session.mount("http://", InMemory())

    assert len(read(connect(plugins=[Mounts()]))) == 1
    assert kept
    assert TOKEN not in repr(kept)
    assert "went out through InMemory" in caplog.text
    caplog.clear()
    nb = connect()
    session = requests.Session()
    session.mount("http://", InMemory())
    nb.http_session = session  # the user's own: it gets it
    assert len(read(nb)) == 1
    assert TOKEN in repr(kept)
    assert not caplog.text


@pytest.mark.parametrize("late", [False, True])
def test_a_proxy_that_a_hook_sets_does_not_read_it(server, canary, connect, late):
    class Detours:
        @hookimpl
        def nbcore_configure_session(self, session):
            self.session = session
            if not late:
                session.proxies["http"] = canary.url

        @hookimpl(wrapper=True)
        def nbcore_send(self, call):
            self.session.proxies["http"] = canary.url
            return (yield)

    nb = connect(plugins=[Detours()])
    nb.http_session  # noqa: B018  made now
    with pytest.raises(nbcore.InputError, match=r"proxies="):
        read(nb)
    assert not canary.requests
    assert not server.requests
    canary.otherwise(PAGE)
    assert len(read(connect(plugins=[Detours()], proxies={"http": canary.url}))) == 1  # the user's own choice
    assert canary.requests[0].headers["authorization"] == f"Token {TOKEN}"


def test_a_hook_cannot_turn_the_checking_of_certificates_off(connect):
    class Trusting:
        @hookimpl
        def nbcore_configure_session(self, session):
            session.verify = False

    with pytest.raises(nbcore.PluginError, match=r"certificates off.*Trusting"):
        read(connect(plugins=[Trusting()]))


def test_a_hook_cannot_wrap_the_question_for_it(connect):
    class Listens:
        @hookimpl(wrapper=True)
        def nbcore_auth(self, options):
            found = yield
            kept.append(found)
            return found

    with pytest.raises(nbcore.PluginError, match="cannot be wrapped"):
        connect(plugins=[Listens()])

    class Smuggles:
        @hookimpl
        def nbcore_ready(self, api):
            api._found.manager.register(Listens())

    nb = connect(plugins=[Smuggles()])
    assert nb.token == TOKEN
    assert not kept


@pytest.mark.parametrize("way", ["token", "headers", "http_session", "with_options"])
def test_the_api_that_a_hook_is_given_works_without_it(server, connect, way):
    seen = []

    class Asks:
        @hookimpl
        def nbcore_ready(self, api):
            seen.append(api)

        @hookimpl
        def nbcore_close(self, api):
            seen.append(api)

    server.otherwise(PAGE)
    nb = connect(plugins=[Asks()])
    nb.close()
    given, closed = seen
    assert given is closed
    assert [record.api for record in given.endpoint("lab/devices").all()] == [given]
    assert (given.options.token, given.options.url) == ("", server.url)
    assert TOKEN not in repr(vars(given))
    with pytest.raises(nbcore.PluginError, match="has no token"):
        getattr(given, way)()
    with pytest.raises(nbcore.PluginError, match="has no token"):
        pickle.dumps(given)
    nb.api_version = "3.1"
    assert given.api_version == "3.1"
