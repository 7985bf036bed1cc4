"""What an object is: a record, the values in it, what is dirty, what loads together, and what packages add to it."""

from .changes import to_send, unchanged
from .extension import Extensions
from .many_to_many import Related
from .record import OPT_IN, Record
from .siblings import Siblings

__all__ = ["OPT_IN", "Extensions", "Record", "Related", "Siblings", "to_send", "unchanged"]
