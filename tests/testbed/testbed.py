#!/usr/bin/env python3
"""A real Nautobot on loopback, for the integration tests and the benchmarks.

    testbed.py up [--size small|large]    start it (or keep it) and print its URL and token
    testbed.py down                       stop what `up` started
    testbed.py env                        print NBCORE_TEST_URL, NBCORE_TEST_TOKEN and NBCORE_TEST_REDIS for a shell
    testbed.py shell                      nautobot-server nbshell, for making test data by the ORM

Packages and the migrated, seeded database (a dump) are kept in a cache folder outside the checkout
(NBCORE_TESTBED_CACHE, default ~/.cache/nbcore-testbed): the first start takes minutes, a later one seconds.
Only the standard library is used, since it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = (
    "nautobot==3.2.7",
    "nautobot-bgp-models==3.2.0",
    "nautobot-dns-models==2.3.0",
    "nautobot-firewall-models==3.0.1",
)
TOKEN = "0123456789abcdef0123456789abcdef01234567"  # a test server's, on loopback
CACHE = Path(os.environ.get("NBCORE_TESTBED_CACHE") or Path.home() / ".cache" / "nbcore-testbed")
VENV = CACHE / "venv"
STATE = CACHE / "state.json"
LOGS = CACHE / "logs"
QUEUES = "default,bulk"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("up", "down", "env", "shell"))
    parser.add_argument("--size", choices=("small", "large"), default="small")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    if options.action == "shell":
        return shell()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with locked(CACHE / "lock"):
        try:
            if options.action == "up":
                return up(options.size)
            return down() if options.action == "down" else env()
        except subprocess.CalledProcessError as failure:
            raise SystemExit(f"testbed: failed ({failure.returncode}): {' '.join(map(str, failure.cmd))}") from None


@contextlib.contextmanager
def locked(path: Path):
    """One testbed command at a time."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def up(size: str) -> int:
    state = read_state()
    if state and state["size"] == size and healthy(state):
        print(f"testbed: already up ({size})")
        return show(state)
    if state:
        down()
    started = time.monotonic()
    install_servers()
    install_nautobot()
    state = {"size": size, "token": TOKEN, "processes": {}}
    try:
        start(state)
    except BaseException:
        down()
        raise
    print(f"testbed: up in {time.monotonic() - started:.0f} s ({size})")
    return show(state)


def start(state: dict) -> None:
    start_postgres(state)
    start_redis(state)
    dump = seeded_dump(state)
    with step("restoring the database"):
        state["database"] = f"nautobot_{state['size']}"
        restore(state, dump, state["database"])
    with step("starting Nautobot"):
        serve(state)
    state["ready"] = True
    write_state(state)


def down() -> int:
    state = read_state()
    processes = state.get("processes", {})
    for names in (("celery", "uwsgi"), ("redis",), ("postgres",)):
        stopping = [name for name in names if name in processes]
        for name in stopping:
            ask(name, processes[name])
        for name in stopping:
            end(processes[name])
    if folder := state.get("pgdata"):
        shutil.rmtree(folder, ignore_errors=True)
    STATE.unlink(missing_ok=True)
    print("testbed: stopped" if state else "testbed: was not running")
    return 0


def env() -> int:
    state = read_state()
    if not state.get("ready"):
        print("testbed: not running; start it with `make testbed`", file=sys.stderr)
        return 1
    print(f"export NBCORE_TEST_URL={state['url']} NBCORE_TEST_TOKEN={state['token']} NBCORE_TEST_REDIS={state['redis']}")
    return 0


def shell() -> int:
    state = read_state()
    if not state.get("ready"):
        print("testbed: not running; start it with `make testbed`", file=sys.stderr)
        return 1
    return subprocess.call([VENV / "bin" / "nautobot-server", "nbshell"], env=server_env(state, state["database"]))


def show(state: dict) -> int:
    print(f"testbed: NAUTOBOT_URL={state['url']} NAUTOBOT_TOKEN={state['token']} REDIS_URL={state['redis']}")
    return 0


# --- what must be installed ---------------------------------------------------------------------------------------


def install_servers() -> None:
    """PostgreSQL and Redis from Debian's packages; installed when missing and root."""
    if postgres_bin("initdb", missing_ok=True) and shutil.which("redis-server"):
        return
    if os.geteuid() != 0:
        raise SystemExit("testbed: install PostgreSQL and redis-server first (apt-get install postgresql redis-server)")
    with step("installing PostgreSQL and Redis"):
        apt_install("postgresql", "redis-server")


