"""One read of a list with one client, for compare.py: prints the names it got, or the error. Runs in that client's environment."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

LIMIT = 4.0
PAGE = 25


def with_nbcore(url: str) -> list[Any]:
    import nbcore

    # Its total deadline is below the time that a case is given, as everybody's time-outs here are.
    nb = nbcore.Api(url, "token", retries=3, timeout=(2, 2), deadline=3, page_size=PAGE)
    return [record.name for record in nb.endpoint("dcim/devices").all()]


def with_pynautobot(url: str) -> list[Any]:
    import pynautobot

    nb = pynautobot.api(url, "token", retries=3)
    return [record.name for record in nb.dcim.devices.all(limit=PAGE)]


def with_aiopynautobot(url: str) -> list[Any]:
    import asyncio

    import aiopynautobot

    async def read() -> list[Any]:
        nb = aiopynautobot.Api(url, "token", timeout=2)
        return [device.name async for device in nb.dcim.devices.filter(limit=PAGE)]

    return asyncio.run(read())


def main() -> None:
    client, url = sys.argv[1:3]
    read: Callable[[str], list[Any]] = {"nbcore": with_nbcore, "pynautobot": with_pynautobot, "aiopynautobot": with_aiopynautobot}[client]
    __import__(client)  # the time limit is for the read
    ended = threading.Timer(LIMIT, os._exit, [9])
    ended.daemon = True
    ended.start()
    try:
        found: dict[str, Any] = {"names": read(url)}
    except BaseException as error:
        found = {"error": type(error).__name__, "own": type(error).__module__.split(".")[0] == client, "text": str(error)}
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
