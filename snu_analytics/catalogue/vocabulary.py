"""Closed vocabularies: which values may be told, and the name under which each one is."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

OTHER = "OTHER"


@dataclass(frozen=True)
class Vocabulary:
    """The values a closed field may take.

    `aliases` lead from a folded spelling (see `fold`) or a code to the value; `collection` names
    the source collection whose `name` values belong to the vocabulary too.
    """

    name: str
    values: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    collection: str | None = None

    def canonical(self, text: str) -> str | None:
        """The listed value that the text stands for, None when there is none."""
        if text in self.values or any(p.fullmatch(text) for p in self.patterns):
            return text
        return self.aliases.get(fold(text)) if self.aliases else None

    def extended(self, names: Collection[str]) -> "Vocabulary":
        """The vocabulary with the names found in its source collection."""
        return Vocabulary(
            self.name, self.values | frozenset(names), self.patterns, self.aliases, self.collection
        )


def fold(text: str) -> str:
    """A spelling without case, accents and punctuation: `Côte-d'Or` and `COTE D OR` are one."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))
