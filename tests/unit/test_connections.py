"""Connections: a hook plugin that several Apis share finds out which of them a call is of."""

from __future__ import annotations

import gc
import pickle

import pytest

import nbcore
from nbcore import Call, Reply, hookimpl
from nbcore.plugins import Connections
from nbcore.testing import make_api


class Watches:
    """Remembers which connection each call went over."""

    def __init__(self):
        self.connections = Connections()
        self.seen = []

    @hookimpl
    def nbcore_ready(self, api):
        self.connections.add(api.connection)

    @hookimpl(wrapper=True)
    def nbcore_send(self, call):
        self.seen.append((call, self.connections.of(call)))
        return (yield)


@pytest.fixture
def watches(wire):
    wire.on("GET", "status/", {})
    return Watches()


def test_each_call_is_of_the_api_that_sends_it(wire, watches):
    apis = [make_api(wire, watches, token=token) for token in ("token-one", "token-two")]
    apis.append(make_api(wire, watches, url="https://other.test"))
    for api in (*apis, *reversed(apis)):
        api.request("GET", "status/")
        assert watches.seen[-1][1] is api.connection


def test_making_an_api_asks_for_no_token(wire, watches):
    class Vault:
        asked = 0

        @hookimpl
        def nbcore_auth(self, options):
            self.asked += 1
            return "a-token-of-the-vault"

    vault = Vault()
    nb = make_api(wire, watches, vault, token="")
    assert vault.asked == 0
    nb.request("GET", "status/")
    assert (vault.asked, watches.seen[-1][1]) == (1, nb.connection)


def test_a_connection_whose_token_cannot_be_had_is_passed_over(wire, watches):
    class Locked:
        @hookimpl
        def nbcore_auth(self, options):
            raise OSError("the vault is locked")

    make = make_api(wire, watches, Locked(), token="")
    nb = make_api(wire, watches)
    nb.request("GET", "status/")
    assert watches.seen[-1][1] is nb.connection
    assert make.connection in watches.connections


def test_a_cookie_that_an_answer_sets_meanwhile_loses_nothing(wire, watches):
    """Sessions keep cookies, and with them the identity changes between two attempts, and while other threads read."""
    nb = make_api(wire, watches)
    nb.request("GET", "status/")
    call, _ = watches.seen[-1]
    nb.http_session.cookies.set("sessionid", "1")
    assert nb.connection.identity != call.identity
    assert watches.connections.of(call) is nb.connection
    early = Call("GET", "status/", server=call.server, identity="never seen")
    assert watches.connections.of(early) is nb.connection
    other = make_api(wire, watches, token="another")
    assert watches.connections.of(early) is None, "two could be meant"
    assert watches.connections.of(call) is nb.connection
    assert other.connection in watches.connections


def test_a_call_of_nobody(wire, watches):
    make_api(wire, watches)
    assert watches.connections.of(Call("GET", "status/")) is None
    assert watches.connections.of(Call("GET", "status/", server="https://elsewhere.test/api", identity="x")) is None


def test_nothing_is_kept_alive_and_a_copy_is_empty(wire, watches):
    nb = make_api(wire, watches)
    nb.request("GET", "status/")
    watches.seen.clear()
    assert repr(watches.connections) == "<Connections: 1>"
    assert repr(pickle.loads(pickle.dumps(watches.connections))) == "<Connections: 0>"
    del nb
    gc.collect()
    assert repr(watches.connections) == "<Connections: 0>"


def test_every_token_is_taken_out_of_a_text(wire, watches):
    apis = [make_api(wire, watches, token=token) for token in ("token-one", "token-two")]
    for api in apis:
        api.request("GET", "status/")
    assert watches.connections.redact("token-one and token-two") == "[token] and [token]"


def test_a_reply_is_as_before(wire, watches):
    wire.on("GET", "status/", Reply(200, "OK", {}, b'{"a": 1}'))
    assert make_api(wire, watches).request("GET", "status/") == {"a": 1}
    assert isinstance(watches.seen[-1][0], nbcore.Call)
