"""The hook behind to_pandas(), to_polars() and to_arrow(). Light to import: the libraries are imported when a table is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbcore import hookimpl

if TYPE_CHECKING:
    from nbcore import Options, RecordSet
    from nbcore.contracts import Exporter


def make(options: Options) -> Frames:
    """The plugin of one Api; it is active whenever it is installed."""
    return Frames()


class Frames:
    """Makes tables of record sets."""

    @hookimpl
    def nbcore_exporters(self) -> Mapping[str, Exporter]:
        """The forms that this package makes."""
        return {"arrow": _arrow, "pandas": _pandas, "polars": _polars}


def _arrow(records: RecordSet, fields: tuple[str, ...]) -> Any:
    from .arrow import to_arrow

    return to_arrow(records, fields)


def _pandas(records: RecordSet, fields: tuple[str, ...]) -> Any:
    from .frames import to_pandas

    return to_pandas(records, fields)


def _polars(records: RecordSet, fields: tuple[str, ...]) -> Any:
    from .frames import to_polars

    return to_polars(records, fields)
