"""The package as a plugin: its entry points, its specs, and what a module imports."""

from __future__ import annotations

import ast
import importlib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import nbcore
import nbcore_apps
from nbcore.testing import check_app

APPS = (
    "circuits", "cloud", "core", "data_validation", "dcim", "extras", "ipam", "load_balancers",
    "tenancy", "ui", "users", "virtualization", "vpn", "wireless",
)  # fmt: skip
FOLDER = Path(nbcore_apps.__file__).parent


def test_each_app_has_an_entry_point_of_its_own():
    found = {point.name: point.value for point in entry_points(group="nbcore.apps") if point.value.startswith("nbcore_apps.")}
    assert found == {name: f"nbcore_apps.{name}:app" for name in APPS}


@pytest.mark.parametrize("name", APPS)
def test_an_app_is_sound(name):
    check_app(importlib.import_module(f"nbcore_apps.{name}").app)


@pytest.mark.parametrize("name", APPS)
def test_no_app_imports_another(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    relative = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level}
    assert all(module is not None and module.startswith("_") for module in relative)
    absolute = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    assert not [module for module in absolute if module.startswith(("nbcore.", "nbcore_"))]


def test_an_app_is_imported_when_it_is_used(memory):
    states = {info.name: info.state for info in memory.plugin_report() if info.name in APPS}
    assert states == dict.fromkeys(APPS, "found")
    assert memory.dcim.devices.path == "dcim/devices"
    assert {info.name for info in memory.plugin_report() if info.name in APPS and info.state == "active"} == {"dcim"}


def test_a_record_class_is_named_as_nautobots_model(memory, server):
    for path, name in {
        "dcim/devices": "Device",
        "ipam/ip-addresses": "IPAddress",
        "ipam/vlans": "VLAN",
        "extras/job-results": "JobResult",
    }.items():
        server.serve(path, [nbcore.testing.row(path)])
        assert type(memory.endpoint(path).all()[0]).__name__ == name
