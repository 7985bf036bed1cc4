"""Fields whose name says what they hold, on every route of Nautobot. An app's own JSON fields are declared in its EndpointSpec."""

from __future__ import annotations

# Plain JSON, whatever its shape: what looks like a related object or a choice in it is neither.
JSON_FIELDS = frozenset({"custom_fields", "config_context", "local_config_context_data", "computed_fields", "relationships"})
# JSON of which the server changes only the keys that it is sent, and keeps the others.
MERGED = frozenset({"custom_fields"})
# Sets of texts, such as "dcim.device".
PLAIN_LISTS = frozenset({"content_types", "object_types"})
# IP addresses and networks, of which IPv6 has several spellings.
ADDRESSES = frozenset({"address", "prefix"})


def is_mac(name: str) -> bool:
    """Whether a field holds MAC addresses, such as `mac_address`: the server takes any form of them and writes its own."""
    return "mac" in name.split("_")


def is_id(name: str) -> bool:
    """Whether a field holds an object's id, such as `id` or `assigned_object_id`: the server writes UUIDs in lower case."""
    return name == "id" or name.endswith("_id")
