"""A sandbox over HTTP until it is interrupted: `python -m nbcore_sandbox.serve --port 8080`."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from .sandbox import Sandbox
from .server import SandboxServer


def main(argv: list[str] | None = None) -> int:
    """The command.

    Args:
        argv: the arguments; those of the process by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m nbcore_sandbox.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--token", help="the API token it takes; a random one by default")
    parser.add_argument("--empty", action="store_true", help="without the sample network")
    parser.add_argument("--schema", type=Path, help="an index made by python -m nbcore_sandbox.record")
    options = parser.parse_args(argv)
    sandbox = Sandbox(seed=not options.empty, token=options.token, schema=options.schema)
    with SandboxServer(sandbox, port=options.port, host=options.host) as server:
        print(f"{sandbox}\nNAUTOBOT_URL={server.url}\nNAUTOBOT_TOKEN={server.token}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
