"""The repository's own promises: every package is complete and of one version, no module is too long, the core needs four libraries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


CORE = read(ROOT)


def requirement(text: str) -> str:
    """The distribution's name in a requirement."""
    return text.partition(">")[0].partition("=")[0].partition("[")[0].strip()


def test_the_core_needs_four_libraries():
    assert [requirement(text) for text in CORE["project"]["dependencies"]] == ["pluggy", "requests", "stevedore", "urllib3"]


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


def test_no_test_takes_the_checkouts_folder_for_the_package():
    """`git clone` makes a folder named nbcore: a path with "/nbcore/" in it tells nothing of whose file it is."""
    words = ["/nbcore/", "/nbcore" + "_"]
    guesses = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("tests", "plugins", "docs", "nbcore")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(re.search(rf"""["']{word}[^"']*["'] (not )?in """, line) for word in words)
    ]
    assert not guesses, "compare with Path(nbcore.__file__).parent"


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_readme_says_how_to_install_from_a_checkout(folder):
    """Nothing of nbcore is on a package index yet: what `pip install nbcore-frames` would find there is not ours."""
    text = (folder / "README.md").read_text()
    told = re.search(r"Until nbcore is on a package index: `pip install \. ([^`]*)`".replace(" ", r"\s"), text, re.IGNORECASE)
    assert told
    named = set(re.findall(r"\./plugins/([\w-]+)", told[1]))
    assert folder.name in named
    for name in named:
        needed = tomllib.loads((ROOT / "plugins" / name / "pyproject.toml").read_text())["project"]["dependencies"]
        assert {found[0] for need in needed if (found := re.match(r"nbcore-[\w-]+", need))} <= named
