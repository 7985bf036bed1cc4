"""The repository's own promises: every package is in the workspace, the extras and the import contracts; the core needs four libraries."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


CORE = read(ROOT)
# What starts servers, or stands in for something else, is installed by its name and not by the extra `all`.
BY_NAME = {"nbcore-testbed"}
CONTRACTS = {contract["id"]: contract for contract in CORE["tool"]["importlinter"]["contracts"]}


def requirement(text: str) -> str:
    """The distribution's name in a requirement."""
    return text.partition(">")[0].partition("=")[0].partition("[")[0].strip()


def test_the_core_needs_four_libraries():
    assert [requirement(text) for text in CORE["project"]["dependencies"]] == ["pluggy", "requests", "stevedore", "urllib3"]


def test_all_means_every_package_but_those_installed_by_name():
    assert {folder.name for folder in PLUGINS} >= BY_NAME
    extras = CORE["project"]["optional-dependencies"]
    assert sorted(extras["all"]) == [folder.name for folder in PLUGINS if folder.name not in BY_NAME]
    assert extras["apps"] == ["nbcore-apps"]


def test_uv_takes_every_package_from_the_workspace():
    assert sorted(CORE["tool"]["uv"]["sources"]) == ["nbcore", *(folder.name for folder in PLUGINS)]


def test_the_import_contracts_know_every_package():
    packages = [folder.name.replace("-", "_") for folder in PLUGINS]
    assert sorted(CORE["tool"]["importlinter"]["root_packages"]) == ["nbcore", *packages]
    assert sorted(CONTRACTS["no-plugin"]["forbidden_modules"]) == packages


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_a_package_is_complete(folder):
    project = read(folder)["project"]
    package = folder.name.replace("-", "_")
    assert project["name"] == folder.name
    assert project["requires-python"] == CORE["project"]["requires-python"]
    assert project["license"] == "Apache-2.0"
    assert any(requirement(text) == "nbcore" for text in project["dependencies"])
    assert (folder / "README.md").stat().st_size > 200
    assert (folder / package / "py.typed").exists()
    assert list((folder / "tests").glob("test_*.py"))


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_entry_points_name_modules_of_their_own_package(folder):
    groups = read(folder)["project"].get("entry-points", {})
    for group in ("nbcore.apps", "nbcore.hooks"):
        for name, target in groups.get(group, {}).items():
            module, _, attribute = target.partition(":")
            assert module.partition(".")[0] == folder.name.replace("-", "_"), name
            assert attribute, name


def test_no_module_is_much_longer_than_it_should_be():
    """About 250 lines a module: 400 is where it must be taken apart."""
    long = {str(path.relative_to(ROOT)): count for path in sources() if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def sources() -> list[Path]:
    return [*ROOT.glob("nbcore/**/*.py"), *(path for folder in PLUGINS for path in folder.glob("nbcore_*/**/*.py"))]


def test_the_versions_are_one():
    versions = {read(folder)["project"]["version"] for folder in [ROOT, *PLUGINS]}
    assert len(versions) == 1
