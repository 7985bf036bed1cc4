"""Tables of records, over the in-memory wire and a real Nautobot."""

from __future__ import annotations

import datetime
import os

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import nbcore
from nbcore.testing import make_api, reference, row

FIELDS = ("name", "position", "created", "day", "face", "up", "load", "location__name", "tags", "custom_fields", "nothing")


@pytest.fixture
def devices(wire):
    location = row("dcim/locations", name="ams", display="ams")
    wire.serve("dcim/locations", [location])
    wire.on("OPTIONS", "dcim/devices/", {"actions": {"POST": {"face": {"choices": [{"value": "front", "display": "Front"}]}}}})
    wire.serve(
        "dcim/devices",
        [
            row(
                "dcim/devices", name=f"d{i}", position=i or None, created="2026-01-02T03:04:05.000006Z", day="2026-01-02",
                face={"value": "front", "label": "Front"} if i else None, up=bool(i), load=i / 2 if i else 1, location=reference(location),
                tags=["a", "b"], custom_fields={"owner": i}, nothing=None,
            )
            for i in range(5)
        ],
    )  # fmt: skip
    return make_api(wire, prefer="rest", page_size=2).endpoint("dcim/devices")


def test_arrow_columns_have_the_types_of_their_values(devices):
    found = devices.all().to_arrow(*FIELDS)
    assert found.num_rows == 5
    assert {name: str(found.schema.field(name).type) for name in FIELDS} == {
        "name": "string",
        "position": "int64",
        "created": "timestamp[us, tz=UTC]",
        "day": "date32[day]",
        "face": "dictionary<values=string, indices=int32, ordered=0>",
        "up": "bool",
        "load": "double",
        "location__name": "string",
        "tags": "list<item: string>",
        "custom_fields": "string",
        "nothing": "null",
    }
    first = found.to_pylist()[1]
    assert first["created"] == datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    assert (first["position"], first["face"], first["location__name"], first["custom_fields"]) == (1, "front", "ams", '{"owner": 1}')


def test_rows_come_in_batches_as_the_pages_come(devices):
    assert devices.all().to_arrow("name").column("name").num_chunks == 4  # pages of two rows that overlap by one


def test_pandas(devices):
    found = devices.all().to_pandas(*FIELDS)
    assert found["position"].dtype == "Int64"
    assert isinstance(found["face"].dtype, pd.CategoricalDtype)
    assert str(found["created"].dtype) == "datetime64[us, UTC]"
    assert found["position"].isna().tolist() == [True, False, False, False, False]


def test_polars(devices):
    found = devices.all().to_polars("name", "face", "created")
    assert found.schema["face"] == pl.Categorical
    assert found.schema["created"] == pl.Datetime("us", "UTC")


def test_no_rows_and_bad_columns(devices):
    assert devices.filter(name=[]).to_arrow("name").num_rows == 0
    with pytest.raises(nbcore.InputError, match="twice"):
        devices.all().to_arrow("name", "name")
    with pytest.raises(nbcore.InputError, match="name the columns"):
        devices.all().to_arrow()


def test_a_number_too_large_for_arrow_is_text(wire):
    wire.serve("x/y", [row("x/y", big=2**70)])
    wire.on("OPTIONS", "x/y/", {"actions": {"POST": {}}})
    found = make_api(wire, prefer="rest").endpoint("x/y").all().to_arrow("big")
    assert (found.schema.field("big").type, found.column("big").to_pylist()) == (pa.string(), [str(2**70)])


# --- the hook behind them -----------------------------------------------------------------------------------------------------


def served(wire, *names):
    wire.serve("dcim/devices", [row("dcim/devices", name=name) for name in names])
    wire.on("OPTIONS", "dcim/devices/", {"actions": {"POST": {}}})


class Own:
    """Another package that makes pandas tables, and a form of its own."""

    @nbcore.hookimpl
    def nbcore_exporters(self):
        return {"pandas": lambda records, fields: "mine", "rows": lambda records, fields, *, head=None: records.values(*fields)[:head]}


class Fails:
    @nbcore.hookimpl
    def nbcore_exporters(self):
        raise ValueError("no library")


class NoDict:
    @nbcore.hookimpl
    def nbcore_exporters(self):
        return ["pandas"]


class NotCallable:
    @nbcore.hookimpl
    def nbcore_exporters(self):
        return {"rows": "to_rows"}


def test_the_forms_that_can_be_made(wire):
    nb = make_api(wire, prefer="rest")
    assert nb.exporters.names() == ["arrow", "pandas", "polars"]
    assert make_api(wire, disable=["frames"]).exporters.names() == []


def test_without_the_package_it_is_named(wire):
    served(wire, "a")
    with pytest.raises(nbcore.InputError, match=r"no installed package makes arrow tables; pip install"):
        make_api(wire, disable=["frames"]).endpoint("dcim/devices").all().to_arrow("name")


def test_two_packages_that_make_one_form_are_named_and_the_given_one_is_used(wire):
    served(wire, "a", "b")
    nb = make_api(wire, Own(), prefer="rest")
    devices = nb.endpoint("dcim/devices")
    with pytest.warns(nbcore.PluginWarning, match="the plugins Own and frames both make pandas tables; those of Own are used"):
        assert devices.all().to_pandas("name") == "mine"
    assert devices.all().to_arrow("name").num_rows == 2
    assert nb.exporters.export("rows", devices.all(), ("name",), head=1) == [{"name": "a"}]


@pytest.mark.parametrize(
    ("plugin", "problem"),
    [(Fails(), "ValueError"), (NoDict(), "it returned list, not a dict"), (NotCallable(), "its exporter for 'rows' cannot be called")],
)
def test_one_that_fails_is_named_and_the_others_work(wire, plugin, problem):
    served(wire, "a")
    devices = make_api(wire, plugin, prefer="rest").endpoint("dcim/devices")
    with pytest.warns(nbcore.PluginWarning, match=f"the plugin {type(plugin).__name__} failed in nbcore_exporters: {problem}"):
        assert devices.all().to_arrow("name").num_rows == 1


def test_a_strict_read_stays_strict(devices, wire):
    devices.all(consistency="strict").to_pandas("name")
    assert {dict(call.params)["sort"] for call in wire.calls if call.path == "dcim/devices/" and call.method == "GET"} == {"id"}


@pytest.mark.integration
def test_on_a_real_nautobot():
    with nbcore.api(os.environ["NBCORE_TEST_URL"], os.environ["NBCORE_TEST_TOKEN"]) as nb:
        rows = nb.endpoint("dcim/devices").all()
        found = rows.to_pandas("name", "location__name", "face", "created", "position")
        assert len(found) == rows.count() > 0
        assert isinstance(found["face"].dtype, pd.CategoricalDtype)
        assert str(found["created"].dtype).startswith("datetime64")
