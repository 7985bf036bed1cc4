"""Apis that were pickled and copied: they are of the same class, and the token of one server never goes to another."""

from __future__ import annotations

import copy
import pickle

import pytest
import requests

import nbcore

from .loopback import TOKEN, Answer, rows

OTHER = "another-token-of-forty-characters-456789"
PAGE = {"count": 1, "next": None, "previous": None, "results": rows(1)}
REFUSED = Answer({"detail": "Authentication credentials were not provided."}, 403)


class SiteApi(nbcore.Api):
    """What a user makes of an Api."""

    def __init__(self, site: str, url: str, token: str) -> None:
        super().__init__(url, token)
        self.site = site


def restored(nb):
    return pickle.loads(pickle.dumps(nb))


def tokens(server):
    return [request.headers.get("authorization") for request in server.requests]


@pytest.fixture
def elsewhere(canary, monkeypatch):
    """The environment names another server, and its token."""
    monkeypatch.setenv("NAUTOBOT_URL", canary.url)
    monkeypatch.setenv("NAUTOBOT_TOKEN", OTHER)
    return canary


WAYS = {"pickle": restored, "copy": copy.copy, "deepcopy": copy.deepcopy, "pickle of a copy": lambda nb: restored(copy.copy(nb))}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("held", ["api", "endpoint", "records", "record"])
def test_the_environments_token_of_another_server_is_not_sent(server, elsewhere, connect, way, held):
    server.serve("lab/devices", rows(3))
    nb = connect()
    endpoint = nb.endpoint("lab/devices")
    kept = {"api": nb, "endpoint": endpoint, "records": endpoint.all(), "record": endpoint.get(rows(3)[0]["id"])}[held]
    server.requests.clear()
    again = WAYS[way](kept)
    endpoint = {"api": lambda: again.endpoint("lab/devices"), "endpoint": lambda: again, "record": lambda: again.endpoint}.get(held)
    list(again) if endpoint is None else endpoint().count()
    assert set(tokens(server)) <= ({f"Token {TOKEN}"} if "pickle" not in way else {None})
    assert elsewhere.requests == []


@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}/api", "{}/some/path"])
def test_the_environments_token_goes_to_the_server_that_it_names(server, connect, monkeypatch, spelling):
    server.serve("lab/devices", rows(1))
    monkeypatch.setenv("NAUTOBOT_URL", spelling.format(server.url))
    monkeypatch.setenv("NAUTOBOT_TOKEN", OTHER)
    restored(connect()).endpoint("lab/devices").count()
    connect(token=None).endpoint("lab/devices").count()
    assert tokens(server) == [f"Token {OTHER}"] * 2


def test_without_nautobot_url_it_is_used_as_before(server, connect, monkeypatch):
    server.serve("lab/devices", rows(1))
    monkeypatch.setenv("NAUTOBOT_TOKEN", OTHER)
    restored(connect()).endpoint("lab/devices").count()
    assert tokens(server) == [f"Token {OTHER}"]


def test_an_api_made_for_another_server_than_the_environments(server, elsewhere, connect):
    server.on("GET", "lab/devices/", REFUSED)
    with pytest.raises(nbcore.PermissionDeniedError, match="NAUTOBOT_TOKEN is of the server that NAUTOBOT_URL names, and this is another"):
        connect(token=None).endpoint("lab/devices").count()
    assert tokens(server) == [None]


@pytest.mark.parametrize("named", ["{}:8443", "https://{}", "", "not an address", "http://[", "http://127.0.0.1:99999"])
def test_an_address_that_is_not_the_same_server(server, connect, monkeypatch, named):
    server.serve("lab/devices", rows(1))
    address = named.format(server.url.removeprefix("http://").partition(":")[0])
    monkeypatch.setenv("NAUTOBOT_URL", address)
    monkeypatch.setenv("NAUTOBOT_TOKEN", OTHER)
    restored(connect()).endpoint("lab/devices").count()
    assert tokens(server) == ([f"Token {OTHER}"] if not address else [None])


def test_an_api_without_its_token_says_that_pickles_hold_none(server, connect):
    server.on("GET", "lab/devices/", REFUSED)
    with pytest.raises(nbcore.PermissionDeniedError, match="tokens are left out of pickles"):
        restored(connect()).endpoint("lab/devices").count()
    server.on("GET", "lab/devices/", Answer({"detail": "no"}, 401))
    with pytest.raises(nbcore.AuthenticationError, match="tokens are left out of pickles"):
        restored(connect()).endpoint("lab/devices").count()


def test_one_that_never_had_a_token_does_not_say_so(server, connect):
    server.on("GET", "lab/devices/", REFUSED)
    with pytest.raises(nbcore.PermissionDeniedError, match="check NAUTOBOT_TOKEN first"):
        restored(connect(token="")).endpoint("lab/devices").count()


def test_another_servers_url_does_not_take_the_token_along(server, canary, connect):
    canary.on("GET", "lab/devices/", REFUSED)
    with pytest.raises(nbcore.PermissionDeniedError, match=r"is of another server\. Pass token="):
        connect().with_options(url=canary.url).endpoint("lab/devices").count()
    assert tokens(canary) == [None]
    server.serve("lab/devices", rows(1))
    connect().with_options(url=f"{server.url}/").endpoint("lab/devices").count()
    connect(canary.url, OTHER).with_options(url=server.url, token=TOKEN).endpoint("lab/devices").count()
    assert tokens(server) == [f"Token {TOKEN}"] * 2


def test_a_copy_keeps_what_was_assigned(server, connect):
    server.serve("lab/devices", rows(1))
    nb = connect()
    nb.api_version = "3.1"
    nb.default_filters = {"exclude_m2m": False}
    nb.http_session = requests.Session()
    nb.http_session.headers["X-Mine"] = "yes"
    again = copy.copy(nb)
    assert again is not nb
    assert (again.token, again.api_version, again.default_filters) == (TOKEN, "3.1", {"exclude_m2m": False})
    again.default_filters["x"] = "y"
    assert nb.default_filters == {"exclude_m2m": False}
    again.endpoint("lab/devices").get(rows(1)[0]["id"])
    assert server.requests[-1].headers["x-mine"] == "yes"


@pytest.mark.parametrize("way", [restored, copy.copy, copy.deepcopy, lambda nb: nb.with_options(page_size=5)])
def test_a_subclass_comes_back_as_itself(server, way):
    nb = SiteApi("ams", server.url, TOKEN)
    again = way(nb)
    assert type(again) is SiteApi
    assert again.site == "ams"
    assert again.options.url == server.url
    assert TOKEN.encode() not in pickle.dumps(nb)
