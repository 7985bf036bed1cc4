"""`nbcore plugins`, the hook generator's refusals, and the command itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import nbcore


@pytest.fixture
def broken(tmp_path):
    """The command in a fresh Python, where an app package that cannot be imported is installed."""
    info = tmp_path / "site" / "acme_broken-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-broken\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[nbcore.apps]\nacme_broken = acme_broken_module:app\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        return subprocess.run([sys.executable, "-m", "nbcore_cli", *arguments], env=env, capture_output=True, text=True, timeout=60)

    return run


def test_the_report_names_every_plugin(cli):
    done = cli("plugins", "--json")
    assert done.exit_code == 0
    rows = {(row["group"], row["name"]): row for row in json.loads(done.stdout)}
    with nbcore.api("http://localhost", token="") as api:
        assert rows.keys() == {(info.group, info.name) for info in api.plugin_report()}
    assert {row["state"] for row in rows.values() if row["group"] == "nbcore.apps"} <= {"active"}


def test_the_table_is_not_cut_where_it_is_piped(cli):
    table = cli("plugins")
    assert table.exit_code == 0
    for row in json.loads(cli("plugins", "--json").stdout):
        assert f"{row['distribution']} {row['version']}" in table.stdout
        assert row["target"] in table.stdout


def test_a_plugin_that_failed_is_named_and_strict_fails(broken):
    done = broken("plugins")
    assert (done.returncode, done.stderr) == (0, "")
    assert "acme_broken of acme-broken failed: ModuleNotFoundError: No module named 'acme_broken_module'" in done.stdout
    assert broken("plugins", "--strict").returncode == 1


def test_strict_is_content_when_all_is_well(cli):
    assert cli("plugins", "--strict").exit_code == 0


def test_a_wrong_address_is_nbcores_own_error(cli, monkeypatch):
    monkeypatch.setenv("NAUTOBOT_URL", "https://me:secret@nautobot")
    done = cli("plugins")
    assert done.exit_code == 2
    assert done.stderr.startswith("nbcore: url holds user information")
    assert "secret" not in done.output


@pytest.mark.parametrize("name", ["Slow", "slow log", "", "lambda"])
def test_a_bad_name_of_a_hook(tmp_path, cli, name):
    done = cli("new", "hook", "--output", tmp_path / "made", "--", name)
    assert done.exit_code == 2
    assert "cannot name a hook" in done.stderr
    assert not (tmp_path / "made").exists()


def test_a_hook_needs_an_empty_folder(tmp_path, cli):
    assert cli("new", "hook", "slow", "--output", tmp_path / "made").exit_code == 0
    assert cli("new", "hook", "slow", "--output", tmp_path / "made").exit_code == 2
    assert cli("new", "hook", "slow", "--output", tmp_path / "made", "--force").exit_code == 0


def test_without_output_the_folder_is_named_like_the_distribution(tmp_path, cli, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("new", "hook", "slow-log").exit_code == 0
    assert (tmp_path / "nbcore-slow-log" / "nbcore_slow_log" / "hooks.py").exists()


def test_the_command_as_a_module():
    done = subprocess.run([sys.executable, "-m", "nbcore_cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{nbcore.__version__}\n"


def test_help_names_the_commands(cli):
    assert all(word in cli("--help").output for word in ("plugins", "new"))
    assert all(word in cli("new", "--help").output for word in ("app", "hook"))
