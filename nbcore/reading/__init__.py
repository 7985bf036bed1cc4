"""How a list is asked: the query, filters without a value, pages, rows by their ids, and what a route can be written with."""

from typing import TYPE_CHECKING

from ..lazy import lazily as _lazily
from .listing import READS, asked, count, moved, objects, page, pages, parts, stream
from .pagination import Page, stitch
from .query import Query, build
from .request_line import IDS_A_REQUEST, chunked
from .route import Learned, Route

if TYPE_CHECKING:
    from .documents import cache_folder, kept
    from .fields import fields_of
    from .rows_by_id import detail, one_row, rows_of

__all__ = [
    "IDS_A_REQUEST",
    "READS",
    "Learned",
    "Page",
    "Query",
    "Route",
    "asked",
    "build",
    "cache_folder",
    "chunked",
    "count",
    "detail",
    "fields_of",
    "kept",
    "moved",
    "objects",
    "one_row",
    "page",
    "pages",
    "parts",
    "rows_of",
    "stitch",
    "stream",
]

# What a plain list does without is imported when it is first used.
if not TYPE_CHECKING:
    __getattr__ = _lazily(
        __name__,
        {
            "documents": ("cache_folder", "kept"),
            "fields": ("fields_of",),
            "rows_by_id": ("detail", "one_row", "rows_of"),
        },
    )
