"""What a migration did, or left to a person."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Change:
    """One change of the warehouse, for people.

    `left` is not done: the sentence holds the SQL to type by hand.
    """

    kind: Literal["created", "changed", "left"]
    subject: str
    sentence: str
