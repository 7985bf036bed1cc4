"""Brings a testbed up, takes it down, resets it, and says how it is."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import database, nautobots, places, postgres, programs, redis, server, versions
from .errors import NotRunning, UsageError
from .progress import say, step
from .state import State, locked, names, read

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  (a test server's, on loopback)
DEFAULT = "default"


def up(
    name: str = DEFAULT,
    *,
    nautobot: str | None = None,
    apps: Sequence[str] | None = None,
    seed: str = "small",
    workers: int = 2,
    port: int = 0,
    owner: str = "",
) -> State:
    """Start a testbed, or keep the one of that name when it runs and is what is asked for.

    One that is something else is taken down first; its data is lost.

    Args:
        name: what it is called; several may run side by side.
        nautobot: the release ("3.2.7") or the series ("2.4"); the newest supported when left out.
        apps: DISTRIBUTION or DISTRIBUTION==VERSION of each app; the three default ones when left out.
        seed: small, large, none, or the path of a Python file.
        workers: how many processes answer requests.
        port: the port of the API; a free one when it is 0.
        owner: the test run that asks, which will also take it down.

    Returns:
        The running testbed.

    Raises:
        TestbedError: it could not be started; nothing is left running.
    """
    release, series = versions.resolve(nautobot)
    wanted = versions.requirements(release, series, apps)
    chosen = database.Seed.of(seed)
    if not 1 <= workers <= 64:
        raise UsageError(f"--workers {workers}: give a number from 1 to 64.")
    with _locked(name):
        found = read(name)
        if found and _is(found, wanted, chosen, workers, port) and healthy(found):
            say(f"testbed: {name!r} is up already")
            if found.owner and not owner:
                found.owner = ""  # a person wants it now: the test run that started it leaves it running
                found.write()
            return found
        if found:
            _down(found)
        if not versions.supported(release):
            say(f"testbed: Nautobot {release} is none of the supported series; it is tried with the settings of {series.name}")
        state = State(name, release=release, requirements=wanted, workers=workers, token=TOKEN, owner=owner)
        state.seed, state.seed_digest = chosen.name, chosen.digest
        try:
            _start(state, series, port)
        except BaseException:
            _down(state, keep_logs=True)
            raise
        return state


def adopt(name: str, *, nautobot: str = "", apps: Sequence[str] | None = None, seed: str = "") -> State | None:
    """The running testbed of that name, if there is one; only what is given is compared.

    Raises:
        UsageError: one runs that is not what is asked for.
    """
    with _locked(name):
        found = read(name)
    if not found or not healthy(found):
        return None
    release, series = versions.resolve(nautobot or found.release)
    wrong = []
    if release != found.release:
        wrong.append(f"Nautobot {found.release} rather than {release}")
    if apps and versions.requirements(release, series, apps) != found.requirements:
        wrong.append(f"one with {', '.join(found.requirements[1:]) or 'no apps'} rather than {', '.join(apps)}")
    if seed and database.Seed.of(seed).name != found.seed:
        wrong.append(f"seeded with {found.seed} rather than {seed}")
    if wrong:
        raise UsageError(
            f"The testbed {name!r} that runs is {' and '.join(wrong)}. Choose another --name, or take it down with "
            f"`python -m nbcore_testbed down{_named(name)}`."
        )
    return found


def down(name: str = DEFAULT) -> bool:
    """Stop everything of a testbed, also what a crash left, and remove its database.

    Returns:
        Whether there was anything to stop.
    """
    with _locked(name):
        found = read(name)
        _down(found or State(name))
    return found is not None


def reset(name: str = DEFAULT) -> State:
    """Put the seeded data back, in a second: every change since the start is gone, in the database and in Nautobot's cache.

    Raises:
        NotRunning: there is no such testbed.
    """
    with _locked(name):
        state = running(name)
        database.reset(state)
        redis.forget(state)
    return state


def running(name: str = DEFAULT) -> State:
    """The testbed of that name.

    Raises:
        NotRunning: none of that name was started, or one of its servers ended.
    """
    state = read(name)
    if not state or not state.ready:
        others = [other for other in names() if other != name]
        hint = f" These were: {', '.join(others)}." if others else ""
        raise NotRunning(f"No testbed {name!r} was started.{hint} Start it with `python -m nbcore_testbed up{_named(name)}`.")
    if ended := state.ended():
        raise NotRunning(
            f"{', '.join(ended)} of the testbed {name!r} ended; see {state.log(ended[0])}. `python -m nbcore_testbed up{_named(name)}` "
            "starts all of it again."
        )
    return state


def healthy(state: State) -> bool:
    """Whether it came up, all its servers live, and the API answers."""
    return state.ready and not state.ended() and bool(server.status(state))


def status(state: State) -> dict[str, Any]:
    """What it is made of and how it is, for people and for programs."""
    return {
        "name": state.name,
        "nautobot": state.release,
        "apps": state.apps,
        "seed": state.seed,
        "url": state.url,
        "answers": bool(server.status(state)),
        "processes": {name: "ended" if name in state.ended() else process.pid for name, process in state.processes.items()},
        "folder": str(state.folder),
    }


def with_servers(state: State, write: Callable[[State, nautobots.Nautobot], None], series: versions.Series) -> None:
    """Run PostgreSQL and Redis for as long as `write` needs them."""
    with _locked(state.name):
        try:
            installed = _servers(state, series)
            write(state, installed)
        finally:
            _down(state)


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    places.bed(name)
    with locked(places.folder("locks") / name, f"the testbed {name!r}"):
        yield


def _is(state: State, wanted: tuple[str, ...], seed: database.Seed, workers: int, port: int) -> bool:
    same = (state.requirements, state.seed_digest, state.workers) == (wanted, seed.digest, workers)
    return same and (not port or state.url.endswith(f":{port}"))


def _start(state: State, series: versions.Series, port: int) -> None:
    installed = _servers(state, series)
    database.build(state, installed)
    with step("starting Nautobot"):
        server.start(state, port)
    state.ready = True
    state.write()


def _servers(state: State, series: versions.Series) -> nautobots.Nautobot:
    """Install what is missing, and start PostgreSQL and Redis."""
    found = programs.find()
    installed = nautobots.prepare(state.requirements, series)
    state.python, state.apps = str(installed.python), installed.apps
    state.programs = {"postgres": str(found.postgres), "redis": str(found.redis)}
    state.postgres_major = found.major
    places.need(400, "A testbed")
    with step("starting PostgreSQL and Redis"):
        postgres.start(state)
        redis.start(state)
    return installed


def _down(state: State, *, keep_logs: bool = False) -> None:
    """Stop in the order in which the servers need each other, then forget the testbed."""
    server.stop(state)
    redis.stop(state)
    postgres.stop(state)
    postgres.remove(state)
    (state.folder / "state.json").unlink(missing_ok=True)
    if not keep_logs:
        shutil.rmtree(state.folder, ignore_errors=True)


def _named(name: str) -> str:
    return "" if name == DEFAULT else f" --name {name}"
