"""The generator against a real server, and what it writes beside the packages that are kept by hand."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nbcore import AppSpec
from nbcore_cli.source import describe

pytestmark = pytest.mark.integration
APPS = ["bgp", "dns", "firewall"]


@pytest.fixture(autouse=True)
def _token(monkeypatch, live_settings):
    monkeypatch.setenv("NAUTOBOT_TOKEN", live_settings["token"])
    monkeypatch.delenv("NBCORE_CACHE_DIR")  # the document takes seconds to make: it is kept from run to run


def facts(spec: AppSpec) -> dict[str, tuple]:
    return {one.slug: (set(one.json_fields), set(one.m2m_fields), set(one.actions), one.key) for one in spec.endpoints}


@pytest.mark.parametrize("name", APPS)
def test_the_packages_kept_by_hand_differ_in_behaviour_only(live_settings, name):
    kept: AppSpec = importlib.import_module(f"nbcore_{name}.app").app
    found = describe(live_settings["url"], name)
    assert (found.spec.name, found.spec.path) == (kept.name, kept.path)
    assert facts(found.spec) == facts(kept)
    assert found.models == {endpoint.slug: endpoint.record.__name__ for endpoint in kept.endpoints if endpoint.record}
    assert found.notes == ()


@pytest.mark.parametrize("name", APPS)
def test_a_generated_package_passes_its_tests_as_installed(tmp_path, cli, tools, live_settings, name):
    folder = tmp_path / "made"
    done = cli("new", "app", name, "--from", live_settings["url"], "--output", folder)
    assert done.exit_code == 0, done.output
    assert live_settings["token"] not in done.output
    pip_install(folder, tools.site)
    tools.lint(folder)
    shutil.rmtree(folder / f"nbcore_{name}")  # what is tested is what was installed
    printed = tools.run(
        folder, "pytest", "-q", "-p", "no:cacheprovider",
        NBCORE_TEST_URL=live_settings["url"], NBCORE_TEST_TOKEN=live_settings["token"],
    )  # fmt: skip
    assert "passed" in printed
    assert "skipped" not in printed


@pytest.mark.parametrize("name", APPS)
def test_the_packages_kept_by_hand_pass_the_tests_that_are_generated(tmp_path, cli, tools, live_settings, name):
    folder = tmp_path / "made"
    assert cli("new", "app", name, "--from", live_settings["url"], "--output", folder).exit_code == 0
    shutil.rmtree(folder / f"nbcore_{name}")  # so that the one of this environment is tested
    printed = tools.run(
        folder, "pytest", "-q", "-p", "no:cacheprovider",
        NBCORE_TEST_URL=live_settings["url"], NBCORE_TEST_TOKEN=live_settings["token"],
    )  # fmt: skip
    assert "passed" in printed
    assert "skipped" not in printed


def test_a_server_without_that_app(tmp_path, cli, live_settings):
    done = cli("new", "app", "golden-config", "--from", live_settings["url"], "--output", tmp_path / "made")
    assert done.exit_code == 2
    assert "It has: bgp, dns, firewall" in done.stderr


def pip_install(folder: Path, site: Path) -> None:
    """Build and install a distribution into a folder of its own."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(folder)]
    # As in the Makefile: behind a proxy with a CA of its own, the system's certificates are the ones that know it.
    if subprocess.run(command, timeout=300).returncode:
        subprocess.run([*command, "--system-certs"], check=True, timeout=300)
