"""Rows as Arrow batches, page by page, with the types that their values have."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from nbcore import InputError

if TYPE_CHECKING:
    from nbcore import RecordSet

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = pa.timestamp("us", tz="UTC")


def to_arrow(records: RecordSet, fields: tuple[str, ...]) -> pa.Table:
    """Some fields of records as an Arrow table.

    A column has the type that all of its values share: timestamp[us, UTC], date32, int64, float64, bool, or text; choices are dictionaries;
    lists of text are lists; anything else is JSON text. A column without a value is of type null.

    Args:
        records: what to read.
        fields: the columns, as in values().
    """
    if len(set(fields)) != len(fields):
        raise InputError("a column is named twice")
    choices = _choice_columns(records, fields)
    batches = [[list(column) for column in zip(*rows, strict=True)] for rows in records.batches(*fields) if rows]
    arrays = []
    for index, name in enumerate(fields):
        parts = [batch[index] for batch in batches]
        kind, form = _kind([value for part in parts for value in part if value is not None])
        chunked = pa.chunked_array(
            [pa.array([None if value is None else form(value) for value in part], type=kind) for part in parts], type=kind
        )
        arrays.append(chunked.dictionary_encode() if name in choices and pa.types.is_string(kind) else chunked)
    return pa.table(arrays, names=list(fields))


def _choice_columns(records: RecordSet, fields: tuple[str, ...]) -> set[str]:
    """The columns that are choices of the endpoint itself; none where the token is not told."""
    try:
        known = records.endpoint.choices()
    except InputError:
        return set()
    return {name for name in fields if name in known}


def _kind(values: list[Any]) -> tuple[Any, Callable[[Any], Any]]:
    """The Arrow type that all values of a column have, and what brings a value to it."""
    if not values:
        return pa.null(), _same
    types = {type(value) for value in values}
    if types == {bool}:
        return pa.bool_(), _same
    if types == {int}:
        return (pa.int64(), _same) if all(-(2**63) <= value < 2**63 for value in values) else (pa.string(), str)
    if types <= {int, float}:
        return pa.float64(), float
    if types == {str}:
        if all(_TIME.fullmatch(value) for value in values):
            return TIME, datetime.datetime.fromisoformat
        if all(_DATE.fullmatch(value) for value in values):
            return pa.date32(), datetime.date.fromisoformat
        return pa.string(), _same
    if types == {list} and all(item is None or isinstance(item, str) for value in values for item in value):
        return pa.list_(pa.string()), _same
    return pa.string(), json.dumps


def _same(value: Any) -> Any:
    return value
