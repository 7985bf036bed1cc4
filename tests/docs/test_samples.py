"""The samples of the documentation run: whole packages pass lint, types and their tests; snippets are executed."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import nbcore
from nbcore.testing import Wire, make_api, row

from .conftest import DOCS, blocks

PAGES = ["write-an-app.md", "write-a-hook.md"]


@pytest.fixture
def package(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The package on a page, as files, and beside it what pip leaves for an editable one (a build needs the network)."""
    folder = tmp_path / "package"
    for block in blocks(DOCS / request.param):
        if block.title:
            path = folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = tmp_path / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [(group, name, target) for group, found in project["entry-points"].items() for name, target in found.items()]
    (info / "entry_points.txt").write_text("\n".join(f"[{group}]\n{name} = {target}" for group, name, target in points))
    return folder


@pytest.mark.parametrize("package", PAGES, indirect=True)
def test_a_sample_package_passes_lint_types_and_its_tests(package, tmp_path_factory):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NBCORE_", "NAUTOBOT_", "PYTEST_"))}
    env = {**kept, "PYTHONPATH": os.pathsep.join([str(package.parent / "site"), str(package)]), "PYTHONDONTWRITEBYTECODE": "1"}
    for command in (
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--check", "--no-cache", "."],
        ["mypy", "--strict", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"), "."],
        ["pytest", "-q", "-p", "no:cacheprovider"],
    ):
        done = subprocess.run([sys.executable, "-m", *command], cwd=package, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_snippets_run(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"nbcore": nbcore}
    found = [block for block in blocks(DOCS / page) if block.language == "python" and not block.title]
    assert found
    for block in found:
        exec(compile("\n" * block.line + block.text, page, "exec"), namespace)
    namespace["nb"].close()


def test_the_cache_of_the_page_answers(docs, wire):
    namespace: dict[str, Any] = {"nbcore": nbcore, "hookimpl": nbcore.hookimpl, "Slow": Wire}
    (sample,) = (block.text for block in blocks(docs / "write-a-hook.md") if "class Kept" in block.text)
    exec(sample, namespace)
    wire.serve("lab/devices", [row("lab/devices", name="one")])
    with make_api(wire, namespace["Kept"](), retries=1) as nb:
        devices = nb.endpoint("lab/devices")
        (first,) = devices.all()
        assert list(devices.all()) == [first]
        assert [call.method for call in wire.calls] == ["GET"]
        first.update({"name": "two"})
        assert [record.name for record in devices.all()] == ["two"]
        assert [call.method for call in wire.calls] == ["GET", "PATCH", "GET"]
        assert devices.get(first.id).save(if_unmodified=True) is False


def test_the_tutorial_says_what_happens(docs):
    samples = "\n".join(block.text for block in blocks(docs / "tutorial.md") if block.language == "pycon")
    test = doctest.DocTestParser().get_doctest(samples, {}, "tutorial", "tutorial.md", 0)
    told: list[str] = []
    found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert found.attempted > 20
    assert not found.failed, "".join(told)
