"""The only room that imports requests and urllib3: from a Call to a Reply."""

from .call import Call, Change, Reply
from .transport import Transport

__all__ = ["Call", "Change", "Reply", "Transport"]
