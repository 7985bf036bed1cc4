"""What an Api says of its server: version, status, the OpenAPI document; and what it says of one that is not Nautobot."""

from __future__ import annotations

import pytest

import nbcore
from nbcore.plugins import FileWarning

from .loopback import Answer, Loopback, rows

STATUS = {"nautobot-version": "3.2.7", "nautobot-apps": {"bgp": "3.2.0"}}
DOCUMENT = {"openapi": "3.0.3", "paths": {"/lab/devices/": {}}}


def test_making_an_api_sends_nothing(server, connect):
    connect().endpoint("lab/devices").all()
    assert not server.requests


# --- version, status, openapi --------------------------------------------------------------------------------------------


def test_version_is_the_header_of_the_server(server, nb):
    server.on("GET", "", {"dcim": "x"})
    assert nb.version == "3.2"
    assert nb.version.split(".") == ["3", "2"]
    assert server.sent == ["GET "]


def test_version_is_known_from_an_earlier_answer(server, nb):
    server.serve("lab/devices", rows(1))
    list(nb.endpoint("lab/devices").all())
    assert nb.version == "3.2"
    assert len(server.requests) == 1


def test_version_of_a_server_that_does_not_say(server, nb):
    server.on("GET", "", Answer({}, headers={}))
    assert nb.version == ""


def test_version_follows_the_version_that_is_asked_for(server, nb):
    server.on("GET", "", lambda request: Answer({}, headers={"API-Version": request.headers["accept"].partition("version=")[2] or "3.2"}))
    assert nb.version == "3.2"
    nb.api_version = "2.4"
    assert nb.version == "2.4"


def test_a_version_the_server_does_not_speak(server, connect):
    text = 'Invalid version in "Accept" header. Supported versions are 2.4, 3.0, 3.1, 3.2'
    server.otherwise(Answer({"detail": text}, 406))
    with pytest.raises(nbcore.VersionError, match=r"2\.4, 3\.0, 3\.1, 3\.2") as caught:
        _ = connect(api_version="9.9").version
    assert list(caught.value.supported) == ["2.4", "3.0", "3.1", "3.2"]


def test_status(server, nb):
    server.on("GET", "status/", STATUS)
    assert nb.status()["nautobot-version"] == "3.2.7"


def test_openapi_of_a_server_that_was_upgraded_is_read_anew(server, connect):
    server.on("GET", "swagger.json", DOCUMENT, {**DOCUMENT, "paths": {}})
    server.on("GET", "status/", STATUS, {**STATUS, "nautobot-apps": {"bgp": "3.3.0"}})
    assert connect().openapi() == DOCUMENT
    assert connect().openapi()["paths"] == {}


def test_openapi_of_another_version_is_another_document(server, connect):
    server.on("GET", "status/", STATUS)
    server.on("GET", "swagger.json", DOCUMENT, {**DOCUMENT, "paths": {}})
    assert connect().openapi() != connect(api_version="3.1").openapi()


def test_a_spoilt_file_is_read_anew(server, connect, tmp_path):
    server.on("GET", "status/", STATUS)
    server.on("GET", "swagger.json", DOCUMENT)
    nb = connect(cache_dir=str(tmp_path / "kept"))
    nb.openapi()
    for path in (tmp_path / "kept").iterdir():
        path.write_bytes(b'{"openapi": ')
    with pytest.warns(FileWarning, match="is damaged"):
        assert nb.openapi() == DOCUMENT
    assert server.sent.count("GET swagger.json") == 2


def test_a_folder_that_cannot_be_written_is_no_error(server, connect, tmp_path):
    (tmp_path / "file").write_text("")
    server.on("GET", "status/", STATUS)
    server.on("GET", "swagger.json", DOCUMENT)
    assert connect(cache_dir=str(tmp_path / "file" / "x")).openapi() == DOCUMENT


def test_the_servers_own_plugins(server, nb):
    server.on("GET", "plugins/installed-plugins/", [{"name": "BGP", "package": "nautobot_bgp_models"}])
    assert nb.plugins.installed_plugins() == [{"name": "BGP", "package": "nautobot_bgp_models"}]


# --- wrong servers -------------------------------------------------------------------------------------------------------

