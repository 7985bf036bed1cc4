"""Commands that other distributions add, in a fresh Python where one is installed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MODULE = """
def main(arguments):
    print("acme got", arguments)
    return 7
"""


@pytest.fixture
def command(tmp_path):
    """`nbcore` where acme-commands is installed, which has one command that works and one that cannot be imported."""
    site = tmp_path / "site"
    info = site / "acme_commands-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-commands\nVersion: 1.2\n")
    points = (
        "[nbcore.commands]\nacme = acme_command:main\nbroken = acme_missing:main\nexits = acme_exits:main\nplugins = acme_command:main\n"
    )
    (info / "entry_points.txt").write_text(points)
    (site / "acme_command.py").write_text(MODULE)
    (site / "acme_exits.py").write_text("raise SystemExit(0)")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run([sys.executable, "-m", "nbcore_cli", *arguments], env=env, capture_output=True, text=True, timeout=60)

    return run


def test_a_command_gets_every_argument_and_gives_the_exit_status(command):
    done = command("acme", "up", "--name", "x", "--help", "-v")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == "acme got ['up', '--name', 'x', '--help', '-v']\n"


def test_help_lists_it_with_its_distribution(command):
    done = command("--help")
    assert "acme" in done.stdout
    assert "From acme-commands." in done.stdout


def test_one_that_exits_while_it_is_imported_is_named(command):
    done = command("exits")
    assert done.returncode == 2
    assert "the command 'exits' of acme-commands cannot be loaded: SystemExit" in done.stderr


def test_one_that_cannot_be_loaded_is_named(command):
    done = command("broken")
    assert done.returncode == 2
    assert "the command 'broken' of acme-commands cannot be loaded: ModuleNotFoundError" in done.stderr


def test_a_command_of_nbcore_stays(command):
    done = command("plugins", "--json")
    assert done.returncode == 0
    assert "acme got" not in done.stdout
