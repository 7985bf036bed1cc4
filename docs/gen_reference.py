"""Writes docs/reference/: hooks, errors and options, from the modules that are their source.

python docs/gen_reference.py            writes the pages
python docs/gen_reference.py --check    fails when one is out of date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from nbcore import errors, options
from nbcore.plugins import hookspecs

FOLDER = Path(__file__).parent / "reference"
_SECTION = re.compile(r"(Args|Attributes|Returns|Raises):")

SAMPLE = """\
A plugin is an object with methods of these names, each marked as an implementation; [Write a hook package](../write-a-hook.md) has a
whole one.

```python
from nbcore import hookimpl


class Mine:
    @hookimpl
    def nbcore_changed(self, change):
        print(change.action, change.object_type, change.id)
```
"""

ORDER = """\
## Order

- Of a hook of kind *all*, every implementation is called. Of a hook of kind *first*, they are asked in turn, and the first answer that
  is not None is used; the core's own implementation is asked last.
- The plugin registered last is called first. Registered are the core, then the installed plugins that something configured, then those
  of `plugins=[...]` in the order given: so the last of `plugins=[...]` is called first. `nb.plugin_report()` says who came when.
- `@hookimpl(tryfirst=True)` goes before those, `@hookimpl(trylast=True)` after them. In a hook of kind *first*, `trylast` without
  `wrapper` comes after the core's own, which answers: it is for wrappers.
- A wrapper, `@hookimpl(wrapper=True)`, stands around all implementations that are no wrapper. Of several, the one called first is the
  outermost; `trylast` makes one the innermost, which sees only what really leaves.
- An implementation names just the arguments that it uses: `def nbcore_send(self, call)`, `def nbcore_changed(self)`.

A cache is to stand around what counts requests; what refuses writes is to stand around what records them. Give such plugins `tryfirst`
or `trylast`, and do not lean on the order in which somebody installs them.

## Threads

*Pool threads*: the hook runs on the caller's thread and, in parallel reads (`threading=True`, related objects, chunks of a bulk write),
on up to `max_workers` threads at once. Guard what calls share with a lock, hold it for moments, and never while a request is out. A
`threading.local` tells nothing about the caller there: put what belongs to a call under `call.id`, which is the same for every attempt.
*Caller*: the thread that makes, uses or closes the Api. Each process has its own; after a fork the child's Api goes on with new
connections and the same plugin objects.

## What a hook can count on

- `call` and `reply` are frozen. An implementation of `nbcore_send` that is no wrapper answers in the network's place; a wrapper
  watches, delays, refuses by raising a `CallError`, or gives another reply.
- No hook is given the token, and `options.token` is empty. What a hook puts into `call.path` stays on the server of the Api.
- A hook that is misspelt, or that takes an argument which does not exist, is reported with the plugin's name, its package and the
  nearest hook.
- A plugin that needs a newer nbcore says so: `nbcore_requires = "0.2"` in its class.
- `NBCORE_TRACE_HOOKS=1` logs each call of a hook with its plugin and the time it took, to the logger `nbcore.hooks`.
"""

ENVIRONMENT = """\
## Environment

| Variable | Stands in for |
|---|---|
| `NAUTOBOT_URL`, `NAUTOBOT_TOKEN` | `url`, `token` |
| `NAUTOBOT_VALIDATE_CERTS` | `verify`: 0, false, no or off for False |
| `NBCORE_PLUGINS`, `NBCORE_DISABLE` | `allow`, `disable`: names with commas between |
| `NBCORE_CACHE_DIR` | `cache_dir` |
| `NBCORE_TRACE_HOOKS` | 1 logs each call of a hook with its plugin and duration |

