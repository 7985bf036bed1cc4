"""How a write lands once: single writes and how they are settled, bulk writes with a journal, upserts, and the plan of a sync."""

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
