"""The two steps of an endpoint that every create, update and allocation passes, and that an app package may override.

`Endpoint.prepare_items` says what is sent for the items that were given, and `Endpoint.finish_rows` what is made of the rows that came
back. Single, bulk and resumed writes all call them through this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..contracts import Endpoint, Row, WriteOperation
from ..errors import CallError, InputError, NbcoreError, PartialResult, describe
from ..messages import Call
from ..reading import Route


@dataclass(frozen=True, slots=True)
class Written:
    """What a request wrote.

    Attributes:
        call: the request.
        rows: the objects as they are now, in the order given.
        ignored: what a warning says of the fields that the server ignored; "" when it took all of them.
    """

    call: Call
    rows: list[Row]
    ignored: str = ""


def prepared(endpoint: Endpoint, items: Sequence[Row], operation: WriteOperation, many: bool) -> list[Row]:
    """What the endpoint sends for some items, checked to be one for each of them with the same id.

    Raises:
        InputError: it is not, or the endpoint refuses the items. Nothing was sent.
    """
    sent = list(endpoint.prepare_items(list(items), operation, many))
    if [item.get("id") for item in sent] != [item.get("id") for item in items]:
        raise InputError(
            f"{type(endpoint).__name__}.prepare_items() must return one item for each that it is given, in the same order and with the "
            f"same id; nothing was sent to {endpoint.path}"
        )
    return sent


def finished(endpoint: Endpoint, call: Call | None, rows: Sequence[Row], items: Sequence[Row], operation: WriteOperation) -> list[Row]:
    """What the endpoint makes of the rows that came back.

    Args:
        endpoint: the list route.
        call: the request that wrote them; None where they were found by their ids when a journal was resumed.
        rows: the server's objects.
        items: the items that they are of, as they were given and in the same order.
        operation: what was done.

    Raises:
        PartialResult: the objects were written, and what the endpoint does afterwards failed.
    """
    try:
        made = list(endpoint.finish_rows(list(rows), list(items), operation))
        if len(made) != len(rows):
            raise InputError(f"it gave {len(made)} rows for {len(rows)}")
        return made
    except NbcoreError as exc:
        done = describe(call) if call is not None else f"the {operation} of {endpoint.path}"
        reply = exc.reply if isinstance(exc, CallError) else None
        raise PartialResult(
            f"{done} was done, but what {type(endpoint).__name__}.finish_rows() does after it failed: {exc}", call, reply
        ) from exc


def m2m_params(route: Route, items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The query of a write, which says what its answer holds.

    That is what the Api's reads hold (`exclude_m2m`, `include`), so that a Record that was written has the fields of one that was read;
    and the many-to-many fields where any of them is written.
    """
    chosen = {name: value for name, value in route.connection.default_filters.items() if name in ("exclude_m2m", "include")}
    if any(name in route.m2m_fields for item in items for name in item):
        chosen["exclude_m2m"] = False
    return chosen
