"""Python source in ruff's own layout: what fits a line stays on it, the rest has one part a line and a comma at the end.

The packages that are written must pass `ruff format --check` where no ruff is installed to format them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120


@dataclass(frozen=True, slots=True)
class Bracketed:
    """A call or a tuple.

    Attributes:
        head: what stands before the first part: "EndpointSpec(", "json_fields=(".
        parts: the arguments or items.
        tuple: whether it is a tuple, which keeps a comma after its only item.
    """

    head: str
    parts: Sequence[str | Bracketed]
    tuple: bool = False


Source = str | Bracketed


def text(value: str) -> str:
    """A string literal, in the quotes that need fewer escapes; whatever the value holds, it stays inside of it."""
    literal = json.dumps(value)
    if value.count('"') <= value.count("'"):
        return literal
    inside = literal[1:-1].replace("'", "\\'").replace('\\"', '"')
    return f"'{inside}'"


def texts(head: str, values: Sequence[str]) -> Bracketed:
    """A tuple of string literals after `head`."""
    return Bracketed(f"{head}(", [text(value) for value in values], tuple=True)


def lay_out(source: Source, indent: int = 0, after: str = "", exploded: bool = False) -> str:
    """The lines of an expression.

    Args:
        source: the expression.
        indent: the column it begins at.
        after: what follows it on its last line, such as a comma.
        exploded: one part a line even where it would fit.
    """
    flat = _flat(source)
    if isinstance(source, str) or (not exploded and indent + len(flat) + len(after) <= WIDTH):
        return f"{' ' * indent}{flat}{after}"
    lines = [f"{' ' * indent}{source.head}"]
    lines += [lay_out(part, indent + 4, ",") for part in source.parts]
    lines.append(f"{' ' * indent}){after}")
    return "\n".join(lines)


def _flat(source: Source) -> str:
    if isinstance(source, str):
        return source
    comma = "," if source.tuple and len(source.parts) == 1 else ""
    return f"{source.head}{', '.join(_flat(part) for part in source.parts)}{comma})"
