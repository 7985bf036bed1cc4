"""Redirects: writes never follow one, reads only within the origin, and no other host is asked."""

from __future__ import annotations

import pytest

import nbcore

from .loopback import Answer, rows

ID = rows(1)[0]["id"]
STATUSES = [301, 302, 303, 307, 308]


def moved(to, status=302):
    return Answer(b"", status, {"Location": to})


WRITES = {
    "create": lambda endpoint: endpoint.create(name="x"),
    "create many": lambda endpoint: endpoint.create([{"name": "x"}, {"name": "y"}]),
    "update": lambda endpoint: endpoint.update(ID, {"name": "x"}),
    "update many": lambda endpoint: endpoint.update([{"id": ID, "name": "x"}]),
    "save": lambda endpoint: endpoint.get(ID).update({"name": "x"}),
    "delete": lambda endpoint: endpoint.get(ID).delete(),
    "delete many": lambda endpoint: endpoint.delete([ID]),
    "action": lambda endpoint: endpoint.api.request("POST", f"lab/devices/{ID}/run/", body={}),
    "graphql": lambda endpoint: endpoint.api.graphql.query("{ a }"),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("write", list(WRITES))
def test_a_redirected_write_is_an_error_that_names_both_urls(server, nb, write, status):
    server.serve("lab/devices", rows(1))
    target = f"{server.url}/elsewhere/"

    def answer(request):
        return moved(target, status) if request.path != "/elsewhere/" else {"id": ID, "results": [], "data": {}}

    for method in ("POST", "PATCH", "DELETE"):
        for path in ("lab/devices/", f"lab/devices/{ID}/", f"lab/devices/{ID}/run/", "graphql/"):
            server.on(method, path, answer)
    with pytest.raises(nbcore.RedirectError) as caught:
        WRITES[write](nb.endpoint("lab/devices"))
    assert f"{server.url}/api/" in str(caught.value)
    assert target in str(caught.value)
    assert not [request for request in server.requests if request.path == "/elsewhere/"]


def test_a_write_without_its_slash_is_told_so(server, nb):
    server.on("POST", "lab/devices", moved(f"{server.url}/api/lab/devices/", 301))
    with pytest.raises(nbcore.RedirectError, match=r"slash at the end \(lab/devices/\)"):
        nb.request("POST", "lab/devices", body={"name": "x"})
    assert server.sent == ["POST lab/devices"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_read_follows_within_the_origin_and_keeps_its_query(server, nb, status):
    server.on("GET", "lab/old/", moved("/api/lab/devices/", status))
    server.serve("lab/devices", rows(2))
    assert len(nb.endpoint("lab/old").filter(name="x")) == 2
    assert server.sent == ["GET lab/old/?name=x&limit=1000", "GET lab/devices/?name=x&limit=1000"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_read_does_not_leave_the_origin(server, canary, nb, status):
    server.on("GET", "lab/devices/", moved(f"{canary.url}/api/lab/devices/", status))
    with pytest.raises(nbcore.RedirectError) as caught:
        list(nb.endpoint("lab/devices").all())
    assert server.url in str(caught.value)
    assert canary.url in str(caught.value)
    assert not canary.requests


@pytest.mark.parametrize(
    "target", ["//{canary}/api/", "http://localhost:{port}/api/lab/devices/", "https://127.0.0.1:{port}/api/lab/devices/"]
)
def test_another_name_or_scheme_is_another_origin(server, canary, nb, target):
    server.on("GET", "lab/devices/", moved(target.format(canary=canary.url.partition("//")[2], port=server.port)))
    with pytest.raises(nbcore.RedirectError, match="set url="):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) == 1
    assert not canary.requests


def test_https_is_named_as_the_url_to_set(server, nb):
    server.on("GET", "lab/devices/", moved("https://nautobot.example.com/api/lab/devices/"))
    with pytest.raises(nbcore.RedirectError, match=r"url='https://nautobot\.example\.com'"):
        list(nb.endpoint("lab/devices").all())


def test_a_loop_ends(server, nb):
    server.on("GET", "lab/devices/", moved("/api/lab/devices/"))
    with pytest.raises(nbcore.RedirectError, match="loop"):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) < 30


def test_a_redirect_without_a_location_is_an_error(server, nb):
    server.on("GET", "lab/devices/", Answer(b"", 302, {}))
    with pytest.raises(nbcore.CallError):
        list(nb.endpoint("lab/devices").all())
    assert len(server.requests) < 30
