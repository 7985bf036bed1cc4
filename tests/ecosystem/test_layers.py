"""Libraries and settings that change how a session sends: caches, limits, logins, certificates, proxies, traces."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from email.utils import formatdate

import cachecontrol
import pytest
import requests
import requests_cache
import requests_oauthlib
import requests_ratelimiter
import trustme
import truststore
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests_toolbelt.adapters.source import SourceAddressAdapter
from requests_toolbelt.utils import dump
from urllib3.util import Retry

import nbcore

from ..wire.loopback import TOKEN, VERSION, Answer, Loopback, rows

ROWS = rows(3)
ROW = ROWS[0]
PATH = f"lab/devices/{ROW['id']}/"


@pytest.fixture(autouse=True)
def devices(server):
    server.serve("lab/devices", ROWS)
    server.on("POST", "lab/devices/", lambda request: Answer({**request.json, "object_type": "lab.device", "url": "/"}, 201))


@pytest.fixture(params=["own", "assigned"])
def nb(request, connect):
    made = connect()
    if request.param == "assigned":
        made.http_session = requests.Session()
    return made


def works(nb, server):
    endpoint = nb.endpoint("lab/devices")
    assert [record.name for record in endpoint.all()] == [row["name"] for row in ROWS]
    assert endpoint.create(name="new").name == "new"
    assert {request.headers.get("authorization") for request in server.requests} == {f"Token {TOKEN}"}


def test_requests_cache(server, connect):
    nb = connect()
    nb.http_session = requests_cache.CachedSession(backend="memory")
    works(nb, server)
    list(nb.endpoint("lab/devices").all())  # the first read after a write asks the server
    before = len(server.requests)
    assert len(list(nb.endpoint("lab/devices").all())) == 3
    assert len(server.requests) == before
    nb.request("GET", PATH)
    nb.request("GET", PATH)
    nb.request("GET", PATH, fresh=True)
    assert len(server.requests) == before + 2


def test_cachecontrol(server, nb):
    server.on("GET", PATH, Answer(ROW, headers={**VERSION, "Cache-Control": "max-age=60", "Date": formatdate(usegmt=True)}))
    assert nb.request("GET", PATH)["id"] == ROW["id"]
    cachecontrol.CacheControl(nb.http_session)
    for _ in range(3):
        assert nb.request("GET", PATH)["id"] == ROW["id"]
    assert len(server.requests) == 2
    nb.request("GET", PATH, fresh=True)
    assert len(server.requests) == 3
    works(nb, server)


def test_requests_toolbelt(server, nb):
    seen = []

    def dumped(response, *_args, **_named):
        seen.append(dump.dump_all(response))

    nb.http_session.hooks["response"].append(dumped)
    nb.http_session.mount("http://", SourceAddressAdapter("127.0.0.1"))
    works(nb, server)
    assert ROWS[2]["name"].encode() in seen[0]


def test_requests_ratelimiter(server, connect):
    nb = connect()
    nb.http_session = requests_ratelimiter.LimiterSession(per_second=10)
    works(nb, server)
    other = connect()
    other.http_session.mount("http://", requests_ratelimiter.LimiterAdapter(per_second=5))
    started = time.monotonic()
    for _ in range(7):
        other.request("GET", PATH)
    assert time.monotonic() - started > 0.5
    works(other, server)


def test_requests_oauthlib(server, connect, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    bearer = {"access_token": "of-the-login", "token_type": "Bearer"}
    nb = connect(token="")
    nb.http_session = requests_oauthlib.OAuth2Session("client", token=bearer)
    assert nb.endpoint("lab/devices").create(name="new").name == "new"
    assert server.requests[-1].headers["authorization"] == "Bearer of-the-login"
    nb = connect()
    nb.http_session = requests_oauthlib.OAuth2Session("client", token=bearer)
    nb.request("GET", PATH)
    assert server.requests[-1].headers["authorization"] == f"Token {TOKEN}"


class Signs(AuthBase):
    def __call__(self, request):
        request.headers["X-Signature"] = "signed"
        return request


def test_an_authbase(server, nb):
    nb.http_session.auth = Signs()
    works(nb, server)
    assert {request.headers["x-signature"] for request in server.requests} == {"signed"}


def test_a_retry_on_an_adapter(server, nb, caplog):
    nb.http_session.mount("http://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503], allowed_methods=None)))
    server.on("GET", PATH, Answer({}, 503), ROW)
    assert nb.request("GET", PATH)["id"] == ROW["id"]
    server.on("POST", PATH, Answer({}, 503))
    with pytest.raises(nbcore.CallError):
        nb.request("POST", PATH, body={})
    assert [str(request) for request in server.requests].count(f"POST {PATH}") == 1
    assert caplog.text.count("sends again by itself") == 1
    works(nb, server)


# --- TLS ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority, and files of what it issued."""
    made, folder = trustme.CA(), tmp_path_factory.mktemp("tls")
    made.cert_pem.write_to_path(folder / "ca.pem")
    made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    client = made.issue_cert("client@example.com")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    client.private_key_pem.write_to_path(folder / "client.key")
    return folder


