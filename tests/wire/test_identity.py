"""Call.identity: two connections that the server may answer differently never have the same one (CASES.md 9)."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import HTTPBasicAuth

import nbcore
from nbcore import hookimpl


class Watch:
    """Keeps the calls that are sent, and answers them."""

    def __init__(self):
        self.calls = []

    @hookimpl
    def nbcore_send(self, call):
        self.calls.append(call)
        return nbcore.Reply(200, content=b"{}")


def identity(url="http://127.0.0.1:9", token="t", **session):
    """The identity of a call of an Api whose session is given these attributes."""
    watch = Watch()
    with nbcore.api(url, token, plugins=[watch]) as nb:
        for name, value in session.items():
            known = getattr(nb.http_session, name)
            known.update(value) if isinstance(value, dict) else setattr(nb.http_session, name, value)
        nb.request("GET", "dcim/devices/")
    (call,) = watch.calls
    assert call.server == nb.base_url
    return call.identity


DIFFERENT = {
    "the server": {"url": "http://127.0.0.1:10"},
    "the path below it": {"url": "http://127.0.0.1:9/nautobot"},
    "the token": {"token": "u"},
    "no token": {"token": ""},
    "a cookie": {"cookies": {"sessionid": "a"}},
    "another cookie": {"cookies": {"sessionid": "b"}},
    "a header": {"headers": {"X-Forwarded-User": "a"}},
    "another header": {"headers": {"X-Forwarded-User": "b"}},
    "a parameter": {"params": {"user": "a"}},
    "another parameter": {"params": {"user": "b"}},
    "a client certificate": {"cert": "/certs/a.pem"},
    "another client certificate": {"cert": "/certs/b.pem"},
    "a certificate with a key": {"cert": ("/certs/a.pem", "/certs/a.key")},
    "a password": {"auth": ("a", "b")},
    "another password": {"auth": ("a", "c")},
    "an auth function": {"auth": lambda request: request},
    "another auth function": {"auth": lambda request: request},
}


def test_apis_that_differ_in_one_thing_have_different_identities():
    found = {name: identity(**changes) for name, changes in {"nothing": {}, **DIFFERENT}.items()}
    assert len(set(found.values())) == len(found), found


@pytest.mark.parametrize("name", sorted(name for name in DIFFERENT if "function" not in name))
def test_apis_that_differ_in_nothing_have_the_same(name):
    assert identity(**DIFFERENT[name]) == identity(**DIFFERENT[name])


def test_basic_auth_is_compared_by_what_it_sends():
    assert identity(auth=HTTPBasicAuth("a", "b")) == identity(auth=HTTPBasicAuth("a", "b")) != identity(auth=HTTPBasicAuth("a", "c"))


def test_a_certificate_that_is_replaced_in_its_file_is_another(tmp_path: Path):
    cert = tmp_path / "client.pem"
    cert.write_text("alice")
    before = identity(cert=str(cert))
    cert.write_text("bob")
    os.utime(cert, (1, 1))
    assert identity(cert=str(cert)) != before


def assigned(session):
    watch = Watch()
    with nbcore.api("http://127.0.0.1:9", "t", plugins=[watch]) as nb:
        nb.http_session = session
        nb.request("GET", "dcim/devices/")
        nb.request("GET", "dcim/devices/")
    first, second = watch.calls
    assert first.identity == second.identity
    return first.identity


def test_a_session_that_adds_what_nobody_sees_is_like_no_other():
    class Signing(requests.Session):
        def send(self, request, **options):
            request.headers["X-User"] = "somebody"
            return super().send(request, **options)

    assert assigned(Signing()) != assigned(Signing())
    assert assigned(requests.Session()) == assigned(requests.Session())


def test_an_adapter_that_adds_headers_is_like_no_other():
    class Adding(HTTPAdapter):
        def add_headers(self, request, **options):
            request.headers["X-User"] = "somebody"

    class Sending(HTTPAdapter):
        def send(self, request, **options):
            request.headers["X-User"] = "somebody"
            return super().send(request, **options)

    class WithCertificate(HTTPAdapter):
        def init_poolmanager(self, *args, **options):
            return super().init_poolmanager(*args, ssl_context=ssl.create_default_context(), **options)

    class OfAnotherMake(BaseAdapter):
        def close(self):
            """Nothing is open."""

    def mounted(adapter):
        session = requests.Session()
        session.mount("http://", adapter)
        return assigned(session)

    for made in (Adding, Sending, WithCertificate, OfAnotherMake):
        assert mounted(made()) != mounted(made())
    assert mounted(HTTPAdapter()) == mounted(HTTPAdapter())


def test_it_holds_no_secret_and_is_the_same_for_every_request():
    watch = Watch()
    with nbcore.api("http://127.0.0.1:9", "a-secret-token", plugins=[watch]) as nb:
        nb.request("GET", "dcim/devices/")
        nb.request("GET", "ipam/prefixes/")
    first, second = watch.calls
    assert first.identity == second.identity
    assert "a-secret-token" not in repr(first)
