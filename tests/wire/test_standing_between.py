"""What a session brings along: its own auth; and what is put in the place of urllib3's and http.client's classes, whenever it is."""

from __future__ import annotations

import concurrent.futures
import http.client
import io
import json
import pickle
import socket
import threading
from unittest import mock

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPDigestAuth

import nbcore

from .loopback import TOKEN, VERSION, Answer, rows

ROW = rows(1)[0]
PATH = f"lab/devices/{ROW['id']}/"


@pytest.fixture(autouse=True)
def devices(server):
    server.serve("lab/devices", rows(3))


@pytest.fixture(params=["own", "assigned"])
def give(request):
    """Makes an Api's session one that is its own or the user's."""

    def make(nb):
        if request.param == "assigned":
            nb.http_session = requests.Session()
        return nb

    return make


# --- the session's own auth --------------------------------------------------------------------------------------------------


class Signs(AuthBase):
    def __call__(self, request):
        request.headers["X-Signature"] = "signed"
        return request


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_the_auth_of_a_session_is_kept_beside_the_token(server, connect, give, token):
    nb = give(connect(token=token))
    nb.http_session.auth = Signs()
    nb.request("GET", PATH)
    sent = server.requests[0].headers
    assert (sent["x-signature"], sent.get("authorization")) == ("signed", f"Token {token}" if token else None)


@pytest.mark.parametrize("auth", [("who", "pass"), requests.auth.HTTPBasicAuth("who", "pass")])
def test_without_a_token_its_authorization_is_sent(server, connect, give, auth, caplog):
    nb = give(connect(token=""))
    nb.http_session.auth = auth
    nb.request("GET", PATH)
    assert server.requests[0].headers["authorization"] == "Basic d2hvOnBhc3M="
    assert "the session's auth" not in caplog.text


def test_with_a_token_it_is_said_once_that_the_token_is_sent(server, connect, give, caplog):
    nb = give(connect())
    nb.http_session.auth = ("who", "pass")
    for _ in range(3):
        nb.request("GET", PATH)
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}
    assert [record.message for record in caplog.records if 'say token=""' in record.message] == [caplog.records[-1].message]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_auth_that_asks_twice(server, connect, give, method):
    def answer(request):
        if request.headers.get("authorization", "").startswith("Digest"):
            return Answer(ROW, 201 if method == "POST" else 200)
        return Answer({"detail": "no"}, 401, {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"', **VERSION})

    server.on(method, PATH, answer)
    nb = give(connect(token=""))
    nb.http_session.auth = HTTPDigestAuth("who", "pass")
    assert nb.request(method, PATH, body={"a": 1} if method == "POST" else None)["id"] == ROW["id"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("raised", [requests.ConnectionError("the login server"), OSError("no ticket")])
def test_an_auth_that_fails_is_not_a_lost_write(server, connect, give, raised):
    def fails(_request):
        raise raised

    nb = give(connect())
    nb.http_session.auth = fails
    with pytest.raises(nbcore.ConnectError, match="nothing was sent"):
        nb.endpoint("lab/devices").create(name="x")
    assert not server.requests


@pytest.mark.parametrize("wrong", [object(), None, "a session", {}])
def test_what_is_no_session_is_refused_when_it_is_assigned(nb, wrong):
    with pytest.raises(nbcore.InputError, match="http_session must be a requests"):
        nb.http_session = wrong


class Chooses(requests.Session):
    """Gives an adapter that is mounted nowhere."""

    chosen = None

    def get_adapter(self, url):
        self.chosen = self.chosen or HTTPAdapter()
        return self.chosen


class Asks(HTTPAdapter):
    """Asks its manager of pools by itself."""

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        pool = self.poolmanager.connection_from_url(request.url)
        raw = pool.urlopen(
            request.method, self.request_url(request, proxies), request.body, dict(request.headers),
            preload_content=False, decode_content=False,
        )  # fmt: skip
        return self.build_response(request, raw)


def test_an_adapter_that_is_chosen_or_asks_by_itself_gets_the_token(server, nb):
    nb.http_session.__class__ = Chooses
    nb.request("GET", PATH)
    nb.http_session.__class__ = requests.Session
    nb.http_session.mount("http://", Asks())
    nb.request("GET", PATH)
    assert [request.headers["authorization"] for request in server.requests] == [f"Token {TOKEN}"] * 2


@pytest.mark.parametrize("proxy", ["http://", "http://[", "gopher://127.0.0.1:1", "socks9://x"])
@pytest.mark.parametrize("work", ["read", "create"])
def test_a_proxy_that_cannot_be_used_is_an_error_of_input(server, connect, give, proxy, work):
    nb = give(connect(retries=2))
    nb.http_session.proxies = {"http": proxy}
    with pytest.raises(nbcore.InputError):
        nb.request("GET", PATH) if work == "read" else nb.endpoint("lab/devices").create(name="x")
    assert not server.requests


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_the_environment_that_is_missing_is_named(server, connect, monkeypatch, name):
    monkeypatch.setenv(name, "/no/such/bundle.pem")
    with pytest.raises(nbcore.InputError, match=rf"{name}.*/no/such/bundle\.pem"):
        connect(server.url.replace("http:", "https:")).endpoint("lab/devices").create(name="x")


def test_a_tls_handshake_that_breaks_is_no_lost_write(closed_port, server, connect):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=lambda: [listening.accept()[0].close() for _ in range(3)], daemon=True).start()
        with pytest.raises(nbcore.ConnectError):
            connect(f"https://127.0.0.1:{listening.getsockname()[1]}").endpoint("lab/devices").create(name="x")


def test_a_session_that_gives_a_future_is_named(nb):
    class Futures(requests.Session):
        def request(self, *args, **options):
            return concurrent.futures.Future()

    nb.http_session = Futures()
    with pytest.raises(nbcore.ContentError, match="Future"):
        nb.request("GET", PATH)


# --- classes that are replaced -----------------------------------------------------------------------------------------------


class Recorded:
    """In the place of a connection class: answers by itself."""

    sent: list[str]

    def request(self, method, url, body=None, headers=None, **_named):
        self.sent.append(f"{method} {url}")

    def getresponse(self):
        return urllib3.HTTPResponse(io.BytesIO(json.dumps(ROW).encode()), status=200, headers=VERSION, preload_content=False)


def test_a_connection_class_that_is_put_in_the_place_of_urllib3s_sees_every_request(server, nb, give):
    give(nb)
    nb.request("GET", PATH)
    before = len(server.requests)
    real = urllib3.connectionpool.HTTPConnectionPool.ConnectionCls
    for _ in range(2):
        fake = type("Fake", (Recorded, real), {"sent": []})
        with mock.patch.object(urllib3.connectionpool.HTTPConnectionPool, "ConnectionCls", fake):
            assert [nb.request("GET", PATH)["id"] for _ in range(2)] == [ROW["id"]] * 2
        assert len(fake.sent) == 2
        assert len(server.requests) == before
        nb.request("GET", PATH)
        before += 1
        assert len(server.requests) == before


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (urllib3.connectionpool.HTTPConnectionPool, "urlopen"),
        (urllib3.poolmanager.PoolManager, "connection_from_pool_key"),
        (urllib3.connection.HTTPConnection, "request"),
        (urllib3.connection.HTTPConnection, "getresponse"),
        (http.client.HTTPConnection, "putrequest"),
        (http.client.HTTPConnection, "send"),
        (http.client.HTTPResponse, "begin"),
        (urllib3.response.HTTPResponse, "stream"),
        (HTTPAdapter, "send"),
        (HTTPAdapter, "build_response"),
        (HTTPAdapter, "get_connection_with_tls_context"),
        (requests.Session, "send"),
        (requests.Session, "request"),
        (requests.Session, "get_adapter"),
    ],
)
def test_a_method_that_is_patched_after_the_first_request_is_called(server, nb, give, where, name):
    give(nb)
    nb.request("GET", PATH)
    with mock.patch.object(where, name, autospec=True, side_effect=getattr(where, name)) as seen:
        nb.request("GET", PATH)
    assert seen.called
    assert {request.headers["authorization"] for request in server.requests} == {f"Token {TOKEN}"}


