"""The reference pages are those that their sources give, and name everything that there is."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from types import ModuleType

import pytest

from nbcore import errors, options
from nbcore.plugins import hookspecs

from .conftest import DOCS


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_reference", DOCS / "gen_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["hooks.md", "errors.md", "options.md"])
def test_a_page_is_up_to_date(generator, name):
    assert page(name) == generator.PAGES[name](), "run python docs/gen_reference.py"


def signatures() -> dict[str, str]:
    """Each hook's signature as written in the source."""
    tree = ast.parse(inspect.getsource(hookspecs))
    (hooks,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Hooks")
    found = {}
    for node in hooks.body:
        if isinstance(node, ast.FunctionDef):
            node.args.args = [argument for argument in node.args.args if argument.arg != "self"]
            found[node.name] = f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"
    return found


def test_every_hook_is_documented_with_its_exact_signature():
    found = dict(re.findall(r"^## (nbcore_\w+)\n\n```python\n(.*)\n```$", page("hooks.md"), re.MULTILINE))
    assert found == signatures()
    assert list(found) == hookspecs.names()


def test_every_hook_says_when_and_where_it_is_called():
    for name in hookspecs.names():
        doc = inspect.getdoc(getattr(hookspecs.Hooks, name))
        assert doc
        assert " ".join(doc.split()) in " ".join(page("hooks.md").split())
        assert re.search(rf"\| \[`{name}`\]\(#{name}\) \| (all|first) \| (pool|caller) \|", page("hooks.md"))


def test_every_hook_has_its_place_in_the_picture_or_is_none_of_a_request():
    picture = (DOCS / "request.svg").read_text(encoding="utf-8")
    of_no_request = {"nbcore_extend_records", "nbcore_project", "nbcore_exporters", "nbcore_ready", "nbcore_close"}
    assert {name for name in hookspecs.names() if name not in picture} == of_no_request


def test_every_error_is_in_the_reference_and_in_the_tree():
    assert errors.ConnectError  # it loads those that wait to be named
    classes = [name for name, cls in vars(errors).items() if inspect.isclass(cls) and issubclass(cls, errors.NbcoreError)]
    assert re.findall(r"^## (\w+)$", page("errors.md"), re.MULTILINE) == classes
    tree = page("errors.md").partition("```text\n")[2].partition("```")[0]
    assert {re.search(r"[A-Z]\w+", line)[0] for line in tree.splitlines() if line} == set(classes)


def test_every_option_is_in_the_reference():
    assert re.findall(r"^\| `(\w+)` \| `", page("options.md"), re.MULTILINE)[: len(options.NAMES)] == list(options.NAMES)
