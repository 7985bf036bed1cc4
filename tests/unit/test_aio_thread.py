"""nb.aio sends nothing on the thread of the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nbcore import InputError

from .lab import device, ident, place


@pytest.fixture
def sent(nb, wire):
    """The threads on which requests were sent."""
    threads = []
    wire.serve("lab/devices", [device(number) for number in range(1, 6)])
    wire.serve("lab/places", [place(1)])
    for path in ("lab/devices", "lab/places"):
        wire.wrap("GET", f"{path}/", lambda call, listed: threads.append(threading.current_thread()) or listed(call))
    return threads


def run(function):
    asyncio.run(function())


def test_an_index_is_awaited(nb, sent):
    async def read():
        devices = nb.aio.lab.devices.filter()
        pending = devices[2]
        assert not sent
        assert (await pending).id == ident(3)
        assert (await devices[-1]).id == ident(5)
        with pytest.raises(IndexError):
            await devices[7]
        assert threading.current_thread() not in sent

    run(read)


@pytest.mark.parametrize("window", [slice(-2, None), slice(0, -1), slice(0, 5, 2), slice(None, None, -1)], ids=repr)
def test_a_part_that_would_read_all_is_refused(nb, sent, window):
    async def read():
        with pytest.raises(InputError, match="start and a stop"):
            nb.aio.lab.devices.filter()[window]
        assert len(await nb.aio.lab.devices.filter()[1:3].list()) == 2

    run(read)
    assert len(sent) == 1


@pytest.mark.parametrize(
    "use",
    [list, iter, bool, len, lambda found: device in found, lambda found: [*found], lambda found: "x" if found else "y", tuple, sorted],
    ids=["list", "iter", "bool", "len", "in", "star", "if", "tuple", "sorted"],
)
def test_what_reads_without_await_is_a_type_error(nb, sent, use):
    async def read():
        with pytest.raises(TypeError):
            use(nb.aio.lab.devices.filter())

    run(read)
    assert not sent


def test_load_reads_on_a_thread(nb, sent):
    def one_by_one():
        yield from nb.lab.devices.all()

    async def read():
        await nb.aio.load(nb.lab.devices.all(), "place")
        await nb.aio.load(one_by_one(), "place")
        assert len(sent) > 2
        assert threading.current_thread() not in sent

    run(read)


def test_records_that_were_not_read_are_no_filter(nb, sent):
    async def read():
        places = nb.aio.lab.places.filter()
        for value in (places, nb.lab.places.all()):
            with pytest.raises(InputError, match="not read yet"):
                nb.aio.lab.devices.filter(place=value)
            with pytest.raises(InputError, match="not read yet"):
                nb.aio.lab.devices.all().filter(place=value)
        assert not sent
        assert len(await nb.aio.lab.devices.filter(place=await places.list()).list()) == 5

    run(read)


@pytest.mark.parametrize("name", ["version", "status", "openapi"])
def test_what_is_no_app_is_not_asked_for(nb, sent, wire, name):
    async def read():
        with pytest.raises(AttributeError, match=name):
            getattr(nb.aio, name)

    run(read)
    assert wire.calls == []