NOT_NAUTOBOT = {
    "HTML 200": Answer(b"<html><title>Sign in to the router</title></html>", headers={"Content-Type": "text/html"}),
    "HTML 404": Answer(b"<html><title>404 nginx</title></html>", 404, {"Content-Type": "text/html"}),
    "JSON of another kind": Answer({"version": 7, "kind": "Status"}, headers={}),
    "half JSON": Answer(b'{"nautobot-version": "3', headers={}),
    "a JSON list": Answer([1, 2], headers={}),
    "empty": Answer(b"", headers={}),
    "empty 204": Answer(b"", 204, {}),
}


@pytest.mark.parametrize("kind", list(NOT_NAUTOBOT))
def test_a_server_that_is_not_nautobot(server, nb, kind):
    server.otherwise(NOT_NAUTOBOT[kind])
    for ask in (nb.status, nb.openapi):
        with pytest.raises(nbcore.ContentError, match=r"[Cc]heck|url|Nautobot"):
            ask()


@pytest.mark.parametrize("kind", ["HTML 200", "HTML 404", "JSON of another kind", "half JSON", "empty", "empty 204"])
def test_a_list_of_a_server_that_is_not_nautobot(server, nb, kind):
    server.otherwise(NOT_NAUTOBOT[kind])
    with pytest.raises(nbcore.ContentError, match="lab/devices"):
        list(nb.endpoint("lab/devices").all())


@pytest.mark.parametrize("kind", ["HTML 200", "HTML 404", "JSON of another kind", "half JSON", "a JSON list", "empty", "empty 204"])
def test_an_object_of_a_server_that_is_not_nautobot_is_no_none(server, nb, kind):
    server.otherwise(NOT_NAUTOBOT[kind])
    with pytest.raises(nbcore.ContentError, match="lab/devices"):
        nb.endpoint("lab/devices").get(rows(1)[0]["id"])


@pytest.mark.parametrize("kind", ["HTML 200", "HTML 404", "JSON of another kind", "a JSON list"])
def test_a_create_on_a_server_that_is_not_nautobot(server, nb, kind):
    server.otherwise(NOT_NAUTOBOT[kind])
    with pytest.raises(nbcore.CallError, match="lab/devices"):
        nb.endpoint("lab/devices").create(name="x")


def test_a_page_of_a_proxy_is_shown_in_the_error(server, nb):
    server.otherwise(NOT_NAUTOBOT["HTML 200"])
    with pytest.raises(nbcore.ContentError, match="Sign in to the router"):
        nb.status()


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "http://nautobot.invalid"])
def test_a_wrong_address_is_named(connect, closed_port, url):
    url = url.format(port=closed_port)
    with pytest.raises(nbcore.ConnectError, match=url):
        connect(url).status()


def test_http_asked_of_an_https_port(connect):
    from .test_options import CERTIFICATE

    with Loopback(tls=CERTIFICATE) as server:
        with pytest.raises(nbcore.CallError) as caught:
            connect(server.url.replace("https", "http")).status()
        assert "127.0.0.1" in str(caught.value)


def test_https_asked_of_an_http_port(server, connect):
    with pytest.raises(nbcore.ConnectError, match="https://127"):
        connect(server.url.replace("http", "https")).status()


@pytest.mark.parametrize("token", ["wrong", ""])
def test_a_bad_token_is_said_by_every_call(server, connect, token):
    server.otherwise(Answer({"detail": "Invalid token"}, 403))
    asks = [
        lambda nb: nb.status(),
        lambda nb: nb.version,
        lambda nb: nb.openapi(),
        lambda nb: list(nb.endpoint("lab/devices").all()),
        lambda nb: nb.endpoint("lab/devices").get("x"),
        lambda nb: nb.endpoint("lab/devices").create(name="x"),
    ]
    for ask in asks:
        with pytest.raises(nbcore.PermissionDeniedError, match="token") as caught:
            ask(connect(token=token))
        assert caught.value.req.status_code == 403
        assert "Invalid token" in caught.value.error


def test_an_unknown_route_is_an_error_that_names_it_and_no_none(server, nb):
    with pytest.raises(nbcore.RouteNotFoundError, match="lab/devicez"):
        nb.endpoint("lab/devicez").get(rows(1)[0]["id"])
    with pytest.raises(nbcore.RouteNotFoundError, match="lab/devicez"):
        list(nb.endpoint("lab/devicez").all())


def test_an_object_that_is_not_there_is_none(server, nb):
    server.otherwise(Answer({"detail": "No Device matches the given query."}, 404))
    assert nb.endpoint("lab/devices").get(rows(1)[0]["id"]) is None
