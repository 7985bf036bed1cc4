"""One job by one client, in a process of its own: client.py CLIENT JOB URL TOKEN [N]. Prints what it cost and a digest of what it got."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from typing import Any

FIELDS = ("name", "location__name", "device_type__model", "device_type__manufacturer__name", "role__name", "status__name", "tenant__name")
_sent = 0


def walk(devices: Any) -> list[list[Any]]:
    """The inventory walk: a name and six related names of each device, by attributes, in a plain loop."""
    return [
        [
            device.name, device.location.name, device.device_type.model, device.device_type.manufacturer.name, device.role.name,
            device.status.name, device.tenant.name if device.tenant else None,
        ]
        for device in devices
    ]  # fmt: skip


def three(devices: Any) -> int:
    """Three attributes of each device; how many there were."""
    total = 0
    for device in devices:
        device.name, device.serial, device.position  # noqa: B018  reading is what is measured
        total += 1
    return total


def nbcore_job(job: str, url: str, token: str, number: int) -> Any:
    import nbcore

    class CountNbcore:
        @nbcore.hookimpl(wrapper=True)
        def nbcore_send(self, call: Any) -> Any:
            global _sent
            _sent += 1
            return (yield)

    nb = nbcore.api(url, token, threading="threaded" in job, plugins=[CountNbcore()])
    devices = nb.dcim.devices
    if job == "walk":
        return walk(devices.filter(limit=min(number, 1000))[:number])
    if job == "values":
        return devices.all()[:number].values_list(*FIELDS)
    if job == "interfaces-values":
        return nb.dcim.interfaces.all()[:number].values_list("name", "type", "device__name")
    if job == "interfaces-rest":
        return nb.dcim.interfaces.all()[:number].values_list("name", "type", "device__name", prefer="rest")
    if job == "iterator":
        return three(devices.all().iterator())
    if job in ("list", "list-threaded"):
        return [[device.id, device.name] for device in devices.all()[:number]]
    return three(devices.all())


def requests_job(job: str, url: str, token: str, number: int) -> Any:
    """The floor: requests and json, into dicts."""
    import requests

    session = requests.Session()
    session.headers["Authorization"] = f"Token {token}"
    rows: list[dict[str, Any]] = []
    while True:
        page = json.loads(session.get(f"{url}/api/dcim/devices/", params={"limit": 1000, "offset": len(rows)}).content)
        rows += page["results"]
        if page["next"] is None:
            break
    total = 0
    for row in rows:
        row["name"], row["serial"], row["position"]
        total += 1
    return total


def pynautobot_job(job: str, url: str, token: str, number: int) -> Any:
    import pynautobot
    import requests

    class Counting(requests.Session):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            global _sent
            _sent += 1
            return super().send(*args, **kwargs)

    nb = pynautobot.api(url, token)
    session = Counting()
    session.headers.update(nb.http_session.headers)
    nb.http_session = session
    if job == "walk":
        return walk(nb.dcim.devices.filter(limit=number, offset=0))
    return three(nb.dcim.devices.all(limit=1000))


def aiopynautobot_job(job: str, url: str, token: str, number: int) -> Any:
    import asyncio

    import aiopynautobot

    async def run() -> int:
        nb = aiopynautobot.Api(url, token)
        return three([device async for device in nb.dcim.devices.all()])

    return asyncio.run(run())


def main() -> None:
    client, job, url, token = sys.argv[1:5]
    number = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    if client == "nbcore-std":
        sys.modules["orjson"] = None  # type: ignore[assignment]  as if nbcore[fast] was not installed
    run = {
        "nbcore": nbcore_job,
        "nbcore-std": nbcore_job,
        "requests": requests_job,
        "pynautobot": pynautobot_job,
        "aiopynautobot": aiopynautobot_job,
    }[client]
    started = time.perf_counter()
    found = run(job, url, token, number)
    wall = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    digest = hashlib.sha256(json.dumps(found, default=str).encode()).hexdigest()[:16]
    size = len(found) if isinstance(found, list) else found
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": usage.ru_utime + usage.ru_stime,
                "rss_mb": usage.ru_maxrss / 1024,
                "requests": _sent,
                "rows": size,
                "digest": digest,
            }
        )
    )


if __name__ == "__main__":
    main()
