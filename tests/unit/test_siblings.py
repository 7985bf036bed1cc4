"""Records that were read together load together: request counts of plain loops."""

from __future__ import annotations

import threading

import pytest

import nbcore
from nbcore.testing import make_api, reference, reply, row


@pytest.fixture
def site(wire):
    """A thousand devices in ten locations of two regions."""
    regions = wire.serve("dcim/regions", [row("dcim/regions", name=f"r{i}", display=f"r{i}") for i in range(2)])
    locations = wire.serve(
        "dcim/locations",
        [row("dcim/locations", name=f"l{i}", display=f"l{i}", parent=reference(regions[i % 2])) for i in range(10)],
    )
    tags = wire.serve("extras/tags", [row("extras/tags", name=f"t{i}", display=f"t{i}") for i in range(3)])
    wire.serve(
        "dcim/devices",
        [row("dcim/devices", name=f"d{i}", location=reference(locations[i % 10]), tags=[reference(tags[i % 3])]) for i in range(1000)],
    )
    return wire


def paths(wire):
    return [call.path for call in wire.calls]


def test_a_shared_object_is_one_object(nb, site):
    devices = nb.endpoint("dcim/devices").all()
    assert devices[0].location.name
    rows = list(devices)
    assert rows[0].location is rows[10].location


def test_an_opt_in_field_that_is_not_there_is_asked_once(nb, site):
    for device in nb.endpoint("dcim/devices").all():
        assert not hasattr(device, "config_context")
    asked = paths(site)[1:]
    assert 0 < len(asked) <= 29  # one chunk of ids each
    for device in nb.endpoint("dcim/devices").all():
        assert not hasattr(device, "config_context")
    assert len(paths(site)) == len(asked) + 2


def test_chunks_of_ids_fit_a_request_line(nb, wire):
    locations = wire.serve("dcim/locations", [row("dcim/locations", name=f"l{i}") for i in range(500)])
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}", location=reference(locations[i])) for i in range(500)])
    assert [device.location.name for device in nb.endpoint("dcim/devices").all()] == [f"l{i}" for i in range(500)]
    asked = [call for call in wire.calls if call.path == "dcim/locations/"]
    assert len(asked) == 15
    assert all(sum(len(name) + len(value) + 2 for name, value in call.params) < 1500 for call in asked)


def test_prefetch_asks_ahead_and_lazy_off_names_the_path(site):
    nb = make_api(site, lazy="off")
    (device,) = nb.endpoint("dcim/devices").filter(name="d3")
    with pytest.raises(nbcore.NotLoadedError, match="name"):
        device.location.name  # noqa: B018
    (device,) = nb.endpoint("dcim/devices").filter(name="d3").prefetch("location__parent")
    site.calls.clear()
    assert device.location.parent.name == "r1"
    assert site.calls == []


def test_a_deleted_object_fails_only_for_who_reads_it_and_is_not_asked_again(nb, wire):
    locations = wire.serve("dcim/locations", [row("dcim/locations", name=f"l{i}") for i in range(2)])
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}", location=reference(locations[i % 2])) for i in range(10)])
    del locations[1]
    seen = []
    for device in nb.endpoint("dcim/devices").all():
        try:
            seen.append(device.location.name)
        except nbcore.NotFoundError:
            seen.append(None)
    assert seen == ["l0", None] * 5
    assert len(wire.calls) == 2


def test_a_forbidden_type_fails_only_for_who_reads_it_and_is_not_asked_again(nb, site):
    site.on("GET", "dcim/locations/", lambda call: reply({"detail": "no"}, 403))
    failures = 0
    for device in nb.endpoint("dcim/devices").all():
        assert device.name
        try:
            device.location.name  # noqa: B018
        except nbcore.PermissionDeniedError:
            failures += 1
    assert failures == 1000
    assert len(site.calls) == 2


def test_threads_may_read_siblings_at_once(nb, site):
    devices = list(nb.endpoint("dcim/devices").all())
    found: list[str] = []
    threads = [threading.Thread(target=lambda part=part: found.extend(d.location.name for d in devices[part::8])) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1000
    assert paths(site) == ["dcim/devices/", "dcim/locations/"]


def test_unsaved_edits_survive_a_load_together(nb, site):
    devices = list(nb.endpoint("dcim/devices").all())
    devices[0].location.description = "mine"
    assert devices[10].location.name == "l0"
    assert devices[0].location.description == "mine"
    assert devices[0].location.updates() == {"description": "mine"}


def test_iterator_loads_a_page_at_a_time(site):
    nb = make_api(site, page_size=100)
    for device in nb.endpoint("dcim/devices").all().iterator():
        assert device.location.name
    assert len([path for path in paths(site) if path == "dcim/locations/"]) == len(
        [path for path in paths(site) if path == "dcim/devices/"]
    )


NO_ID_FILTER = {"id": ["Unknown filter field"]}


@pytest.fixture
def unfiltered(wire):
    """Forty devices in eight locations, on a route that has no id filter."""
    locations = wire.serve("dcim/locations", [row("dcim/locations", name=f"l{i}", display=f"l{i}") for i in range(8)])
    wire.on("GET", "dcim/locations/", lambda call: reply(NO_ID_FILTER, 400))
    wire.serve("dcim/devices", [row("dcim/devices", name=f"d{i}", location=reference(locations[i % 8])) for i in range(40)])
    return locations


def names_of(nb, error):
    seen = []
    for device in nb.endpoint("dcim/devices").all():
        try:
            seen.append(device.location.name)
        except error:
            seen.append(None)
    return seen


def test_without_an_id_filter_a_deleted_object_fails_only_for_who_reads_it(nb, wire, unfiltered):
    del unfiltered[3]
    assert names_of(nb, nbcore.NotFoundError) == ["l0", "l1", "l2", None, "l4", "l5", "l6", "l7"] * 5
    assert len(wire.calls) == 1 + 1 + 8  # the devices, the refused list, and each location once


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"detail": "no"}, 403), nbcore.PermissionDeniedError),
        (reply({"detail": "broken"}, 500), nbcore.ServerError),
        (reply(row("dcim/locations", name="another")), nbcore.ShapeError),
    ],
    ids=["forbidden", "broken", "another"],
)
def test_without_an_id_filter_an_object_that_cannot_be_read_fails_alone(nb, wire, unfiltered, answer, error):
    wire.on("GET", f"dcim/locations/{unfiltered[3]['id']}/", answer)
    assert names_of(nb, error) == ["l0", "l1", "l2", None, "l4", "l5", "l6", "l7"] * 5
    assert len(wire.calls) == 10


def test_without_an_id_filter_prefetching_leaves_out_what_is_gone(nb, wire, unfiltered):
    del unfiltered[3]
    devices = list(nb.endpoint("dcim/devices").all().prefetch("location"))
    wire.calls.clear()
    assert [device.location.name for device in devices[:3]] == ["l0", "l1", "l2"]
    with pytest.raises(nbcore.NotFoundError, match="not there any more"):
        devices[3].location.name  # noqa: B018
    assert not wire.calls
