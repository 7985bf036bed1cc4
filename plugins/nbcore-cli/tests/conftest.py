"""A made-up OpenAPI document, a server that answers with it, and tools to look at what is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from nbcore_cli.main import app

TOKEN = "0123456789abcdef0123456789abcdef01234567"
REFERENCE = {"type": "object", "properties": {"id": {"type": "string"}, "object_type": {"type": "string"}, "url": {"type": "string"}}}
OBJECT = {"id": {"type": "string"}, "url": {"type": "string"}, "name": {"type": "string"}}
MANY = [f"a_many_to_many_field_number_{number}" for number in range(9)]


def paged(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"count": {"type": "integer"}, "results": {"type": "array", "items": schema}}}


def answers(schema: dict[str, Any], status: str = "200", media: str = "application/json") -> dict[str, Any]:
    return {"responses": {status: {"content": {media: {"schema": schema}}}}}


def document(slug: str) -> dict[str, Any]:
    """An OpenAPI document with an app in which everything occurs that a spec can say."""
    thing = {"$ref": "#/components/schemas/Thing"}
    lists = {"type": "array", "items": REFERENCE}
    takes = {
        "requestBody": {
            "content": {"application/json": {"schema": {"oneOf": [{"type": "array"}, {"$ref": "#/components/schemas/ThingRequest"}]}}}
        }
    }
    root = f"/plugins/{slug}"
    return {
        "openapi": "3.0.3",
        "paths": {
            f"{root}/things/": {"get": answers(paged(thing)), "post": {**answers(thing, "201"), **takes}},
            f"{root}/things/{{id}}/": {"get": answers(thing), "patch": {**answers(thing), **takes}},
            f"{root}/things/{{id}}/notes/": {"get": answers(paged(thing))},
            f"{root}/things/{{id}}/sync-now/": {"post": answers({"type": "object"})},
            f"{root}/things/{{id}}/parts/": {"get": answers(paged(thing)), "post": answers(thing, "201")},
            f"{root}/things/{{id}}/picture/": {"get": answers({}, media="image/png")},
            f"{root}/things/{{id}}/config/": {"get": answers({}, media="text/plain")},
            f"{root}/things/check/": {"get": answers({"type": "object"}), "delete": {}},
            f"{root}/records/": {"get": answers(paged({"$ref": "#/components/schemas/Record"}))},
            f"{root}/no-name/": {"get": answers(paged({"type": "object", "properties": OBJECT}))},
            f"{root}/state/": {"get": answers({"type": "object"})},
            f"{root}/deep/{{id}}/{{other}}/": {"get": answers({})},
        },
        "components": {
            "schemas": {
                "Thing": {
                    "properties": {
                        **OBJECT,
                        "anything": {"nullable": True},
                        "free": {"type": "object", "additionalProperties": {}},
                        "list_of_anything": {"type": "array", "items": {}},
                        "custom_fields": {"type": "object", "additionalProperties": {}},
                        "related": REFERENCE,
                        "described": {"allOf": [{"$ref": "#/components/schemas/Other"}], "description": "a reference"},
                        "tags": lists,
                        "size": {"type": "integer"},
                        'a"quote': {},
                    }
                },
                "ThingRequest": {
                    "properties": {"name": {"type": "string"}, "tags": lists, "relationships": lists, **dict.fromkeys(MANY, lists)}
                },
                "Record": {"properties": {"id": {"type": "integer"}, "url": {"type": "string"}}},
                "Other": REFERENCE,
            }
        },
    }


@pytest.fixture
def openapi() -> Callable[[str], dict[str, Any]]:
    """The document of a server with an app of the slug given."""
    return document


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No address or token of the environment, and no document of another test."""
    for name in ("NAUTOBOT_URL", "NAUTOBOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NBCORE_CACHE_DIR", str(tmp_path / "documents"))


@pytest.fixture
def cli() -> Callable[..., Result]:
    """Run the command; a traceback fails the test."""

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


class Server:
    """A loopback server that answers as Nautobot does, as far as the generator asks.

    Attributes:
        writer: whether the token may write, so that OPTIONS name fields.
        rows: the objects of each list route.
        fields: what OPTIONS name.
    """

    def __init__(self) -> None:
        self.writer = True
        self.rows: list[dict[str, Any]] = []
        self.fields = {"seen": {"type": "field", "read_only": True}, "name": {"type": "string"}, "computed_fields": {"type": "field"}}
        self.asked: list[tuple[str, str]] = []
        self.document: Any = document("things")

    def answer(self, method: str, path: str) -> Any:
        """The data of a route."""
        route, _, query = path.partition("?")
        if route == "/api/status/":
            return {"nautobot-version": "3.2.7"}
        if route == "/api/swagger.json":
            return self.document
        if method == "OPTIONS":
            return {"name": "Thing List", **({"actions": {"POST": self.fields}} if self.writer else {})}
        hidden = set() if "exclude_m2m=false" in query else {"seen"}
        rows = [{name: value for name, value in row.items() if name not in hidden} for row in self.rows]
        return {"count": len(rows), "next": None, "previous": None, "results": rows}


@pytest.fixture
def server() -> Iterator[Server]:
    """A server; `.url` is its address."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append((self.command, self.path))
            allowed = self.headers.get("Authorization") == f"Token {TOKEN}"
            content = json.dumps(state.answer(self.command, self.path) if allowed else {"detail": "Invalid token"}).encode()
            self.send_response(200 if allowed else 403)
            for name, value in (("Content-Type", "application/json"), ("API-Version", "3.2"), ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_OPTIONS = do_GET  # noqa: N815  the name http.server looks for

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    state.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


class Tools:
    """Runs tools over a distribution that was written.

    Args:
        site: a folder that stands for site-packages.
        cache: where mypy keeps what it knows of nbcore.
    """

    def __init__(self, site: Path, cache: Path) -> None:
        self.site = site
        self.cache = cache

    def install(self, folder: Path) -> None:
        """Leave what pip leaves for an editable package, without a build: that needs the network."""
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        info = self.site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
        points = [(group, name, target) for group, found in project["entry-points"].items() for name, target in found.items()]
        (info / "entry_points.txt").write_text("\n".join(f"[{group}]\n{name} = {target}" for group, name, target in points))

    def run(self, folder: Path, *arguments: str, **env: str) -> str:
        """What a tool prints; one that is not content fails the test."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NBCORE_", "NAUTOBOT_", "PYTEST_"))}
        places = {"PYTHONPATH": os.pathsep.join([str(self.site), str(folder)]), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, cwd=folder, env={**kept, **places, **env}, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def lint(self, folder: Path) -> None:
        """Lint, format and types of a distribution."""
        self.run(folder, "ruff", "check", "--no-cache", ".")
        self.run(folder, "ruff", "format", "--check", "--no-cache", ".")
        self.run(folder, "mypy", "--strict", "--cache-dir", str(self.cache), ".")

    def check(self, folder: Path, **env: str) -> str:
        """Run all tools over an installed distribution; gives what its tests print."""
        self.lint(folder)
        return self.run(folder, "pytest", "-q", "-p", "no:cacheprovider", **env)


@pytest.fixture
def tools(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """Lint, format, types and tests, as a package's author runs them."""
    return Tools(tmp_path / "site", tmp_path_factory.getbasetemp() / "mypy")
