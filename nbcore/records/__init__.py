"""What an object is: a record, the types of its values, what is dirty, what loads together, and what packages add to it."""

from .extension import Extensions
from .loading import OPT_IN
from .many_to_many import Related
from .record import Record
from .siblings import Siblings

__all__ = ["OPT_IN", "Extensions", "Record", "Related", "Siblings"]
