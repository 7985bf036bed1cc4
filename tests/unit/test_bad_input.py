"""What cannot be meant is an error of its own before anything is sent, or the result that was agreed on."""

from __future__ import annotations

import math
import uuid

import pytest

import nbcore
from nbcore import Api, InputError
from nbcore.testing import reply

from .lab import asked, device, ident, refuse_unknown_filters


@pytest.fixture
def devices(nb, wire):
    wire.serve("lab/devices", [device(number) for number in range(1, 4)])
    return nb.lab.devices


# --- the connection ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("", "NAUTOBOT_URL"),
        (None, "NAUTOBOT_URL"),
        ("nautobot.example.com", "https://"),
        ("ftp://nautobot.example.com", "http"),
        ("https://", "https://"),
        ("https://x.example.com:port", "https://"),
        ("https://x.example.com/?a=1", "query"),
        ("https://x.example.com/#top", "fragment"),
        ("https://[::1", "https://"),
        (7, "int"),
    ],
)
def test_a_url_that_cannot_be_used(url, hint):
    with pytest.raises(InputError, match=hint):
        Api(url)


@pytest.mark.parametrize("url", ["https://user:secret@x.example.com", "https://secret@x.example.com", "https://:secret@x.example.com/api"])
def test_user_info_in_the_url_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match="user information") as caught:
        Api(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["one\ntwo", "ends\n", "tab\there", "nul\0", "with space", "naïve", "\u2028"])
def test_a_token_no_server_gave_is_refused_and_not_repeated(token):
    with pytest.raises(ValueError, match="token holds") as caught:
        Api("https://x.example.com", token)
    assert token not in str(caught.value)
    assert not token.strip() or token.strip() not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_token_of_another_type_is_named_by_its_type():
    with pytest.raises(InputError, match="bytes") as caught:
        Api("https://x.example.com", b"secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", None])
def test_a_falsy_token_is_none(token):
    with Api("https://x.example.com", token) as nb:
        assert nb.token == ""
        assert nb.headers == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("retries", value) for value in (-1, "two", None, 1.5, math.nan)),
        *(("max_workers", value) for value in (0, -1, "many")),
        *(("page_size", value) for value in (0, -1)),
        *(("max_body", value) for value in (0, "1 MB")),
        *(("timeout", value) for value in (0, -1, "60", (1, 2, 3), (None, 0))),
        *(("deadline", value) for value in (0, -1, "1")),
        *(("lazy", value) for value in ("on", True)),
        *(("api_version", value) for value in ("latest", "", "v3")),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(InputError, match=name):
        Api("https://x.example.com", **{name: value})


# --- keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", None, False, True])
def test_get_of_no_key(devices, wire, key):
    with pytest.raises(ValueError, match="empty id"):
        devices.get(key)
    assert not wire.calls


@pytest.mark.parametrize("key", ["../../users/tokens", "a/b", "/", "..", ".", "a?b=c", "a#b", "a\\b", "a%2fb", "%2e%2e", "a\nb", "\0"])
def test_an_id_that_would_name_another_route(devices, wire, key):
    for use in (devices.get, lambda key: devices.update(key, {"name": "x"}), lambda key: devices.delete([key])):
        with pytest.raises(ValueError, match="id"):
            use(key)
    assert not wire.calls


def test_an_id_is_quoted(devices, wire):
    assert devices.get("d 1:é") is None
    assert wire.calls[0].path == "lab/devices/d%201%3A%C3%A9/"


def test_get_takes_a_uuid_a_text_or_a_record(devices):
    record = devices.get(ident(1))
    assert devices.get(uuid.UUID(ident(1))) == record == devices.get(record)
    assert devices.get(ident(9)) is None


def test_get_takes_one_key(devices):
    with pytest.raises(InputError, match="one id"):
        devices.get("a", "b")


# --- filters -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [lambda found: list(found), len, bool, lambda found: found.count(), lambda found: found.first()])
def test_a_filter_with_an_empty_list_matches_nothing_and_sends_nothing(devices, wire, ask):
    assert not ask(devices.filter(id=[]))
    assert not ask(devices.filter(name="d1", role=()))
    assert not wire.calls


def test_get_and_count_of_an_empty_list(devices, wire):
    assert devices.get(id=[]) is None
    assert devices.count(id=[]) == 0
    assert devices.filter(id=[]).update(name="x") == []
    assert devices.filter(id=[]).delete() is True
    assert not wire.calls


