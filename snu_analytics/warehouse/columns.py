"""The columns of the tables: each says what it is, and holds a value unless it says otherwise."""

from typing import Any

from sqlalchemy import Column


def column(name: str, kind: Any, comment: str, *, nullable: bool = False, **more: Any) -> Column:
    """A column with its comment."""
    return Column(name, kind, comment=comment, nullable=nullable, **more)
