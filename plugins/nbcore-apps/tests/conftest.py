"""A server in memory, and the two that a contract test runs against: the real Nautobot, and the sandbox where it serves the route."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest

import nbcore
from nbcore.testing import Wire, make_api

REAL = pytest.param("real", marks=pytest.mark.integration)


@pytest.fixture
def server() -> Wire:
    """A server in memory."""
    return Wire()


@pytest.fixture
def memory(server: Wire) -> Iterator[nbcore.Api]:
    """An Api on the server in memory."""
    with make_api(server) as api:
        yield api


def connect(kind: str, **settings: Any) -> nbcore.Api:
    """An Api on the real Nautobot, or on a sandbox of its own."""
    if kind == "real":
        url = os.environ.get("NBCORE_TEST_URL")
        if not url:
            pytest.skip("NBCORE_TEST_URL is not set; make test-integration starts a Nautobot and sets it")
        return nbcore.Api(url, os.environ["NBCORE_TEST_TOKEN"], retries=3, **settings)
    pytest.importorskip("nbcore_sandbox")
    return nbcore.Api("sandbox://", **settings)


@pytest.fixture(params=[REAL, "sandbox"])
def nb(request: pytest.FixtureRequest) -> Iterator[nbcore.Api]:
    """An Api on each server of the contract tests."""
    with connect(request.param) as api:
        yield api


@pytest.fixture
def real() -> Iterator[nbcore.Api]:
    """An Api on the real Nautobot, for what only it does."""
    with connect("real") as api:
        yield api


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Any:
    """What the sandbox says it does not do (501) is no failure of a contract test."""
    try:
        return (yield)
    except nbcore.RequestError as exc:
        if exc.reply is not None and exc.reply.status == 501:
            pytest.skip(f"the sandbox does not do this: {exc}")
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Any:
    """The same for what a fixture asks."""
    try:
        return (yield)
    except nbcore.RequestError as exc:
        if exc.reply is not None and exc.reply.status == 501:
            pytest.skip(f"the sandbox does not do this: {exc}")
        raise


class World:
    """Objects made for one test, and deleted after it; those that many tests need are made when they are first used."""

    def __init__(self, nb: nbcore.Api) -> None:
        self.nb = nb
        self.tag = uuid.uuid4().hex[:8]
        self._undo: list[Callable[[], Any]] = []

    def make(self, path: str, **fields: Any) -> Any:
        """Create an object."""
        try:
            record = self.nb.endpoint(path).create(**fields)
        except nbcore.RequestError as exc:
            if exc.reply is not None and exc.reply.status == 501:
                pytest.skip(f"the sandbox does not do this: {exc}")
            raise
        self.later(record.delete)
        return record

    def later(self, work: Callable[[], Any]) -> None:
        """Do this after the test."""
        self._undo.append(work)

    def undo(self) -> None:
        """Take everything back, the newest first."""
        for work in reversed(self._undo):
            with contextlib.suppress(nbcore.NotFoundError):
                work()

    def name(self, what: str) -> str:
        """A name that no other test uses."""
        return f"apps-{what}-{self.tag}"

    @cached_property
    def location(self) -> Any:
        types = ["dcim.device", "dcim.rack", "circuits.circuittermination", "dcim.controller"]
        kind = self.make("dcim/location-types", name=self.name("type"), content_types=types)
        return self.make("dcim/locations", name=self.name("location"), location_type=kind.id, status="Active")

    @cached_property
    def device_type(self) -> Any:
        maker = self.make("dcim/manufacturers", name=self.name("maker"))
        return self.make("dcim/device-types", model=self.name("model"), manufacturer=maker.id)

    @cached_property
    def role(self) -> Any:
        return self.make("extras/roles", name=self.name("role"), content_types=["dcim.device"])

    @cached_property
    def rack(self) -> Any:
        return self.make("dcim/racks", name=self.name("rack"), location=self.location.id, status="Active", u_height=4)

    def device(self, what: str = "device", **fields: Any) -> Any:
        """A device."""
        parts = {"device_type": self.device_type.id, "role": self.role.id, "location": self.location.id, "status": "Active"}
        return self.make("dcim/devices", name=self.name(what), **parts, **fields)

    def interface(self, device: Any, name: str) -> Any:
        """An interface of a device."""
        return self.make("dcim/interfaces", name=name, type="1000base-t", device=device.id, status="Active")

    def cable(self, one: Any, other: Any) -> Any:
        """A cable between two ports."""
        ends = {"termination_a_type": one["object_type"], "termination_a_id": one.id}
        ends |= {"termination_b_type": other["object_type"], "termination_b_id": other.id}
        return self.make("dcim/cables", status="Connected", **ends)

    def prefix(self, prefix: str) -> Any:
        """A prefix in a namespace of its own."""
        return self.make("ipam/prefixes", prefix=prefix, namespace=self.namespace.id, status="Active", type="network")

    @cached_property
    def namespace(self) -> Any:
        return self.make("ipam/namespaces", name=self.name("namespace"))


@pytest.fixture
def world(nb: nbcore.Api) -> Iterator[World]:
    """Objects on the server of a contract test."""
    world = World(nb)
    yield world
    world.undo()


@pytest.fixture
def real_world(real: nbcore.Api) -> Iterator[World]:
    """Objects on the real Nautobot."""
    world = World(real)
    yield world
    world.undo()
