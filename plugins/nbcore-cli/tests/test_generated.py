"""What is written passes lint, format, types and its own tests, as written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nbcore_cli.main import app

LONG = "a-name-that-is-just-as-long-as-is-allow3d"[:40]
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


def write(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["new", *arguments])
    assert done.exit_code == 0, done.output


def install(folder: Path, site: Path) -> None:
    """Leave what pip leaves for an editable package, without a build: that needs the network."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        line for group, points in project["entry-points"].items() for line in (f"[{group}]", *(f"{a} = {b}" for a, b in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


def run(folder: Path, site: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NBCORE_", "NAUTOBOT_", "PYTEST_"))}
    env = {**kept, "PYTHONPATH": os.pathsep.join([str(site), str(folder)]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def check(folder: Path, site: Path) -> str:
    """Run all tools over a distribution; gives what its tests print."""
    install(folder, site)
    run(folder, site, "ruff", "check", "--no-cache", ".")
    run(folder, site, "ruff", "format", "--check", "--no-cache", ".")
    run(folder, site, "mypy", "--strict", "--cache-dir", str(site / "mypy"), ".")
    return run(folder, site, "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize("name", ["things", LONG])
def test_an_app_package_is_complete(tmp_path, name):
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(document(name)))
    folder = tmp_path / "made"
    write(["app", name, "--from", str(source), "--output", str(folder)])
    assert "passed" in check(folder, tmp_path / "site")
    assert (folder / "README.md").stat().st_size > 1000


@pytest.mark.parametrize("name", ["slow", LONG])
def test_a_hook_package_is_complete(tmp_path, name):
    folder = tmp_path / "made"
    write(["hook", name, "--output", str(folder), "--package", f"acme_{name.replace('-', '_')}"])
    assert "10 passed" in check(folder, tmp_path / "site")


def test_an_app_without_lists_of_objects(tmp_path):
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps({"paths": {"/plugins/state/now/": {"get": answers({"type": "object"})}}}))
    folder = tmp_path / "made"
    write(["app", "state", "--from", str(source), "--output", str(folder)])
    assert not (folder / "nbcore_state" / "records.py").exists()
    assert "passed" in check(folder, tmp_path / "site")
