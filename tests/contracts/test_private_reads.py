"""Nobody reads what is private of somebody else: not one room of the core of another, not a package of the core, not a package of another.

A name is private when it begins with one underscore. It belongs to the room of nbcore, or to the package under plugins/, in which it is
defined. `self._name` and `cls._name` are read where the class itself stands, or one that derives from it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEAVES = frozenset({"contracts", "errors", "messages", "options", "testing"})
ROOMS = frozenset(path.parent.name for path in ROOT.glob("nbcore/*/__init__.py"))
PRIVATE_BY_CUSTOM = frozenset({"_asdict", "_fields", "_make", "_replace"})  # the public methods of a namedtuple


@dataclass(frozen=True)
class Part:
    """A room of the core, one of its leaves, or a package of plugins/: what owns the private names in its files."""

    name: str
    files: tuple[Path, ...]

    @property
    def is_package(self) -> bool:
        return not self.name.startswith("nbcore.") and self.name != "nbcore"


def parts(root: Path = ROOT) -> list[Part]:
    rooms = [Part(f"nbcore.{door.parent.name}", tuple(sorted(door.parent.rglob("*.py")))) for door in root.glob("nbcore/*/__init__.py")]
    leaves = [Part("nbcore" if leaf.stem == "__init__" else f"nbcore.{leaf.stem}", (leaf,)) for leaf in root.glob("nbcore/*.py")]
    packages = [Part(door.parent.name, tuple(sorted(door.parent.rglob("*.py")))) for door in root.glob("plugins/*/nbcore_*/__init__.py")]
    return sorted([*rooms, *leaves, *packages], key=lambda part: part.name)


def private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__") and name != "_" and name not in PRIVATE_BY_CUSTOM


def defined(tree: ast.AST) -> Iterator[str]:
    """The private names that a module defines: functions, classes, variables, attributes, slots, and modules it imports of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
                yield from (item.value for item in ast.walk(value) if isinstance(item, ast.Constant) and isinstance(item.value, str))


def reads(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, name, and source text of each private attribute that is read of something other than self, cls or super()."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super"))):
                continue
            case ast.Attribute(attr=name):
                found = name
            case ast.Call(func=ast.Name(id="getattr" | "hasattr"), args=[ast.Name(id=of), ast.Constant(value=str() as name), *_]) if (
                of != "self"
            ):
                found = name
            case _:
                continue
        if private(found):
            yield node.lineno, found, ast.unparse(node)


def imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, module and name ("" for the module itself) of each absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from ((node.lineno, node.module, alias.name) for alias in node.names)


def parsed(part: Part) -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in part.files}


def owned(part: Part) -> set[str]:
    """The private names that a part defines, its private modules among them."""
    return {name for tree in parsed(part).values() for name in (*defined(tree), *(file.stem for file in part.files)) if private(name)}


def foreign_reads(part: Part, owners: Mapping[str, set[str]]) -> Iterator[str]:
    """Reads of private names that another part defines and this one does not. What libraries hold is theirs to judge."""
    for file, tree in parsed(part).items():
        for line, name, text in sorted(reads(tree)):
            of = [owner for owner, names in owners.items() if name in names and owner != part.name]
            if of and name not in owners[part.name]:
                yield (
                    f"{file}:{line}: `{text}` reads {name}, which {' or '.join(of)} defines and {part.name} does not. "
                    f"Mend: give what holds it a public method or property that says what is wanted, and use that."
                )


def foreign_imports(part: Part) -> Iterator[str]:
    """Imports of a package from anything but the core's face, its leaves and the doors of its rooms, and of what is private."""
    for file in part.files:
        for line, module, name in imports(ast.parse(file.read_text(encoding="utf-8"))):
            top, _, below = module.partition(".")
            if not top.startswith("nbcore") or top == part.name:
                continue
            where = f"{file}:{line}: "
            if private(name) or any(map(private, module.split("."))):
                yield f"{where}{module} {name} is private. Mend: import a public name, or make one there."
            elif top == "nbcore" and below and below not in ROOMS | LEAVES:
                room = below.partition(".")[0]
                door = f"from nbcore.{room} import {name or '...'}" if room in ROOMS else f"from nbcore import {name or '...'}"
                yield f"{where}{module} is inside the core. Mend: `{door}`, adding the name to that door's __all__ if it is for packages."


def test_no_private_attribute_is_read_across_rooms_or_packages():
    everyone = parts()
    owners = {part.name: owned(part) for part in everyone}
    found = [text for part in everyone for text in foreign_reads(part, owners)]
    assert not found, "\n" + "\n".join(found)


def test_packages_import_the_face_the_leaves_and_the_doors():
    found = [text for part in parts() if part.is_package for text in foreign_imports(part)]
    assert not found, "\n" + "\n".join(found)


# --- the count itself ------------------------------------------------------------------------------------------------------


@pytest.fixture
def of_source(tmp_path):
    def make(source: str, name: str = "nbcore_lab") -> Part:
        file = tmp_path / f"{name}.py"
        file.write_text(source)
        return Part(name, (file,))

    return make


@pytest.mark.parametrize(
    "source",
    [
        "api._found",
        "a.b()._c.d",
        "getattr(api, '_found', None)",
        "x._y = 1",
        "del x._y",
        "class A:\n    def f(self, other):\n        return other._there",
    ],
)
def test_a_foreign_read_is_found(of_source, source):
    part = of_source(source)
    (found,) = foreign_reads(part, {part.name: owned(part), "nbcore.records": {"_found", "_c", "_y", "_there"}})
    assert "nbcore_lab.py:" in found
    assert "Mend: " in found


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def f(self):\n        return self._x",
        "class A:\n    __slots__ = ('_x',)\n    def f(self, other):\n        return other._x",
        "class A:\n    _x: int\n    def f(self, other):\n        return other._x",
        "class A:\n    def __init__(self):\n        self._x = 1\n    def __eq__(self, other):\n        return other._x",
        "class A(B):\n    def f(self):\n        return super()._f()",
        "x.__dict__",
        "point._replace(x=1)",
        "connection._of_a_library",
        "_('text').x",
    ],
)
def test_what_is_ones_own_is_not(of_source, source):
    part = of_source(source)
    assert not list(foreign_reads(part, {part.name: owned(part), "nbcore.records": {"_x", "_f", "_replace", "_"}}))


@pytest.mark.parametrize(
    "source",
    [
        "from nbcore.reading.query import Query",
        "import nbcore.client.api",
        "from nbcore.client._api import x",
        "from nbcore.reading import _hidden",
        "from nbcore.pytest_plugin import wire",
        "from nbcore_other import _hidden",
        "def f():\n    from nbcore.plugins.spec import AppSpec",
    ],
)
def test_a_foreign_import_is_found(of_source, source):
    (found,) = foreign_imports(of_source(source))
    assert "Mend: " in found


@pytest.mark.parametrize(
    "source",
    [
        "import nbcore",
        "from nbcore import Api",
        "from nbcore.errors import describe",
        "from nbcore.reading import Query",
        "from .inner import _mine",
        "from nbcore_lab.inner import _mine",
        "import json._x",
    ],
)
def test_what_may_be_imported_is_not(of_source, source):
    assert not list(foreign_imports(of_source(source)))
