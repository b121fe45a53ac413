"""A view of the warehouse as whoever asks for it writes it down."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple


class View(NamedTuple):
    """A view to be made: its schema and name, its SELECT, its comments and its title."""

    schema: str
    name: str
    select: str
    comment: str
    columns: Mapping[str, str]
    title: str

    @property
    def version(self) -> str:
        """A fingerprint of all that it says."""
        return sha256(repr(self).encode()).hexdigest()[:16]
