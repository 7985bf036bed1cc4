"""How a write lands once: single writes and how they are settled, bulk writes with a journal, upserts, and the plan of a sync."""

from typing import TYPE_CHECKING

from ..lazy import lazily as _lazily

if TYPE_CHECKING:
    from .bulk import Bulk, BulkOptions, OnError
    from .creating import Creating
    from .deleting import Deleting
    from .journal import Entry, Journal
    from .single import Through, allocate, chosen_ids, create, delete, must_be_unmodified, named, patch
    from .strategy import Strategy
    from .sync import Plan, plan
    from .unknown_fields import IgnoredFieldWarning, warn_ignored
    from .updating import Updating
    from .upsert import get_or_create, update_or_create

__all__ = [
    "Bulk",
    "BulkOptions",
    "Creating",
    "Deleting",
    "Entry",
    "IgnoredFieldWarning",
    "Journal",
    "OnError",
    "Plan",
    "Strategy",
    "Through",
    "Updating",
    "allocate",
    "chosen_ids",
    "create",
    "delete",
    "get_or_create",
    "must_be_unmodified",
    "named",
    "patch",
    "plan",
    "update_or_create",
    "warn_ignored",
]

# A program that only reads does not pay for writing: each module is imported when a name of it is first used.
if not TYPE_CHECKING:
    __getattr__ = _lazily(
        __name__,
        {
            "bulk": (
                "Bulk",
                "BulkOptions",
                "OnError",
            ),
            "creating": ("Creating",),
            "deleting": ("Deleting",),
            "journal": (
                "Entry",
                "Journal",
            ),
            "single": (
                "Through",
                "allocate",
                "chosen_ids",
                "create",
                "delete",
                "must_be_unmodified",
                "named",
                "patch",
            ),
            "strategy": ("Strategy",),
            "sync": (
                "Plan",
                "plan",
            ),
            "unknown_fields": (
                "IgnoredFieldWarning",
                "warn_ignored",
            ),
            "updating": ("Updating",),
            "upsert": (
                "get_or_create",
                "update_or_create",
            ),
        },
    )
