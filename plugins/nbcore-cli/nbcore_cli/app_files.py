"""The files of an app package."""

from __future__ import annotations

from nbcore import ActionSpec, EndpointSpec, __version__

from .document import Found
from .folder import render
from .layout import WIDTH, Bracketed, Source, lay_out, text, texts
from .names import Names


def app_files(found: Found, names: Names) -> dict[str, str]:
    """The files of a distribution for an app, by path."""
    classes = list(dict.fromkeys(found.models.values()))
    specs = [name for name in ("ActionSpec", "AppSpec", "EndpointSpec") if name != "ActionSpec" or _actions(found)]
    values = {
        **_words(names),
        "path": found.spec.path,
        "specs": ", ".join(specs),
        "records_import": "from . import records\n\n" if classes else "",
        "app": lay_out(_app(found, names), exploded=True),
        "records": _records(names, classes),
        "width": str(WIDTH),
        "endpoints": "\n".join(_row(endpoint, names, found) for endpoint in found.spec.endpoints),
        "sample": found.spec.endpoints[0].attribute,
        "notes": "".join(f"- {note}\n" for note in found.notes) or "- nothing known\n",
    }
    files = render("app", names.package, values)
    if not classes:
        files.pop(f"{names.package}/records.py", None)
    return files


def _words(names: Names) -> dict[str, str]:
    return {"name": names.name, "package": names.package, "distribution": names.distribution, "version": _oldest()}


def _oldest() -> str:
    return ".".join(__version__.split(".")[:2])


def _actions(found: Found) -> list[ActionSpec]:
    return [action for endpoint in found.spec.endpoints for action in endpoint.actions]


def _app(found: Found, names: Names) -> Bracketed:
    endpoints = Bracketed(
        "endpoints=(", [_endpoint(endpoint, found.models.get(endpoint.slug)) for endpoint in found.spec.endpoints], tuple=True
    )
    parts: list[Source] = [f"name={text(names.name)}", f"path={text(found.spec.path)}", f"requires={text(_oldest())}", endpoints]
    return Bracketed("app = AppSpec(", parts)


def _endpoint(endpoint: EndpointSpec, model: str | None) -> Bracketed:
    parts: list[Source] = [text(endpoint.slug)]
    if model is not None:
        parts.append(f"record=records.{model}")
    if endpoint.json_fields:
        parts.append(texts("json_fields=", endpoint.json_fields))
    if endpoint.m2m_fields:
        parts.append(texts("m2m_fields=", endpoint.m2m_fields))
    if endpoint.actions:
        parts.append(Bracketed("actions=(", [_action(action) for action in endpoint.actions], tuple=True))
    if endpoint.key != "uuid":
        parts.append(f"key={text(endpoint.key)}")
    return Bracketed("EndpointSpec(", parts)


def _action(action: ActionSpec) -> Bracketed:
    parts: list[Source] = [text(action.name)]
    if action.on != "record":
        parts.append(f"on={text(action.on)}")
    if action.methods != ("GET",):
        parts.append(texts("methods=", action.methods))
    if action.returns != "json":
        parts.append(f"returns={text(action.returns)}")
    if action.paged:
        parts.append("paged=True")
    return Bracketed("ActionSpec(", parts)


def _records(names: Names, classes: list[str]) -> str:
    return "\n\n".join(f'class {name}(Record):\n    """A record of nb.{names.name}."""\n\n    __slots__ = ()\n' for name in classes)


def _row(endpoint: EndpointSpec, names: Names, found: Found) -> str:
    about = [
        *(f"JSON: {', '.join(f'`{name}`' for name in endpoint.json_fields)}" for _ in endpoint.json_fields[:1]),
        *(f"loaded when read: {', '.join(f'`{name}`' for name in endpoint.m2m_fields)}" for _ in endpoint.m2m_fields[:1]),
        *(f"actions: {', '.join(f'`{action.attribute}`' for action in endpoint.actions)}" for _ in endpoint.actions[:1]),
    ]
    model = found.models.get(endpoint.slug, "a single object")
    return f"| `nb.{names.name}.{endpoint.attribute}` | {model} | {'; '.join(about)} |"
