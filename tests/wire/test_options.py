"""Every option does on the wire what it says. `@on_the_wire("name")` says which option a test is of; the last test misses none."""

from __future__ import annotations

import inspect
import threading
from dataclasses import fields
from pathlib import Path

import pytest
from urllib3.exceptions import InsecureRequestWarning

import nbcore
from nbcore import AppSpec, EndpointSpec, Options, hookimpl

from ..distributions import Site
from .loopback import LIMIT, TOKEN, Answer, Loopback, drip, rows

PAGE = {"count": 0, "next": None, "previous": None, "results": []}
CERTIFICATE = str(Path(__file__).with_name("loopback.pem"))
TESTED: set[str] = set()


def on_the_wire(*names):
    def mark(test):
        TESTED.update(names)
        return test

    return mark


def read(nb):
    return list(nb.endpoint("lab/devices").all())


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path / "site")


SENDS_A_HEADER = """
    from nbcore import hookimpl
    class Marks:
        @hookimpl
        def nbcore_configure_session(self, session, options):
            session.headers["X-Marks"] = dict(options.settings).get("marks", {}).get("word", "none")
    def make(options):
        return Marks()
"""


def marks_after(site, server, arguments="", **env):
    """The X-Marks header that an Api with the distribution of the header installed sends."""
    site.install("marks-dist", SENDS_A_HEADER, hooks={"marks": "marks_dist:make"})
    site.run(f"with nbcore.Api({server.url!r}, 'x'{arguments}) as nb: nb.status()\nprint(1)", env=env)
    return server.requests[-1].headers.get("x-marks")


@pytest.fixture(autouse=True)
def a_status(request):
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")
        server.on("GET", "lab/devices/", PAGE)
        server.on("GET", "status/", {"nautobot-version": "3.2.7"})


@on_the_wire("url")
@pytest.mark.parametrize("end", ["", "/", "/api", "/api/", "//"])
def test_url(server, connect, end):
    read(connect(server.url + end))
    assert server.requests[0].target == "/api/lab/devices/?limit=1000"


def test_url_below_a_path(server, connect):
    server.otherwise(PAGE)
    read(connect(f"{server.url}/nautobot/api/"))
    assert server.requests[0].target == "/nautobot/api/lab/devices/?limit=1000"


