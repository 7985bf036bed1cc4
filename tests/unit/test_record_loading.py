"""What a record loads when it is read, what it never loads, and that edits survive."""

from __future__ import annotations

import pytest

import nbcore

from .lab import asked, device, ident, place, reference


@pytest.fixture
def served(wire):
    wire.serve("lab/places", [place(number) for number in range(1, 8)])
    rows = [device(number, place=reference(place(1 + number % 7))) for number in range(1, 31)]
    return wire.serve("lab/devices", rows)


@pytest.fixture
def related(nb, wire, served):
    """A related object of which only the reference is known."""
    found = nb.lab.devices.get(ident(1)).place
    wire.calls.clear()
    return found


# --- references ----------------------------------------------------------------------------------------------------------


def test_a_field_that_a_reference_lacks_is_loaded_once(related, wire):
    assert related.name == "p2"
    assert related.display == "P2"
    assert len(wire.calls) == 1


def test_one_related_object_of_many_records_is_one_object(nb, served):
    records = list(nb.lab.devices.all())
    assert records[0].place is records[7].place
    assert records[0].place is not records[1].place


def test_a_name_that_it_does_not_have_is_an_attribute_error(related, wire):
    assert related.name
    wire.calls.clear()
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = related.nonesuch
    assert not wire.calls


def test_a_related_object_that_is_gone_says_so(nb, wire, served):
    wire.serve("lab/places", [])
    wire.on("GET", f"lab/places/{place(2)['id']}/", {"detail": "No object."}, status=404)
    with pytest.raises(nbcore.NotFoundError, match="lab/places"):
        _ = nb.lab.devices.get(ident(1)).place.name


# --- never a request -----------------------------------------------------------------------------------------------------

PROBES = [
    "_repr_html_",
    "_ipython_display_",
    "_ipython_canary_method_should_not_exist_",
    "_repr_mimebundle_",
    "__array__",
    "__array_interface__",
    "__len__",
    "__dataframe__",
    "__pydantic_serializer__",
    "__rich_repr__",
    "__fspath__",
    "_asdict",
    "__html__",
    "__deepcopy_absent__",
]


@pytest.mark.parametrize("probe", PROBES)
def test_probes_send_nothing(nb, wire, served, probe):
    complete = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    for record in (complete, complete.place):
        assert not hasattr(record, probe)
    assert not wire.calls


def test_a_complete_record_never_asks_for_a_name_that_it_lacks(nb, wire, served):
    for record in (nb.lab.devices.get(ident(1)), nb.lab.devices.all()[0], nb.lab.devices.create(name="x")):
        wire.calls.clear()
        for name in ("typo", "nmae", "Name", "available_ips"):
            assert not hasattr(record, name)
            with pytest.raises(AttributeError, match=name):
                getattr(record, name)
        assert not wire.calls


def test_repr_dir_hash_equality_and_bool_send_nothing(related, wire):
    other = related.endpoint
    repr(related), dir(related), hash(related), bool(related), related == related, related != other
    related.id, related.url, related.object_type, dict(related), list(related), related.serialize(), related.has_details
    assert repr(related) == f"<Place {place(2)['id']}>"
    assert not wire.calls


def test_dir_has_fields_and_actions(nb, served):
    names = dir(nb.lab.devices.get(ident(1)))
    assert {"name", "serial", "place", "trace", "available_items", "save", "shout"} <= set(names)


