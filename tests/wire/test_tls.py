"""Certificates: an explicit `verify` beats the environment, and the environment's bundle is used where nothing is said."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from urllib3.exceptions import InsecureRequestWarning

import nbcore

from .loopback import Loopback

CERTIFICATE = str(Path(__file__).with_name("loopback.pem"))
PAGE = {"count": 0, "next": None, "previous": None, "results": []}


def read(nb):
    return list(nb.endpoint("lab/devices").all())


def test_verify_beats_the_environment(connect, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_VALIDATE_CERTS", "false")
    with Loopback(tls=CERTIFICATE) as server:
        server.on("GET", "lab/devices/", PAGE)
        with pytest.raises(nbcore.CertificateError):
            read(connect(server.url, verify=True))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", CERTIFICATE)
        with pytest.raises(nbcore.CertificateError):
            read(connect(server.url, verify=certifi.where()))  # a bundle that does not hold the certificate
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
        with pytest.warns(InsecureRequestWarning):
            read(connect(server.url, verify=False))
        assert len(server.requests) == 1


def test_verify_of_the_environment(connect, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_VALIDATE_CERTS", "false")
    with Loopback(tls=CERTIFICATE) as server:
        server.on("GET", "lab/devices/", PAGE)
        with pytest.warns(InsecureRequestWarning):
            read(connect(server.url))


def test_a_ca_bundle_of_the_environment_is_used(connect, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", CERTIFICATE)
    with Loopback(tls=CERTIFICATE) as server:
        server.on("GET", "lab/devices/", PAGE)
        read(connect(server.url))
        assert len(server.requests) == 1
