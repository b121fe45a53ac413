"""Logins under the warehouse's roles, and what they are refused."""

import psycopg
import pytest
from psycopg import errors

ROLES = ("snu_owner", "snu_loader", "snu_analyst", "snu_reader")
READERS = ("snu_analyst", "snu_reader")


def as_role(url: str, role: str) -> str:
    return url.replace("//postgres@", f"//{role}@")


def refused(
    url: str,
    statement: str,
    why: type[Exception] | tuple[type[Exception], ...] = errors.InsufficientPrivilege,
) -> None:
    """The statement is refused, also once the login has undone its read-only default."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(why):
            connection.execute(statement)
