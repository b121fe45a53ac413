"""The texts of a report in one language, and how it writes numbers, days and months."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from snu_analytics.catalogue import parse_yaml
from snu_analytics.reports.blocks import Value


@dataclass(frozen=True)
class Words:
    """The texts of `texts/<language>.yaml`, by dotted key."""

    language: str
    texts: Mapping[str, Any]

    def __call__(self, key: str, **values: Value) -> str:
        """The text of a key, its placeholders filled with values as this language writes them."""
        text = self._at(key)
        written = {name: self.write(value) for name, value in values.items()}
        return text.format(**written) if values else text

    def named(self, group: str, name: str) -> str:
        """The word of a group for a name, or the name itself when there is none."""
        return self._at(group).get(name, name)

    def group(self, key: str) -> Mapping[str, str]:
        """All words of a group, by name."""
        return self._at(key)

    def write(self, value: Value, missing: str = "–") -> str:
        """A value as text: whole numbers in groups of three, others with one decimal."""
        match value:
            case None:
                return missing
            case str():
                return value
            case date():
                return self.day(value)
            case float() if math.isnan(value):
                return missing
            case float():
                return self._number(f"{value:,.1f}")
            case _:
                return self._number(f"{value:,d}")

    def share(self, value: float | None) -> str:
        """A share as percents without decimals."""
        if value is None or math.isnan(value):
            return self.write(None)
        return self("percent", number=self._number(f"{100 * value:,.0f}"))

    def day(self, day: date) -> str:
        """A day such as `4 mars 2024`, the first of a month as `1er`."""
        number = self._at("first_of_month") if day.day == 1 else str(day.day)
        return f"{number}\u00a0{self._at('months')[day.month - 1]}\u00a0{day.year}"

    def month(self, month: date) -> str:
        """A month such as `mars 2024`."""
        return f"{self._at('months')[month.month - 1]}\u00a0{month.year}"

    def campaign(self, campaign: int) -> str:
        """A campaign by both of its years: `2023-2024`."""
        return f"{campaign - 1}-{campaign}"

    def _number(self, english: str) -> str:
        """A number as Python writes it for English, with this language's signs."""
        signs = str.maketrans({",": self._at("thousands"), ".": self._at("decimal"), "-": "\u2212"})
        return english.translate(signs)

    def _at(self, key: str) -> Any:
        value: Any = self.texts
        for part in key.split("."):
            value = value[part]
        return value


@cache
def words(language: str) -> Words:
    """The words of a language, `fr` or `en`."""
    text = (files(__package__) / "texts" / f"{language}.yaml").read_text(encoding="utf-8")
    return Words(language, parse_yaml(text))
