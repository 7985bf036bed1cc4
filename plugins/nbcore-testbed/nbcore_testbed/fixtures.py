"""The pytest fixtures `nautobot` and `nautobot_db`, and the options that say which Nautobot is meant.

The module is loaded in every test run where the package is installed: it imports nothing heavy, and does nothing until a fixture is used.
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import nbcore

    from .state import State

_OPTIONS = {
    "name": ("NAME", "which testbed to use, when several run"),
    "version": ("VERSION", "the Nautobot to start or to expect: a release (3.2.7) or a series (2.4)"),
    "seed": ("SEED", "its data: small, large, none, or the path of a Python file"),
}
_OWNER = pytest.StashKey[str]()
_RUN = "NBCORE_TESTBED_RUN"


class Nautobot:
    """A running Nautobot, as a test sees it.

    Attributes:
        url: its address.
        token: the token of its user admin, who may do everything.
        redis_url: the address of its Redis; a number from 2 to 31 behind a slash is a database that Nautobot does not use.
        version: its release, such as "3.2.7".
        apps: the Django modules of its apps, with their versions.
    """

    def __init__(self, state: State) -> None:
        self.name = state.name
        self.url = state.url
        self.token = state.token
        self.redis_url = state.redis
        self.version = state.release
        self.apps = dict(state.apps)

    def api(self, **options: Any) -> nbcore.Api:
        """An `nbcore.Api` of it.

        Args:
            options: what `nbcore.Api` takes beside the address and the token; a `token` given here is used instead of admin's.
        """
        import nbcore

        return nbcore.Api(self.url, **{"token": self.token, **options})

    def reset(self) -> None:
        """Put the seeded data back, in a second or two; `nautobot_db` does it for a test."""
        from . import testbed

        testbed.reset(self.name)

    def __repr__(self) -> str:
        return f"<Nautobot {self.version} at {self.url}>"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --nautobot-version and its like, and the same as ini options."""
    group = parser.getgroup("nautobot", "a real Nautobot to test against (nbcore-testbed)")
    for name, (metavar, text) in _OPTIONS.items():
        group.addoption(f"--nautobot-{name}", metavar=metavar, help=text)
        parser.addini(f"nautobot_{name}", text, default="")
    text = "an app to install, DISTRIBUTION or DISTRIBUTION==VERSION, in place of the default ones"
    group.addoption("--nautobot-app", action="append", metavar="APP", help=f"{text} (repeatable)")
    parser.addini("nautobot_apps", f"{text}, one a line", type="linelist", default=[])
    group.addoption("--nautobot-keep", action="store_true", help="leave it running after the tests, for a faster next run")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a name of its own, which the workers of pytest-xdist inherit."""
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = uuid.uuid4().hex
    config.stash[_OWNER] = os.environ.get(_RUN, "")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take down what this run started, once all of its workers have ended."""
    owner = config.stash.get(_OWNER, "")
    if not owner or hasattr(config, "workerinput") or config.getoption("nautobot_keep", False):
        return
    from . import places

    if not (places.cache() / "beds").is_dir():
        return
    from . import progress, state, testbed

    for name in state.names():
        found = state.read(name)
        if found and found.owner == owner:
            with progress.quiet():
                testbed.down(name)


@pytest.fixture(scope="session")
def nautobot(request: pytest.FixtureRequest) -> Nautobot:
    """A running Nautobot: the testbed of that name when one runs, else one that is started now and stopped after the tests."""
    from . import testbed
    from .errors import TestbedError

    config = request.config
    asked = {name: str(config.getoption(f"nautobot_{name}") or config.getini(f"nautobot_{name}")) for name in _OPTIONS}
    apps = config.getoption("nautobot_app") or config.getini("nautobot_apps") or None
    name = asked["name"] or testbed.DEFAULT
    capture = config.pluginmanager.getplugin("capturemanager")
    try:
        # A first start takes minutes, in which a silent terminal would look as if it hung.
        with capture.global_and_fixture_disabled():
            found = testbed.adopt(name, nautobot=asked["version"], apps=apps, seed=asked["seed"])
            found = found or testbed.up(
                name, nautobot=asked["version"] or None, apps=apps, seed=asked["seed"] or "small", owner=config.stash[_OWNER]
            )
    except TestbedError as error:
        pytest.fail(f"There is no Nautobot to test against. {error}", pytrace=False)
    return Nautobot(found)


@pytest.fixture
def nautobot_db(nautobot: Nautobot) -> Nautobot:
    """The same Nautobot with exactly its seeded data, whatever earlier tests did to it.

    A test that takes it may change and delete what it likes. For a whole module, mark the module with
    `pytestmark = pytest.mark.usefixtures("nautobot_db_of_module")`.
    """
    _restore(nautobot)
    return nautobot


@pytest.fixture(scope="module")
def nautobot_db_of_module(nautobot: Nautobot) -> Nautobot:
    """The same Nautobot, restored once for all tests of a module."""
    _restore(nautobot)
    return nautobot


def _restore(nautobot: Nautobot) -> None:
    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        pytest.fail(
            "nautobot_db would take the data away from tests of other workers, since all workers share one Nautobot. Run the tests that "
            "use it without -n, or with -n 1.",
            pytrace=False,
        )
    from .errors import TestbedError

    try:
        nautobot.reset()
    except TestbedError as error:
        pytest.fail(str(error), pytrace=False)