def test_a_class_of_responses_is_kept(server, nb, give):
    class Counting(http.client.HTTPResponse):
        made = 0

        def begin(self, **named):
            Counting.made += 1
            super().begin(**named)

    give(nb)
    nb.request("GET", PATH)
    with mock.patch.object(http.client.HTTPConnection, "response_class", Counting):
        nb.request("GET", PATH)
    assert Counting.made == 1


def test_whoever_wraps_the_raw_body_sees_it(server, nb, give):
    class Wrapping(HTTPAdapter):
        seen = b""

        def send(self, request, **options):
            response = super().send(request, **options)
            inner, adapter = response.raw._fp, self

            class Copies:
                def read(self, *args):
                    part = inner.read(*args)
                    adapter.seen += part
                    return part

                def __getattr__(self, name):
                    return getattr(inner, name)

            response.raw._fp = Copies()
            return response

    wrapping = Wrapping()
    give(nb).http_session.mount("http://", wrapping)
    assert json.loads(json.dumps(nb.request("GET", PATH))) == json.loads(wrapping.seen)


def made(status=200, content=b"{}"):
    response = requests.Response()
    response.status_code, response._content, response.headers = status, content, requests.structures.CaseInsensitiveDict(VERSION)
    return response


def test_session_send_is_mocked(server, nb, give):
    with mock.patch.object(requests.Session, "send", return_value=made(content=json.dumps(ROW).encode())):
        assert give(nb).endpoint("lab/devices").get(ROW["id"]).name == ROW["name"]
    with mock.patch.object(requests.Session, "send", return_value=made(404, b'{"detail": "No."}')):
        assert nb.endpoint("lab/devices").get(ROW["id"]) is None
    assert not server.requests


def test_a_mock_without_a_body_is_named(server, nb):
    with (
        mock.patch.object(requests.Session, "send", return_value=mock.Mock(status_code=200, headers={})),
        pytest.raises(nbcore.ContentError, match="Mock"),
    ):
        nb.request("GET", PATH)


def test_adapters_and_sessions_in_use_are_pickled_as_ever(nb, give):
    give(nb).request("GET", PATH)
    again = pickle.loads(pickle.dumps(nb.http_session))
    assert type(again.get_adapter("http://")) is HTTPAdapter
    assert TOKEN.encode() not in pickle.dumps(nb.http_session)


# --- a 404 that is not Nautobot's --------------------------------------------------------------------------------------------

FOREIGN = {
    "HTML": b"<html>404</html>",
    "text": b"not found",
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "another service": b'{"message": "no Route matched with those values"}',
}


@pytest.mark.parametrize("kind", list(FOREIGN))
@pytest.mark.parametrize("headers", [{}, VERSION], ids=["plain", "with API-Version"])
def test_a_404_of_something_else_says_nothing_of_the_object(server, nb, kind, headers):
    server.otherwise(Answer(FOREIGN[kind], 404, headers))
    endpoint = nb.endpoint("lab/gadgets")
    for work in (
        lambda: endpoint.get(ROW["id"]),
        lambda: nb.wrap({**ROW, "object_type": "lab.gadget", "url": f"/api/lab/gadgets/{ROW['id']}/"}).delete(),
        lambda: list(endpoint.all()),
    ):
        with pytest.raises(nbcore.ContentError, match="not Nautobot"):
            work()
