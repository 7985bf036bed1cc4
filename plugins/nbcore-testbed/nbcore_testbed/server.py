"""Nautobot itself: uWSGI, and a Celery worker with the scheduler in it."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any

from . import places, processes
from .errors import ServerEnded
from .packages import clean_environment
from .ports import free_port, must_be_free, port_taken
from .state import State

QUEUES = "default,bulk"
# A proxy of the environment is not asked for what is on this machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start(state: State, port: int = 0) -> None:
    """Start both, and wait until the API answers and the worker is known to it.

    Args:
        state: the testbed, with a running database and Redis.
        port: the port of the API; a free one when it is 0.

    Raises:
        PortTaken: the port that was given is in use.
        ServerEnded: one of them did not come up.
    """
    _celery(state)
    for attempt in range(3):
        if port:
            must_be_free(port)
        try:
            _uwsgi(state, port or free_port())
            break
        except ServerEnded as error:
            if port or attempt == 2 or not port_taken(error):
                raise
    processes.wait_for(
        state.processes["celery"], lambda: status(state).get("celery-workers-running"), "The Celery worker", state.log("celery"), 120
    )


def stop(state: State) -> None:
    """Stop both at once, then wait for them."""
    running = [state.processes[name] for name in ("celery", "uwsgi") if name in state.processes]
    for process in running:
        processes.ask(process)
    for process in running:
        processes.end(process)


def status(state: State) -> dict[str, Any]:
    """What /api/status/ says; empty when the server does not answer."""
    headers = {"Authorization": f"Token {state.token}"}
    request = urllib.request.Request(f"{state.url}/api/status/", headers=headers)  # noqa: S310  (our own address)
    try:
        with _direct.open(request, timeout=60) as reply:
            found: dict[str, Any] = json.load(reply)
            return found
    except (OSError, ValueError, urllib.error.URLError):
        return {}


def environment(state: State, database: str) -> dict[str, str]:
    """The environment of every process of Nautobot; inside/nautobot_config.py reads it."""
    root = places.folder("beds", state.name, "root")
    for name in ("media/devicetype-images", "media/image-attachments", "static", "git"):
        (root / name).mkdir(parents=True, exist_ok=True)
    return clean_environment() | {
        "NAUTOBOT_CONFIG": str(places.INSIDE / "nautobot_config.py"), "NAUTOBOT_ROOT": str(root),
        "TESTBED_JOBS_ROOT": str(places.INSIDE / "jobs"), "TESTBED_APPS": json.dumps(list(state.apps)),
        "TESTBED_PG_PORT": str(state.postgres_port), "TESTBED_PG_NAME": database, "TESTBED_PG_PASSWORD": state.postgres_password,
        "TESTBED_REDIS": state.redis, "TESTBED_SEED": state.seed, "TESTBED_TOKEN": state.token,
        # GitPython refuses to be imported where there is no git program, unless it is told to be quiet.
        "GIT_PYTHON_REFRESH": "quiet",
        # Compiled modules are kept, and nothing is written into the folders of packages.
        "PYTHONPYCACHEPREFIX": str(places.folder("pycache")),
    }  # fmt: skip


def _uwsgi(state: State, port: int) -> None:
    state.url = f"http://127.0.0.1:{port}"
    settings = {
        "http": f"127.0.0.1:{port}", "http-keepalive": 1, "http-timeout": 300, "http-auto-chunked": "true", "buffer-size": 32768,
        "processes": state.workers, "master": "true", "no-orphans": "true", "die-on-term": "true", "vacuum": "true", "need-app": "true",
        "enable-threads": "true", "single-interpreter": "true", "disable-logging": "true", "log-5xx": "true",
        "pythonpath": places.INSIDE, "module": "wsgi:application",
    }  # fmt: skip
    ini = places.create(state.folder / "uwsgi.ini", "[uwsgi]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
    _spawn(state, "uwsgi", "start", "--ini", str(ini))
    processes.wait_for(state.processes["uwsgi"], lambda: status(state), "Nautobot", state.log("uwsgi"), 300)


def _celery(state: State) -> None:
    words = ("-B", "-s", str(state.folder / "celerybeat"), "-l", "INFO", "--concurrency", "2", "-Q", QUEUES, "-n", "nbcore-testbed@%h")
    _spawn(state, "celery", "celery", "worker", *words)


def _spawn(state: State, name: str, *words: str) -> None:
    server = os.path.join(os.path.dirname(state.python), "nautobot-server")
    state.processes[name] = processes.spawn([server, *words], state.log(name), env=environment(state, "nautobot"))
    state.write()
