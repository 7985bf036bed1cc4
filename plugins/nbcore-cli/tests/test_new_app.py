"""`nbcore new app`: what is read from a document and from a server, and what is refused."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from nbcore import ActionSpec, AppSpec, EndpointSpec
from nbcore_cli.document import find

from .conftest import MANY, TOKEN


def written(folder, package="nbcore_things") -> AppSpec:
    """The AppSpec of a package that was written."""
    spec = importlib.util.spec_from_file_location(
        package, folder / package / "__init__.py", submodule_search_locations=[str(folder / package)]
    )
    sys.modules[package] = importlib.util.module_from_spec(spec)
    try:
        return importlib.import_module(f"{package}.app").app
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def facts(spec: AppSpec) -> list[tuple]:
    return [(one.slug, one.json_fields, one.m2m_fields, one.actions, one.key) for one in spec.endpoints]


@pytest.fixture
def source(tmp_path, openapi):
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi("things")))
    return path


def test_everything_a_document_says(openapi):
    found = find(openapi("things"), "things")
    assert facts(found.spec) == facts(
        AppSpec(
            "things",
            "plugins/things",
            (
                EndpointSpec("no-name"),
                EndpointSpec("records", key="integer"),
                EndpointSpec("state", key="singleton"),
                EndpointSpec(
                    "things",
                    json_fields=('a"quote', "anything", "free", "list_of_anything"),
                    m2m_fields=tuple(MANY),
                    actions=(
                        ActionSpec("config", returns="text"),
                        ActionSpec("parts", methods=("GET", "POST"), returns="records", paged=True),
                        ActionSpec("picture", returns="bytes"),
                        ActionSpec("sync-now", methods=("POST",)),
                        ActionSpec("check", on="endpoint", methods=("GET", "DELETE")),
                    ),
                ),
            ),
        )
    )
    assert found.models == {"things": "Thing", "records": "RecordObject", "no-name": "NoName"}
    assert any("deep/{id}/{other}/" in note for note in found.notes)
    assert any("state/ is no list" in note for note in found.notes)


def test_what_is_written_is_what_was_found(tmp_path, cli, openapi, source):
    folder = tmp_path / "made"
    done = cli("new", "app", "things", "--from", source, "--output", folder)
    assert done.exit_code == 0
    assert "4 endpoints" in done.output
    assert "only be read are not in a document" in done.output
    spec = written(folder)
    assert facts(spec) == facts(find(openapi("things"), "things").spec)
    assert {one.slug: one.record.__name__ for one in spec.endpoints if one.record} == find(openapi("things"), "things").models
    assert (spec.name, spec.path, spec.requires) == ("things", "plugins/things", "0.1")


def test_a_dash_in_the_name(tmp_path, cli, openapi):
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(openapi("golden-config")))
    for given, folder in (("golden-config", tmp_path / "a"), ("golden_config", tmp_path / "b")):
        assert cli("new", "app", given, "--from", source, "--output", folder).exit_code == 0
        spec = written(folder, "nbcore_golden_config")
        assert (spec.name, spec.path) == ("golden_config", "plugins/golden-config")


def test_a_hostile_document_stays_data(tmp_path, cli):
    evil = '");\nimport os; os.abort()\n("'
    path = f"/plugins/things/{evil}/"
    schema = {"type": "object", "properties": {"id": {}, "url": {}, evil: {}, "x' + os.abort() + \"": {}}}
    answer = {"type": "object", "properties": {"count": {}, "results": {"items": {"$ref": f"#/components/schemas/{evil}"}}}}
    operation = {"get": {"responses": {"200": {"content": {"application/json": {"schema": answer}}}}}}
    document = {
        "paths": {path: operation, "/plugins/things/list/": operation, "/plugins/ev\nil/x/": {}},
        "components": {"schemas": {evil: schema}},
    }
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(document))
    assert cli("new", "app", "things", "--from", source, "--output", tmp_path / "made").exit_code == 0
    (endpoint,) = written(tmp_path / "made").endpoints
    assert endpoint.record.__name__.isidentifier()
    assert evil in endpoint.json_fields


@pytest.mark.parametrize("broken", [{}, {"components": []}, {"components": {"schemas": {"Thing": {"$ref": "#/components/schemas/Thing"}}}}])
def test_a_document_with_missing_or_circular_parts_gives_what_it_can(openapi, broken):
    document = {**openapi("things"), "components": {}, **broken}
    found = find(document, "things")
    assert found.models["things"] == "Thing" or found.spec.by_slug["things"].json_fields == ()


# --- a server --------------------------------------------------------------------------------------------------------


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setenv("NAUTOBOT_TOKEN", TOKEN)


def test_a_server_names_the_fields_that_can_only_be_read(tmp_path, cli, server, token):
    done = cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made")
    assert done.exit_code == 0, done.output
    spec = written(tmp_path / "made")
    assert spec.by_slug["things"].m2m_fields == (*MANY, "seen")
    assert spec.by_slug["no-name"].m2m_fields == ("seen",)
    assert {method for method, _ in server.asked} == {"GET", "OPTIONS"}
    assert not [name for name in (tmp_path / "made").rglob("*") if name.is_file() and TOKEN in name.read_text()]


def test_without_write_permission_an_object_is_looked_at(tmp_path, cli, server, token):
    server.writer = False
    server.rows = [{"id": "1", "url": "x", "name": "one", "seen": []}]
    assert cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made").exit_code == 0
    assert written(tmp_path / "made").by_slug["no-name"].m2m_fields == ("seen",)


def test_without_an_object_either_it_says_so(tmp_path, cli, server, token):
    server.writer = False
    done = cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made")
    assert "note: no-name: many-to-many fields that can only be read cannot be told" in done.output


def test_the_address_of_the_environment(tmp_path, cli, server, token, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_URL", server.url)
    assert cli("new", "app", "things", "--output", tmp_path / "made").exit_code == 0


# --- bad input -------------------------------------------------------------------------------------------------------


def refused(done, *texts: str) -> None:
    """One line of error, status 2, no token."""
    assert done.exit_code == 2, done.output
    assert all(text in done.stderr for text in texts), done.stderr
    assert done.stderr.startswith("nbcore: ")
    assert "Traceback" not in done.output
    assert TOKEN not in done.output


def test_a_folder_that_is_there_is_refused_without_force(tmp_path, cli, source):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("mine")
    refused(cli("new", "app", "things", "--from", source, "--output", tmp_path / "made"), "not empty", "--force")
    assert [item.name for item in (tmp_path / "made").iterdir()] == ["mine.txt"]
    assert cli("new", "app", "things", "--from", source, "--output", tmp_path / "made", "--force").exit_code == 0
    assert (tmp_path / "made" / "mine.txt").read_text() == "mine"
    refused(cli("new", "app", "things", "--from", source, "--output", tmp_path / "made" / "mine.txt", "--force"), "is a file")


@pytest.mark.parametrize("name", ["", "Things", "1things", "thi ngs", "../things", "import", "a--b", "-", "x" * 41, "thïngs"])
def test_a_bad_name(tmp_path, cli, source, name):
    refused(cli("new", "app", "--from", source, "--output", tmp_path / "made", "--", name), "cannot name an app")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["plugins", "status", "graphql", "options"])
def test_a_name_of_nbcore_itself(tmp_path, cli, source, name):
    refused(cli("new", "app", name, "--from", source, "--output", tmp_path / "made"), f"nb.{name} is a part of nbcore itself")


@pytest.mark.parametrize("package", ["Acme", "acme-things", "json", "nbcore", "class", "a.b", "tests"])
def test_a_bad_package(tmp_path, cli, source, package):
    refused(cli("new", "app", "things", "--from", source, "--output", tmp_path / "made", "--package", package), repr(package))


def test_no_such_app(tmp_path, cli, source):
    refused(
        cli("new", "app", "thing", "--from", source, "--output", tmp_path / "made"),
        "plugins/thing/",
        "did you mean 'things'?",
        "It has: things",
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("not json", "is not JSON"),
        ("[1]", "no OpenAPI document"),
        ('{"paths": {}}', "no OpenAPI document"),
        ('{"paths": {"/plugins/x/": 1}}', "no app"),
    ],
)
def test_a_file_that_is_no_document(tmp_path, cli, content, text):
    source = tmp_path / "openapi.json"
    source.write_text(content)
    refused(cli("new", "app", "x", "--from", source, "--output", tmp_path / "made"), text)


def test_no_file(tmp_path, cli):
    refused(
        cli("new", "app", "x", "--from", tmp_path / "none.json", "--output", tmp_path / "made"),
        "neither an address (https://...) nor a file",
    )
    refused(cli("new", "app", "x", "--from", tmp_path, "--output", tmp_path / "made"), "cannot be read")


def test_an_address_where_nobody_answers(tmp_path, cli, token):
    refused(cli("new", "app", "things", "--from", "http://127.0.0.1:9", "--output", tmp_path / "made"), "127.0.0.1:9")


def test_no_token_and_a_wrong_one(tmp_path, cli, server, monkeypatch):
    refused(cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made"), "403", "token")
    monkeypatch.setenv("NAUTOBOT_TOKEN", TOKEN[::-1])
    done = cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made")
    refused(done, "403")
    assert TOKEN[::-1] not in done.output


def test_a_token_with_a_line_break(tmp_path, cli, server, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_TOKEN", f"{TOKEN}\n")
    refused(cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made"), "token holds")


def test_a_server_that_is_no_nautobot(tmp_path, cli, server, token):
    server.document = {"hello": "world"}
    refused(cli("new", "app", "things", "--from", server.url, "--output", tmp_path / "made"), "no OpenAPI document")


@pytest.mark.parametrize("address", ["ftp://x", "https://me:secret@x", "https://"])
def test_an_address_that_is_none(tmp_path, cli, address):
    done = cli("new", "app", "things", "--from", address, "--output", tmp_path / "made")
    refused(done, "url")
    assert "secret" not in done.output


def test_a_folder_that_cannot_be_made(tmp_path, cli, source):
    (tmp_path / "file").write_text("")
    refused(cli("new", "app", "things", "--from", source, "--output", tmp_path / "file" / "made"), "cannot be written")


def test_no_source_is_a_usage_error(tmp_path, cli):
    done = cli("new", "app", "things", "--output", tmp_path / "made")
    assert done.exit_code == 2
    assert "--from" in done.output
