"""Names: the attribute of a URL slug, and back. The one place that turns one into the other."""

from __future__ import annotations


def attribute_of(slug: str) -> str:
    """The attribute of a URL slug: `ip-addresses` -> `ip_addresses`."""
    return slug.replace("-", "_")


def slug_of(attribute: str) -> str:
    """The URL slug of an attribute: `ip_addresses` -> `ip-addresses`."""
    return attribute.replace("_", "-")