def test_none_is_asked_as_isnull_where_the_server_has_it(nb, wire):
    """Numbers and nullable references: `mtu`, `position`."""
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "position", "position__isnull")
    list(nb.lab.devices.filter(position=None))
    assert asked(wire)[-1] == "GET lab/devices/?position__isnull=true&limit=1000"


def test_none_is_asked_as_null_of_a_reference(nb, wire):
    """Many-to-many and required references have no __isnull."""
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "tags")
    list(nb.lab.devices.filter(tags=None))
    assert asked(wire)[-1] == "GET lab/devices/?tags=null&limit=1000"


def test_none_of_a_choice_is_an_error_since_the_server_cannot_be_asked(nb, wire):
    """`face=null` answers 200 and no rows, although many objects have none."""
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "face", "face__ic", "face__n")
    with pytest.raises(InputError, match=r"face=None.*no face__isnull.*not r\.face"):
        list(nb.lab.devices.filter(face=None))


def test_none_is_never_left_out(nb, wire):
    """Whatever way is found, the filter is in every request for rows."""
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "position", "position__isnull", "name")
    nb.lab.devices.count(position=None)
    nb.lab.devices.get(position=None)
    list(nb.lab.devices.filter(name="d1", position=None))
    assert all(("position__isnull", "true") in call.params for call in wire.calls)


def test_the_way_is_found_out_once(nb, wire):
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "tags")
    for _ in range(3):
        list(nb.lab.devices.filter(tags=None))
    reads = [text for text in asked(wire) if text == "GET lab/devices/?tags=null&limit=1000"]
    assert reads == asked(wire)[-3:]
    assert len(wire.calls) <= 6


def test_none_of_an_unknown_filter_is_an_unknown_filter(nb, wire):
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "name")
    with pytest.raises(nbcore.UnknownFilterError, match="typo"):
        list(nb.lab.devices.filter(typo=None))


@pytest.mark.parametrize("value", ["", [""], ["a", ""]], ids=repr)
def test_an_empty_text_is_not_everything(devices, wire, value):
    """`?name=` is answered with all objects: with delete() after it, that is everything."""
    with pytest.raises(InputError, match="empty value"):
        devices.filter(name=value)
    assert wire.calls == []


def test_none_in_a_list_is_an_error(devices, wire):
    with pytest.raises(InputError, match="None in a list"):
        devices.filter(role=["a", None])
    assert not wire.calls


def test_an_unknown_filter_is_named(nb, wire):
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "name")
    with pytest.raises(nbcore.UnknownFilterError, match="nmae") as caught:
        list(nb.lab.devices.filter(nmae="d1", name="d1"))
    assert list(caught.value.filters) == ["nmae"]
    assert isinstance(caught.value, nbcore.RequestError)
    for ask in (lambda: nb.lab.devices.get(nmae="d1"), lambda: nb.lab.devices.count(nmae="d1")):
        with pytest.raises(nbcore.UnknownFilterError, match=r"Did you mean 'name'\?"):
            ask()


def test_a_suggestion_is_a_filter_that_the_server_knows(nb, wire):
    """Devices have primary_ip4 and primary_ip6, which are no filters; what asks is has_primary_ip."""
    rows = [device(1, primary_ip4=None, primary_ip6=None, cable=None, has_cable=False)]
    refuse_unknown_filters(wire, "lab/devices", rows, "name", "has_primary_ip", "cable", "has_cable")
    for ask in ({"primary_ip": None}, {"primary_ip": "1"}, {"primary_ip__isnull": True}):
        with pytest.raises(nbcore.UnknownFilterError, match=r"Did you mean has_primary_ip=True or has_primary_ip=False\?$"):
            list(nb.lab.devices.filter(**ask))
    with pytest.raises(nbcore.UnknownFilterError, match=r"Did you mean has_cable=True or has_cable=False\?$"):
        list(nb.lab.devices.filter(cable__isnull=True))


