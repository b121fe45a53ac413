"""A real PostgreSQL server from a wheel: prepared, started, stopped after its last user.

Knows data folders, processes and locks; nothing of the tables that the warehouse keeps in it.
"""

from snu_analytics.embedded_postgres.cluster import program
from snu_analytics.embedded_postgres.server import embedded_server, has_embedded_server

__all__ = ["embedded_server", "has_embedded_server", "program"]
