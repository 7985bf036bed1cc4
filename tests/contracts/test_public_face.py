"""What `import nbcore` gives: the names of __all__, sorted, and nothing else."""

from __future__ import annotations

import dataclasses
import difflib
import importlib.metadata
import importlib.resources
import inspect
import sys
import types
from pathlib import Path

import pytest

import nbcore

SUBMODULES = {
    path.stem if path.is_file() else path.name
    for path in Path(nbcore.__file__).parent.iterdir()
    if path.suffix == ".py" or (path / "__init__.py").exists()
}


def test_all_is_sorted_and_has_no_name_twice():
    assert nbcore.__all__ == sorted(set(nbcore.__all__))


@pytest.mark.parametrize("name", nbcore.__all__)
def test_each_name_is_there(name):
    assert getattr(nbcore, name) is not None


def test_nothing_else_leaks():
    public = {name for name, value in vars(nbcore).items() if not name.startswith("_") and not isinstance(value, types.ModuleType)}
    assert public - {"TYPE_CHECKING"} == set(nbcore.__all__) - {"__version__"}
    # "@..." is what pytest adds to modules whose assertions it rewrites.
    modules = {name for name, value in vars(nbcore).items() if isinstance(value, types.ModuleType) and name[0] not in "_@"}
    assert modules <= SUBMODULES


def test_a_star_import_brings_just_these():
    namespace: dict[str, object] = {}
    exec("from nbcore import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(nbcore.__all__)


def test_the_version_is_the_distributions():
    assert nbcore.__version__ == importlib.metadata.version("nbcore")
    assert nbcore.__version__[0].isdigit()


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = nbcore.nonesuch


def test_api_is_the_class_that_pynautobot_scripts_call():
    assert nbcore.api is nbcore.Api
    assert inspect.isclass(nbcore.api)


@pytest.mark.parametrize("name", [name for name in nbcore.__all__ if inspect.isclass(getattr(nbcore, name))])
def test_each_class_is_documented(name):
    assert inspect.getdoc(vars(nbcore)[name]), f"{name} has no docstring"


def public_methods():
    for name in nbcore.__all__:
        cls = getattr(nbcore, name)
        if inspect.isclass(cls) and not issubclass(cls, Warning):
            for method, value in vars(cls).items():
                if not method.startswith("_") and (inspect.isfunction(value) or isinstance(value, (property, staticmethod, classmethod))):
                    yield pytest.param(value, id=f"{name}.{method}")


@pytest.mark.parametrize("value", list(public_methods()))
def test_each_public_method_is_documented(value):
    assert inspect.getdoc(value)


def test_it_is_typed():
    assert (importlib.resources.files("nbcore") / "py.typed").is_file()


# --- what changed --------------------------------------------------------------------------------------------------------

PINNED = Path(__file__).with_name("public_face.txt")
REWRITE = "python -m tests.contracts.test_public_face"


def members(cls: type) -> list[str]:
    """The public attributes of a class and of its bases in nbcore, each as it is called."""
    found: dict[str, str] = {}
    for base in reversed([base for base in cls.__mro__ if base.__module__.split(".")[0] == "nbcore"]):
        if dataclasses.is_dataclass(base):
            found |= {field.name: f"{field.name}: {field.type}" for field in dataclasses.fields(base)}
        for name, value in vars(base).items():
            if name.startswith("_") or (name in found and dataclasses.is_dataclass(base)):
                continue
            if isinstance(value, property):
                found[name] = f"{name}: {value.fget.__annotations__.get('return', '')}" + (", assignable" if value.fset else "")
            elif callable(value) or isinstance(value, (classmethod, staticmethod)):
                function = getattr(value, "__func__", value)
                found[name] = f"{name}{inspect.signature(function)}"
            elif not inspect.isdatadescriptor(value):
                found[name] = f"{name} = {value!r}"
    return [found[name] for name in sorted(found)]


def face() -> str:
    """The names that nbcore exports, with how each is called and its public attributes."""
    lines = []
    for name in sorted(nbcore.__all__, key=str.lower):
        value = getattr(nbcore, name)
        if name in ("__version__", "api"):
            lines.append(name)
        elif inspect.isclass(value):
            bases = ", ".join(base.__name__ for base in value.__bases__)
            made = f"{name}{inspect.signature(value)}" if "__init__" in vars(value) else name
            lines += [f"class {made} ({bases})", *(f"    {member}" for member in members(value))]
        else:
            lines.append(f"{name}: {type(value).__name__}")
    return "\n".join(lines) + "\n"


def test_the_public_face_is_the_one_that_was_agreed_on():
    """Whoever changes what users see rewrites the file in the same commit, with a fragment in docs/changes/."""
    changed = difflib.unified_diff(PINNED.read_text().splitlines(), face().splitlines(), "public_face.txt", "nbcore", n=1, lineterm="")
    text = "\n".join(changed)
    assert not text, f"the public face changed; if it was meant: {REWRITE}\n{text}"


if __name__ == "__main__":
    PINNED.write_text(face())
    sys.stdout.write(f"wrote {PINNED}\n")