def test_str_of_a_complete_record_sends_nothing(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    assert (str(record), f"{record}") == ("D1", "D1")
    assert not wire.calls


def test_pandas_and_rich_ways_to_look_send_nothing(nb, wire, served):
    records = list(nb.lab.devices.all())
    wire.calls.clear()
    assert [dict(record)["place"]["id"] for record in records[:2]] == [place(2)["id"], place(3)["id"]]
    assert not wire.calls


# --- lazy="off" ----------------------------------------------------------------------------------------------------------


def test_off_raises_and_names_the_field(make, wire, served):
    nb = make(lazy="off")
    record = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    with pytest.raises(nbcore.NotLoadedError, match="name"):
        _ = record.place.name
    assert not hasattr(record.place, "name")
    assert str(nb.lab.ip_addresses.make(reference(place(1)), complete=False)) == f"lab.place {place(1)['id']}"
    assert not wire.calls


def test_off_still_loads_what_is_asked_for_in_words(make, wire, served):
    record = make(lazy="off").lab.devices.get(ident(1))
    assert record.place.full_details() is True
    assert record.place.name == "p2"


# --- opt-in and many-to-many fields --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["config_context", "computed_fields", "relationships"])
def test_an_opt_in_field_is_loaded_when_it_is_read(nb, wire, served, name):
    record = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    served[0][name] = {"a": 1}
    assert getattr(record, name) == {"a": 1}
    assert len(wire.calls) == 1
    assert ("include", name) in wire.calls[0].params
    getattr(record, name)
    assert len(wire.calls) == 1


def test_a_many_to_many_field_that_was_left_out_is_loaded_and_not_empty(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    assert "groups" not in record
    served[0]["groups"] = [reference(place(3))]
    assert [group.id for group in record.groups] == [place(3)["id"]]
    assert len(wire.calls) == 1
    assert ("exclude_m2m", "false") in wire.calls[0].params


def test_left_out_fields_of_a_list_load_together(nb, wire, served):
    records = list(nb.lab.devices.all())
    for row in served:
        row["groups"] = [reference(place(1))]
    wire.calls.clear()
    assert all(len(record.groups) == 1 for record in records)
    assert len(wire.calls) == 1


def test_a_left_out_field_that_is_assigned_is_sent(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    wire.calls.clear()
    record.groups = [place(3)["id"]]
    assert record.updates() == {"groups": [place(3)["id"]]}
    assert record.save() is True
    (call,) = [call for call in wire.calls if call.method == "PATCH"]
    assert call.body == {"groups": [place(3)["id"]]}
    assert ("exclude_m2m", "false") in call.params


def test_emptying_a_left_out_field_is_sent_too(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    record.groups = []
    assert record.updates() == {"groups": []}


# --- edits survive -------------------------------------------------------------------------------------------------------


def test_a_load_keeps_what_was_assigned_to_a_reference(related, wire):
    related.name = "edited"
    assert related.display == "P2"
    assert wire.calls
    assert related.name == "edited"
    assert related.updates() == {"name": "edited"}


def test_full_details_keeps_what_was_assigned_and_changed_inside(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    record.name = "edited"
    record.custom_fields["list"].append(2)
    served[0]["serial"] = "new on the server"
    assert record.full_details() is True
    assert record.serial == "new on the server"
    assert record.name == "edited"
    assert record.updates() == {"name": "edited", "custom_fields": {"list": [1, 2]}}


def test_a_load_keeps_edits_in_json_that_looks_like_a_choice(nb, served):
    served[0]["data"] = {"value": 1, "label": "x"}
    record = nb.lab.devices.get(ident(1))
    record.data["label"] = "edited"
    record.full_details()
    assert record.updates() == {"data": {"value": 1, "label": "edited"}}


def test_full_details_reads_anew_what_was_not_changed(nb, served):
    record = nb.lab.devices.get(ident(1))
    assert (record.custom_fields["owner"], record.face, record.place.id) == ("me", "front", place(2)["id"])
    served[0].update(custom_fields={"owner": "you"}, face={"value": "rear", "label": "Rear"}, place=reference(place(5)))
    record.full_details()
    assert (record.custom_fields["owner"], record.face, record.place.id) == ("you", "rear", place(5)["id"])
    assert record.updates() == {}


def test_full_details_of_what_has_no_route_is_false(nb, wire):
    assert nb.lab.devices.make({"name": "x"}).full_details() is False
    assert not wire.calls


def test_another_object_for_the_one_asked_is_an_error(nb, wire, served):
    record = nb.lab.devices.get(ident(1))
    wire.on("GET", f"lab/devices/{ident(1)}/", device(2))
    with pytest.raises(nbcore.ShapeError):
        record.full_details()
    assert record.name == "d1"


def test_str_of_a_reference_is_its_display_and_loads_once(related, wire, nb):
    generic = nb.endpoint("lab/ip-addresses")
    wire.serve("lab/ip-addresses", [{**place(1), "url": f"http://h/api/lab/ip-addresses/{place(1)['id']}/"}])
    record = generic.make({**reference(place(1)), "url": f"http://h/api/lab/ip-addresses/{place(1)['id']}/"}, complete=False)
    assert str(record) == "P1"
    assert str(record) == "P1"
    assert len(asked(wire)) == 1
