"""A loopback server that gives pages of made-up devices at once, so that a client's own cost shows: replay.py ROWS prints its port."""

from __future__ import annotations

import json
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_MAX = 1000


def template(url: str) -> str:
    """A device as Nautobot 3.2 sends it, with @ for what differs from row to row."""

    def reference(path: str, kind: str, number: int) -> dict[str, str]:
        identity = str(uuid.UUID(int=number))
        return {"id": identity, "object_type": kind, "url": f"{url}/api/{path}/{identity}/"}

    row = {
        "id": "00000000-0000-4000-8000-@@@", "object_type": "dcim.device", "display": "device-@@@",
        "url": f"{url}/api/dcim/devices/00000000-0000-4000-8000-@@@/", "natural_slug": "device-@@@_ams01_0000",
        "face": {"value": "front", "label": "Front"}, "local_config_context_data": None, "local_config_context_data_owner_object_id": None,
        "name": "device-@@@", "serial": "SN@@@", "asset_tag": None, "position": 12, "device_redundancy_group_priority": None,
        "vc_position": None, "vc_priority": None, "comments": "", "local_config_context_schema": None,
        "local_config_context_data_owner_content_type": None, "device_type": reference("dcim/device-types", "dcim.devicetype", 7),
        "status": reference("extras/statuses", "extras.status", 8), "role": reference("extras/roles", "extras.role", 9),
        "tenant": reference("tenancy/tenants", "tenancy.tenant", 10), "platform": None,
        "location": reference("dcim/locations", "dcim.location", 11),
        "rack": reference("dcim/racks", "dcim.rack", 12),
        "primary_ip4": reference("ipam/ip-addresses", "ipam.ipaddress", 13), "primary_ip6": None,
        "virtual_chassis": None, "device_redundancy_group": None, "software_version": None, "secrets_group": None,
        "controller_managed_device_group": None, "created": "2026-11-23T20:30:19.570554Z", "last_updated": "2026-11-23T20:30:19.570576Z",
        "notes_url": f"{url}/api/dcim/devices/00000000-0000-4000-8000-@@@/notes/", "custom_fields": {"owner": "team-b", "years": 3},
        "tags": [], "parent_bay": None,
    }  # fmt: skip
    return json.dumps(row, separators=(",", ":"))


class Handler(BaseHTTPRequestHandler):
    """Answers dcim/devices/ by limit and offset."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together: a small page does not wait for an acknowledgement
    rows = 0
    text = ""

    def do_GET(self) -> None:
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        limit, offset = min(int(asked.get("limit", 50)) or _MAX, _MAX), int(asked.get("offset", 0))
        last = min(offset + limit, self.rows)
        rows = ",".join(self.text.replace("@@@", f"{number:012d}") for number in range(offset, last))
        host = self.headers["Host"]
        following = f'"http://{host}/api/dcim/devices/?limit={limit}&offset={last}"' if last < self.rows else "null"
        body = f'{{"count":{self.rows},"next":{following},"previous":null,"results":[{rows}]}}'.encode()
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", "API-Version": "3.2", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.rows = int(sys.argv[1])
    Handler.text = template(f"http://127.0.0.1:{server.server_port}")
    print(server.server_port, flush=True)
    server.serve_forever()
