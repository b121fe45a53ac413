"""What a migration did, or left to a person."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["created", "changed", "left"]


@dataclass(frozen=True)
class Change:
    """One change of the warehouse, for people.

    `left` is not done: the sentence holds the SQL to type by hand.
    """

    kind: Kind
    subject: str
    sentence: str
