"""How a journal is resumed: what is unknown is looked for, the rest is sent, and the Records of all items are given."""

from __future__ import annotations

from typing import Any

from ..errors import CallError
from ..records import Record
from .bulk import Bulk, BulkOptions
from .creating import Creating
from .deleting import Deleting
from .journal import Journal
from .journal_lines import Operation
from .strategy import Strategy
from .updating import Updating

_STRATEGIES: dict[Operation, type[Strategy]] = {"create": Creating, "update": Updating, "delete": Deleting}


def resume(journal: Journal, **options: Any) -> list[Record]:
    """Do what is not done in a journal; see Journal.resume()."""
    run = Bulk(_STRATEGIES[journal.operation](journal), BulkOptions(**options))
    journal.reopen()  # first: while it is held, no other process can go on with it
    try:
        run.strategy.catch_up()
        run.run()
        return run.strategy.records()
    except CallError as exc:
        exc.journal = journal
        raise
    finally:
        journal.close()
