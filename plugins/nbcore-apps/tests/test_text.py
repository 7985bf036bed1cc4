"""What a record's text costs, and what it is where nothing may be loaded."""

from __future__ import annotations

import pytest

from nbcore.testing import Wire, make_api, reference, row


def test_the_text_of_a_termination_loads_its_circuit_once(server, memory):
    circuit = row("circuits/circuits", cid="C-1", display="C-1")
    server.serve("circuits/circuits", [circuit])
    server.serve(
        "circuits/circuit-terminations", [row("circuits/circuit-terminations", term_side="A", circuit=reference(circuit), display="A")]
    )
    (end,) = memory.circuits.circuit_terminations.all()
    asked = len(server.calls)
    assert [str(end), str(end)] == ["C-1", "C-1"]
    assert len(server.calls) == asked + 1


def test_the_text_of_many_terminations_does_not_ask_for_each(server, memory):
    circuits = [row("circuits/circuits", cid=f"C-{number}") for number in range(20)]
    server.serve("circuits/circuits", circuits)
    server.serve("circuits/circuit-terminations", [row("circuits/circuit-terminations", circuit=reference(one)) for one in circuits])
    assert [str(end) for end in memory.circuits.circuit_terminations.all()] == [f"C-{number}" for number in range(20)]
    assert len(server.calls) <= 3


def test_the_text_of_many_cables_does_not_ask_for_each(server, memory):
    ends = [row("dcim/interfaces", display=f"e{number}") for number in range(20)]
    server.serve("dcim/interfaces", ends)
    pairs = zip(ends[::2], ends[1::2], strict=True)
    server.serve("dcim/cables", [row("dcim/cables", termination_a=reference(a), termination_b=reference(b)) for a, b in pairs])
    assert [str(cable) for cable in memory.dcim.cables.all()] == [f"e{number} <> e{number + 1}" for number in range(0, 20, 2)]
    assert len(server.calls) <= 3


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("circuits/circuits", {"cid": "C-1", "display": "other"}, "C-1"),
        ("dcim/device-types", {"model": "M", "display": "Maker M"}, "M"),
        ("dcim/rack-reservations", {"description": "", "display": "Reservation"}, "Reservation"),
        ("dcim/virtual-chassis", {"master": None, "display": "VC"}, "VC"),
        ("extras/custom-field-choices", {"value": "green", "display": "x"}, "green"),
        (
            "extras/dynamic-groups",
            {"display": "", "name": "", "id": "aaaaaaaa-0000-4000-8000-000000000000"},
            "aaaaaaaa-0000-4000-8000-000000000000",
        ),
        ("extras/object-changes", {"request_id": "R", "display": "x"}, "R"),
        ("ipam/ip-addresses", {"display": "", "address": "10.0.0.1/24"}, "10.0.0.1/24"),
        ("ipam/prefixes", {"display": "", "prefix": "10.0.0.0/24"}, "10.0.0.0/24"),
        ("users/users", {"username": "admin", "display": "Ada Admin"}, "admin"),
    ],
)
def test_the_text_of_a_record_that_is_all_there_sends_nothing(server, memory, path, fields, text):
    server.serve(path, [row(path, **fields)])
    (record,) = memory.endpoint(path).all()
    asked = len(server.calls)
    assert str(record) == text
    assert len(server.calls) == asked


def test_the_text_of_a_cable_with_an_open_end(server, memory):
    server.serve("dcim/cables", [row("dcim/cables", id="c1", termination_a=None, termination_b=None)])
    assert str(memory.dcim.cables.all()[0]) == "Cable #c1"


def test_the_text_of_a_cable_is_its_ends(server, memory):
    ends = [row("dcim/interfaces", display=name) for name in ("e0", "e1")]
    server.serve("dcim/interfaces", ends)
    server.serve("dcim/cables", [row("dcim/cables", termination_a=reference(ends[0]), termination_b=reference(ends[1]))])
    assert str(memory.dcim.cables.all()[0]) == "e0 <> e1"


def test_where_nothing_may_be_loaded_a_text_is_what_is_there():
    server = Wire()
    circuit = row("circuits/circuits", cid="C-1")
    end = row("circuits/circuit-terminations", circuit=reference(circuit), display="Termination A")
    server.serve("circuits/circuit-terminations", [end])
    with make_api(server, lazy="off") as nb:
        assert str(nb.circuits.circuit_terminations.all()[0]) == "Termination A"
        assert str(nb.wrap(reference(end))) == f"circuits.circuit-terminations {end['id']}"
    assert len(server.calls) == 1


def test_what_is_not_in_nautobot_shows_what_it_is(memory):
    ipam = memory.ipam
    assert repr(ipam.prefixes.make({"prefix": "10.0.0.0/24", "ip_version": 4})) == "<Prefix '10.0.0.0/24'>"
    assert repr(ipam.ip_addresses.make({"address": "10.0.0.1/24"})) == "<IPAddress '10.0.0.1/24'>"
    assert repr(memory.dcim.devices.make({})) == "<Device>"
    assert repr(memory.dcim.devices.make({"id": "1"})) == "<Device 1>"


def test_completion_shows_what_a_person_uses(memory):
    shown = {name for name in dir(memory.dcim.devices) if name[:2] != "__"}
    assert {"all", "filter", "get", "count", "choices", "create", "update", "bulk_update", "delete", "sync", "get_or_create"} <= shown
    assert not {name for name in shown if name[:1] == "_"}
    assert not shown & {"make", "make_all", "bind", "route", "spec", "save_record", "delete_record", "prepare_items", "record_class"}
    assert "summary" not in shown
    assert {"devices", "endpoint"} <= set(dir(memory.dcim))
    assert not {name for name in dir(memory.dcim) if name[:1] == "_" and name[:2] != "__"} | ({"declared"} & set(dir(memory.dcim)))
    record = memory.dcim.devices.make({"id": "1", "name": "d"})
    assert {"name", "save", "update", "notes"} <= set(dir(record))
    assert not {name for name in dir(record) if (name[:1] == "_" and name[:2] != "__") or name in ("accept", "load_field")}
