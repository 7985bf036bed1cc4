"""`filter(x=None)`: the form of "no value" for every kind of filter, as a real Nautobot 3.2 takes them; never everything."""

from __future__ import annotations

import pytest

from nbcore import InputError
from nbcore.testing import reply

from .lab import device

# What Nautobot answers, by filter: a count for each value that it takes; a list of texts for a refusal; a number for a failure.
EVERYTHING = 9
FILTERS = {
    "enabled": {"true": 8, "false": 1, "*": EVERYTHING},
    "has_groups": {"true": 5, "false": 4, "*": EVERYTHING},
    "data": {"true": 2, "false": 7, "*": EVERYTHING},
    "serial": {"null": 0, "*": 0},
    "serial__ic": {"*": 3},
    "serial__re": {"^$": 6, "*": 0},
    "serial__nre": {"^$": 3},
    "face": {"null": 0, "*": "Select a valid choice."},
    "face__ic": {"*": 3},
    "face__re": {"^$": 5},
    "position": {"*": "Enter a whole number."},
    "position__isnull": {"true": 3, "false": 6},
    "vid": {"*": "Enter a whole number."},
    "groups": {"*": 500},
    "addresses": {"*": 500},
    "place": {"null": 0, "*": "Select a valid choice."},
    "tags": {"null": 4, "*": "Select a valid choice."},
    "tags__n": {"null": 5},
    "region": {"null": 4, "*": "Select a valid choice."},
    "holder": {"null": 0, "*": "Select a valid choice."},
    "holder__n": {"null": 9},
    "room": {"null": 0, "*": "Select a valid choice."},
}


@pytest.fixture
def devices(nb, wire):
    row = device(1, enabled=True, vid=3)

    def answer(call):
        found = EVERYTHING
        for name, value in call.params:
            if name in ("limit", "offset", "exclude_m2m"):
                continue
            if name not in FILTERS:
                return reply({name: ["Unknown filter field"]}, 400)
            found = FILTERS[name].get(value, FILTERS[name].get("*"))
            if isinstance(found, str):
                return reply({name: [found]}, 400)
            if found == 500:
                return reply({"error": "invalid IPNetwork null", "exception": "AddrFormatError"}, 500)
        return {"count": found, "next": "more" if found > 1 else None, "results": [row] if found else []}

    wire.on("GET", "lab/devices/", answer)
    return nb.lab.devices


@pytest.mark.parametrize(
    ("name", "count", "form"),
    [
        ("data", 7, ("data", "false")),
        ("serial", 6, ("serial__re", "^$")),
        ("face", 5, ("face__re", "^$")),
        ("position", 3, ("position__isnull", "true")),
        ("groups", 4, ("has_groups", "false")),
        ("place", 0, ("place", "null")),
        ("tags", 4, ("tags", "null")),
        ("region", 4, ("region", "null")),
        ("holder", 0, ("holder", "null")),
    ],
)
def test_the_form_of_no_value(devices, wire, name, count, form):
    assert devices.filter(**{name: None}).count() == count
    assert form in wire.calls[-1].params
    wire.calls.clear()
    assert devices.filter(**{name: None}).count() == count
    assert len(wire.calls) == 1


@pytest.mark.parametrize(("name", "count"), [("data", 2), ("serial", 3), ("position", 6), ("groups", 5), ("tags", 5)])
def test_having_a_value_is_the_opposite(devices, name, count):
    assert devices.filter(**{f"{name}__n": None}).count() == count


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("enabled", "enabled=False"),
        ("has_groups", "has_groups=False"),
        ("vid", r"not r\.vid"),
        ("addresses", "no has_addresses"),
        ("room", "cannot be asked"),
        ("serial__ic", "serial=None"),
        ("position__isnull", "True or False"),
        ("q", "leave it out"),
    ],
)
def test_what_cannot_be_asked_is_an_error_before_any_row_is_read(devices, wire, name, said):
    for ask in (list, lambda found: found.count(), lambda found: found.delete()):
        with pytest.raises(InputError, match=said):
            ask(devices.filter(**{name: None}))
    assert all(("limit", "1") in call.params and call.method == "GET" for call in wire.calls)


@pytest.mark.parametrize("name", ["sort", "depth", "include", "exclude_m2m", "limit"])
def test_none_of_a_reading_option_leaves_it_out(devices, wire, name):
    assert devices.filter(**{name: None}).count() == EVERYTHING
    assert [call.params for call in wire.calls] == [(("limit", "1"),)]


@pytest.mark.parametrize("value", [2.7, "2.7", True, float("inf"), float("nan"), [1, 2]], ids=repr)
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_limit_is_a_whole_number(devices, wire, name, value):
    with pytest.raises(InputError, match=f"{name} must be a whole number"):
        devices.filter(**{"limit": 5, name: value})
    assert devices.filter(limit=2.0, offset="4").count() == 2
    assert len(wire.calls) == 1
