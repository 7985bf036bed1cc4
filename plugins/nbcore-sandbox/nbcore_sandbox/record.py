"""Make a schema index from a real Nautobot: `python -m nbcore_sandbox.record --url URL --token TOKEN --output schema.json`.

It reads the server's OpenAPI document, the OPTIONS of each route, one GraphQL introspection and sample rows, so the server
should hold at least one object of every route. With `--probe` it also creates and deletes objects, on a server that is there
for testing: only so can it see which fields must be unique, what their defaults are, and what the answer to a create holds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import probe
from .describe import describe_field, filters, schemas
from .remote import Remote

ROUTES = (
    "extras/statuses", "extras/roles", "extras/tags", "tenancy/tenants", "dcim/location-types", "dcim/locations", "dcim/manufacturers",
    "dcim/platforms", "dcim/device-types", "dcim/devices", "dcim/interfaces", "ipam/namespaces", "ipam/vlan-groups", "ipam/vlans",
    "ipam/prefixes", "ipam/ip-addresses", "ipam/ip-address-to-interface", "plugins/bgp/autonomous-systems",
    "plugins/bgp/routing-instances", "plugins/bgp/peer-groups", "extras/notes",
)  # fmt: skip
OPT_IN = ("computed_fields", "relationships", "config_context")
NOBODY = "00000000-0000-0000-0000-000000000000"

Json = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """The command.

    Args:
        argv: the arguments; those of the process by default.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m nbcore_sandbox.record", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--probe", action="store_true", help="also create and delete objects, on a test server")
    parser.add_argument("routes", nargs="*", default=list(ROUTES), help="list routes such as dcim/devices")
    options = parser.parse_args(argv)
    index = record(Remote(options.url, options.token), options.routes, probing=options.probe)
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False).replace('},"', '},\n"')
    options.output.write_text(text + "\n", encoding="utf-8")
    print(f"{options.output}: {len(index['routes'])} routes of Nautobot {index['nautobot']}, {len(text) / 1e6:.2f} MB")
    return 0


def record(remote: Remote, routes: Iterable[str], *, probing: bool = False) -> Json:
    """The index of some routes of a server.

    Args:
        remote: the server.
        routes: the list routes, those that others refer to first.
        probing: whether objects may be created and deleted to see what documents do not say.

    Returns:
        What schema.json holds.
    """
    openapi = remote.get("swagger.json", accept="application/vnd.oai.openapi+json")
    status = remote.get("status/")
    routes = list(routes)
    known = [rows[0]["object_type"] if (rows := _rows(remote, f"{route}/?limit=1")) else remote.object_type_of(route) for route in routes]
    types = remote.references(known)
    types[""] = {name.partition(".")[2]: name for name in known}  # for fields that can only be written, which GraphQL does not have
    refused = remote.send("GET", f"{routes[0]}/?limit=1", version="0.0").json["detail"]
    index: Json = {
        "nautobot": status["nautobot-version"],
        "version": remote.version,
        "versions": re.findall(r"\d+\.\d+", refused.partition("are:")[2]),
        "status": status,
        "object_types": remote.object_types(),
        "roots": _roots(remote, routes),
        "statuses": [
            {name: row[name] for name in ("name", "color", "description", "content_types")}
            for row in _rows(remote, "extras/statuses/?limit=1000")
        ],
        "installed": {name: _installed(remote, name, routes) for name in ("plugins/installed-plugins/", "apps/installed-apps/")},
        "routes": {},
    }
    nested: dict[str, set[str]] = {}
    for route in routes:
        print(f"reading {route}", file=sys.stderr)
        index["routes"][route] = _route(remote, openapi, route, types, nested)
    for found in index["routes"].values():
        if seen := nested.get(found["object_type"]):
            found["hidden"]["nested"] = [name for name in found["row"] if name not in seen]
    if probing:
        for route, found in index["routes"].items():
            if route != "extras/notes":
                print(f"probing {route}", file=sys.stderr)
                probe.Probe(remote, route, found, {entry["object_type"]: name for name, entry in index["routes"].items()}).run()
    for found in index["routes"].values():
        del found["sample"], found["first"]
    return index


