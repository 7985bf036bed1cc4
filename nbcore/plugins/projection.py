"""A projection: how some fields of a list will be read, as an nbcore_project hook answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..by_fields import ByFields


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Projection(ByFields):
    """How some fields of a list will be read: what an `nbcore_project` hook answers.

    Attributes:
        route: what answers it, such as "graphql"; "rest" for a plugin that leaves it to the core, and says why in `reason`.
        reason: why this way was taken, or why it cannot be.
        requests: the requests that will be sent, as text, for `explain()`.
        pages: reads the rows, a list a page: a tuple for each row, with a plain value for each field. None with route "rest"; it may also
            give None, where reading shows that it cannot be exact, and then the core reads by REST.
        objects: reads the rows as REST's JSON objects that hold just these fields, or gives None where that cannot be exact. None with
            route "rest".
    """

    route: str
    reason: str
    requests: tuple[str, ...] = ()
    pages: Callable[[], Iterator[list[tuple[Any, ...]]] | None] | None = None
    objects: Callable[[], list[dict[str, Any]] | None] | None = None