Requests' own variables (`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`, ...) hold too. Hook plugins have theirs: `NBCORE_<NAME>_...`.
"""


def hooks() -> str:
    """The page of the hooks."""
    intro, _, rest = _doc(hookspecs).partition("\n\n")
    parts = ["# Hooks", intro, rest]
    table = ["| Hook | Kind | Threads |", "|---|---|---|"]
    described = []
    for name in hookspecs.names():
        spec = getattr(hookspecs.Hooks, name)
        text = _doc(spec)
        kind = "first" if spec.nbcore_spec["firstresult"] else "all"
        threads = "pool" if "Pool threads" in text else "caller"
        table.append(f"| [`{name}`](#{name}) | {kind} | {threads} |")
        described += [f"## {name}", f"```python\n{signature(spec)}\n```", text]
    return _page("plugins/hookspecs.py", [*parts, SAMPLE.strip(), "\n".join(table), ORDER.strip(), *described])


def signature(function: Callable[..., Any]) -> str:
    """A hook's signature as it is in the source, without self."""
    found = inspect.signature(function)
    arguments = ", ".join(f"{name}: {of.annotation}" for name, of in found.parameters.items() if name != "self")
    return f"{function.__name__}({arguments}) -> {found.return_annotation}"


def error_page() -> str:
    """The page of the errors."""
    title, _, rest = _doc(errors).partition("\n\n")
    assert errors.ConnectError  # noqa: S101  it loads those that wait to be named
    tree, _, after = rest.partition("\n\n")
    described = []
    for name, cls in vars(errors).items():
        if inspect.isclass(cls) and issubclass(cls, errors.NbcoreError):
            bases = ", ".join(f"`{base.__name__}`" for base in cls.__bases__)
            described += [f"## {name}", f"{_formatted(_doc(cls))}\n\nDerives from {bases}."]
    shown = f"```text\n{tree}\n```"
    catch = "`from nbcore import RequestError`: each is exported by name. `except nbcore.NbcoreError` catches them all."
    return _page("errors/__init__.py", ["# Errors", title, shown, after, catch, *described])


def option_page() -> str:
    """The page of the options."""
    about = dict(_entries(_doc(options.Options).partition("Attributes:\n")[2]))
    rows = ["| Name | Type | Default | |", "|---|---|---|---|"]
    for field in fields(options.Options):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        shown = "" if field.name == "url" else f"`{default!r}`".replace("67108864", "64 * 1024 * 1024")
        kind = str(field.type).replace("|", "\\|")
        rows.append(f"| `{field.name}` | `{kind}` | {shown} | {about[field.name]} |")
    intro = (
        "Arguments of `nbcore.api(...)`: `url`, `token`, `threading`, `api_version` and `retries` also by place, in this order; all\n"
        "others by name. `nb.with_options(...)` gives a copy of an Api with some of them changed; `nb.options` has those in use."
    )
    return _page("options.py", ["# Options", _doc(options.Options).partition("\n\n")[0], intro, "\n".join(rows), ENVIRONMENT.strip()])


def _page(source: str, parts: list[str]) -> str:
    note = f"<!-- Made from nbcore/{source} by docs/gen_reference.py: change it there. -->"
    return "\n\n".join([note, *(part for part in parts if part)]) + "\n"


def _doc(thing: Any) -> str:
    return inspect.cleandoc(thing.__doc__ or "")


def _formatted(text: str) -> str:
    """A Google docstring as Markdown: sections become lists."""
    lead, *sections = re.split(r"\n\n(?=(?:Args|Attributes|Returns|Raises):\n)", text)
    parts = [lead]
    for section in sections:
        head, _, body = section.partition(":\n")
        title = "Attributes" if head == "Args" else head
        parts.append(f"{title}:\n\n" + "\n".join(f"- `{name}`: {about}" for name, about in _entries(body)))
    return "\n\n".join(parts)


def _entries(body: str) -> Iterator[tuple[str, str]]:
    """(name, text) of a section's entries; a line that is further in goes on with the one before."""
    for entry in re.split(r"\n(?=\S)", inspect.cleandoc(f"\n{body}")):
        name, _, text = " ".join(entry.split()).partition(": ")
        yield name, text


PAGES: dict[str, Callable[[], str]] = {"hooks.md": hooks, "errors.md": error_page, "options.md": option_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    late = []
    for name, make in PAGES.items():
        path, content = FOLDER / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        late.append(name)
        if "--check" not in arguments:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
    if late and "--check" in arguments:
        print(f"out of date: {', '.join(late)}; run python docs/gen_reference.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