def test_url_and_token_of_the_environment(server, connect, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_URL", server.url)
    monkeypatch.setenv("NAUTOBOT_TOKEN", "of-the-environment")
    with nbcore.Api() as nb:
        read(nb)
    assert server.requests[0].headers["authorization"] == "Token of-the-environment"


@on_the_wire("token")
@pytest.mark.parametrize(("token", "header"), [(TOKEN, f"Token {TOKEN}"), ("", None), (None, None)])
def test_token(server, connect, token, header):
    read(connect(token=token))
    assert server.requests[0].headers.get("authorization") == header


@on_the_wire("threading", "max_workers")
@pytest.mark.parametrize("workers", [1, 3])
def test_threading_with_max_workers(server, connect, workers):
    table = rows(10 + 9 * 2 * workers)
    together = threading.Barrier(workers)

    def listed(request):
        start = int(dict(request.params).get("offset", 0))
        if start:
            together.wait(LIMIT)
        return {
            "count": len(table),
            "next": "more" if start + 10 < len(table) else None,
            "previous": None,
            "results": table[start : start + 10],
        }

    server.on("GET", "lab/devices/", listed)
    assert len(read(connect(threading=True, max_workers=workers, page_size=10))) == len(table)
    assert server.peak == workers


@on_the_wire("api_version")
def test_api_version(server, connect):
    read(connect(api_version="3.0"))
    read(connect())
    assert [request.headers["accept"] for request in server.requests] == ["application/json; version=3.0", "application/json"]


def test_api_version_is_assignable_and_given_for_one_call(server, connect):
    nb = connect(api_version="3.0")
    nb.api_version = "3.1"
    read(nb)
    list(nb.endpoint("lab/devices").filter(api_version="2.4"))
    assert [request.headers["accept"][-3:] for request in server.requests] == ["3.1", "2.4"]


@on_the_wire("retries")
@pytest.mark.parametrize(("given", "requests"), [(0, 1), ("0", 1), (2, 3), ("2", 3)])
def test_retries(server, connect, given, requests):
    server.on("GET", "lab/devices/", Answer({}, 503, {"Retry-After": "0"}))
    with pytest.raises(nbcore.CallError):
        read(connect(retries=given))
    assert len(server.requests) == requests


@on_the_wire("verify")
def test_verify(connect):
    with Loopback(tls=CERTIFICATE) as server:
        server.on("GET", "lab/devices/", PAGE)
        with pytest.raises(nbcore.CertificateError, match="verify"):
            read(connect(server.url, retries=3))
        assert not server.requests
        read(connect(server.url, verify=CERTIFICATE))
        with pytest.warns(InsecureRequestWarning):
            read(connect(server.url, verify=False))
        assert len(server.requests) == 2


@on_the_wire("timeout")
def test_timeout(server, connect):
    server.on("GET", "lab/devices/", lambda _request: (server.closing.wait(LIMIT), PAGE)[1])
    with pytest.raises(nbcore.TimeoutError):
        read(connect(timeout=0.2, deadline=None))


@on_the_wire("deadline")
def test_deadline(server, connect):
    server.on("GET", "lab/devices/", lambda _request: Answer(drip(server)))
    with pytest.raises(nbcore.DeadlineError):
        read(connect(deadline=0.3))


@on_the_wire("page_size")
@pytest.mark.parametrize("size", [1, 50])
def test_page_size(server, connect, size):
    read(connect(page_size=size))
    assert server.sent == [f"GET lab/devices/?limit={size}"]


@on_the_wire("max_body")
def test_max_body(server, connect):
    with pytest.raises(nbcore.TooLargeError):
        read(connect(max_body=20))


@on_the_wire("exclude_m2m", "include_default")
def test_what_is_sent_with_every_read(server, connect):
    row = rows(1)[0]
    server.serve("lab/devices", [row])
    endpoint = connect(exclude_m2m=False, include_default="config_context,computed_fields").endpoint("lab/devices")
    assert endpoint.get(row["id"]) == endpoint.all()[0]
    for request in server.requests:
        asked = dict(request.params)
        assert (asked["exclude_m2m"], asked["include"]) == ("false", "config_context,computed_fields")
    list(endpoint.filter(exclude_m2m=True, include="relationships"))
    asked = dict(server.requests[-1].params)
    assert (asked["exclude_m2m"], asked["include"]) == ("true", "relationships")


@on_the_wire("proxies")
def test_proxies(server, connect):
    read(connect("http://nautobot.test", proxies={"http": server.url}))
    assert server.requests[0].target == "http://nautobot.test/api/lab/devices/?limit=1000"
    assert server.requests[0].headers["host"] == "nautobot.test"


def test_proxies_of_the_environment(server, connect, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    read(connect("http://nautobot.test"))
    assert server.requests[0].target.startswith("http://nautobot.test/")


@on_the_wire("lazy")
@pytest.mark.parametrize("lazy", ["batch", "off"])
def test_lazy(server, connect, lazy):
    device, place = rows(1)[0], rows(1, "lab/places")[0]
    device["place"] = {name: place[name] for name in ("id", "url", "object_type")}
    server.serve("lab/devices", [device])
    server.serve("lab/places", [place])
    (found,) = read(connect(lazy=lazy))
    if lazy == "off":
        with pytest.raises(nbcore.NotLoadedError, match="name"):
            _ = found.place.name
        assert len(server.requests) == 1
    else:
        assert found.place.name == "d0"
        assert len(server.requests) == 2


@on_the_wire("prefer")
@pytest.mark.parametrize("prefer", ["", "rest"])
def test_prefer(server, connect, prefer):
    pytest.importorskip("nbcore_graphql")  # the only reader of fields that is not REST
    server.serve("lab/devices", rows(2))
    assert connect(prefer=prefer).endpoint("lab/devices").all().values("name") == [{"name": "d0"}, {"name": "d1"}]
    assert ("graphql/" in {request.path for request in server.requests}) is (prefer != "rest")


@on_the_wire("plugins")
def test_plugins(server, connect):
    class Marks:
        @hookimpl
        def nbcore_configure_session(self, session, options):
            session.headers["X-Marks"] = "given"

    nb = connect(plugins=[Marks(), AppSpec("lab", "lab", (EndpointSpec("devices"),))])
    assert list(nb.lab.devices.all()) == []
    assert server.requests[0].headers["x-marks"] == "given"


@on_the_wire("settings")
def test_settings(site, server):
    assert marks_after(site, server, ", settings={'marks': {'word': 'configured'}}") == "configured"


@on_the_wire("allow")
@pytest.mark.parametrize(("allow", "seen"), [("None", "none"), ("{'marks'}", "none"), ("{'other'}", None), ("()", None)])
def test_allow(site, server, allow, seen):
    assert marks_after(site, server, f", allow={allow}") == seen


@on_the_wire("disable")
@pytest.mark.parametrize(("disable", "seen"), [("()", "none"), ("['other']", "none"), ("['marks']", None)])
def test_disable(site, server, disable, seen):
    assert marks_after(site, server, f", disable={disable}") == seen


@pytest.mark.parametrize(
    ("env", "seen"),
    [({"NBCORE_DISABLE": "marks"}, None), ({"NBCORE_PLUGINS": "other, more"}, None), ({"NBCORE_PLUGINS": "x,marks"}, "none"), ({}, "none")],
    ids=str,
)
def test_allow_and_disable_of_the_environment(site, server, env, seen):
    assert marks_after(site, server, **env) == seen


@on_the_wire("strict_plugins")
def test_strict_plugins(site, server):
    site.install("broken-dist", "raise ImportError('no such thing')", hooks={"broken": "broken_dist:make"})
    make = f"with nbcore.Api({server.url!r}, strict_plugins={{}}) as nb: nb.status()\nprint(1)"
    assert site.python(make.format(False), flags=()).returncode == 0
    assert len(server.requests) == 1
    strict = site.python(make.format(True), flags=())
    assert "PluginError: plugin 'broken' of broken-dist 1.0" in strict.stderr
    assert len(server.requests) == 1


@on_the_wire("cache_dir")
def test_cache_dir(server, connect, tmp_path):
    server.on("GET", "swagger.json", {"openapi": "3.0.3", "paths": {}})
    for _ in range(2):
        assert connect(cache_dir=str(tmp_path / "here")).openapi()["openapi"] == "3.0.3"
    assert server.sent.count("GET swagger.json") == 1
    assert len(list((tmp_path / "here").iterdir())) == 1
    connect(cache_dir=str(tmp_path / "there")).openapi()
    assert server.sent.count("GET swagger.json") == 2


def test_every_option_has_a_test_here():
    assert {item.name for item in fields(Options)} == TESTED


@pytest.mark.parametrize("name", sorted({item.name for item in fields(Options)} - {"url", "token"}))
def test_every_option_is_documented_and_is_an_argument_of_an_api(name):
    assert f"\n    {name}: " in inspect.getdoc(Options)
    defaults = {item.name: item.default for item in fields(Options)}
    nbcore.Api("http://127.0.0.1:9", **{name: {"allow": ["x"], "plugins": [], "settings": {}}.get(name, defaults[name])}).close()
