"""nbcore on a sandbox: `sandbox://`, the registry, the fixtures, the demo."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nbcore
import nbcore_sandbox
from nbcore import Api
from nbcore_sandbox import Sandbox, SandboxServer, demo


def test_an_api_on_a_sandbox_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAUTOBOT_TOKEN", "that-of-another-server")
    with nbcore.api("sandbox://") as nb, nbcore.api("sandbox://") as other:
        nb.dcim.manufacturers.create(name="Nokia")
        assert nb.dcim.manufacturers.get(name="Nokia").url.startswith("sandbox://local/api/dcim/manufacturers/")
        assert other.dcim.manufacturers.get(name="Nokia") is None
        assert nb.version == "3.2"


def test_an_api_without_the_sample_network() -> None:
    with nbcore.api("sandbox://", settings={"sandbox": {"seed": False}}) as nb:
        assert nb.dcim.devices.count() == 0
        assert nb.extras.statuses.count() > 10


def test_a_registered_sandbox_is_shared() -> None:
    nbcore_sandbox.register("lab", Sandbox())
    try:
        with nbcore.api("sandbox://lab") as nb, nbcore.api("sandbox://LAB") as other:
            nb.tenancy.tenants.create(name="One")
            assert other.tenancy.tenants.get(name="One").name == "One"
    finally:
        nbcore_sandbox.unregister("lab")
    with pytest.raises(nbcore.InputError, match=r"no sandbox is registered as 'lab'; there are: none"), nbcore.api("sandbox://lab") as nb:
        nb.tenancy.tenants.count()


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises((nbcore.InputError, nbcore.NbcoreError), match="'sead'"):
        nbcore.api("sandbox://", settings={"sandbox": {"sead": False}})


def test_the_hook_is_inert_for_other_addresses() -> None:
    with nbcore.api("https://nautobot.example.com", "t") as nb:
        state = {info.name: info.state for info in nb.plugin_report() if info.group == "nbcore.hooks"}
    assert state["sandbox"] == "inert"


def test_an_installed_sandbox_is_not_loaded_for_other_addresses() -> None:
    code = (
        "import sys, nbcore; nbcore.api('https://nautobot.example.com', 't'); "
        "print([name for name in sys.modules if name.startswith('nbcore_sandbox')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == "['nbcore_sandbox', 'nbcore_sandbox.hook']"


def test_the_fixture_is_an_api(sandbox: Api) -> None:
    device = sandbox.dcim.devices.get(name="ams01-leaf-01")
    assert (device.location.name, device.role.name, device.status.name) == ("AMS01", "leaf", "Active")
    assert str(device.primary_ip4) == "10.1.1.5/24"
    assert device.location.parent.name == "Europe"
    assert sandbox.dcim.devices.count(location="Europe") == 22


def test_filters_with_many_values(sandbox: Api) -> None:
    assert len(sandbox.dcim.devices.filter(name=["ams01-leaf-01", "ams01-leaf-02"])) == 2
    with pytest.raises(nbcore.UnknownFilterError, match="locaton"):
        list(sandbox.dcim.devices.filter(locaton="AMS01"))


def test_a_save_sends_what_changed(sandbox_server: SandboxServer) -> None:
    with nbcore.api(sandbox_server.url, sandbox_server.token) as nb:
        device = nb.dcim.devices.get(name="ams01-leaf-01")
        device.serial = "X"
        assert device.save() is True
        assert device.save() is False
    assert [item.body for item in sandbox_server.received if item.method == "PATCH"] == [b'{"serial":"X"}']


def test_bulk_writes(sandbox: Api) -> None:
    made = sandbox.tenancy.tenants.create([{"name": f"t{number}"} for number in range(5)])
    assert [record.name for record in made] == [f"t{number}" for number in range(5)]
    changed = sandbox.tenancy.tenants.update([{"id": record.id, "description": "x"} for record in made])
    assert {record.description for record in changed} == {"x"}
    assert sandbox.tenancy.tenants.delete(made) is True
    assert sandbox.tenancy.tenants.count() == 3


def test_allocation(sandbox: Api) -> None:
    prefix = sandbox.ipam.prefixes.get(prefix="192.0.2.0/28")
    assert str(prefix.available_ips.create(status="Active")) == "192.0.2.0/28"
    assert len(prefix.available_ips.create([{"status": "Active"}] * 15)) == 15
    with pytest.raises(nbcore.AllocationError):
        prefix.available_ips.create(status="Active")


def test_choices_and_notes(sandbox: Api) -> None:
    assert {"value": "front", "display": "Front"} in sandbox.dcim.devices.choices()["face"]
    device = sandbox.dcim.devices.get(name="ams01-leaf-01")
    device.notes.create({"note": "hello"})
    assert [note.note for note in device.notes.list()] == ["hello"]


def test_what_is_not_served_says_so(sandbox: Api) -> None:
    with pytest.raises(nbcore.ServerError, match="The sandbox does not serve /api/dcim/racks/"):
        list(sandbox.dcim.racks.all())


def test_the_demo_runs_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 0
    said = capsys.readouterr().out
    for part in ("nbcore-bgp", "ams01-access-01  AMS01     access  Active   10.1.1.11/24", "nb.bgp", 'PATCH {"serial": "SN-0815"}',
                 "10.1.1.0/24: Global gave 10.1.1.12/24", "UnknownFilterError", "-> None", "All of it:"):  # fmt: skip
        assert part in said


def test_the_demo_only_reads_from_a_given_server(sandbox_server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--url", sandbox_server.url, "--token", sandbox_server.token]) == 0
    assert {item.method for item in sandbox_server.received} == {"GET"}
    assert "ams01-access-01" in capsys.readouterr().out
    assert demo.main(["--url", sandbox_server.url, "--token", "bad"]) == 1


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_tables_of_the_demo_fit_the_terminal_and_cut_no_word(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    demo._table(
        ("PACKAGE", "VERSION", "APPS", "HOOKS"),
        [
            ("nbcore-apps", "0.1.0", ", ".join(f"nb.load_balancers_{number}" for number in range(9)), "-"),
            ("nbcore-otel", "0.1.0", None, "otel (inert)"),
        ],
    )
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= min(columns, 100)
    words = {word.strip(",") for line in lines for word in line.split()}
    assert words == {"PACKAGE", "VERSION", "APPS", "HOOKS", "nbcore-apps", "nbcore-otel", "0.1.0", "-", "otel", "(inert)"} | {
        f"nb.load_balancers_{number}" for number in range(9)
    }