def apt_install(*packages: str) -> None:
    """Install without starting the servers: that is what a policy of 101 is for."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        with (LOGS / "apt.log").open("w") as log:
            for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
                subprocess.run(["apt-get", *words], check=True, stdout=log, stderr=log, env=quiet, cwd="/")
    finally:
        if ours:
            policy.unlink()


def install_nautobot() -> None:
    marker = VENV / f".installed-{digest(*PACKAGES)}"
    if marker.exists():
        return
    with step(f"installing {', '.join(PACKAGES)}"):
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        python = VENV / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"], check=True)
        subprocess.run([python, "-m", "uv", "pip", "install", "-q", "-p", python, *PACKAGES], check=True)
        marker.touch()


def postgres_bin(name: str, *, missing_ok: bool = False) -> str:
    found = shutil.which(name) or next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), "")
    if not found and not missing_ok:
        raise SystemExit(f"testbed: {name} of PostgreSQL not found")
    return found


# --- the servers --------------------------------------------------------------------------------------------------


def start_postgres(state: dict) -> None:
    """A throw-away cluster on a free port of loopback; PostgreSQL refuses root, so root runs it as postgres."""
    folder = tempfile.mkdtemp(prefix="nbcore-testbed-pg-", dir="/var/tmp")
    state["pgdata"] = folder
    state["pg_port"] = free_port()
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    write_state(state)
    words = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D", f"{folder}/data"]
    as_postgres([postgres_bin("initdb"), *words])
    settings = {
        "port": state["pg_port"], "listen_addresses": "127.0.0.1", "unix_socket_directories": folder,
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 100,
        "shared_buffers": "512MB", "work_mem": "32MB", "autovacuum": "on", "jit": "off",
    }  # fmt: skip
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    spawn(state, "postgres", [postgres_bin("postgres"), "-D", f"{folder}/data", *options], user="postgres")
    wait_for(state, "postgres", lambda: psql(state, "postgres", "select 1").returncode == 0, 60)


def start_redis(state: dict) -> None:
    port = state["redis_port"] = free_port()
    state["redis"] = f"redis://127.0.0.1:{port}"
    words = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--databases", "32"]
    spawn(state, "redis", words)
    wait_for(state, "redis", lambda: connects(port), 30)


def serve(state: dict) -> None:
    """uWSGI with two processes, and a Celery worker with the scheduler in it; up when both answer."""
    port = free_port()
    state["url"] = f"http://127.0.0.1:{port}"
    environ = server_env(state, state["database"])
    settings = {
        "http": f"127.0.0.1:{port}", "http-keepalive": 1, "http-timeout": 300, "http-auto-chunked": "true", "buffer-size": 32768,
        "processes": 2, "master": "true", "no-orphans": "true", "die-on-term": "true", "vacuum": "true", "need-app": "true",
        "enable-threads": "true", "single-interpreter": "true", "disable-logging": "true", "log-5xx": "true",
        "pythonpath": HERE, "module": "wsgi:application",
    }  # fmt: skip
    ini = CACHE / "uwsgi.ini"
    ini.write_text("[uwsgi]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
    server = VENV / "bin" / "nautobot-server"
    spawn(state, "uwsgi", [server, "start", "--ini", ini], env=environ)
    words = [server, "celery", "worker", "-B", "-l", "INFO", "--concurrency", "2", "-Q", QUEUES, "-n", "nbcore-testbed@%h"]
    spawn(state, "celery", words, env=environ)
    wait_for(state, "uwsgi", lambda: answers(state["url"]), 180)
    wait_for(state, "celery", lambda: answers(state["url"]).get("celery-workers-running"), 60)


# --- the database -------------------------------------------------------------------------------------------------


def seeded_dump(state: dict) -> Path:
    """The dump of the migrated and seeded database, made if this version of packages and seed has none yet."""
    files = [HERE / "seed.py", HERE / "nautobot_config.py", *sorted(HERE.glob("seeds/*.py")), *sorted(HERE.glob("jobs/*.py"))]
    seeded = CACHE / f"seeded-{state['size']}-{digest(base(), *(path.read_text() for path in files))}.dump"
    if not seeded.exists():
        migrated = migrated_dump(state)
        with step(f"seeding ({state['size']})"):
            restore(state, migrated, "seeding")
            manage(
                state, "seeding", "nbshell", "--quiet-load", "-c", f"import runpy; runpy.run_path({str(files[0])!r}, run_name='__main__')"
            )
            for old in CACHE.glob(f"seeded-{state['size']}-*.dump"):
                old.unlink()
            dump(state, "seeding", seeded)
            psql(state, "postgres", "drop database seeding", check=True)
    return seeded


def migrated_dump(state: dict) -> Path:
    migrated = CACHE / f"migrated-{base()}.dump"
    if not migrated.exists():
        with step("migrating the database (several minutes, once)"):
            psql(state, "postgres", "create database migrated", check=True)
            manage(state, "migrated", "migrate", "--no-input", "-v", "0")
            dump(state, "migrated", migrated)
            psql(state, "postgres", "drop database migrated", check=True)
    return migrated


def base() -> str:
    """What a migrated database depends on: the packages, and a PostgreSQL that can read the dump."""
    version = subprocess.run([postgres_bin("postgres"), "-V"], check=True, capture_output=True, text=True).stdout
    return digest(*PACKAGES, version.split()[2].partition(".")[0])


def manage(state: dict, database: str, *words: str) -> None:
    with (LOGS / "manage.log").open("w") as log:
        done = subprocess.run(
            [VENV / "bin" / "nautobot-server", *words], env=server_env(state, database), stdout=log, stderr=log, check=False
        )
    if done.returncode:
        raise SystemExit(f"testbed: nautobot-server {words[0]} failed:\n{tail(LOGS / 'manage.log')}")


def dump(state: dict, database: str, target: Path) -> None:
    part = target.with_suffix(".part")
    subprocess.run([postgres_bin("pg_dump"), *pg_at(state), "-Fc", "-f", part, database], check=True)
    part.rename(target)


def restore(state: dict, source: Path, database: str) -> None:
    psql(state, "postgres", f"create database {database}", check=True)
    subprocess.run([postgres_bin("pg_restore"), *pg_at(state), "-j", "2", "--no-owner", "-d", database, source], check=True)
    psql(state, database, "analyze", check=True)


def psql(state: dict, database: str, sql: str, *, check: bool = False) -> subprocess.CompletedProcess:
    return subprocess.run(
        [postgres_bin("psql"), *pg_at(state), "-qAt", "-d", database, "-c", sql],
        check=check, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def pg_at(state: dict) -> list[str]:
    return ["-h", "127.0.0.1", "-p", str(state["pg_port"]), "-U", "postgres"]


# --- processes ----------------------------------------------------------------------------------------------------


def server_env(state: dict, database: str) -> dict[str, str]:
    root = CACHE / "root"
    for name in ("media/devicetype-images", "media/image-attachments", "static", "git"):
        (root / name).mkdir(parents=True, exist_ok=True)
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("NAUTOBOT_", "VIRTUAL_ENV", "PYTHON"))}
    return keep | {
        "NAUTOBOT_CONFIG": str(HERE / "nautobot_config.py"), "NAUTOBOT_ROOT": str(root), "TESTBED_JOBS_ROOT": str(HERE / "jobs"),
        "TESTBED_PG_PORT": str(state["pg_port"]), "TESTBED_PG_NAME": database, "TESTBED_REDIS_PORT": str(state["redis_port"]),
        "TESTBED_SIZE": state["size"], "TESTBED_TOKEN": state["token"], "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def spawn(state: dict, name: str, words: list, *, env: dict[str, str] | None = None, user: str = "") -> None:
    """Start a server in a session of its own, so that it outlives this command; the log goes to the cache folder."""
    extra = {"user": user, "group": user, "extra_groups": []} if user and os.geteuid() == 0 else {}
    with (LOGS / f"{name}.log").open("w") as log:
        child = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=env,
            cwd="/",
            start_new_session=True,
            **extra,
        )
    state["processes"][name] = {"pid": child.pid, "born": born(child.pid)}
    write_state(state)


def as_postgres(words: list[str]) -> None:
    extra = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/", **extra)


def ask(name: str, process: dict) -> None:
    """Tell a server to stop; PostgreSQL's fast stop is SIGINT."""
    if lives(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process["pid"], signal.SIGINT if name == "postgres" else signal.SIGTERM)


