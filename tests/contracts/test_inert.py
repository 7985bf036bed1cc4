"""An Api costs no more for what is installed: no app module, and nothing heavy, is imported before it is used or configured."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = {path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))["project"] for path in ROOT.glob("plugins/*/pyproject.toml")}
HEAVY = (
    "opentelemetry", "requests_cache", "pyrate_limiter", "redis", "sqlite3", "rich", "pyarrow", "pandas", "polars", "typer", "graphql",
)  # fmt: skip
# It needs no setting: it adds behaviour to records and watches nothing.
ALWAYS = {"bgp", "frames", "graphql"}  # they add an ability, and change no answer
SCRIPT = """
    import sys
    nb = make_api(Wire())
    dir(nb), repr(nb)
    report = [[info.name, info.group, info.state, info.target] for info in nb.plugin_report()]
    print(json.dumps([report, sorted(sys.modules)]))
"""


def points(group: str) -> dict[str, str]:
    """The entry points of the repository's packages."""
    return {name: target for project in PROJECTS.values() for name, target in project.get("entry-points", {}).get(group, {}).items()}


@pytest.fixture
def construct(site):
    """Makes an Api where every package of the repository is installed; gives its plugin report and the modules imported by then."""
    try:
        for name in PROJECTS:
            distribution(name)
    except PackageNotFoundError as exc:
        pytest.skip(f"{exc.name} is not installed")
    if not PROJECTS:
        pytest.skip("the packages of this repository are not there")

    def run(**env):
        report, modules = site.run(SCRIPT, env=env)
        return {(name, group): (state, target) for name, group, state, target in report}, set(modules)

    return run


@pytest.fixture
def constructed(construct):
    """The same, where nothing is configured."""
    return construct()


def test_every_app_is_found_and_no_app_module_is_imported(constructed):
    report, modules = constructed
    apps = points("nbcore.apps")
    assert len(apps) > 10
    assert {name: report[name, "nbcore.apps"] for name in apps} == {name: ("found", target) for name, target in apps.items()}
    assert not {target.partition(":")[0] for target in apps.values()} & modules


def test_every_hook_package_is_loaded_and_inert_until_it_is_configured(constructed):
    report, modules = constructed
    hooks = points("nbcore.hooks")
    assert {"audit", "cache", "otel", "readonly", "ratelimit"} <= set(hooks)
    states = {name: report[name, "nbcore.hooks"][0] for name in hooks}
    assert states == {name: "active" if name in ALWAYS else "inert" for name in hooks}
    assert {target.partition(":")[0] for target in hooks.values()} <= modules


def test_nothing_heavy_is_imported(constructed):
    _, modules = constructed
    assert not {name.partition(".")[0] for name in modules} & set(HEAVY)


def test_of_an_inert_package_only_its_entry_point_is_imported(constructed):
    _, modules = constructed
    entries = {target.partition(":")[0] for name, target in points("nbcore.hooks").items() if name not in ALWAYS}
    packages = {name.partition(".")[0] for name in entries}
    mine = {name for name in modules if name.partition(".")[0] in packages}
    assert mine <= entries | packages


def test_the_environment_makes_them_active(construct, tmp_path):
    report, modules = construct(
        NBCORE_AUDIT_FILE=str(tmp_path / "writes.jsonl"), NBCORE_CACHE_URL="memory://", NBCORE_OTEL="1",
        NBCORE_READONLY="1", NBCORE_RATELIMIT="10/s",
    )  # fmt: skip
    assert {name for (name, _), (state, target) in report.items() if state == "active" and target != "given"} - ALWAYS == {
        "audit", "cache", "otel", "readonly", "ratelimit",
    }  # fmt: skip
    assert {"opentelemetry", "requests_cache", "pyrate_limiter"} <= modules
