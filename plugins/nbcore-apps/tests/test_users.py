"""Tokens by name and password, and a user's settings."""

from __future__ import annotations

import base64
import json
import logging
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import nbcore
from nbcore.testing import sent

PASSWORD = "correct horse"


class Handler(BaseHTTPRequestHandler):
    """Makes a token for the right name and password, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers.get_all("Authorization"), body))
        right = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        made = {"id": "t1", "object_type": "users.token", "url": "http://x/api/users/tokens/t1/", "key": "k" * 40, "description": "x"}
        status, answer = (201, made) if self.headers["Authorization"] == right else (403, {"detail": "Invalid username/password."})
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "API-Version": "3.2", "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Silence."""


@pytest.fixture
def http():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.seen = []
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def nb(http):
    with nbcore.Api(f"http://127.0.0.1:{http.server_port}", "t" * 40) as api:
        yield api


def test_a_token_is_made_by_name_and_password_without_any_token(http, nb):
    token = nb.users.tokens.provision("admin", PASSWORD, description="x")
    assert (token.key, token.endpoint) == ("k" * 40, nb.users.tokens)
    ((path, headers, body),) = http.seen
    assert path == "/api/users/tokens/"
    assert headers == ["Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()]
    assert body["description"] == "x"
    assert nb.token == "t" * 40
    assert "Authorization" not in nb.http_session.headers


def test_the_password_is_in_no_error_log_or_repr(http, nb, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(nbcore.PermissionDeniedError, match="Invalid username/password") as caught:
        nb.users.tokens.provision("admin", "wrong horse")
    secret = base64.b64encode(b"admin:wrong horse").decode()
    text = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(caught.value.__dict__) + repr(nb.options)
    assert "wrong horse" not in text.replace('provision("admin", "wrong horse")', "")
    assert secret not in text
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__) if frame.f_code.co_filename != __file__]
    assert not any(value == "wrong horse" for names in frames for value in names.values())


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("a:b", "x"), ("admin", "")])
def test_a_name_or_password_that_cannot_be_sent(nb, http, name, password):
    with pytest.raises(nbcore.InputError):
        nb.users.tokens.provision(name, password)
    assert http.seen == []


def test_settings_are_changed_by_a_patch(server, memory):
    server.on("PATCH", "users/config/", {"tables": {}, "a": 1})
    assert memory.users.update_config({"a": 1}) == {"tables": {}, "a": 1}
    assert sent(server.calls[-1]) == {"a": 1}
    server.on("GET", "users/config/", {"a": 1})
    assert memory.users.config() == {"a": 1}
