"""What `import nbcore` gives: the names of __all__, sorted, and nothing else."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import inspect
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