def test_a_mistyped_filter_gets_a_suggestion_for_two_more_requests(nb, wire):
    refuse_unknown_filters(wire, "lab/devices", [device(1)], "name")
    with pytest.raises(nbcore.UnknownFilterError, match=r"'nmae__ic', 'zzz'.*Did you mean 'name__ic'\?") as caught:
        list(nb.lab.devices.filter(nmae__ic="d", zzz="1"))
    assert list(caught.value.filters) == ["nmae__ic", "zzz"]
    assert [call.params for call in wire.calls][1:] == [(("limit", "1"),), (("has_zzz", "true"), ("name", "true"), ("limit", "1"))]
    wire.calls.clear()
    with pytest.raises(nbcore.UnknownFilterError, match=r"'zzz'") as caught:
        list(nb.lab.devices.filter(zzz="1"))
    assert "Did you mean" not in str(caught.value)


def test_a_bad_value_of_a_known_filter_is_no_unknown_filter(nb, wire):
    wire.on("GET", "lab/devices/", reply({"position": ["Enter a number."]}, 400))
    with pytest.raises(nbcore.ValidationError, match=r"Enter a number\.") as caught:
        list(nb.lab.devices.filter(position="x"))
    assert type(caught.value) is nbcore.ValidationError


@pytest.mark.parametrize("window", [{"offset": 5}, {"offset": 0}, {"offset": 5, "limit": 0}])
def test_an_offset_without_a_limit(devices, wire, window):
    with pytest.raises(ValueError, match="offset requires a positive limit"):
        devices.filter(**window)
    assert not wire.calls


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("value", [-1, "many", 1.5j, object])
def test_a_window_that_is_no_number(devices, name, value):
    with pytest.raises(InputError, match=name):
        devices.filter(**{"limit": 1, name: value})


def test_pk_is_no_filter(devices):
    for ask in (devices.filter, devices.get, devices.count, devices.all):
        with pytest.raises(ValueError, match="pk"):
            ask(pk=1)


def test_one_positional_argument_is_the_search_text(devices, wire):
    with pytest.raises(ValueError, match="one positional"):
        devices.filter("a", "b")
    wire.on("GET", "lab/devices/", {"count": 0, "next": None, "previous": None, "results": []})
    list(devices.filter("text"))
    assert asked(wire) == ["GET lab/devices/?q=text&limit=1000"]


@pytest.mark.parametrize("value", [{"a": 1}, object(), math.nan, math.inf, b"bytes", lambda: 1])
def test_a_value_that_cannot_be_a_filter(devices, wire, value):
    with pytest.raises(InputError, match="filter name="):
        devices.filter(name=value)
    assert not wire.calls


# --- writes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["text", b"bytes", 7, None])
def test_create_of_what_is_no_object(devices, wire, data):
    with pytest.raises(InputError, match="create"):
        devices.create(data)
    assert not wire.calls


def test_create_of_an_empty_list_sends_nothing(devices, wire):
    assert devices.create([]) == []
    assert not wire.calls


@pytest.mark.parametrize("value", [object(), math.nan, math.inf, {1j: 2}], ids=["object", "nan", "inf", "odd key"])
def test_data_that_json_cannot_hold(devices, wire, value):
    with pytest.raises(InputError, match="JSON"):
        devices.create(name=value)


@pytest.mark.parametrize("arguments", [("",), ("", {}), (None, {"a": 1}), (ident(1),), ({"id": 1},)], ids=repr)
def test_update_without_an_id_or_data(devices, wire, arguments):
    with pytest.raises(InputError, match=r"update\(\)"):
        devices.update(*arguments)
    assert not wire.calls


@pytest.mark.parametrize("items", [[{"name": "x"}], [{"id": "", "name": "x"}], [7], ["text"], "text", {"id": 1}], ids=repr)
def test_bulk_update_of_what_has_no_id(devices, wire, items):
    with pytest.raises(InputError):
        devices.bulk_update(items)
    assert not wire.calls


@pytest.mark.parametrize("items", ["text", {"id": 1}, 7, [None], [""], [1.5], [True], [{"id": 1}]], ids=repr)
def test_delete_of_what_is_no_list_of_ids(devices, wire, items):
    with pytest.raises(InputError):
        devices.delete(items)
    assert not wire.calls


def test_a_whole_endpoint_is_not_changed_without_saying_so(devices, wire):
    for found in (devices.all(), devices.filter(depth=1), devices.all().sort("name"), devices.filter(limit=10)):
        with pytest.raises(nbcore.EverythingError, match="everything=True"):
            found.update(name="x")
        with pytest.raises(nbcore.EverythingError, match="everything=True"):
            found.delete()
    assert not wire.calls
