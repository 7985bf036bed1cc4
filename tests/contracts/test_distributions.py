"""What the root pyproject.toml lists of the packages, and who imports whom: both follow from the folders under plugins/.

A package that starts servers or stands in for others is installed by name and not by `nbcore[all]`; its pyproject.toml says so:

    [tool.nbcore]
    installed = "by name"
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def packages(root: Path) -> dict[str, dict[str, Any]]:
    return {path.parent.name: read(path.parent) for path in sorted(root.glob("plugins/*/pyproject.toml"))}


def requirement(text: str) -> str:
    """The distribution's name in a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", text)
    assert found, text
    return found[0]


# --- the lists of the root ------------------------------------------------------------------------------------------------


def list_of_all(root: Path) -> str:
    """The extra `all`, as it is to stand in the root pyproject.toml."""
    by_name = {name for name, project in packages(root).items() if project.get("tool", {}).get("nbcore", {}).get("installed") == "by name"}
    lines = "".join(f'    "{name}",\n' for name in packages(root) if name not in by_name)
    return f"all = [\n{lines}]\n"


def list_of_sources(root: Path) -> str:
    """The table of uv's sources, as it is to stand in the root pyproject.toml."""
    lines = "".join(f"{name} = {{ workspace = true }}\n" for name in ("nbcore", *packages(root)))
    return f"[tool.uv.sources]\n{lines}"


@pytest.mark.skipif(not packages(ROOT), reason="the packages of this repository are not there")
def test_the_lists_of_the_root_are_the_folders():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    missing = [wanted for wanted in (list_of_all(ROOT), list_of_sources(ROOT)) if wanted not in text]
    assert not missing, "\nput these into the root pyproject.toml, in place of what stands there:\n\n" + "\n".join(missing)


def test_the_extra_apps_is_nautobots_own():
    assert read(ROOT)["project"]["optional-dependencies"]["apps"] == ["nbcore-apps"]


# --- who imports whom ------------------------------------------------------------------------------------------------------


def declared(project: dict[str, Any]) -> set[str]:
    """The packages that a distribution names as dependencies, in its extras too."""
    found = project["project"]
    texts = [*found.get("dependencies", ()), *(text for extra in found.get("optional-dependencies", {}).values() for text in extra)]
    return {requirement(text).replace("-", "_") for text in texts}


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Line and top package of each import of the core or of a package; imports for types and inside functions too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and isinstance(node.args[0], ast.Constant):
            names = [str(node.args[0].value)]
        for name in names:
            if re.match(r"nbcore(_|\.|$)", name):
                yield node.lineno, name.partition(".")[0]


def undeclared(root: Path) -> Iterator[str]:
    """Imports of one distribution by another that does not declare it, each with the mend."""
    for file in sorted(root.glob("nbcore/**/*.py")):
        for line, top in imported(file):
            if top != "nbcore":
                yield f"{file.relative_to(root)}:{line}: the core imports {top}. Mend: a hook of the core that {top} implements."
    for name, project in packages(root).items():
        own = name.replace("-", "_")
        for file in sorted((root / "plugins" / name / own).rglob("*.py")):
            for line, top in imported(file):
                if top != own and top not in declared(project):
                    wanted = top.replace("_", "-")
                    yield (
                        f"{file.relative_to(root)}:{line}: {name} imports {top}, and does not declare it. "
                        f'Mend: do without, or `dependencies = ["{wanted}>=0.1", ...]` in plugins/{name}/pyproject.toml.'
                    )


def test_an_import_stands_only_where_a_dependency_is_declared():
    found = list(undeclared(ROOT))
    assert not found, "\n" + "\n".join(found)


# --- the checks themselves ---------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """A folder like this repository's, with two packages."""
    (tmp_path / "nbcore").mkdir()
    (tmp_path / "nbcore" / "__init__.py").write_text("import json, nbcore.errors\n")
    for name, extra in (("nbcore-one", ""), ("nbcore-two", '[tool.nbcore]\ninstalled = "by name"\n')):
        package = tmp_path / "plugins" / name / name.replace("-", "_")
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("from nbcore import Api\n")
        (package.parent / "pyproject.toml").write_text(f'[project]\nname = "{name}"\ndependencies = ["nbcore>=0.1"]\n{extra}')
    return tmp_path


def test_the_lists_follow_from_the_folders(checkout):
    assert list_of_all(checkout) == 'all = [\n    "nbcore-one",\n]\n'
    assert list_of_sources(checkout).splitlines()[1:] == [
        f"{name} = {{ workspace = true }}" for name in ("nbcore", "nbcore-one", "nbcore-two")
    ]


def test_an_import_that_is_not_declared_is_found_wherever_it_stands(checkout):
    assert not list(undeclared(checkout))
    (checkout / "nbcore" / "late.py").write_text("def f():\n    from nbcore_one import x\n")
    (checkout / "plugins/nbcore-one/nbcore_one/late.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nbcore_two.x\n"
    )
    core, package = undeclared(checkout)
    assert core.startswith("nbcore/late.py:2: the core imports nbcore_one.")
    assert package.startswith("plugins/nbcore-one/nbcore_one/late.py:3: nbcore-one imports nbcore_two")
    assert '"nbcore-two>=0.1"' in package


def test_a_declared_one_is_not(checkout):
    file = checkout / "plugins/nbcore-one/pyproject.toml"
    file.write_text(file.read_text().replace('"nbcore>=0.1"', '"nbcore>=0.1", "nbcore-two[x]>=0.1"'))
    (checkout / "plugins/nbcore-one/nbcore_one/late.py").write_text("import nbcore_two\n")
    assert not list(undeclared(checkout))
