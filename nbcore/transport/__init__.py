"""How a request goes out: from a Call to a Reply. The only room that imports requests and urllib3."""

from .bodies import decode
from .connection import Connection
from .core_hooks import CoreHooks
from .freshness import deciding
from .in_flight import Scope, within
from .retry import Failure, ambiguous, classify
from .token import TokenAuth
from .workers import Workers

__all__ = ["Connection", "CoreHooks", "Failure", "Scope", "TokenAuth", "Workers", "ambiguous", "classify", "deciding", "decode", "within"]
