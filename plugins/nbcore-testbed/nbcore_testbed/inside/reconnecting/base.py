"""PostgreSQL for a server whose database is replaced while it runs.

Django looks at a kept connection only when a request or a task begins. Celery's main process has neither: its connection would be found
dead in the midst of a query, which ends the worker. So it is looked at before each use outside of a transaction; that costs no
message, since PostgreSQL tells the end of a session, and a connection that is idle has nothing else to tell.
"""

import select

from django_prometheus.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects anew where the server has ended the session."""

    def ensure_connection(self):
        if self.connection is not None and not self.in_atomic_block and self._ended():
            self.close()
        super().ensure_connection()

    def _ended(self) -> bool:
        if self.connection.closed:
            return True
        look = select.poll()
        look.register(self.connection.fileno(), select.POLLIN | select.POLLHUP)
        return bool(look.poll(0))
