"""nbcore-audit: an append-only log of every write.

import nbcore, nbcore_audit
nb = nbcore.api(plugins=[nbcore_audit.Audit("writes.jsonl")])     # or NBCORE_AUDIT_FILE=writes.jsonl
"""

from .audit import Audit
from .errors import AuditError
from .reading import Entry, read

__all__ = ["Audit", "AuditError", "Entry", "read"]
