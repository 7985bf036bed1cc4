"""A hook that wants the token: it is in nothing a hook is given, and it goes to no other origin whatever a hook does to a call."""

from __future__ import annotations

import contextlib

import pytest

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
