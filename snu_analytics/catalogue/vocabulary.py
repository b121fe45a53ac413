"""Closed vocabularies: which values may be written, and which spellings stand for each."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from snu_analytics.errors import CatalogueError

OTHER = "OTHER"

# Cyrillic and Greek letters that look like a Latin one.
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУҮХҺԌԚԜаеѕіјорсухһԁԛԝѵӏүΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυ",
    "ABESIJKMHOPCTYYXHGQWaesijopcyxhdqwvlyABEZHIKMNOPTYXaivopu",
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})

# What a comparison leaves out: the characters, beside blanks, and the Unicode categories of dashes,
# underscores, quotes and combining marks.
_MARKS = frozenset("'`´ʹʻʼ′″‚„\",./⁄∕()−⁃")
_MARK_CATEGORIES = frozenset({"Pd", "Pc", "Pi", "Pf", "Mn"})


@dataclass(frozen=True)
class Vocabulary:
    """The values a closed field may take.

    `aliases` lead from a comparison form (see `comparison`) to the value, `codes` from a code;
    `collection` names the source collection whose `name` values belong to the vocabulary too.
    """

    name: str
    values: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    collection: str | None = None

    @classmethod
    def listing(
        cls,
        name: str,
        values: Iterable[str],
        patterns: Iterable[str] = (),
        spellings: Iterable[tuple[str, str]] = (),
        codes: Iterable[tuple[str, str]] = (),
        collection: str | None = None,
    ) -> "Vocabulary":
        """A vocabulary of values and of their other spellings.

        `spellings` and `codes` are further names with the value each one leads to. Raises
        CatalogueError where one name would lead to two values, or to one that is not listed.
        """
        listed = frozenset(values)
        aliases: dict[str, str] = {}
        for spelling, value in [*((v, v) for v in sorted(listed)), *spellings]:
            if value not in listed:
                raise CatalogueError(f"{name}: '{spelling}' leads to '{value}', which is no value")
            _add(name, aliases, comparison(spelling), spelling, value)
        by_code: dict[str, str] = {}
        for code, value in codes:
            _add(name, dict(aliases), comparison(code), code, value)
            _add(name, by_code, code.casefold(), code, value)
        compiled = tuple(re.compile(pattern, re.ASCII) for pattern in patterns)
        return cls(name, listed, compiled, aliases, by_code, collection)

    def canonical(self, text: str) -> str | None:
        """The listed value that the text stands for, None when there is none.

        A misspelling stands for a value when it differs from it by case, accents, blanks and
        punctuation alone; any other sign beside it, and it stands for nothing.
        """
        if self._lists(text):
            return text
        tidied = tidy(text)
        if self._lists(tidied):
            return tidied
        return self.codes.get(tidied.casefold()) or self.aliases.get(comparison(text))

    def extended(self, names: Collection[str]) -> "Vocabulary":
        """The vocabulary with the names that its source collection holds.

        A name whose comparison form is that of another value counts in its exact spelling only.
        """
        added = {name: comparison(name) for name in set(names) - self.values}
        uses = Counter(added.values())
        aliases = {form: name for name, form in added.items() if form and uses[form] == 1}
        return replace(
            self, values=self.values | frozenset(names), aliases={**aliases, **self.aliases}
        )

    def _lists(self, text: str) -> bool:
        return text in self.values or any(p.fullmatch(text) for p in self.patterns)


def _add(name: str, names: dict[str, str], form: str, spelling: str, value: str) -> None:
    if form and names.setdefault(form, value) != value:
        raise CatalogueError(
            f"{name}: '{spelling}' would lead to both '{names[form]}' and '{value}'"
        )


def tidy(text: str) -> str:
    """A text as it looks: one blank between words, one kind of dash, no invisible characters."""
    dashed = ("-" if c in "−⁃" or unicodedata.category(c) == "Pd" else c for c in _visible(text))
    return " ".join("".join(dashed).split())


def comparison(text: str) -> str:
    """A text's form for comparison: without case, accents, blanks and punctuation.

    Letters that look like Latin ones are these. Every other sign stays, so that a text with more
    than a name in it has a form of its own.
    """
    letters = _visible(text).casefold().translate(_LIGATURES)
    return "".join(
        c
        for c in unicodedata.normalize("NFKD", letters)
        if not (c.isspace() or c in _MARKS or unicodedata.category(c) in _MARK_CATEGORIES)
    )


def _visible(text: str) -> str:
    """The text in NFKC, look-alikes as Latin letters, without control and format characters."""
    shown = "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf")
    )
    latin = unicodedata.normalize("NFKD", shown).translate(_LOOK_ALIKES)
    return unicodedata.normalize("NFKC", latin)


def fold(text: str) -> str:
    """A spelling without case, accents and punctuation: `Côte-d'Or` and `COTE D OR` are one."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))
