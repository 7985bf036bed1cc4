"""What JSON means: references, choices and plain JSON; what is written for a Python value; and when two values are the same."""

from .choices import Choice, is_choice
from .json_text import SCALARS, alike, copied, loads
from .names import attribute_of, slug_of
from .references import is_reference, is_uuid, route_of, same_id
from .sameness import PLAIN_LISTS, agrees, holds, names_related, same, same_field, untouched
from .written import encode, identity, is_address, is_many, normal, plain, plain_json, settled, text, wire

__all__ = [
    "PLAIN_LISTS",
    "SCALARS",
    "Choice",
    "agrees",
    "alike",
    "attribute_of",
    "copied",
    "encode",
    "holds",
    "identity",
    "is_address",
    "is_choice",
    "is_many",
    "is_reference",
    "is_uuid",
    "loads",
    "names_related",
    "normal",
    "plain",
    "plain_json",
    "route_of",
    "same",
    "same_field",
    "same_id",
    "settled",
    "slug_of",
    "text",
    "untouched",
    "wire",
]