def _installed(remote: Remote, path: str, routes: list[str]) -> list[Json]:
    """The server's plugins, those only whose routes are recorded."""
    slugs = {route.split("/")[1] for route in routes if route.startswith("plugins/")}
    return [item for item in remote.get(path) if item["package"].split("_")[1] in slugs]


def _roots(remote: Remote, routes: list[str]) -> Json:
    """The routes that the API's root and each app's root list, and their OPTIONS."""
    roots: Json = {}
    served = {route.rpartition("/")[0] for route in routes}
    apps = [name for name in remote.get("") if name not in ("graphql", "status")]
    for path in ["", *apps, *sorted(route for route in served if route not in apps)]:
        answer = remote.send("GET", f"{path}/" if path else "")
        names = list(answer.json)
        if path in ("plugins", "apps"):  # only those apps whose routes are recorded
            names = [name for name in names if name.startswith("installed") or f"plugins/{name}" in served]
        options = remote.send("OPTIONS", f"{path}/" if path else "").json
        roots[path] = {"names": names, "options": options}
    return roots


def _route(remote: Remote, openapi: Json, route: str, types: dict[str, Json], nested: dict[str, set[str]]) -> Json:
    options = remote.send("OPTIONS", f"{route}/").json
    rows = {
        "default": _rows(remote, f"{route}/?limit=50"),
        "full": _rows(remote, f"{route}/?limit=50&exclude_m2m=false"),
        "none": _rows(remote, f"{route}/?limit=1&exclude_m2m=true"),
    }
    _note_nested(_rows(remote, f"{route}/?limit=20&depth=1&exclude_m2m=false"), nested)
    info = options["actions"].get("POST") or {name: {"type": "field", "read_only": True} for name in rows["full"][0]}
    row = [name for name in rows["full"][0] if name not in OPT_IN] if rows["full"] else [name for name in info if name not in OPT_IN]
    sample = _sample(rows["full"])
    object_type = sample.get("object_type") or remote.object_type_of(route)
    request, answer = schemas(openapi, route)
    targets = {**types[""], **types[object_type]}
    below = f"/{route}/{{id}}/"
    return {
        "object_type": object_type,
        "model": re.sub(r"^No (\w+) matches.*", r"\1", remote.send("GET", f"{route}/{NOBODY}/").json["detail"]),
        "names": [options["name"], remote.send("OPTIONS", f"{route}/{sample.get('id', NOBODY)}/").json["name"]],
        "description": options["description"],
        "parses": options["parses"],
        "methods": _methods(remote, route, sample),
        "fields": {
            name: describe_field(name, said, request.get(name), answer.get(name), sample.get(name), targets.get(name))
            for name, said in info.items()
        },
        "row": row,
        "hidden": {kind: [name for name in row if rows[kind] and name not in rows[kind][0]] for kind in ("default", "none")},
        "filters": filters(openapi["paths"][f"/{route}/"]["get"]["parameters"]),
        "actions": sorted(path.removeprefix(below).strip("/") for path in openapi["paths"] if path.startswith(below) and path != below),
        "sample": sample,
        "first": rows["full"][0] if rows["full"] else {},
    }  # fmt: skip


def _methods(remote: Remote, route: str, sample: Json) -> Json:
    return {
        "list": remote.send("OPTIONS", f"{route}/").headers["Allow"],
        "detail": remote.send("OPTIONS", f"{route}/{sample.get('id', NOBODY)}/").headers["Allow"],
    }


def _rows(remote: Remote, path: str) -> list[Json]:
    rows: list[Json] = remote.get(path)["results"]
    return rows


def _sample(rows: list[Json]) -> Json:
    """The first row, with the fields it leaves empty taken from others, so that more is seen of each field."""
    sample = dict(rows[0]) if rows else {}
    for other in rows[1:]:
        sample.update({name: value for name, value in other.items() if sample.get(name) in (None, [], "") and value not in (None, [], "")})
    return sample


def _note_nested(rows: list[Json], nested: dict[str, set[str]]) -> None:
    for row in rows:
        for value in row.values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and "object_type" in item and "display" in item:
                    nested.setdefault(item["object_type"], set()).update(item)


if __name__ == "__main__":
    raise SystemExit(main())
