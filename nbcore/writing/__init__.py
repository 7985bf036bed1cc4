"""How a write lands once: single writes, bulk writes with a journal, upserts, and the plan of a sync."""

from typing import TYPE_CHECKING

from ..lazy import lazily as _lazily

if TYPE_CHECKING:
    from .bulk import Bulk, OnError, resume
    from .journal import Entry, Journal
    from .single import allocate, create, delete, must_be_unmodified, named, patch
    from .sync import Plan, plan
    from .unknown_fields import IgnoredFieldWarning
    from .upsert import get_or_create, update_or_create

__all__ = [
    "Bulk",
    "Entry",
    "IgnoredFieldWarning",
    "Journal",
    "OnError",
    "Plan",
    "allocate",
    "create",
    "delete",
    "get_or_create",
    "must_be_unmodified",
    "named",
    "patch",
    "plan",
    "resume",
    "update_or_create",
]

# A program that only reads does not pay for writing: each module is imported when a name of it is first used.
if not TYPE_CHECKING:
    __getattr__ = _lazily(
        __name__,
        {
            "bulk": (
                "Bulk",
                "OnError",
                "resume",
            ),
            "journal": (
                "Entry",
                "Journal",
            ),
            "single": (
                "allocate",
                "create",
                "delete",
                "must_be_unmodified",
                "named",
                "patch",
            ),
            "sync": (
                "Plan",
                "plan",
            ),
            "unknown_fields": ("IgnoredFieldWarning",),
            "upsert": (
                "get_or_create",
                "update_or_create",
            ),
        },
    )
