"""What JSON means: references, choices and plain JSON; what is written for a Python value; and when two values are the same."""

from typing import TYPE_CHECKING

from ..lazy import lazily as _lazily
from .choices import Choice, is_choice
from .json_text import SCALARS, alike, copied, loads
from .known_fields import JSON_FIELDS, MERGED, PLAIN_LISTS
from .names import attribute_of, computed, recomputed, slug_of
from .references import is_reference, is_uuid, route_of, same_id
from .written import encode, identity, is_address, is_file, is_many, normal, plain, plain_json, settled, text, wire

if TYPE_CHECKING:
    from .sameness import Holder, agrees, depth_to_compare, holds, is_named_by, name_of, said, same, untouched
    from .scalars import number_of, written_number

__all__ = [
    "JSON_FIELDS",
    "MERGED",
    "PLAIN_LISTS",
    "SCALARS",
    "Choice",
    "Holder",
    "agrees",
    "alike",
    "attribute_of",
    "computed",
    "copied",
    "depth_to_compare",
    "encode",
    "holds",
    "identity",
    "is_address",
    "is_choice",
    "is_file",
    "is_many",
    "is_named_by",
    "is_reference",
    "is_uuid",
    "loads",
    "name_of",
    "normal",
    "number_of",
    "plain",
    "plain_json",
    "recomputed",
    "route_of",
    "said",
    "same",
    "same_id",
    "settled",
    "slug_of",
    "text",
    "untouched",
    "wire",
    "written_number",
]

# A program that only reads compares nothing: the rule for "the same" is imported when it is first asked.
if not TYPE_CHECKING:
    __getattr__ = _lazily(
        __name__,
        {
            "sameness": ("Holder", "agrees", "depth_to_compare", "holds", "is_named_by", "name_of", "said", "same", "untouched"),
            "scalars": ("number_of", "written_number"),
        },
    )