def end(process: dict) -> None:
    """Wait, then insist, also with what a killed server left behind."""
    pid, deadline = process["pid"], time.monotonic() + 15
    while lives(process) and time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.1)
    if lives(process) or not born(pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def lives(process: dict) -> bool:
    """Whether that very process runs, rather than a later one of the same number."""
    return born(process["pid"]) == process["born"]


def born(pid: int) -> str:
    """When a process started, in ticks since the machine did; empty for one that ended or waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def healthy(state: dict) -> bool:
    return bool(state.get("ready")) and all(map(lives, state["processes"].values())) and bool(answers(state["url"]))


def read_state() -> dict:
    """What runs; empty when the file is missing or broken."""
    with contextlib.suppress(OSError, ValueError):
        state = json.loads(STATE.read_text())
        if isinstance(state, dict) and "processes" in state:
            return state
    return {}


def write_state(state: dict) -> None:
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(state, indent=2))
    part.replace(STATE)


def answers(url: str) -> dict:
    """What /api/status/ says; empty when the server does not answer."""
    request = urllib.request.Request(f"{url}/api/status/", headers={"Authorization": f"Token {TOKEN}"})
    with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)
    return {}


def connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(state: dict, name: str, ready, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if not lives(state["processes"][name]):
            raise SystemExit(f"testbed: {name} ended:\n{tail(LOGS / f'{name}.log')}")
        if time.monotonic() > deadline:
            raise SystemExit(f"testbed: {name} did not come up within {seconds} s; see {LOGS}")
        time.sleep(0.2)


@contextlib.contextmanager
def step(what: str):
    """Say what is done, and afterwards how long it took."""
    print(f"testbed: {what} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed")
        raise
    print(f" {time.monotonic() - started:.1f} s")


def tail(path: Path, lines: int = 30) -> str:
    return "\n".join(path.read_text().splitlines()[-lines:])


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