@pytest.fixture
def tls(authority):
    with Loopback(tls=str(authority / "server.pem")) as made:
        made.serve("lab/devices", ROWS)
        yield made


def test_truststore(tls, connect, authority, monkeypatch):
    with pytest.raises(nbcore.CertificateError):
        connect(tls.url).request("GET", PATH)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))  # as if the system trusted it
    truststore.inject_into_ssl()
    try:
        assert connect(tls.url).request("GET", PATH)["id"] == ROW["id"]
    finally:
        truststore.extract_from_ssl()


def test_client_certificates(tls, connect, authority):
    context = tls._server.socket.context
    context.verify_mode = ssl.CERT_REQUIRED
    # TLS 1.3 tells of it only after the handshake, and then the server's word may be lost when it closes the connection.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(authority / "ca.pem")
    nb = connect(tls.url, verify=str(authority / "ca.pem"))
    nb.http_session.cert = (str(authority / "client.pem"), str(authority / "client.key"))
    assert nb.request("GET", PATH)["id"] == ROW["id"]
    without = connect(tls.url, verify=str(authority / "ca.pem"))
    for work in (lambda: without.request("GET", PATH), lambda: without.endpoint("lab/devices").create(name="new")):
        with pytest.raises(nbcore.CertificateError, match="certificate"):
            work()
    assert len(tls.requests) == 1
    without.http_session.cert = str(authority / "missing.pem")
    with pytest.raises(nbcore.InputError, match=r"cert names .*missing\.pem"):
        without.request("GET", PATH)


# --- proxies -----------------------------------------------------------------------------------------------------------------


class Proxy:
    """A proxy that passes bytes on, and wants a password."""

    def __init__(self, port):
        self.port_behind = port
        self.heads = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.socket.accept()[0],), daemon=True).start()

    def serve(self, near):
        with contextlib.suppress(OSError), near:
            head = b""
            while b"\r\n\r\n" not in head:
                head += near.recv(65536)
            self.heads.append(head.decode("latin-1"))
            if b"Basic d2hvOnMzY3JldA==" not in head:  # who:s3cret
                near.sendall(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.port_behind)) as far:
                if head.startswith(b"CONNECT"):
                    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    far.sendall(head.replace(f"http://127.0.0.1:{self.port_behind}".encode(), b"", 1))
                while True:
                    for ready in select.select([near, far], [], [], 10)[0]:
                        content = ready.recv(65536)
                        if not content:
                            return
                        (far if ready is near else near).sendall(content)


def test_a_proxy_with_a_password(server, tls, connect, authority):
    for behind, scheme in ((server, "http"), (tls, "https")):
        proxy = Proxy(behind.port)
        at = f"127.0.0.1:{proxy.port}"
        nb = connect(behind.url, verify=str(authority / "ca.pem"), proxies={scheme: f"http://who:s3cret@{at}"})
        assert nb.request("GET", PATH)["id"] == ROW["id"]
        assert behind.requests[-1].headers["authorization"] == f"Token {TOKEN}"
        assert (TOKEN in proxy.heads[0]) == (scheme == "http")
        wrong = connect(behind.url, verify=str(authority / "ca.pem"), proxies={scheme: f"http://who:wr0ng@{at}"})
        with pytest.raises(nbcore.CallError) as caught:
            wrong.request("GET", PATH)
        assert "wr0ng" not in str(caught.value)
        proxy.socket.close()


# --- traces ------------------------------------------------------------------------------------------------------------------


def test_opentelemetry(server, nb):
    spans, bodies = InMemorySpanExporter(), []
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = RequestsInstrumentor()
    instrumentor.instrument(tracer_provider=provider, response_hook=lambda _span, _request, response: bodies.append(response.text))
    try:
        works(nb, server)
    finally:
        instrumentor.uninstrument()
    assert [span.attributes.get("http.method") or span.attributes.get("http.request.method") for span in spans.get_finished_spans()] == [
        request.method for request in server.requests
    ]
    assert ROWS[1]["name"] in bodies[0]
    assert all("traceparent" in request.headers for request in server.requests)
