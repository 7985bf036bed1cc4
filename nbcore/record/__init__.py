"""Records: one object of the server, the values in it, and what is dirty."""

from .record import Record
from .values import Choice

__all__ = ["Choice", "Record"]
