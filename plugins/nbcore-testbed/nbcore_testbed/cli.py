"""The command: `python -m nbcore_testbed`, and `nbcore testbed` where nbcore-cli is installed."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import TestbedError, UsageError
from .progress import say

_EPILOG = """\
Everything is kept in ~/.cache/nbcore-testbed, or in the folder that NBCORE_TESTBED_CACHE names. The first start of a version installs
and migrates; later ones take some twenty seconds. All servers listen on loopback alone. The user is admin, the password too.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and give its exit status: 0, 1 for what went wrong, 2 for what was asked wrongly."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if os.name != "posix":
        print("testbed: needs Linux or macOS; on Windows, use it within WSL.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        status: int = options.run(options)
        return status
    except TestbedError as error:
        print(f"testbed: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        print("testbed: stopped by Ctrl-C", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"testbed: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nbcore testbed", description="A real Nautobot on this machine, to test against.", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    named = argparse.ArgumentParser(add_help=False)
    named.add_argument("--name", default="default", help="which testbed, when several run (default: %(default)s)")

    up = commands.add_parser("up", parents=[named], help="start it, and print its URL and token")
    _versions(up)
    up.add_argument(
        "--seed", default="small", metavar="small|large|none|FILE.py", help="the data: some 70 devices, 5,000 more, none, yours"
    )
    up.add_argument("--workers", type=int, default=2, metavar="N", help="processes that answer requests (default: %(default)s)")
    up.add_argument("--port", type=int, default=0, help="the port of the API (default: a free one)")
    up.set_defaults(run=_up)
    for word, run, text in (
        ("down", _down, "stop it, and remove its data"),
        ("status", _status, "how it is; exit status 1 when it does not run"),
        ("env", _env, 'its address and token for a shell: eval "$(python -m nbcore_testbed env)"'),
        ("reset", _reset, "put the seeded data back, in a second or two"),
        ("shell", _shell, "nautobot-server nbshell"),
    ):
        commands.add_parser(word, parents=[named], help=text).set_defaults(run=run)
    commands.add_parser("list", help="the testbeds that were started, and the supported versions").set_defaults(run=_list)
    dump = commands.add_parser("dump", help="write the migrated database of a version into a folder (the wheel has one so)")
    _versions(dump)
    dump.add_argument("folder", nargs="?", type=Path, help="where to (default: the package's own folder)")
    dump.set_defaults(run=_dump)
    return parser


def _versions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nautobot", metavar="VERSION", help="a release (3.2.7) or a series (2.4); the newest supported one when left out")
    parser.add_argument(
        "--app", action="append", metavar="DISTRIBUTION[==VERSION]",
        help="an app, in place of the default ones (repeatable); `default` names those, `none` is no app",
    )  # fmt: skip


def _up(options: argparse.Namespace) -> int:
    from . import testbed

    state = testbed.up(
        options.name, nautobot=options.nautobot, apps=options.app, seed=options.seed, workers=options.workers, port=options.port
    )
    print(f"NAUTOBOT_URL={state.url}\nNAUTOBOT_TOKEN={state.token}\nREDIS_URL={state.redis}", flush=True)
    return 0


def _down(options: argparse.Namespace) -> int:
    from . import testbed

    say(f"testbed: {options.name!r} is stopped" if testbed.down(options.name) else f"testbed: {options.name!r} was not running")
    return 0


def _status(options: argparse.Namespace) -> int:
    from . import state, testbed

    found = state.read(options.name)
    if found is None:
        testbed.running(options.name)  # says that there is none
        return 1
    print(json.dumps(testbed.status(found), indent=2))
    return 0 if testbed.healthy(found) else 1


def _env(options: argparse.Namespace) -> int:
    from . import testbed

    state = testbed.running(options.name)
    for name, value in (
        ("NAUTOBOT_URL", state.url), ("NAUTOBOT_TOKEN", state.token),
        ("NBCORE_TEST_URL", state.url), ("NBCORE_TEST_TOKEN", state.token), ("NBCORE_TEST_REDIS", state.redis),
    ):  # fmt: skip
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _reset(options: argparse.Namespace) -> int:
    from . import testbed
    from .progress import step

    with step("putting the seeded data back"):
        testbed.reset(options.name)
    return 0


def _shell(options: argparse.Namespace) -> int:
    from . import database, server, testbed

    state = testbed.running(options.name)
    words = [str(Path(state.python).with_name("nautobot-server")), "nbshell"]
    return subprocess.call(words, env=server.environment(state, database.NAME))


def _list(options: argparse.Namespace) -> int:
    from . import state, versions

    for name in state.names():
        found = state.read(name)
        if found:
            how = "ended" if found.ended() else "up" if found.ready else "starting"
            print(f"{name}\tNautobot {found.release}\t{Path(found.seed).name}\t{how}\t{found.url}")
    for series in versions.SERIES:
        say(f"testbed: --nautobot {series.name} is {series.newest} with {', '.join(series.apps)}")
    return 0


def _dump(options: argparse.Namespace) -> int:
    from . import shipping

    print(shipping.write(options.nautobot, options.app, options.folder))
    return 0
