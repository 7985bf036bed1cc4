"""The Arrow table as a frame of pandas or polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbcore import InputError

from .arrow import to_arrow

if TYPE_CHECKING:
    from nbcore import RecordSet


def to_pandas(records: RecordSet, fields: tuple[str, ...]) -> Any:
    """Some fields of records as a pandas DataFrame: whole numbers with gaps are Int64, choices are categories."""
    try:
        import pandas as pd
    except ImportError:
        raise InputError('pandas is not installed: pip install "nbcore-frames[pandas]"') from None
    import pyarrow as pa

    kinds = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return to_arrow(records, fields).to_pandas(types_mapper=kinds.get)


def to_polars(records: RecordSet, fields: tuple[str, ...]) -> Any:
    """Some fields of records as a polars DataFrame; choices are categoricals."""
    try:
        import polars as pl
    except ImportError:
        raise InputError('polars is not installed: pip install "nbcore-frames[polars]"') from None
    return pl.from_arrow(to_arrow(records, fields))
