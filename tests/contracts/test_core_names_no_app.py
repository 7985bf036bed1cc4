"""No module of the core names a Nautobot app: what knows an app is a plugin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbcore

CORE = Path(nbcore.__file__).parent
# As a word of a string or of an identifier. "core", "ui", "users" and "cloud" are words of their own too: for them only a route or
# an attribute of `nb` counts.
APPS = {
    *("bgp", "circuits", "dcim", "dns", "extras", "firewall", "ipam", "tenancy", "virtualization", "vpn", "wireless"),
    *("load_balancers", "load-balancers", "data_validation", "data-validation"),
}  # fmt: skip
ROUTES = re.compile(r"(?<![\w.])(?:core|ui|users|cloud)/|\bnb\.(?:core|ui|users|cloud)\b")


def named(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string and identifier that names an app; docstrings and comments may."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            texts, text_words = [node.value], prose
        else:
            text_words = words
            texts = [
                text for field in ("id", "attr", "name", "arg", "asname", "module") if isinstance(text := getattr(node, field, None), str)
            ]
        for text in texts:
            if text_words(text) & APPS or ROUTES.search(text):
                yield getattr(node, "lineno", 0), text


def words(name: str) -> set[str]:
    """The words inside a snake_case or CamelCase identifier."""
    return prose(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())


def prose(text: str) -> set[str]:
    """The words of a string; "DNS" in capitals is the protocol, not the app."""
    return {*re.findall(r"[A-Za-z]+", text), *re.findall(r"[a-z]+[_-][a-z]+", text)}


@pytest.mark.parametrize("module", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_core_names_no_app(module):
    found = [f"{module.name}:{line}: {text!r}" for line, text in named(module.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import nbcore_dcim",
        "x.dcim",
        "PATH = 'extras/jobs/'",
        "def bgp_thing(): ...",
        "class BgpThing: ...",
        "x(ipam=1)",
        "y = f'users/{z}/'",
        "'''doc'''\nz = 'nb.cloud'",
        "load_balancers = 1",
    ],
)
def test_the_check_sees(source):
    assert list(named(source))


@pytest.mark.parametrize(
    "source",
    ["'''dcim/devices'''", "# dcim", "def f():\n    'nb.dcim'", "users = core = 1", "x = 'this core, its users and the cloud; DNS'"],
)
def test_the_check_does_not_cry_wolf(source):
    assert not list(named(source))
