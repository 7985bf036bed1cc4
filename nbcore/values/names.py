"""Names: the attribute of a URL slug, and back, in the one place that turns one into the other; and attributes that a class computes."""

from __future__ import annotations

from typing import Any


def attribute_of(slug: str) -> str:
    """The attribute of a URL slug: `ip-addresses` -> `ip_addresses`."""
    return slug.replace("-", "_")


def slug_of(attribute: str) -> str:
    """The URL slug of an attribute: `ip_addresses` -> `ip-addresses`."""
    return attribute.replace("_", "-")


def computed(cls: type) -> frozenset[str]:
    """The names of the properties of a class and its bases: whatever computes its value in a getter of its own."""
    return frozenset(name for base in cls.__mro__ for name, value in vars(base).items() if _is_computed(value))


def recomputed(owner: Any, name: str) -> Any:
    """Read a property of an object anew, past its `__getattr__`, so that what fails inside the property is seen.

    Python calls `__getattr__` for a property whose getter raised an AttributeError, and drops that error. To say then that there is no such
    name would hide the cause.

    Args:
        owner: the object.
        name: one of the names that `computed` gives of its class.

    Raises:
        AttributeError: what the getter raises.
    """
    found = next(vars(base)[name] for base in type(owner).__mro__ if name in vars(base))
    return found.__get__(owner, type(owner))


def _is_computed(value: Any) -> bool:
    cls = type(value)
    return isinstance(value, property) or (hasattr(cls, "__get__") and hasattr(cls, "__set_name__"))  # a cached_property is of the latter
