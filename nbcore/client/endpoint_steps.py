"""The two steps of every write that an app package may override in its Endpoint class: what is sent, and what is made of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages import Change

if TYPE_CHECKING:
    from ..contracts import Row, WriteOperation
    from .api import Api


class EndpointSteps:
    """The steps of an Endpoint that all creates and updates pass, single ones, bulk ones and resumed ones, and the allocations of actions.

    A class of an app package that derives from Endpoint overrides `prepare_items`, `finish_rows`, or both, and its EndpointSpec names it.
    """

    api: Api

    def prepare_items(self, items: list[Row], operation: WriteOperation, many: bool) -> list[Row]:
        """What is sent for the items of a create, an update or an allocation; as it stands here, the items as they were given.

        Override it where the server wants another form than people should have to write. It must not send anything and must not change
        the items themselves, and it gives the same result for the same items: a chunk may be sent again, also by another process that
        resumed a journal.

        Args:
            items: the items: dicts of fields. An update's item has the object's id; so has a create's, where the server takes ids.
            operation: "create"; "update"; or "allocate" for objects of this route that an action's POST creates.
            many: whether they are sent as a list. One object that is sent by itself is no list.

        Returns:
            One dict for each item, in the same order and with the same id.

        Raises:
            InputError: the server would not do what these items ask for. Nothing is sent.
        """
        return items

    def finish_rows(self, rows: list[Row], items: list[Row], operation: WriteOperation) -> list[Row]:
        """What is made of the rows that came back for a create, an update or an allocation; as it stands here, the rows as they came.

        Override it where the server needs a further request to do all that was asked. It is also called for objects that were found by
        their ids after a lost answer, or when a journal is resumed, so it must not assume that this is the first time. It may run on one
        of the Api's threads; what it writes there must not be parallel (`self.bulk_update(..., parallel=False)`).

        Args:
            rows: the server's objects.
            items: the items that they are of, in the same order, as they were before prepare_items().
            operation: "create", "update" or "allocate".

        Returns:
            The rows as they are now, in the same order. Records are made of them.

        Raises:
            NbcoreError: something failed. The write is then reported as a PartialResult with this error as its cause; in a bulk write the
                items are "unknown", and resume() comes here again.
        """
        return rows

    def changed(self, change: Change) -> None:
        """Tell the hooks of a confirmed write."""
        self.api.connection.watch("nbcore_changed", change=change)
