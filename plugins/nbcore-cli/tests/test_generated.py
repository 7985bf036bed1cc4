"""What is written passes lint, format, types and its own tests, as written."""

from __future__ import annotations

import json

import pytest

LONG = "a-name-that-is-just-as-long-as-is-allow3"


@pytest.mark.parametrize("name", ["things", LONG])
def test_an_app_package_is_complete(tmp_path, cli, tools, openapi, name):
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(openapi(name)))
    folder = tmp_path / "made"
    assert cli("new", "app", name, "--from", source, "--output", folder).exit_code == 0
    tools.install(folder)
    assert "passed" in tools.check(folder)
    assert (folder / "README.md").stat().st_size > 1000


def test_an_app_without_lists_of_objects(tmp_path, cli, tools, openapi):
    document = openapi("things")
    document["paths"] = {path: of for path, of in document["paths"].items() if path.endswith("/state/")}
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(document))
    folder = tmp_path / "made"
    assert cli("new", "app", "things", "--from", source, "--output", folder).exit_code == 0
    assert not (folder / "nbcore_things" / "records.py").exists()
    tools.install(folder)
    assert "passed" in tools.check(folder)


@pytest.mark.parametrize("name", ["slow", LONG])
def test_a_hook_package_is_complete(tmp_path, cli, tools, name):
    folder = tmp_path / "made"
    assert cli("new", "hook", name, "--output", folder, "--package", f"acme_{name.replace('-', '_')}").exit_code == 0
    tools.install(folder)
    assert "10 passed" in tools.check(folder)
