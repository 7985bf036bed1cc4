"""The error tree: classes by status, what scripts read from an error, and that errors travel."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

import nbcore
from nbcore import errors
from nbcore.testing import reply

from .lab import device, ident

CLASSES = [item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, errors.NbcoreError)]
STATUSES = {
    400: nbcore.ValidationError,
    401: nbcore.AuthenticationError,
    403: nbcore.PermissionDeniedError,
    404: nbcore.NotFoundError,
    405: nbcore.RequestError,
    406: nbcore.VersionError,
    409: nbcore.StatusConflictError,
    418: nbcore.RequestError,
    429: nbcore.RateLimitError,
    500: nbcore.ServerError,
    501: nbcore.ServerError,
    502: nbcore.ServerError,
    503: nbcore.ServerError,
    504: nbcore.ServerError,
}


@pytest.mark.parametrize("status", list(STATUSES))
def test_each_status_has_its_class(nb, wire, status):
    wire.on("GET", "lab/devices/", {"detail": "because of this"}, status=status)
    with pytest.raises(nbcore.RequestError) as caught:
        list(nb.lab.devices.all())
    error = caught.value
    assert type(error) is STATUSES[status]
    assert "GET lab/devices/" in str(error)
    assert str(status) in str(error)
    assert "because of this" in str(error)


def test_what_scripts_read_from_an_error(nb, wire):
    wire.on("POST", "lab/devices/", {"name": ["This field may not be blank."]}, status=400)
    with pytest.raises(nbcore.RequestError) as caught:
        nb.lab.devices.create(name="", serial="s")
    error = caught.value
    assert error.req.status_code == 400
    assert error.req.json() == {"name": ["This field may not be blank."]}
    assert "may not be blank" in error.req.text
    assert "may not be blank" in error.error
    assert error.base == "https://nautobot.test/api/lab/devices/"
    assert error.req.url == error.base
    assert {"name": "", "serial": "s"}.items() <= error.request_body.items()
    assert error.call.method == "POST"
    assert error.reply is error.req


def test_a_field_by_field_refusal_is_readable(nb, wire):
    wire.on("POST", "lab/devices/", {"name": ["Required."], "place": ["Unknown.", "Really."]}, status=400)
    with pytest.raises(nbcore.ValidationError, match=r"name.*Required.*place.*Unknown.*Really"):
        nb.lab.devices.create(x=1)


def test_a_page_of_html_is_shown_short(nb, wire):
    wire.on("GET", "lab/devices/", b"<html>" + b"<p>long</p>\n" * 10_000, status=500)
    with pytest.raises(nbcore.ServerError) as caught:
        list(nb.lab.devices.all())
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)


def test_409_names_what_stands_in_the_way(nb, wire):
    wire.serve("lab/devices", [device(1)])
    wire.on("DELETE", f"lab/devices/{ident(1)}/", {"detail": "Unable to delete object. 3 dependent objects were found"}, status=409)
    with pytest.raises(nbcore.StatusConflictError, match="3 dependent objects"):
        nb.lab.devices.get(ident(1)).delete()


def test_404_of_a_view_and_of_the_resolver_differ(nb, wire):
    wire.on("GET", "lab/devices/", {"detail": "No such object."}, status=404)
    with pytest.raises(nbcore.NotFoundError) as caught:
        list(nb.lab.devices.all())
    assert type(caught.value) is nbcore.NotFoundError
    with pytest.raises(nbcore.RouteNotFoundError, match="lab/places"):
        list(nb.lab.places.all())


def test_rate_limits_carry_the_wait(nb, wire):
    wire.on("GET", "lab/devices/", reply({}, 429, {"Retry-After": "120"}))
    with pytest.raises(nbcore.RateLimitError) as caught:
        list(nb.lab.devices.all())
    assert caught.value.retry_after == 120


# --- the tree ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["RequestError", "AllocationError", "ContentError"])
def test_the_three_of_pynautobot_stand_side_by_side(name):
    cls = getattr(nbcore, name)
    others = {"RequestError", "AllocationError", "ContentError"} - {name}
    assert not any(issubclass(cls, getattr(nbcore, other)) for other in others)


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (nbcore.InputError, ValueError),
        (nbcore.MultipleObjectsError, ValueError),
        (nbcore.EverythingError, ValueError),
        (nbcore.JobTimeoutError, ValueError),
        (nbcore.NotLoadedError, AttributeError),
    ],
)
def test_some_are_builtin_errors_too(cls, base):
    assert issubclass(cls, base)
    assert issubclass(cls, nbcore.NbcoreError)


def test_every_error_is_exported_and_drawn_where_it_stands():
    drawn = []
    parents = []
    for line in errors.__doc__.split("\n\n")[1].splitlines():
        if found := re.match(r"^([│ ├└─]*)([A-Z]\w+)(?: \((\w+)\))?", line):
            depth = len(found[1]) // 4
            parents[depth:] = [found[2]]
            drawn.append((found[2], parents[depth - 1] if depth else None))
    tree = dict(drawn)
    assert set(tree) == {cls.__name__ for cls in CLASSES} <= set(nbcore.__all__)
    for cls in CLASSES:
        parent = tree[cls.__name__]
        assert parent is None or cls.__bases__[0].__name__ == parent, f"{cls.__name__} is drawn below {parent}"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize(
    "trip", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
def test_every_error_travels(cls, trip):
    call = nbcore.Call("GET", "lab/devices/", body={"a": 1})
    if issubclass(cls, nbcore.CallError):
        error = cls("what happened", call, reply({"detail": "x"}, 500), attempts=3)
    else:
        error = cls("what happened")
    again = trip(error)
    assert type(again) is cls
    assert str(again) == "what happened"
    if issubclass(cls, nbcore.CallError):
        assert (again.call, again.reply, again.attempts) == (call, error.reply, 3)
        assert again.request_body == {"a": 1}


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if issubclass(cls, nbcore.CallError)], ids=lambda cls: cls.__name__)
def test_every_error_can_do_without_call_and_reply(cls):
    error = cls("what happened")
    assert (str(error), error.req, error.base, error.request_body, error.error) == ("what happened", None, "", None, "what happened")
    assert "what happened" in repr(error)
