"""The token: sent to its origin and to nobody else, and found in no repr, log, error, traceback or pickle."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest
import requests

import nbcore
from nbcore import hookimpl

from .loopback import TOKEN, Answer, rows

ROW = rows(1)[0]
PAGE = {"count": 1, "next": None, "previous": None, "results": [ROW]}


def read(nb):
    return list(nb.endpoint("lab/devices").all())


# --- where it goes -------------------------------------------------------------------------------------------------------


def test_it_goes_with_every_request(server, nb):
    server.serve("lab/devices", rows(1))
    server.on("POST", "lab/devices/", Answer(ROW, 201))
    server.on("POST", "graphql/", {"data": {}})
    read(nb)
    nb.endpoint("lab/devices").create(name="x")
    nb.graphql.query("{ a }")
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}


@pytest.mark.parametrize("token", ["", None])
def test_without_one_no_header_is_sent(server, connect, token):
    server.on("GET", "lab/devices/", PAGE)
    nb = connect(token=token)
    read(nb)
    assert "authorization" not in server.requests[0].headers
    assert nb.token == ""
    assert nb.headers == {}


def test_headers_and_token_are_there_for_scripts(nb):
    assert nb.token == TOKEN
    assert nb.headers == {"Authorization": f"Token {TOKEN}"}


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_netrc_never_replaces_it(server, connect, monkeypatch, tmp_path, token):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.on("GET", "lab/devices/", PAGE)
    assert requests.get(f"{server.url}/api/lab/devices/", timeout=5).request.headers["Authorization"].startswith("Basic ")
    read(connect(token=token))
    assert server.requests[-1].headers.get("authorization") == (f"Token {token}" if token else None)


def test_cookies_are_not_kept(server, nb):
    server.on("GET", "lab/devices/", Answer(PAGE, headers={"Set-Cookie": "sessionid=abc; Path=/"}))
    for _ in range(3):
        read(nb)
    assert not any("cookie" in request.headers for request in server.requests)
    assert not list(nb.http_session.cookies)


class Vault:
    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.asked = 0

    @hookimpl
    def nbcore_auth(self, options):
        self.asked += 1
        assert TOKEN not in repr(options)
        assert options.token == ""
        return self.tokens.pop(0)


def test_a_token_of_a_vault_is_asked_once_at_first_use(server, connect):
    server.on("GET", "lab/devices/", PAGE)
    vault = Vault("of-the-vault")
    nb = connect(plugins=[vault])
    assert vault.asked == 0
    read(nb)
    read(nb)
    assert vault.asked == 1
    assert [request.headers["authorization"] for request in server.requests] == ["Token of-the-vault"] * 2


def test_a_vault_that_has_none_leaves_the_given_one(server, connect):
    server.on("GET", "lab/devices/", PAGE)
    read(connect(plugins=[Vault(None)]))
    assert server.requests[0].headers["authorization"] == f"Token {TOKEN}"


@pytest.mark.parametrize("found", ["two\nlines", "a b", "\x7f"])
def test_what_a_vault_gives_is_checked(server, connect, found):
    with pytest.raises(nbcore.InputError) as caught:
        read(connect(plugins=[Vault(found)]))
    assert found not in str(caught.value)
    assert not server.requests


def test_a_vault_of_a_wrong_type_is_a_plugin_error(server, connect):
    with pytest.raises(nbcore.PluginError, match="int"):
        read(connect(plugins=[Vault(7)]))
    assert not server.requests


# --- where it is not found -----------------------------------------------------------------------------------------------


class Sees:
    """A plugin that keeps everything every hook is given."""

    def __init__(self):
        self.seen: list[object] = []

    @hookimpl
    def nbcore_configure_session(self, session, options):
        self.seen += [session, dict(session.headers), vars(session), options]

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        self.seen.append(call)
        reply = yield
        self.seen.append(reply)
        return reply

    @hookimpl
    def nbcore_retrying(self, call, failure, attempt, delay):
        self.seen += [call, failure, vars(failure)]

    @hookimpl
    def nbcore_error(self, call, reply):
        self.seen += [call, reply]


FAULTS = {
    "403": Answer({"detail": "Invalid token"}, 403),
    "reset": Answer(breaks="reset"),
    "HTML": Answer(b"<html>"),
    "cut": Answer(b"{", length=100, breaks="close"),
    "bad gzip": Answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
    "redirect": Answer(b"", 302, {"Location": "http://127.0.0.1:9/"}),
    "503": Answer({}, 503, {"Retry-After": "0"}),
    "large": Answer(b" " * 20_000),
    "closed": Answer(breaks="close"),
}


def texts_of(error):
    """Everything that a crash reporter would keep of an exception; the frame of the test itself knows the server, and so the token."""
    error.__traceback__ = error.__traceback__.tb_next
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    yield "".join(whole.format(chain=True))
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        trace = error.__traceback__
        while trace is not None:
            yield repr(trace.tb_frame.f_locals)
            trace = trace.tb_next
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("fault", list(FAULTS))
def test_no_error_log_or_hook_holds_it(server, connect, caplog, fault, method):
    sees = Sees()
    nb = connect(plugins=[sees], retries=1, max_body=10_000)
    server.otherwise(FAULTS[fault])
    with caplog.at_level(logging.DEBUG), pytest.raises(nbcore.CallError) as caught:
        nb.request(method, "lab/devices/", body={"a": 1} if method == "POST" else None)
    assert TOKEN in server.requests[0].headers["authorization"]
    places = [*texts_of(caught.value), caplog.text, *(repr(record.__dict__) for record in caplog.records), *map(repr, sees.seen)]
    assert not [place for place in places if TOKEN in place]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{closed_port}", "http://nautobot.invalid"])
def test_no_error_of_a_missing_server_holds_it(connect, closed_port, caplog, url):
    with caplog.at_level(logging.DEBUG), pytest.raises(nbcore.ConnectError) as caught:
        connect(url.format(closed_port=closed_port)).status()
    assert not [text for text in [*texts_of(caught.value), caplog.text] if TOKEN in text]


def test_no_repr_or_pickle_holds_it(server, nb):
    server.serve("lab/devices", rows(2))
    found = nb.endpoint("lab/devices").all()
    things = [nb, nb.options, nb.graphql, nb.plugins, nb.app_at("lab"), found.__class__, found[0], nb.connection, nb._auth]
    list(found)
    for thing in [*things, found, *nb.plugin_report()]:
        assert TOKEN not in repr(thing)
        assert TOKEN not in str(thing)
    for thing in [nb, nb.options, nb.app_at("lab"), found, found[0], nb.endpoint("lab/devices")]:
        assert TOKEN.encode() not in pickle.dumps(thing)


def test_a_pickled_api_reads_its_token_again_from_the_environment(server, nb, monkeypatch):
    server.on("GET", "lab/devices/", PAGE)
    packed = pickle.dumps(nb)
    monkeypatch.setenv("NAUTOBOT_TOKEN", "of-the-environment")
    with pickle.loads(packed) as again:
        read(again)
    assert server.requests[0].headers["authorization"] == "Token of-the-environment"


@pytest.mark.parametrize("make", [pickle.dumps, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_errors_survive(server, nb, make):
    server.otherwise(Answer({"detail": "Invalid token"}, 403))
    with pytest.raises(nbcore.PermissionDeniedError) as caught:
        read(nb)
    again = make(caught.value)
    again = pickle.loads(again) if isinstance(again, bytes) else again
    assert TOKEN not in repr(vars(again))
    assert type(again) is nbcore.PermissionDeniedError
    assert str(again) == str(caught.value)
    assert again.req.status_code == 403


def test_plain_http_to_another_host_is_said_once(server, connect, caplog):
    server.otherwise(PAGE)
    with caplog.at_level(logging.WARNING, "nbcore"):
        nb = connect("http://nautobot.test", proxies={"http": server.url})
        read(nb)
        read(nb)
        read(connect())
    assert [record.message for record in caplog.records if "plain http" in record.message] == [
        "http://nautobot.test is plain http: the token can be read on the way; use https"
    ]
