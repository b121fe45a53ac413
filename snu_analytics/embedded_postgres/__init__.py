"""The real PostgreSQL from the wheel: prepared, started, kept while it has users, stopped.

Knows data folders, processes and locks; nothing of the tables that the warehouse keeps in it.
"""

from snu_analytics.embedded_postgres.server import embedded_server, stop

__all__ = ["embedded_server", "stop"]
