"""The in-memory Nautobot: one object that answers requests."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .answers import Answer, Refused, no_route, not_served
from .index import Index, Route, load
from .request import Request
from .seeding import new_store
from .views import Views

_API = "/api/"
_log = logging.getLogger("nbcore.sandbox")
_COMMON = {
    "Content-Type": "application/json",
    "Vary": "Accept, Cookie, origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Sandbox:
    """An in-memory Nautobot; safe with threads.

    Args:
        seed: whether it begins with the sample network (see nbcore_sandbox.seed), or empty but for Nautobot's own statuses, roles
            and the namespace Global.
        token: the API token it takes; a random one by default.
        schema: an index made by `python -m nbcore_sandbox.record`; the shipped one by default.
    """

    def __init__(self, *, seed: bool = True, token: str | None = None, schema: Path | None = None) -> None:
        self.token = token if token is not None else secrets.token_hex(20)
        self.index: Index = load(schema)
        self._store = new_store(self.index, with_sample=seed)
        self._lock = threading.RLock()
        self._views = Views(self._store, lambda: str(uuid.uuid4()))

    def __repr__(self) -> str:
        return f"<Sandbox of Nautobot {self.index.nautobot} with {len(self._store)} objects>"

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, base: str | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one request.

        Args:
            method: the HTTP method.
            target: path and query, such as "/api/dcim/devices/?limit=1".
            headers: the request's headers.
            body: what was sent.
            base: the server's address for the urls in answers; from the Host header by default.

        Returns:
            Status, headers and body of the answer.
        """
        host = next((value for name, value in headers.items() if name.lower() == "host"), "localhost")
        request = Request.of(method, target, headers, body, base if base is not None else f"http://{host}")
        version = ""
        try:
            with self._lock:
                version, answer = self._answer(request)
        except Refused as refused:
            answer = refused.answer
            version = version or self._version(request)
        except Exception as error:
            _log.exception("%s %s", method, target)
            answer = Refused(501, {"detail": f"The sandbox fails at this ({type(error).__name__}: {error})."}).answer
        return self._encoded(method, answer, version)

    def _version(self, request: Request) -> str:
        try:
            return request.version(self.index)
        except Refused:
            return ""

    def _encoded(self, method: str, answer: Answer, version: str) -> tuple[int, dict[str, str], bytes]:
        headers = {**_COMMON, **answer.headers}
        if answer.versioned and version:
            headers["API-Version"] = version
        content = b"" if answer.body is None else json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode()
        if answer.status == 204 or not content:
            content = b""
            headers.pop("Content-Type")
        headers["Content-Length"] = str(len(content))
        return answer.status, headers, b"" if method == "HEAD" else content

    # --- routing -------------------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> tuple[str, Answer]:
        if not request.path.startswith(_API):
            if request.path == "/api":
                return "", Answer(301, None, {"Location": _API}, versioned=False)
            raise not_served(request.path)
        path = request.path[len(_API) :]
        view = self._view(path)
        version = request.version(self.index)
        request.check_token(self.token)
        request.check_media()
        if version in ("2.0", "2.1") and path.startswith(("ipam/prefixes/", "ipam/vlans/")):
            raise not_served(f"{path} of API version {version}, where it has another form")
        return version, view(request)

    def _view(self, path: str) -> Callable[[Request], Answer]:
        """The view of a path; 404 without one, and for a path that lacks its last slash what the server answers to that."""
        if path and not path.endswith("/"):
            if path in ("swagger.json", "swagger.yaml"):
                raise not_served("the OpenAPI document")
            self._view(f"{path}/")
            raise _Redirect(f"{_API}{path}/")
        name = path.rstrip("/")
        if name in self.index.roots:
            return lambda request: self._root(request, name)
        if path in self.index.installed:
            return lambda request: self._document(request, self.index.installed[path])
        if name == "status":
            return lambda request: self._document(request, dict(self.index.status))
        parts = name.split("/")
        for depth in (2, 3):
            route = self.index.routes.get("/".join(parts[:depth]))
            if route is not None:
                return self._of_route(route, parts[depth:])
        return self._elsewhere(name)

    def _of_route(self, route: Route, rest: list[str]) -> Callable[[Request], Answer]:
        if not rest:
            return lambda request: self._options(request, route, detail=False) or self._views.collection(request, route)
        if len(rest) == 1:
            return lambda request: self._options(request, route, detail=True) or self._views.detail(request, route, rest[0])
        if len(rest) > 2 or rest[1] not in route.actions:
            raise no_route()
        return lambda request: self._views.action(request, route, rest[0], rest[1])

    def _elsewhere(self, name: str) -> Callable[[Request], Answer]:
        """What a real server has and the sandbox does not is 501; anything else is 404."""
        if name == "graphql":
            raise not_served("GraphQL")
        parts = name.split("/")
        known = any(part in self.index.roots.get("/".join(parts[:at]), {"names": ()})["names"] for at, part in enumerate(parts) if at)
        if known:
            raise not_served(f"{_API}{name}/")
        raise no_route()

    def _root(self, request: Request, name: str) -> Answer:
        root = self.index.roots[name]
        if request.method == "OPTIONS":
            return Answer(200, root["options"])
        if request.method != "GET":
            raise Refused(405, {"detail": f'Method "{request.method}" not allowed.'})
        return Answer(
            200, {item: f"{request.base}{_API}{self._where(name, item)}/" for item in root["names"]}, {"Allow": "GET, HEAD, OPTIONS"}
        )

    def _where(self, root: str, item: str) -> str:
        if root == "apps" and item in self.index.roots["plugins"]["names"]:
            root = "plugins"
        return f"{root}/{item}" if root else item

    @staticmethod
    def _document(request: Request, document: Any) -> Answer:
        if request.method not in ("GET", "OPTIONS"):
            raise Refused(405, {"detail": f'Method "{request.method}" not allowed.'})
        if request.method == "OPTIONS":
            raise not_served(f"OPTIONS of {request.path}")
        return Answer(200, document, {"Allow": "GET, HEAD, OPTIONS"})

    @staticmethod
    def _options(request: Request, route: Route, *, detail: bool) -> Answer | None:
        if request.method != "OPTIONS":
            return None
        fields = {name: dict(field.options) for name, field in route.fields.items()}
        methods = route.methods["detail" if detail else "list"]
        actions = {method: fields for method in ("POST", "PUT") if method in methods}
        body = {
            "name": route.names[1 if detail else 0],
            "description": route.description,
            "renders": ["application/json", "text/html", "text/csv"],
            "parses": route.parses,
            "actions": actions,
        }
        return Answer(200, body, {"Allow": methods})


class _Redirect(Refused):
    """301 to the path with its last slash."""

    def __init__(self, target: str) -> None:
        super().__init__(301, None, versioned=False)
        self.answer = Answer(301, None, {"Location": target}, versioned=False)
