"""Each hook is used by a package that is shipped: a hook is added together with the plugin that needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.plugins import hookspecs

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(ROOT.glob("plugins/nbcore-*/nbcore_*/**/*.py"))


def marked(source: str) -> Iterator[str]:
    """The hooks that a module implements: the functions marked @hookimpl, by their name or their specname."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            called = mark.func if isinstance(mark, ast.Call) else mark
            if getattr(getattr(called, "value", None), "id", "") == "pytest":
                continue  # a hook of pytest's
            if getattr(called, "id", getattr(called, "attr", "")) == "hookimpl":
                given = {item.arg: ast.literal_eval(item.value) for item in mark.keywords} if isinstance(mark, ast.Call) else {}
                yield given.get("specname") or node.name


def users() -> dict[str, set[str]]:
    """The distributions that use each hook."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for name in marked(path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(path.relative_to(ROOT / "plugins").parts[0])
    return found


@pytest.mark.skipif(not SOURCES, reason="the packages of this repository are not there")
@pytest.mark.parametrize("name", hookspecs.names())
def test_a_shipped_package_uses_each_hook(name):
    assert users().get(name), f"no package in plugins/ implements {name}: add the plugin that needs it, or take the hook out"


def test_no_package_implements_a_hook_that_does_not_exist():
    assert set(users()) <= set(hookspecs.names())


def test_the_check_sees_each_form_of_the_mark():
    source = """
class P:
    @hookimpl
    def nbcore_close(self): ...
    @hookimpl(wrapper=True)
    def nbcore_send(self, call): ...
    @nbcore.hookimpl(specname="nbcore_page")
    def on_page(self): ...
    @pytest.hookimpl
    def pytest_configure(self): ...
    def nbcore_ready(self, api): ...
"""
    assert list(marked(source)) == ["nbcore_close", "nbcore_send", "nbcore_page"]
