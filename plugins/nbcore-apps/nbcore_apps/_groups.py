"""Dynamic groups, and the members of static ones."""

from __future__ import annotations

from collections.abc import Iterable

from nbcore import InputError, Record

from ._common import field

_ASSOCIATIONS = "extras/static-group-associations"


class DynamicGroup(Record):
    """A group of objects; its text is its display name, else its id. `group.members.list()` are the objects, of their own classes."""

    __slots__ = ()

    def __str__(self) -> str:
        return super().__str__() or field(self, "id")

    def add_members(self, objects: Iterable[Record]) -> None:
        """Add objects to a static group (one POST; all of them or none).

        Args:
            objects: Records of the group's content type.

        Raises:
            ValidationError: the group is not static, or an object is in it already.
        """
        group = str(self["id"])
        rows = [
            {"dynamic_group": group, "associated_object_type": _type(item), "associated_object_id": str(item["id"])} for item in objects
        ]
        if rows:
            self.api.endpoint(_ASSOCIATIONS).create(rows)

    def remove_members(self, objects: Iterable[Record]) -> None:
        """Take objects out of a static group; those that are not in it are left alone.

        Args:
            objects: Records of the group's content type.
        """
        ids = [str(item["id"]) for item in objects]
        if ids:
            endpoint = self.api.endpoint(_ASSOCIATIONS)
            endpoint.delete(list(endpoint.filter(dynamic_group=self["id"], associated_object_id=ids)))


def _type(item: Record) -> str:
    if "object_type" not in item:
        raise InputError(f"members are Records, as they were read; not {item!r}")
    return str(item["object_type"])
